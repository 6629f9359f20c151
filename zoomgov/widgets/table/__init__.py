"""The virtual table and its parts."""
