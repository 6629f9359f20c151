"""Zoom's API and nothing else."""
