"""What pages about one sync share."""
