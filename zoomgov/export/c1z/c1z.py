"""Writes a .c1z file, which ConductorOne's `baton` opens: a SQLite database of messages, compressed with Zstandard."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from zoomgov.export.c1z import c1_messages as c1
from zoomgov.export.model import Progress, TableName
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.store.read import records
from zoomgov.store.read.table_rows import role_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from zoomgov.export.model import Watch
    from zoomgov.store.reader import Reader
    from zoomgov.store.snapshot import Snapshot

MAGIC: Final = b"C1ZF\0"
_WINDOW_LOG: Final = 23
_PAGE: Final = 1000
_CHUNK: Final = 1 << 20
_STEPS: Final = 100_000
"""SQLite virtual machine instructions between two checks for cancellation."""
_KSUID_EPOCH: Final = 1_400_000_000
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DONE: Final = (
    '{"actions":[],"current_action":null,"needs_expansion":false,"entitlement_graph":null,'
    '"has_external_resource_grants":false,"should_fetch_related_resources":false}'
)
"""The sync's stack of actions, as it is after the last one."""

_REST: Final = "data BLOB NOT NULL, sync_id TEXT NOT NULL, discovered_at DATETIME NOT NULL"
_TABLES: Final = {
    "resource_types": f"external_id TEXT NOT NULL, {_REST}",
    "resources": "resource_type_id TEXT NOT NULL, external_id TEXT NOT NULL, parent_resource_type_id TEXT, "
    f"parent_resource_id TEXT, {_REST}",
    "entitlements": "resource_type_id TEXT NOT NULL, resource_id TEXT NOT NULL, external_id TEXT NOT NULL, " + _REST,
    "grants": "resource_type_id TEXT NOT NULL, resource_id TEXT NOT NULL, entitlement_id TEXT NOT NULL, "
    "principal_resource_type_id TEXT NOT NULL, principal_resource_id TEXT NOT NULL, external_id TEXT NOT NULL, "
    + _REST,
    "assets": "external_id TEXT NOT NULL, content_type TEXT NOT NULL, " + _REST,
    "sync_runs": "sync_id TEXT NOT NULL, started_at DATETIME NOT NULL, ended_at DATETIME, sync_token TEXT NOT NULL, "
    "sync_type TEXT NOT NULL DEFAULT 'full', parent_sync_id TEXT NOT NULL DEFAULT ''",
}
_INDEXES: Final = {
    "resource_types": {"external_sync": "external_id, sync_id"},
    "resources": {
        "resource_type_id": "resource_type_id",
        "external_sync": "parent_resource_type_id, parent_resource_id",  # these two names are swapped in the original
        "parent_resource_id": "external_id, sync_id",
    },
    "entitlements": {"resource_id": "resource_type_id, resource_id", "external_sync": "external_id, sync_id"},
    "grants": {
        "resource_type_id_resource_id": "resource_type_id, resource_id",
        "principal_id": "principal_resource_type_id, principal_resource_id",
        "entitlement_id_principal_id": "entitlement_id, principal_resource_type_id, principal_resource_id",
        "external_sync": "external_id, sync_id",
    },
    "assets": {"external_sync": "external_id, sync_id"},
    "sync_runs": {"sync_id": "sync_id"},
}
"""By the names that `baton` knows: it creates a missing index whenever it opens the file."""


def ksuid(seconds: int, seed: str) -> str:
    """Return a KSUID of this time; the same seed gives the same one, so that a sync keeps its id in every file."""
    payload = (seconds - _KSUID_EPOCH).to_bytes(4, "big") + hashlib.blake2b(seed.encode(), digest_size=16).digest()
    number, letters = int.from_bytes(payload, "big"), ""
    for _ in range(27):
        number, digit = divmod(number, 62)
        letters = _BASE62[digit] + letters
    return letters


def write_c1z(
    connector: str,
    readers: Sequence[Reader],
    path: Path,
    database: Path,
    watch: Watch,
) -> dict[str, int]:
    """Write one finished full sync for each reader, the oldest first.

    Args:
        database: where to build what is then packed into `path`; the caller removes it.

    Returns:
        How many there are of each kind, and grants, in the newest.
    """
    import zstandard

    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA journal_mode = OFF")  # nobody sees the file before it is finished
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for table, columns in _TABLES.items():
            connection.execute(f"CREATE TABLE v1_{table} (id INTEGER PRIMARY KEY, {columns})")
        rows: dict[str, int] = {}
        for place, reader in enumerate(readers):
            with reader.snapshot() as at:
                sync = _Sync(connection, connector, at, place, watch)
                sync.write()
                rows = sync.rows
        _index(connection, watch)
        connection.execute("COMMIT")
    compressor = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters.from_level(
            3, window_log=_WINDOW_LOG, write_checksum=True, write_content_size=False
        )
    )
    size = database.stat().st_size
    with database.open("rb") as source, path.open("wb") as target:
        target.write(MAGIC)
        with compressor.stream_writer(target, closefd=False) as packer:
            watch.tell(Progress("", 0, size, "packing"))
            while chunk := source.read(_CHUNK):
                packer.write(chunk)
                watch.tell(Progress("", source.tell(), size, "packing"))
    return rows


def _index(connection: sqlite3.Connection, watch: Watch) -> None:
    """Create the indexes after all rows are inserted. Takes a third of the time, so it can be cancelled in between."""
    wanted = [(table, name, columns) for table, found in _INDEXES.items() for name, columns in found.items()]
    connection.set_progress_handler(watch.cancelled, _STEPS)
    for done, (table, name, columns) in enumerate(wanted):
        watch.tell(Progress("", done, len(wanted), "indexes"))
        unique = "UNIQUE " if columns.endswith("sync_id") else ""
        try:
            connection.execute(f"CREATE {unique}INDEX idx_{table}_{name}_v1 ON v1_{table} ({columns})")
        except sqlite3.OperationalError:
            watch.tell(Progress("", done, len(wanted), "indexes"))  # raises when that is why
            raise
    connection.set_progress_handler(None, 0)


class _Sync:
    """One sync being written to the database."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        connector: str,
        at: Snapshot,
        place: int,
        watch: Watch,
    ) -> None:
        assert at.info is not None
        self._connection = connection
        self._at = at
        self._watch = watch
        self._info = at.info
        started = int(datetime.fromisoformat(at.info.started_at).timestamp())
        self._id = ksuid(started, f"{connector}\n{at.info.number}\n{at.info.started_at}")
        self._when = _local(at.info.finished_at, place)
        self.rows: dict[str, int] = {}

    def write(self) -> None:
        """Write everything of the sync."""
        kinds = ((kind.id, c1.resource_type(kind)) for kind in c1.RESOURCE_TYPES.values())
        self._insert("resource_types", kinds, "resource types")
        for kind in Kind:
            self.rows[str(kind)] = self._resources(kind)
        grants = str(TableName.GRANTS)
        self.rows[grants] = self._insert("grants", self._grants(), grants)  # with those through groups: no total
        self._connection.execute(
            "INSERT INTO v1_sync_runs (sync_id, started_at, ended_at, sync_token) VALUES (?, ?, ?, ?)",
            (self._id, _local(self._info.started_at), self._when, _DONE),
        )

    def _insert(self, table: str, rows: Iterable[Sequence[Any]], label: str, total: int | None = None) -> int:
        columns = _COLUMNS[table]
        marks = ", ".join("?" * (len(columns) + 2))
        sql = f"INSERT INTO v1_{table} ({', '.join(columns)}, sync_id, discovered_at) VALUES ({marks})"
        tail = (self._id, self._when)
        entries, done = iter(rows), 0
        while page := list(islice(entries, _PAGE)):
            self._connection.executemany(sql, ((*row, *tail) for row in page))
            done += len(page)
            self._watch.tell(Progress(label, done, total))
        return done

    def _resources(self, kind: Kind) -> int:
        type_id = c1.TYPE_OF[kind]
        ids = records.everything(self._at, kind)
        unlisted = records.unlisted(self._at, kind)
        entitlements: list[tuple[str, str, str, bytes]] = []

        def rows() -> Iterator[tuple[str, str, bytes]]:
            for key, name, message in self._messages(kind, ids, unlisted):
                entitlements.extend(
                    (type_id, key, made, entitlement)
                    for made, entitlement in c1.entitlements(type_id, key, name, message)
                )
                yield type_id, f"{type_id}:{key}", message

        written = self._insert("resources", rows(), str(kind), len(ids) + len(unlisted))
        self._insert("entitlements", entitlements, "entitlements", len(entitlements))
        return written

    def _messages(
        self, kind: Kind, ids: list[int], unlisted: list[tuple[int, str, str, str]]
    ) -> Iterator[tuple[str, str, bytes]]:
        if kind is Kind.USERS:
            roles = role_names(self._at)
            for start in range(0, len(ids), _PAGE):
                for user in records.user_records(self._at, ids[start : start + _PAGE], roles):
                    yield user.id, user.name, c1.user(user)
            for user in records.user_records(self._at, [number for number, *_ in unlisted], roles):
                yield user.id, user.name, c1.user(user, listed=False)
            return
        for thing in records.resource_records(self._at, kind, ids):
            yield thing.id, thing.name, c1.thing(kind, thing)
        for _, key, name, _ in unlisted:
            known = records.ResourceRecord(key, name, None, None, None, None, "", "", None, b"[]")
            yield key, name, c1.thing(kind, known, listed=False)

    def _grants(self) -> Iterator[tuple[str, str, str, str, str, str, bytes]]:
        """Yield every grant once; members of a contact group through user groups have these as the grant's sources."""
        # both come contact group by contact group in the same order, and no more than one of these is held in memory
        nested = groupby(records.nested_records(self._at), key=attrgetter("target_id"))
        following = next(nested, None)
        for (grant_kind, target), grants in groupby(
            records.grant_records(self._at), key=attrgetter("kind", "target_id")
        ):
            kind, slug = c1.SLUGS[grant_kind]
            through: dict[str, list[str]] = {}
            if grant_kind is GrantKind.CONTACT_GROUP_MEMBER and following is not None and following[0] == target:
                for way in following[1]:
                    through.setdefault(way.principal_id, []).append(way.via_id)
                following = next(nested, None)
            for grant in grants:
                groups = through.pop(grant.principal_id, ()) if grant.principal_kind == c1.USER else ()
                yield self._grant_row(kind, target, slug, grant.principal_kind, grant.principal_id, groups, direct=True)
            for person, groups in through.items():
                yield self._grant_row(kind, target, slug, c1.USER, person, groups, direct=False)
        assert following is None, "a contact group has people through groups, but no group in it"

    @staticmethod
    def _grant_row(
        kind: str, key: str, slug: str, principal_kind: str, principal: str, groups: Sequence[str], *, direct: bool
    ) -> tuple[str, str, str, str, str, str, bytes]:
        sources = [(c1.entitlement_id(c1.GROUP, group, c1.MEMBER), False) for group in groups]
        if sources and direct:
            sources.append((c1.entitlement_id(kind, key, slug), True))
        entitlement, made, message = c1.grant(kind, key, slug, principal_kind, principal, sources)
        return kind, key, entitlement, principal_kind, principal, made, message


_COLUMNS: Final = {
    "resource_types": ("external_id", "data"),
    "resources": ("resource_type_id", "external_id", "data"),
    "entitlements": ("resource_type_id", "resource_id", "external_id", "data"),
    "grants": (
        "resource_type_id",
        "resource_id",
        "entitlement_id",
        "principal_resource_type_id",
        "principal_resource_id",
        "external_id",
        "data",
    ),
}


def _local(time: str, place: int = 0) -> str:
    """A time in the form of these files: without a zone, in UTC, so that it does not depend on the machine.

    Args:
        place: of the sync among those in the file, for nanoseconds: readers order syncs by when they ended, and two
            may have ended in the same second.
    """
    return datetime.fromisoformat(time).strftime("%Y-%m-%d %H:%M:%S.") + f"{place:09}"
