"""Zoom's endpoints, as the simulator answers them."""
