"""Causes and remedies of Zoom's errors."""
