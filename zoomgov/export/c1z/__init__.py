"""ConductorOne's .c1z files."""
