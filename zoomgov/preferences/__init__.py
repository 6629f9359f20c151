"""What the app restores for this person: how tables look, and the page that was open."""
