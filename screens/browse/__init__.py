"""Pages that show what was synced: tables, people, resources, charts."""
