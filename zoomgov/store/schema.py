"""The tables of a store, and the steps from one schema version to the next.

A fact that holds now lies in a table of its own (`users`, `grants`, ...) with the sync it began in; when it
ends it moves to the `_past` table beside it with the sync in which it was gone: `[seen_from, gone_at)`.
So what is browsed stays small and needs no condition, an unchanged fact is never written again, and the
ends of facts between two syncs are one index range. Sync numbers count from 1.
"""

from __future__ import annotations

from typing import Final

USER, GROUP, CONTACT_GROUP, ROLE = 1, 2, 3, 4
"""`things.kind`"""

USER_FIELDS: Final = {
    "email": "TEXT NOT NULL",
    "first_name": "TEXT NOT NULL",
    "last_name": "TEXT NOT NULL",
    "display_name": "TEXT NOT NULL",
    "status": "TEXT NOT NULL",
    "type": "INTEGER NOT NULL",
    "role_id": "TEXT NOT NULL",
    "dept": "TEXT NOT NULL",
    "timezone": "TEXT NOT NULL",
    "pmi": "INTEGER",
    "verified": "INTEGER",
    "created_at": "TEXT NOT NULL",
    "employee_unique_id": "TEXT NOT NULL",
    "plan_united_type": "TEXT NOT NULL",
    "extra": "BLOB NOT NULL",
}
"""Fields of a person that open a new version when they change, in the order they are stored."""

RESOURCE_FIELDS: Final = {
    "groups": {"name": "TEXT NOT NULL"},
    "contact_groups": {"name": "TEXT NOT NULL", "privacy": "INTEGER", "description": "TEXT NOT NULL"},
    "roles": {
        "name": "TEXT NOT NULL",
        "description": "TEXT NOT NULL",
        "type": "TEXT NOT NULL",
        "privileges": "TEXT",  # JSON array; null while GET /roles/{roleId} was never read
        "privilege_scopes": "BLOB",
    },
}
"""The same for the other kinds. Zoom's `total_members` is left out: it changes with every membership."""


def _versions(table: str, fields: dict[str, str], more: str = "") -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in fields.items())
    return f"""
    CREATE TABLE {table} (id INTEGER PRIMARY KEY, seen_from INTEGER NOT NULL, {columns}{more}) STRICT;
    CREATE TABLE {table}_past (
        id INTEGER NOT NULL, seen_from INTEGER NOT NULL, gone_at INTEGER NOT NULL, {columns}{more},
        PRIMARY KEY (id, seen_from)
    ) STRICT;
    CREATE INDEX {table}_past_gone ON {table}_past (gone_at);
    """


_VERSION_1: Final = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE syncs (
        number INTEGER PRIMARY KEY, started_at TEXT NOT NULL, finished_at TEXT NOT NULL, complete INTEGER NOT NULL,
        not_read TEXT NOT NULL, disagreements TEXT NOT NULL, counts TEXT NOT NULL, changes TEXT NOT NULL,
        parts TEXT NOT NULL
    ) STRICT;
    CREATE TABLE things (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key TEXT NOT NULL, UNIQUE (kind, key)) STRICT;
    CREATE TABLE logins (
        id INTEGER PRIMARY KEY, last_login_time TEXT NOT NULL, last_client_version TEXT NOT NULL
    ) STRICT;
    CREATE TABLE grants (
        target INTEGER NOT NULL, kind INTEGER NOT NULL, principal INTEGER NOT NULL, seen_from INTEGER NOT NULL,
        PRIMARY KEY (target, kind, principal)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE grants_past (
        target INTEGER NOT NULL, kind INTEGER NOT NULL, principal INTEGER NOT NULL, seen_from INTEGER NOT NULL,
        gone_at INTEGER NOT NULL, PRIMARY KEY (target, kind, principal, seen_from)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX grants_past_gone ON grants_past (gone_at);
    CREATE INDEX grants_past_principal ON grants_past (principal);
    CREATE TABLE blobs (
        name TEXT NOT NULL, seen_from INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (name, seen_from)
    ) STRICT;
    CREATE TABLE stage_lists (
        id INTEGER PRIMARY KEY, part TEXT NOT NULL, target TEXT NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
        rows INTEGER NOT NULL DEFAULT 0, expected INTEGER, UNIQUE (part, target)
    ) STRICT;
    CREATE TABLE stage_pages (
        id INTEGER PRIMARY KEY, list INTEGER NOT NULL, seen BLOB NOT NULL, grants BLOB NOT NULL, payload BLOB NOT NULL
    ) STRICT;
    CREATE INDEX stage_pages_list ON stage_pages (list);
    CREATE TABLE stage_keys (key TEXT PRIMARY KEY, id INTEGER NOT NULL, replaces INTEGER) STRICT;
    """
    + _versions("users", USER_FIELDS, ", hash INTEGER NOT NULL, search TEXT NOT NULL")
    + "".join(_versions(table, fields, ", total_members INTEGER") for table, fields in RESOURCE_FIELDS.items())
)

_VERSION_2: Final = "ALTER TABLE logins ADD COLUMN record INTEGER"
"""The digest of Zoom's record that all current facts of the person were taken from; null when that is not certain."""

_VERSION_3: Final = "ALTER TABLE users DROP COLUMN hash; ALTER TABLE users_past DROP COLUMN hash"
"""Versions are compared field by field: as fast, and nothing to keep."""

_VERSION_4: Final = "ALTER TABLE stage_pages ADD COLUMN renamed BLOB NOT NULL DEFAULT x''"
"""People on the page who go by a new key."""

MIGRATIONS: Final = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4)
"""Step n leads from schema version n to n + 1. Add steps; never change one that was released."""

SCHEMA_VERSION: Final = len(MIGRATIONS)

USER_INDEXES: Final = (
    # The folded text begins with the name: one index gives the order by name and the covering scan for short searches.
    "CREATE INDEX IF NOT EXISTS users_search ON users (search)",
    "CREATE INDEX IF NOT EXISTS users_email ON users (email COLLATE NOCASE)",
    "CREATE INDEX IF NOT EXISTS users_facets ON users (dept, role_id, status, type, plan_united_type)",
    "CREATE INDEX IF NOT EXISTS users_created ON users (created_at)",
    "CREATE INDEX IF NOT EXISTS logins_time ON logins (last_login_time)",
    "CREATE INDEX IF NOT EXISTS logins_record ON logins (record)",
    "CREATE INDEX IF NOT EXISTS users_since ON users (seen_from) WHERE seen_from > 1",
)
GRANT_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS grants_principal ON grants (principal, target, kind)",
    "CREATE INDEX IF NOT EXISTS grants_since ON grants (seen_from) WHERE seen_from > 1",
)
"""Made at the end of the first sync, and there from then on: with a live index the first insert takes 5 to 20
times as long. The `since` ones leave the first sync out, which is most of the table: a query must repeat
`seen_from > 1` to be served by them."""


SEARCH_TABLE: Final = "users_words"
SEARCH_INDEX: Final = (
    f"CREATE VIRTUAL TABLE {SEARCH_TABLE} USING fts5(search, content='users', content_rowid='id', tokenize='trigram')",
    f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}) VALUES ('rebuild')",
    f"""CREATE TRIGGER users_words_insert AFTER INSERT ON users BEGIN
        INSERT INTO {SEARCH_TABLE} (rowid, search) VALUES (new.id, new.search);
    END""",
    f"""CREATE TRIGGER users_words_delete AFTER DELETE ON users BEGIN
        INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rowid, search) VALUES ('delete', old.id, old.search);
    END""",
    f"""CREATE TRIGGER users_words_update AFTER UPDATE OF search ON users WHEN old.search <> new.search BEGIN
        INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rowid, search) VALUES ('delete', old.id, old.search);
        INSERT INTO {SEARCH_TABLE} (rowid, search) VALUES (new.id, new.search);
    END""",
)
"""Words of three letters and more, found by their trigrams. Not part of the schema: made when first wanted (it takes
longer than all of a first sync's other writing), kept true by its triggers from then on."""
KNOWN_TRIGGERS: Final = tuple(statement for statement in SEARCH_INDEX if statement.startswith("CREATE TRIGGER"))
"""A store that comes from elsewhere may have these and no others. When one is changed, its older text stays here."""


STAGING_KEY: Final = "staging"
"""The row of `meta` that is there from the beginning of a sync until it is published or dropped."""


def meta_key(key: str) -> str:
    """The name in `meta` of what a connector remembers between syncs as `key`."""
    return f"kept:{key}"
