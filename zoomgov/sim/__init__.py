"""A Zoom that runs on this machine: it stands in for Zoom in the demo and the tests."""
