"""Pages that compare two syncs."""
