"""The .c1z container, read by a decoder that shares nothing with the writer."""

from __future__ import annotations

import re
import sqlite3
import struct
from collections import defaultdict
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from zoomgov.export import ExportError, Format, OneTable, TableName, write_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zoomgov.store import Reader

_TYPE = "type.googleapis.com/c1.connector.v2."


def wire(blob: bytes) -> dict[int, list[Any]]:
    """Decode one message: values by field number, messages and text as bytes."""
    found: dict[int, list[Any]] = defaultdict(list)
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = blob[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(blob):
        tag = varint()
        if tag & 7 == 0:
            found[tag >> 3].append(varint())
        elif tag & 7 == 1:
            found[tag >> 3].append(struct.unpack_from("<d", blob, at)[0])
            at += 8
        else:
            assert tag & 7 == 2
            length = varint()
            assert at + length <= len(blob)
            found[tag >> 3].append(blob[at : at + length])
            at += length
    return found


def anys(values: list[bytes]) -> dict[str, dict[int, list[Any]]]:
    found = {}
    for value in values:
        message = wire(value)
        name = message[1][0].decode()
        assert name.startswith(_TYPE)
        found[name.removeprefix(_TYPE)] = wire(message[2][0]) if message[2] else {}
    return found


def struct_fields(blob: bytes) -> dict[str, Any]:
    found = {}
    for entry in wire(blob)[1]:
        pair = wire(entry)
        value = wire(pair[2][0])
        found[pair[1][0].decode()] = value[3][0].decode() if value[3] else value[2][0]
    return found


def ident(blob: bytes) -> str:
    message = wire(blob)
    return f"{message[1][0].decode()}:{message[2][0].decode()}"


@pytest.fixture
def database(reader: Reader, folder: Path) -> Iterator[sqlite3.Connection]:
    write_export(reader, Format.C1Z, folder / "sync.c1z", connector="Zoom")
    with closing(opened(folder / "sync.c1z", folder)) as connection:
        yield connection


def opened(path: Path, folder: Path) -> sqlite3.Connection:
    packed = path.read_bytes()
    assert packed[:5] == b"\x43\x31\x5a\x46\x00"
    frame = zstandard.get_frame_parameters(packed[5:])
    assert frame.has_checksum
    assert frame.window_size <= 8 << 20
    unpacked = folder / "unpacked.sqlite3"
    unpacked.write_bytes(zstandard.ZstdDecompressor().decompressobj().decompress(packed[5:]))
    connection = sqlite3.connect(unpacked)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return connection


def rows(database: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    cursor = database.execute(f"SELECT * FROM v1_{table} ORDER BY id")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_tables_and_indexes_are_those_of_the_container(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA page_size").fetchone() == (4096,)
    assert database.execute("PRAGMA user_version").fetchone() == (0,)
    assert database.execute("PRAGMA encoding").fetchone() == ("UTF-8",)
    rest = ["data", "sync_id", "discovered_at"]
    principal = ["principal_resource_type_id", "principal_resource_id"]
    wanted = {
        "resource_types": ["external_id", *rest],
        "resources": ["resource_type_id", "external_id", "parent_resource_type_id", "parent_resource_id", *rest],
        "entitlements": ["resource_type_id", "resource_id", "external_id", *rest],
        "grants": ["resource_type_id", "resource_id", "entitlement_id", *principal, "external_id", *rest],
        "assets": ["external_id", "content_type", *rest],
        "sync_runs": ["sync_id", "started_at", "ended_at", "sync_token", "sync_type", "parent_sync_id"],
    }
    indexes = {
        "resource_types": {("external_id", "sync_id")},
        "resources": {
            ("external_id", "sync_id"),
            ("resource_type_id",),
            ("parent_resource_type_id", "parent_resource_id"),
        },
        "entitlements": {("external_id", "sync_id"), ("resource_type_id", "resource_id")},
        "grants": {
            ("external_id", "sync_id"),
            ("resource_type_id", "resource_id"),
            tuple(principal),
            ("entitlement_id", *principal),
        },
        "assets": {("external_id", "sync_id")},
        "sync_runs": {("sync_id",)},
    }
    for table, columns in wanted.items():
        info = database.execute(f"PRAGMA table_info(v1_{table})").fetchall()
        assert [row[1] for row in info] == ["id", *columns]
        assert [row[1] for row in info if row[5]] == ["id"]
        nullable = {row[1] for row in info if not row[3]} - {"id"}
        assert nullable == {
            "resources": {"parent_resource_type_id", "parent_resource_id"},
            "sync_runs": {"ended_at"},
        }.get(table, set())
        found = database.execute(f"PRAGMA index_list(v1_{table})").fetchall()
        made = {
            tuple(part[2] for part in database.execute(f"PRAGMA index_info({index[1]})")): bool(index[2])
            for index in found
        }
        assert set(made) == indexes[table]
        assert [columns for columns, unique in made.items() if unique] == [
            ("sync_id",) if table == "sync_runs" else ("external_id", "sync_id")
        ]


def test_the_run_is_finished_and_full(database: sqlite3.Connection) -> None:
    (run,) = rows(database, "sync_runs")
    assert re.fullmatch(r"[0-9A-Za-z]{27}", run["sync_id"])
    number = 0
    for letter in run["sync_id"]:
        number = number * 62 + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(letter)
    assert (number >> 128) + 1_400_000_000 == 1_793_520_000  # 2026-11-01T08:00:00Z
    assert run["started_at"] == "2026-11-01 08:00:00.000000000"
    assert run["ended_at"] == "2026-11-01 08:05:10.000000000"
    assert (run["sync_type"], run["parent_sync_id"]) == ("full", "")
    for table in ("resource_types", "resources", "entitlements", "grants"):
        assert {row["sync_id"] for row in rows(database, table)} == {run["sync_id"]}


def test_resource_types_have_their_traits(database: sqlite3.Connection) -> None:
    found = {row["external_id"]: wire(row["data"]) for row in rows(database, "resource_types")}
    assert {name: list(message[3][0]) for name, message in found.items()} == {
        "user": [1],
        "group": [2],
        "contactGroup": [2],
        "role": [3],
    }
    assert "SkipEntitlementsAndGrants" in anys(found["user"][4])


def test_everybody_has_a_profile_and_a_status(database: sqlite3.Connection) -> None:
    traits = {}
    for row in rows(database, "resources"):
        message = wire(row["data"])
        assert row["external_id"] == f"{row['resource_type_id']}:{message_id(message)}"
        assert row["parent_resource_type_id"] is None
        if row["resource_type_id"] == "user":
            traits[message_id(message)] = (message, anys(message[4])["UserTrait"])
    assert set(traits) == {"ann", "bob", "cat", "email:new@partner.example", "email:guest@elsewhere.example"}
    for key, (message, trait) in traits.items():
        profile = struct_fields(trait[3][0])
        assert profile["user_id"] == key
        assert {"first_name", "last_name", "login"} <= set(profile)
        assert message[8] == [2 if "guest" in key else 1]
    status = {key: wire(trait[2][0])[1] for key, (_, trait) in traits.items()}
    assert (status["ann"], status["cat"], status["email:new@partner.example"]) == ([1], [2], [2])
    ann, trait = traits["ann"]
    assert ann[3] == ["Ann Ärmel".encode()]
    assert wire(trait[1][0]) == {1: [b"ann@example.org"], 2: [1]}
    assert wire(trait[9][0])[1] == [1_793_354_400]  # 2026-10-30T10:00:00Z


def message_id(message: dict[int, list[Any]]) -> str:
    text: bytes = wire(message[1][0])[2][0]
    return text.decode()


def test_entitlements_are_those_of_each_resource(database: sqlite3.Connection) -> None:
    found = {row["external_id"]: row for row in rows(database, "entitlements")}
    assert set(found) == {
        "group:g1:member", "group:g1:admin", "group:g2:member", "group:g2:admin", "contactGroup:c1:member",
        "role:0:member", "role:2:member", "role:r9:member",
    }  # fmt: skip
    for key, row in found.items():
        message = wire(row["data"])
        kind, resource, slug = key.split(":")
        assert (row["resource_type_id"], row["resource_id"]) == (kind, resource)
        assert message[2] == [key.encode()]
        assert message[8] == [slug.encode()]
        assert message[7] == [2 if kind == "role" else 1]
        assert ident(wire(message[1][0])[1][0]) == f"{kind}:{resource}"
        takers = {wire(taker)[1][0] for taker in message[5]}
        assert takers == ({b"user", b"group"} if kind == "contactGroup" else {b"user"})


def test_grants_are_direct_expandable_or_come_through_a_group(database: sqlite3.Connection) -> None:
    found = {row["external_id"]: row for row in rows(database, "grants")}
    assert set(found) == {
        "role:0:member:user:ann",
        "role:2:member:user:bob",
        "role:2:member:user:cat",
        "group:g1:admin:user:ann",
        "group:g1:member:user:ann",
        "group:g1:member:user:bob",
        "contactGroup:c1:member:group:g1",
        "contactGroup:c1:member:user:bob",
        "contactGroup:c1:member:user:ann",
        "contactGroup:c1:member:user:email:guest@elsewhere.example",
    }
    resources = {row["external_id"] for row in rows(database, "resources")}
    entitlements = {row["external_id"] for row in rows(database, "entitlements")}
    for key, row in found.items():
        message = wire(row["data"])
        assert message[3] == [key.encode()]
        assert row["entitlement_id"] in entitlements
        assert f"{row['principal_resource_type_id']}:{row['principal_resource_id']}" in resources
        assert f"{row['resource_type_id']}:{row['resource_id']}" in resources
        entitlement = wire(message[1][0])
        assert entitlement[2] == [row["entitlement_id"].encode()]
        assert ident(wire(entitlement[1][0])[1][0]) == f"{row['resource_type_id']}:{row['resource_id']}"
        assert ident(wire(message[2][0])[1][0]) == (
            f"{row['principal_resource_type_id']}:{row['principal_resource_id']}"
        )
    nested = wire(found["contactGroup:c1:member:group:g1"]["data"])
    assert anys(nested[4])["GrantExpandable"] == {1: [b"group:g1:member"], 2: [1], 3: [b"user"]}
    assert sources(found["contactGroup:c1:member:user:ann"]["data"]) == {"group:g1:member": False}
    assert sources(found["contactGroup:c1:member:user:bob"]["data"]) == {
        "group:g1:member": False,
        "contactGroup:c1:member": True,
    }
    assert sources(found["contactGroup:c1:member:user:email:guest@elsewhere.example"]["data"]) == {}
    assert "GrantImmutable" in anys(wire(found["contactGroup:c1:member:user:ann"]["data"])[4])


def sources(blob: bytes) -> dict[str, bool]:
    found = {}
    for content in wire(blob)[5]:
        for entry in wire(content)[1]:
            pair = wire(entry)
            found[pair[1][0].decode()] = bool(wire(pair[2][0])[1])
    return found


def test_a_comparison_holds_both_syncs(reader: Reader, folder: Path) -> None:
    with reader.another(2) as newer:
        write_export(newer, Format.C1Z, folder / "both.c1z", connector="Zoom", what=newer.diff(1))
    with closing(opened(folder / "both.c1z", folder)) as database:
        first, second = rows(database, "sync_runs")
        assert first["ended_at"] < second["ended_at"]
        people = {
            run["sync_id"]: {
                row["external_id"] for row in rows(database, "resources") if row["sync_id"] == run["sync_id"]
            }
            for run in (first, second)
        }
        assert people[first["sync_id"]] - people[second["sync_id"]] == {"user:cat"}


def test_one_table_is_no_sync(reader: Reader, folder: Path) -> None:
    with pytest.raises(ExportError, match="whole syncs"):
        write_export(reader, Format.C1Z, folder / "x.c1z", connector="Zoom", what=OneTable(TableName.USERS))
