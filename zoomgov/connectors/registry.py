"""The registry of apps, owners and connectors: a small SQLite file, shared by all processes of the program.

Its calls block; call them through `Services.run` on the event loop. It holds no secret.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zoomgov.connectors.model import App, Connector, ConnectorStatus, Draft, Step
from zoomgov.connectors.rows import (
    SELECT,
    DamagedRowError,
    RegistryError,
    clean,
    columns_of,
    connector_of,
    draft_of,
    free_name,
    name_key,
    owners_text,
    time_text,
)
from zoomgov.disk.database import connect, connect_at_rest, is_at_rest, migrate, schema_version
from zoomgov.disk.errors import NewerSchema, StoreError, obstacle
from zoomgov.disk.files import create_private
from zoomgov.text import printable
from zoomgov.zoom.scopes import LEFT_OUT, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

BUSY_SECONDS: Final = 10.0
"""How long to wait for another process; its transactions take milliseconds."""

_SCHEMA: Final = f"""
CREATE TABLE app (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    from_identity_provider INTEGER NOT NULL CHECK (from_identity_provider IN (0, 1))
) STRICT;
CREATE TABLE connector (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    app_id TEXT NOT NULL REFERENCES app (id),
    owners TEXT NOT NULL,
    cloud TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ({", ".join(repr(status.value) for status in ConnectorStatus)})),
    reason TEXT NOT NULL DEFAULT '',
    step INTEGER NOT NULL CHECK (step BETWEEN 1 AND 8),
    created_at TEXT NOT NULL,
    scope_kind TEXT NOT NULL,
    account_id TEXT NOT NULL DEFAULT '',
    client_id TEXT NOT NULL DEFAULT '',
    checked TEXT NOT NULL DEFAULT '[]',
    without TEXT NOT NULL DEFAULT '[]',
    last_sync_at TEXT
) STRICT;
CREATE TABLE draft (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), content TEXT NOT NULL) STRICT;
"""
_SCHEMA_2: Final = """
ALTER TABLE connector ADD COLUMN held_scopes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE connector ADD COLUMN reason_line TEXT NOT NULL DEFAULT '';
"""
# Activation became step 5: what came after Scopes has one number more. A constraint cannot be changed, so the table is
# made anew. A sync that was published proves the token; scopes are kept of a verification that was ready.
_SCHEMA_3: Final = f"""
CREATE TABLE connector_3 (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    app_id TEXT NOT NULL REFERENCES app (id),
    owners TEXT NOT NULL,
    cloud TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ({", ".join(repr(status.value) for status in ConnectorStatus)})),
    reason TEXT NOT NULL DEFAULT '',
    step INTEGER NOT NULL CHECK (step BETWEEN 1 AND 9),
    created_at TEXT NOT NULL,
    scope_kind TEXT NOT NULL,
    account_id TEXT NOT NULL DEFAULT '',
    client_id TEXT NOT NULL DEFAULT '',
    checked TEXT NOT NULL DEFAULT '[]',
    without TEXT NOT NULL DEFAULT '[]',
    last_sync_at TEXT,
    held_scopes TEXT NOT NULL DEFAULT '[]',
    reason_line TEXT NOT NULL DEFAULT '',
    proved TEXT NOT NULL DEFAULT '[]'
) STRICT;
INSERT INTO connector_3
SELECT id, name, name_key, app_id, owners, cloud, status, reason, CASE WHEN step < 5 THEN step ELSE step + 1 END,
       created_at, scope_kind, account_id, client_id, checked, without, last_sync_at, held_scopes, reason_line,
       CASE WHEN status <> 'Connected' THEN '[]' WHEN held_scopes <> '[]' THEN '["ready", "token"]' ELSE '["token"]' END
FROM connector ORDER BY rowid;
DROP TABLE connector;
ALTER TABLE connector_3 RENAME TO connector;
"""
_CREDENTIALS_AT: Final = "ALTER TABLE connector ADD COLUMN credentials_at TEXT"
_MIGRATIONS: Final = (_SCHEMA, _SCHEMA_2, _SCHEMA_3, _CREDENTIALS_AT)
"""Migrations: what leads from one version of the file to the next. Add steps; never change one that was released."""
SCHEMA_VERSION: Final = len(_MIGRATIONS)


class Registry:
    """Apps, connectors and the draft of the form, in the file at `path` (mode 0600, folder 0700).

    Opens the file on first use. Safe between threads and processes. Every method raises `RegistryError` when the
    file cannot be used.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def apps(self) -> list[App]:
        """All apps by name."""
        with self._database() as database:
            rows = database.execute("SELECT id, name, from_identity_provider FROM app ORDER BY name_key").fetchall()
        return [App(id, name, bool(provided)) for id, name, provided in rows]

    def create_app(self, name: str, from_identity_provider: bool) -> App:
        """Add an app; raises `RegistryError` when its name is taken."""
        with self._changing() as database:
            return self._add_app(database, name, from_identity_provider)

    def connectors(self) -> list[Connector]:
        """All connectors, oldest first."""
        with self._database() as database:
            rows = database.execute(f"{SELECT} ORDER BY created_at, connector.rowid").fetchall()
        return [self._connector(row) for row in rows]

    def connector(self, connector_id: str) -> Connector:
        """The connector with this id; raises `RegistryError` when it was removed."""
        with self._database() as database:
            return self._get(database, connector_id)

    def find(self, name: str) -> Connector | None:
        """The connector of this name (compared by `name_key`) or of this id."""
        with self._database() as database:
            row = database.execute(
                f"{SELECT} WHERE connector.name_key = ? OR connector.id = ? ORDER BY connector.name_key = ? DESC",
                (name_key(name), name, name_key(name)),
            ).fetchone()
        return self._connector(row) if row else None

    def create(self, draft: Draft) -> Connector:
        """Create the connector of `draft`, and its app when that is new, as *Not connected*.

        Without a name it gets its app's. A new app counts as the identity provider's when the person signs in
        through one and no such app is known yet.
        """
        if not draft.owners:
            raise RegistryError("A connector always has at least one owner.")
        with self._changing() as database:
            app = self._app_of(database, draft)
            taken = [name for (name,) in database.execute("SELECT name FROM connector")]
            name = clean(draft.name) or free_name(app.name, taken)
            if name_key(name) in map(name_key, taken):
                raise RegistryError(f"A connector named {printable(name)!r} exists already: use another name.")
            connector_id = _new_id()
            database.execute(
                "INSERT INTO connector"
                " (id, name, name_key, app_id, owners, cloud, status, step, created_at, scope_kind, without)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    connector_id,
                    name,
                    name_key(name),
                    app.id,
                    owners_text(draft.owners),
                    draft.cloud,
                    ConnectorStatus.NOT_CONNECTED.value,
                    int(Step.ZOOM_APP),
                    time_text(self._clock()),
                    ScopeKind.GRANULAR.value,
                    json.dumps(sorted(LEFT_OUT)),
                ),
            )
            return self._get(database, connector_id)

    def update(self, connector_id: str, **changes: object) -> Connector:
        """Change fields of `Connector` by name and return it as it now is.

        Only the named fields are written, so that two processes that change different ones do not undo each other.
        A status other than *Error* clears the reason and its line.
        """
        return self.amend(connector_id, lambda connector: changes)

    def amend(self, connector_id: str, wanted: Callable[[Connector], Mapping[str, object]]) -> Connector:
        """Change what `wanted` says of the connector as it is now, as `update` does: nobody changes it in between."""
        with self._changing() as database:
            changes = wanted(self._get(database, connector_id))
            if "status" in changes and changes["status"] is not ConnectorStatus.ERROR:
                changes = {"reason": "", "reason_line": "", **changes}
            columns: dict[str, str | int | None] = {}
            for field, value in changes.items():
                columns |= columns_of(field, value)
            if "name_key" in columns:
                clash = database.execute(
                    "SELECT 1 FROM connector WHERE name_key = ? AND id <> ?", (columns["name_key"], connector_id)
                ).fetchone()
                if clash:
                    raise RegistryError(f"A connector named {printable(columns['name'])!r} exists already.")
            if columns:
                assignments = ", ".join(f"{column} = ?" for column in columns)
                database.execute(f"UPDATE connector SET {assignments} WHERE id = ?", (*columns.values(), connector_id))
            return self._get(database, connector_id)

    def remove(self, connector_id: str) -> None:
        """Delete the connector; its app stays for the next one. Removing it twice is no error.

        Its credentials and its store are elsewhere: `zoomgov.services.connectors` removes those first.
        """
        with self._changing() as database:
            database.execute("DELETE FROM connector WHERE id = ?", (connector_id,))

    def draft(self) -> Draft | None:
        """The form of steps 1 and 2, as typed so far; None when there is none."""
        with self._database() as database:
            row = database.execute("SELECT content FROM draft").fetchone()
        return draft_of(row[0]) if row else None

    def save_draft(self, draft: Draft) -> None:
        """Store `draft` in place of the one before."""
        content = json.dumps(asdict(draft))
        with self._changing() as database:
            database.execute("INSERT OR REPLACE INTO draft VALUES (1, ?)", (content,))

    def clear_draft(self) -> None:
        """Delete the draft."""
        with self._changing() as database:
            database.execute("DELETE FROM draft")

    def _add_app(self, database: sqlite3.Connection, name: str, from_identity_provider: bool) -> App:
        name = clean(name)
        if not name:
            raise RegistryError("Give the app a name, for example Zoom.")
        if database.execute("SELECT 1 FROM app WHERE name_key = ?", (name_key(name),)).fetchone():
            raise RegistryError(f"An app named {printable(name)!r} exists already: choose it, or use another name.")
        app = App(_new_id(), name, from_identity_provider)
        database.execute("INSERT INTO app VALUES (?, ?, ?, ?)", (app.id, name, name_key(name), from_identity_provider))
        return app

    def _app_of(self, database: sqlite3.Connection, draft: Draft) -> App:
        if draft.app_id is None:
            known = database.execute("SELECT 1 FROM app WHERE from_identity_provider").fetchone()
            provided = draft.uses_identity_provider is True and not known if draft.provided is None else draft.provided
            return self._add_app(database, draft.new_app, provided)
        row = database.execute(
            "SELECT id, name, from_identity_provider FROM app WHERE id = ?", (draft.app_id,)
        ).fetchone()
        if row is None:
            raise RegistryError("The chosen app is not there any more: choose another one.")
        return App(row[0], row[1], bool(row[2]))

    def _get(self, database: sqlite3.Connection, connector_id: str) -> Connector:
        row = database.execute(f"{SELECT} WHERE connector.id = ?", (connector_id,)).fetchone()
        if row is None:
            raise RegistryError("This connector is not there any more: another copy of the program removed it.")
        return self._connector(row)

    def _connector(self, row: tuple[Any, ...]) -> Connector:  # Any: as `connector_of` takes it
        try:
            return connector_of(row)
        except DamagedRowError as error:
            raise RegistryError(_damaged(str(error), self._path)) from error

    @contextlib.contextmanager
    def _database(self, *, changing: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    try:
                        self._connection = _open(self._path)
                    except (sqlite3.OperationalError, OSError):
                        if changing or not _readable(self._path):
                            raise
                if self._connection is not None:
                    yield self._connection
                    return
                # On a full disk, or in a read-only folder, the file can still be read. Not kept open: such a
                # connection does not notice changes.
                with contextlib.closing(connect_at_rest(self._path)) as database:
                    yield database
            except NewerSchema as error:
                raise RegistryError(
                    f"{self._path} was written by a newer zoomgov (schema {error.found}, this one knows {error.known}):"
                    " update zoomgov."
                ) from None
            except StoreError as error:  # of others, or of a version that no program has
                raise RegistryError(str(error)) from None
            except (sqlite3.Error, OSError) as error:
                raise RegistryError(_failure(error, self._path)) from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: no other process writes meanwhile."""
        with self._database(changing=True) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                raise


def _new_id() -> str:
    import secrets  # with the hash functions; a start that makes nothing does without

    return secrets.token_hex(8)


def _open(path: Path) -> sqlite3.Connection:
    _expect_content(path)
    create_private(path)
    database = connect(path, writing=True, busy_seconds=BUSY_SECONDS, durable=True)
    try:
        database.execute("PRAGMA foreign_keys = ON")
        migrate(database, _MIGRATIONS, path)
    except BaseException:
        database.close()
        raise
    return database


def _expect_content(path: Path) -> None:
    """An empty list of connectors is begun where there is none, and never in the place of one that was cut off.

    Raises:
        RegistryError: the file is empty, and there are stores whose connectors it must have held.
    """
    try:
        is_empty = path.stat().st_size == 0
        stores = [file.name for file in (path.parent / "stores").glob("*.sqlite3")] if is_empty else []
    except OSError:  # whoever opens it will say so
        return
    if stores:
        raise RegistryError(
            f"The list of connectors, {path}, is empty, and there is what {len(stores)} of them synced in "
            f"{path.parent / 'stores'}. Put back a copy of it; or move it away to begin with an empty list."
        )


def _readable(path: Path) -> bool:
    """Whether the file has this program's schema and can be read though nothing can be written beside it."""
    if not is_at_rest(path):
        return False
    try:
        with contextlib.closing(connect_at_rest(path)) as database:
            return schema_version(database) == SCHEMA_VERSION
    except sqlite3.Error:
        return False


def _failure(error: sqlite3.Error | OSError, path: Path) -> str:
    text = str(error)
    if isinstance(error, sqlite3.DatabaseError) and ("not a database" in text or "malformed" in text):
        return _damaged(text, path)
    if "locked" in text:
        return f"Another program has held {path} for {BUSY_SECONDS:g} seconds. Close it and try again."
    why = error.strerror or text if isinstance(error, OSError) else text
    return f"The list of connectors, {path}, cannot be used: {why}. {obstacle(error, path.parent)}".strip()


def _damaged(why: str, path: Path) -> str:
    return (
        f"The list of connectors, {path}, is damaged ({why}). Move it away to start with an empty list;"
        f" what was synced is in {path.parent / 'stores'} and the credentials are in the keyring, both untouched."
    )
