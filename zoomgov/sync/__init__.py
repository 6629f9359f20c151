"""Reads everyone and everything from Zoom into the store, with progress."""
