"""The nouns of the setup page: app, owner, connector, status, and the steps of the wizard."""
