"""The state of a simulated Zoom: apps, tokens, limits, faults, paging."""
