"""Questions to one sync, answered in SQL."""
