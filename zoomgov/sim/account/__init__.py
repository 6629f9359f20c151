"""The made-up account: people, groups, roles."""
