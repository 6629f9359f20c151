"""The .c1z container, as the commands of `baton` read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from tests.export import baton
from zoomgov.export import ExportCancelled, ExportError, Format, OneTable, Progress, TableName, write_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zoomgov.store.reader import Reader


@pytest.fixture
def packed(reader: Reader, folder: Path) -> Path:
    path = folder / "sync.c1z"
    write_export(reader, Format.C1Z, path, connector="Zoom")
    return path


@pytest.fixture
def file(packed: Path, tmp_path: Path) -> Iterator[baton.File]:
    with closing(baton.File(packed, tmp_path)) as opened:
        yield opened


def test_the_envelope_is_one_frame_that_a_reader_can_check(packed: Path) -> None:
    frame = zstandard.get_frame_parameters(packed.read_bytes()[5:])
    assert frame.has_checksum
    assert frame.window_size <= 8 << 20


def test_tables_have_the_columns_of_the_container(packed: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "plain.sqlite3"
    unpacked.write_bytes(zstandard.ZstdDecompressor().decompressobj().decompress(packed.read_bytes()[5:]))
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
    with closing(sqlite3.connect(unpacked)) as database:
        assert database.execute("PRAGMA page_size").fetchone() == (4096,)
        assert database.execute("PRAGMA user_version").fetchone() == (0,)
        assert database.execute("PRAGMA encoding").fetchone() == ("UTF-8",)
        for table, columns in wanted.items():
            info = database.execute(f"PRAGMA table_info(v1_{table})").fetchall()
            assert [row[1] for row in info] == ["id", *columns]
            assert [row[1] for row in info if row[5]] == ["id"]
            assert {row[1] for row in info if row[2] == "DATETIME"} == {
                column for column in columns if column.endswith("_at")
            }  # or a reader takes them for text, which is no time
            nullable = {row[1] for row in info if not row[3]} - {"id"}
            assert nullable == {
                "resources": {"parent_resource_type_id", "parent_resource_id"},
                "sync_runs": {"ended_at"},
            }.get(table, set())


def test_the_run_is_finished_and_full(file: baton.File) -> None:
    ((sync_id, started, ended, kind, parent),) = file.db.execute(
        "SELECT sync_id, started_at, ended_at, sync_type, parent_sync_id FROM v1_sync_runs"
    )
    number = 0
    for letter in sync_id:
        number = number * 62 + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(letter)
    assert (number >> 128) + 1_400_000_000 == 1_793_520_000  # 2026-11-01T08:00:00Z
    assert (started, ended) == ("2026-11-01 08:00:00.000000000", "2026-11-01 08:05:10.000000000")
    assert (kind, parent) == ("full", "")
    for table in ("resource_types", "resources", "entitlements", "grants"):
        assert file.db.execute(f"SELECT DISTINCT sync_id FROM v1_{table}").fetchall() == [(sync_id,)]


def test_resource_types_have_their_traits(file: baton.File) -> None:
    types = file.resource_types()
    assert {name: list(kind.traits) for name, kind in types.items()} == {
        "user": [1],
        "group": [2],
        "contactGroup": [2],
        "role": [3],
    }
    assert baton.pick(types["user"], "SkipEntitlementsAndGrants") is not None


def test_resources_lists_everybody_and_everything(file: baton.File) -> None:
    rows = file.resources()
    assert {(key, kind) for key, _, kind in rows} == {
        ("ann", "User"), ("bob", "User"), ("cat", "User"), ("email:new@partner.example", "User"),
        ("email:guest@elsewhere.example", "User"), ("g1", "Group"), ("g2", "Group"), ("c1", "Contact Group"),
        ("0", "Role"), ("2", "Role"), ("r9", "Role"),
    }  # fmt: skip
    assert ("ann", "Ann Ärmel", "User") in rows
    assert {key for key, *_ in file.resources("role")} == {"0", "2", "r9"}


def test_export_has_a_profile_and_a_status_of_everybody(file: baton.File) -> None:
    people = {row["user_id"]: row for row in file.export() if row["type"] == "Identity"}
    assert people["ann"] == {
        "type": "Identity", "last_name": "ann", "first_name": "Person", "user_id": "ann", "status": "Enabled",
        "email": "ann@example.org",
    }  # fmt: skip
    assert {key: person["status"] for key, person in people.items()} == {
        "ann": "Enabled",
        "bob": "Enabled",
        "cat": "Disabled",
        "email:new@partner.example": "Disabled",
        "email:guest@elsewhere.example": "Unknown",
    }
    grants = {(row["user_id"], row["entitlement"]) for row in file.export() if row["type"] == "Grant"}
    assert ("ann", "role:0:member") in grants
    assert len({row["entitlement"] for row in file.export() if row["type"] == "Entitlement"}) == 8
    ann = file._resource(baton.kind_of("ResourceId")(resource_type="user", resource="ann"))
    trait = baton.pick(ann, "UserTrait")
    assert trait is not None
    assert trait.last_login.seconds == 1_793_354_400  # 2026-10-30T10:00:00Z
    assert ann.creation_source == 1
    guest = baton.kind_of("ResourceId")(resource_type="user", resource="email:guest@elsewhere.example")
    assert file._resource(guest).creation_source == 2


def test_entitlements_are_those_of_each_resource(file: baton.File) -> None:
    rows = {key: (name, kind, resource, slug) for key, name, kind, resource, slug in file.entitlements()}
    assert set(rows) == {
        "group:g1:member", "group:g1:admin", "group:g2:member", "group:g2:admin", "contactGroup:c1:member",
        "role:0:member", "role:2:member", "role:r9:member",
    }  # fmt: skip
    assert rows["group:g1:admin"] == ("Finance Group Admin", "Group", "Finance", "admin")
    for key in rows:
        found = file._get("entitlements", "Entitlement", key)
        kind = key.split(":")[0]
        assert found.purpose == (2 if kind == "role" else 1)
        takers = {taker.id for taker in found.grantable_to}
        assert takers == ({"user", "group"} if kind == "contactGroup" else {"user"})


def test_grants_lists_each_with_names_from_both_ends(file: baton.File) -> None:
    rows = file.grants()
    assert len(rows) == 10
    assert ("Role", "Owner", "Owner Role Member", "Ann Ärmel") in rows
    assert {row[3] for row in file.grants(entitlement_id="group:g1:member")} == {"Ann Ärmel", baton_name(file, "bob")}
    assert {row[0] for row in file.grants(resource_type_id="contactGroup", resource_id="c1")} == {"Contact Group"}


def baton_name(file: baton.File, key: str) -> str:
    return next(name for found, name, _ in file.resources("user") if found == key)


def test_access_is_what_somebody_has_in_the_end(file: baton.File) -> None:
    assert file.access("user", "ann") == {
        "role:0": ["member"],
        "group:g1": ["admin", "member"],
        "contactGroup:c1": ["member"],
    }
    assert file.access("user", "email:guest@elsewhere.example") == {"contactGroup:c1": ["member"]}
    assert file.access("group", "g1") == {"contactGroup:c1": ["member"]}


def test_a_group_in_a_contact_group_expands_to_its_members(file: baton.File) -> None:
    nested = file.grant("contactGroup:c1:member:group:g1")
    expands = baton.pick(nested, "GrantExpandable")
    assert expands is not None
    assert (expands.entitlement_ids, expands.shallow, expands.resource_type_ids) == (
        ["group:g1:member"],
        True,
        ["user"],
    )
    (found,) = file.db.execute("SELECT external_id FROM v1_grants WHERE needs_expansion = 1")
    assert found == ("contactGroup:c1:member:group:g1",)
    # what expanding finds is there already
    members = {principal for entitlement, principal in file.pairs() if entitlement == "group:g1:member"}
    assert members <= {principal for entitlement, principal in file.pairs() if entitlement == "contactGroup:c1:member"}
    assert sources(file, "contactGroup:c1:member:user:ann") == {"group:g1:member": False}
    assert sources(file, "contactGroup:c1:member:user:bob") == {
        "contactGroup:c1:member": True,
        "group:g1:member": False,
    }
    assert sources(file, "contactGroup:c1:member:user:email:guest@elsewhere.example") == {}
    assert baton.pick(file.grant("contactGroup:c1:member:user:ann"), "GrantImmutable") is not None
    assert baton.pick(file.grant("contactGroup:c1:member:user:bob"), "GrantImmutable") is None


def sources(file: baton.File, key: str) -> dict[str, bool]:
    return {name: source.is_direct for name, source in file.grant(key).sources.sources.items()}


def test_stats_count_each_type(file: baton.File) -> None:
    assert file.stats() == {
        "resource_types": 4, "user": 5, "group": 2, "contactGroup": 1, "role": 3, "entitlements": 8, "grants": 10,
    }  # fmt: skip


def test_diff_finds_what_changed_between_both_syncs(reader: Reader, folder: Path, tmp_path: Path) -> None:
    with reader.another(2) as newer:
        write_export(newer, Format.C1Z, folder / "both.c1z", connector="Zoom", what=newer.diff(1))
    with closing(baton.File(folder / "both.c1z", tmp_path)) as both:
        found: Any = both.diff()
    assert found["resources"] == {"created": set(), "deleted": {"user:cat"}, "modified": {"user:bob"}}
    assert found["entitlements"] == {"created": set(), "deleted": set(), "modified": set()}
    assert found["grants"] == {"created": set(), "deleted": {"role:2:member:user:cat"}, "modified": set()}


def test_one_sync_cannot_be_compared(file: baton.File) -> None:
    with pytest.raises(AssertionError, match="single sync"):
        file.diff()


def test_one_table_is_no_sync(reader: Reader, folder: Path) -> None:
    with pytest.raises(ExportError, match="whole syncs"):
        write_export(reader, Format.C1Z, folder / "x.c1z", connector="Zoom", what=OneTable(TableName.USERS))


@pytest.mark.parametrize("step", ["rows", "indexes", "packing"])
def test_it_can_be_stopped_at_every_step(reader: Reader, folder: Path, step: str) -> None:
    seen: list[Progress] = []
    with pytest.raises(ExportCancelled):
        write_export(
            reader, Format.C1Z, folder / "x.c1z", connector="Zoom", on_progress=seen.append,
            cancelled=lambda: bool(seen) and seen[-1].step == step,
        )  # fmt: skip
    assert seen[-1].step == step
    assert seen[-1].text
    assert list(folder.iterdir()) == []
