"""What changed between syncs."""
