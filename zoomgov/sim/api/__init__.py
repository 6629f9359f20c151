"""Handlers: the simulator's answer to each of Zoom's endpoints."""
