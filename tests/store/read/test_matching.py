"""Conditions on a real store, against Python over all rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.store.conftest import admin, contact, publish
from tests.store.crowd import crowd, table
from zoomgov.model.filters import parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query
from zoomgov.model.rows import ContactGroupRow
from zoomgov.store.store import Store
from zoomgov.text import fold

Row = dict[str, Any]
SINCE_AUGUST = "2026-08-01T08:05:00Z"
"""92 days before the sync of the fixture."""

CASES: list[tuple[str, Callable[[Row], bool]]] = [
    ("status:inactive", lambda row: row["status"] == "inactive"),
    ("-status:inactive", lambda row: row["status"] != "inactive"),
    ("status:active,inactive", lambda row: True),
    ("role:own", lambda row: row["role"] == "Owner"),
    ('role:"own"', lambda row: False),
    ("role:auditor,owner", lambda row: row["role"] in ("Auditor", "Owner")),
    ("licence:licensed", lambda row: "licensed" in fold(row["licence"])),
    ('license:"basic"', lambda row: row["licence"] == "Basic"),
    ("dept:law", lambda row: fold(row["dept"]) == "law"),
    ('dept:"Field Sales"', lambda row: row["dept"] == "Field Sales"),
    ("dept:arzt", lambda row: row["dept"] == "Ärzte"),
    ("dept:none", lambda row: row["dept"] == ""),
    ("last-login:never", lambda row: row["last_login"] == ""),
    ("last-login:>92d", lambda row: "" < row["last_login"] < SINCE_AUGUST),
    ("last-login:<92d", lambda row: row["last_login"] >= SINCE_AUGUST),
    ("last-login:>92d,never", lambda row: row["last_login"] < SINCE_AUGUST),
    ("created:>2y", lambda row: row["created"] < "2024-11-01T08:05:00Z"),
    ("group:none", lambda row: row["groups"] == 0),
    ("group:any", lambda row: row["groups"] > 0),
    ("groups:2", lambda row: row["groups"] == 2),
    ("groups:>1", lambda row: row["groups"] > 1),
    ("groups:<1", lambda row: row["groups"] == 0),
    ("name:bo", lambda row: "bo" in fold(row["name"])),
    ("email:u12", lambda row: "u12" in row["email"]),
    ("domain:example.org", lambda row: True),
    ("domain:ample.org", lambda row: False),
    ("bo status:active -dept:law", lambda row: row["status"] == "active" and fold(row["dept"]) != "law"
        and "bo" in fold(f"{row['name']} {row['email']} {row['dept']}")),
]  # fmt: skip


def asked(text: str, kind: Kind = Kind.USERS) -> Query:
    found = parse_filter(text, kind)
    assert not found.problems
    return Query(text=found.text, conditions=found.conditions)


@pytest.mark.parametrize("old", [False, True], ids=["latest", "older"])
def test_each_field_finds_what_python_finds(store: Store, old: bool) -> None:
    publish(store, crowd(150))
    if old:
        publish(store, crowd(90, seed=6))
    with store.reader(1) as reader:
        everyone = table(reader, Query())
        for text, met in CASES:
            assert table(reader, asked(text)) == [row for row in everyone if met(row)], text


def test_the_first_who_meet_conditions_are_the_beginning_of_all_who_do(store: Store) -> None:
    publish(store, crowd(600))
    with store.reader() as reader:
        reader.order(Kind.USERS)
        for text, _ in CASES:
            for again in (False, True):
                first, whole = reader.first(Kind.USERS, asked(text)), reader.order(Kind.USERS, asked(text))
                assert first is not None or not again, "it is quick once the people of the conditions are known"
                if first is not None:
                    assert first[0] == whole[: len(first[0])], text
                    assert first[1] == (len(first[0]) == len(whole)), text


def test_no_search_waits_for_what_can_be_completed(store: Store) -> None:
    publish(store, crowd(60))
    with store.reader() as reader, reader._asking.lock, reader._drawing.lock:
        assert reader.offered_values()["dept"]


def test_things_are_met_by_name_and_through_groups(store: Store) -> None:
    account = crowd(60)
    account.contact_groups = [ContactGroupRow("c1", "Board", 1, ""), ContactGroupRow("c2", "Empty", 3, "")]
    account.grants = [admin("g3", "u1"), contact("c1", "g1", "group"), contact("c1", "u2")]
    publish(store, account)
    grants = {(grant.target_id, grant.principal_key) for grant in account.user_grants}
    emails = {row.key: row.email for row in account.users}
    inside = {email for key, email in emails.items() if ("g1", key) in grants or key == "u2"}
    sales = {email for key, email in emails.items() if ("g1", key) in grants or ("g2", key) in grants}
    with store.reader() as reader:

        def found(text: str) -> set[str]:
            return {row["email"] for row in table(reader, asked(text))}

        everyone = set(emails.values())
        assert found("group:sales") == sales
        assert found('group:"sales"') == {email for key, email in emails.items() if ("g1", key) in grants}
        assert found("admin-of:law") == found("admin-of:any") == {"u1@example.org"}
        assert found("admin-of:none") == everyone - {"u1@example.org"}
        assert found("contact-group:board") == found("contact-group:any") == inside
        assert found("contact-group:none") == everyone - inside
        names = [row[0] for row in reader.rows(Kind.GROUPS, reader.order(Kind.GROUPS, asked("admins:0", Kind.GROUPS)))]
        assert names == ["Sales", "sales east"]
        private = reader.order(Kind.CONTACT_GROUPS, asked("privacy:only -name:board members:0", Kind.CONTACT_GROUPS))
        assert [row[0] for row in reader.rows(Kind.CONTACT_GROUPS, private)] == ["Empty"]
        values = reader.offered_values()
        assert set(values) == {"role", "dept", "licence"}
        assert "Auditor" in values["role"]
        assert "Field Sales" in values["dept"]
