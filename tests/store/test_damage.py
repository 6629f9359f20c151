"""Values in a store that this program never writes: told as damage of the file, not as a defect, and nothing hangs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import FINISHED, STARTED, Account, member, publish, stage, user
from zoomgov.disk.errors import StoreError
from zoomgov.findings.asking import find
from zoomgov.model.kinds import Kind
from zoomgov.model.rows import GroupRow, RoleDetail, RoleRow
from zoomgov.store.damage import damage_in
from zoomgov.store.history import diff
from zoomgov.store.read.id_vectors import span

if TYPE_CHECKING:
    from zoomgov.store.store import Store

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ACCOUNT = Account(
    users=[user("ann", dept="Law"), user("bob")],
    user_grants=[member("g1", "ann")],
    groups=[GroupRow("g1", "Sales", 1)],
    roles=[RoleRow("2", "Member", "", "common", 2)],
    details=[RoleDetail("2", ("User:Read",), b"[]")],
)


@pytest.fixture
def synced(store: Store) -> Store:
    publish(store, ACCOUNT)
    publish(store, Account(**{**vars(ACCOUNT), "users": ACCOUNT.users[:1]}))
    return store


def change(store: Store, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute(sql, values)
        connection.commit()


def read_all(store: Store) -> None:
    with store.reader() as reader:
        reader.syncs()
        reader.licences()
        for kind in Kind:
            reader.rows(kind, reader.order(kind))
        for key in ("ann", "bob"):
            reader.person(key)
            reader.history(Kind.USERS, key)
        reader.resource(Kind.ROLES, "2")
        reader.history(Kind.GROUPS, "g1")
        reader.diff(1)
        find(reader, NOW)


WRONG = [
    ("UPDATE syncs SET not_read = ?", "7", "what it says of a sync cannot be read"),
    ("UPDATE syncs SET not_read = ?", '[{"part": 7}]', "what it says of a sync cannot be read"),
    ("UPDATE syncs SET parts = ?", '[{"part": "x", "lists": "y", "rows": 0, "expected": null}]', "of a sync"),
    pytest.param("UPDATE syncs SET counts = ?", "[" * 100_000, "what it says of a sync cannot be read", id="deep"),
    ("UPDATE syncs SET changes = ?", '{"users_added": "x"}', "what it says of a sync cannot be read"),
    ("UPDATE syncs SET finished_at = ?", "yesterday", "what it says of a sync cannot be read"),
    ("UPDATE syncs SET started_at = ?", "2026-11-01T08:00:00", "what it says of a sync cannot be read"),
    ("UPDATE things SET id = ? WHERE key = 'g1'", 2**40, "something in it has an impossible id"),
    ("UPDATE grants SET target = ?", 99, "somebody has what there is not"),
    ("UPDATE users_past SET id = ?", 99, "a row of users_past is about nothing"),
    # from these nothing follows here
    ("UPDATE things SET id = ? WHERE key = 'ann'", -3, "something in it has an impossible id"),
    ("UPDATE things SET kind = ? WHERE key = 'ann'", 9, "something in it is of no known kind"),
    ("UPDATE syncs SET number = ? WHERE number = 1", -5, "a sync has an impossible number"),
    ("UPDATE syncs SET number = ? WHERE number = 2", 7, "the numbers of its syncs have a gap"),
    ("UPDATE grants SET kind = ?", 7, "somebody has what there is not"),
    ("UPDATE grants SET principal = ?", 99, "nobody has something"),
    ("UPDATE grants SET seen_from = ?", -1, "a row of grants began at no sync"),
    ("UPDATE users_past SET gone_at = ?", 1, "a row of users_past ended before it began"),
    (
        "INSERT INTO logins VALUES (?, '', '', NULL)",
        99,
        "a last login is nobody's",
    ),
    ("UPDATE roles SET privileges = ?", '{"a": 1}', "privileges in roles cannot be read"),
    ("UPDATE users SET extra = ?", b"[]", "extra in users cannot be read"),
]


@pytest.mark.parametrize(("sql", "value", "why"), WRONG)
def test_a_damaged_value_is_known(synced: Store, sql: str, value: object, why: str) -> None:
    assert damage_in(synced.path) == ""
    change(synced, sql, value)
    assert why in damage_in(synced.path)


@pytest.mark.parametrize(("sql", "value", "why"), WRONG[:10])
def test_what_follows_from_it_is_told_as_damage(synced: Store, sql: str, value: object, why: str) -> None:
    change(synced, sql, value)
    with pytest.raises(StoreError, match=rf"one\.sqlite3 is damaged: .*{why}.*Move it away"):
        read_all(synced)


def test_a_defect_is_still_a_defect(synced: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(diff, "changes", fail)
    with synced.reader() as reader, pytest.raises(KeyError, match="a mistake of ours"):
        reader.diff(1)


def test_an_impossible_id_takes_no_memory(synced: Store) -> None:
    change(synced, "INSERT INTO things VALUES (?, 1, 'x')", 2**31)
    with closing(sqlite3.connect(synced.path)) as connection, pytest.raises(ValueError, match="an id is 2147483648"):
        span(connection)


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("UPDATE stage_pages SET payload = ?", b"not packed"),
        ("UPDATE stage_pages SET seen = ?", b"\xff\xff\xff\x0f"),
        ("UPDATE stage_pages SET seen = ?", b"abc"),
        ("UPDATE stage_pages SET grants = ?", b"\x09\x00\x00\x00"),
        ("UPDATE stage_pages SET id = ?", 2**40),
    ],
)
def test_what_is_staged_and_damaged_is_dropped_and_read_anew(synced: Store, sql: str, value: object) -> None:
    writer = synced.begin(STARTED)
    stage(writer, Account(users=ACCOUNT.users))
    writer.close()
    change(synced, f"{sql} WHERE id = (SELECT min(id) FROM stage_pages)", value)
    writer = synced.begin(STARTED)
    with pytest.raises(StoreError, match=r"what this sync had read is damaged \(.*\) and was dropped. Sync again"):
        writer.publish(FINISHED)
    assert publish(synced, ACCOUNT).number == 3


@pytest.mark.parametrize("text", ["", "7", "{}", '{"format": "x", "started_at": 7, "first_new": -1, "ahead": []}'])
def test_what_is_kept_about_the_staging_and_damaged_is_dropped_too(synced: Store, text: str) -> None:
    writer = synced.begin(STARTED)
    stage(writer, Account(users=ACCOUNT.users))
    writer.close()
    change(synced, "UPDATE meta SET value = ? WHERE key = 'staging'", text)
    assert publish(synced, ACCOUNT).number == 3
