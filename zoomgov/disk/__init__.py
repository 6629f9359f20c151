"""Private files, locks, and SQLite connections."""
