"""The SQLite file of one connector: who has access to what, at every sync."""
