"""Writing a sync: stage, compare, publish, prune."""
