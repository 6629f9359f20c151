"""The composition root, and the jobs that need several rooms."""
