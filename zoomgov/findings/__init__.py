"""What looks wrong: risks and waste in what was synced, and where in Zoom to put it right."""
