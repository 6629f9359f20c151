"""Files to hand over: CSV, JSON and other formats."""
