"""The steps of setting up a connector."""
