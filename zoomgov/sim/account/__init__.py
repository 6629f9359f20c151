"""The made-up account: people, groups, roles, and how they change."""
