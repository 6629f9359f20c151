"""The types that rooms exchange: kinds, rows, syncs, access, changes, queries. No SQL, no HTTP, no Textual."""
