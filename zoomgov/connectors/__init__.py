"""Connectors before they are synced: the registry, the steps of the wizard, pasted credentials, hand-off files."""
