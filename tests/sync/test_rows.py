"""Zoom's records as rows of the store, whatever the records contain."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import GrantRow, GroupRow, Held
from zoomgov.sync import rows
from zoomgov.sync.records import decode_list
from zoomgov.zoom.endpoints import LIST_CONTACT_GROUP_MEMBERS, LIST_GROUPS, LIST_USERS
from zoomgov.zoom.errors import ErrorKind, ZoomError

ADA = {
    "id": "Kd3nUqvTRy6Wk0aZb1cD2E",
    "first_name": "Ada",
    "last_name": "Osei",
    "display_name": "Ada Osei",
    "email": "ada.osei@example.com",
    "type": 2,
    "pmi": 5551230001,
    "timezone": "Europe/Berlin",
    "verified": 1,
    "dept": "Finance",
    "created_at": "2021-03-02T08:15:00Z",
    "last_login_time": "2026-11-10T07:02:11Z",
    "last_client_version": "6.2.5.45(mac)",
    "group_ids": ["g1", "g2", "g1"],
    "status": "active",
    "role_id": "0",
    "host_key": "123456",
    "login_types": [101],
    "a_new_field": {"b": 1, "a": 2},
}


def test_a_user_with_everything() -> None:
    result = rows.UserPages("active")([dict(ADA)])
    (ada,) = result.users
    assert (ada.key, ada.email, ada.type, ada.pmi, ada.verified) == (ADA["id"], ADA["email"], 2, 5551230001, 1)
    assert ada.created_at == "2021-03-02T08:15:00Z"
    assert ada.extra == b'{"a_new_field":{"a":2,"b":1},"login_types":[101]}'
    assert result.held == [Held("0", ("g1", "g2", "g1"))]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)

PLAIN = {key: value for key, value in ADA.items() if key not in ("a_new_field", "host_key")}
PLAIN["user_created_at"] = PLAIN["created_at"]
NEEDED = ("id", "email", "type", "status")


def both_ways(records: list[dict[str, Any]], status: str) -> tuple[rows.Rows | None, rows.Rows]:
    """Rows by the short way for records as Zoom's docs describe them, and by the way for any."""
    body = msgspec.json.encode({"users": records})
    pages = rows.UserPages(status)
    return pages.plain(body), pages(decode_list(LIST_USERS, body))


def test_a_record_as_in_the_docs_goes_the_short_way() -> None:
    lean = {key: PLAIN[key] for key in (*NEEDED, "user_created_at")}
    short, long = both_ways([PLAIN, {**PLAIN, "id": "b", "group_ids": ["", "g1"]}, lean], "active")
    assert short == long
    assert short is not None
    assert short.users[0].extra == b'{"login_types":[101]}'


@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.just(PLAIN[name]) | JSON for name in NEEDED},
            optional={name: st.just(value) | JSON for name, value in {**ADA, **PLAIN}.items() if name not in NEEDED},
        ),
        max_size=3,
    ),
    st.sampled_from(["active", "inactive", "pending"]),
)
def test_the_short_way_never_says_otherwise(records: list[dict[str, Any]], status: str) -> None:
    short, long = both_ways(records, status)
    assert short in (None, long)


def test_a_pending_user_has_no_id_and_no_lasting_date() -> None:
    record = {"email": "New.Hire@Example.com", "type": 1, "created_at": "2026-11-23T19:00:00Z"}
    (user,) = rows.UserPages("pending")([record]).users
    assert (user.key, user.status, user.created_at) == ("email:new.hire@example.com", "pending", "")


def test_admins_come_without_id_and_members_may_be_groups() -> None:
    admin = rows.principal_rows(GrantKind.GROUP_ADMIN, "g", [{"email": "Ada@Example.com", "name": "Ada"}])
    assert admin.grants == [GrantRow(GrantKind.GROUP_ADMIN, "g", "user", "email:ada@example.com")]
    members = rows.principal_rows(
        GrantKind.CONTACT_GROUP_MEMBER, "dir.x", [{"type": 1, "id": "u"}, {"type": 2, "id": "g"}, {"name": "nobody"}]
    )
    assert [(grant.principal_kind, grant.principal_key) for grant in members.grants] == [("user", "u"), ("group", "g")]
    assert members.unreadable == 1


@pytest.mark.parametrize("key", ["group_members", "members"])
def test_both_keys_of_contact_group_members(key: str) -> None:
    body = msgspec.json.encode({key: [{"id": "u", "type": 1}]})
    assert decode_list(LIST_CONTACT_GROUP_MEMBERS, body) == [{"id": "u", "type": 1}]


def test_a_list_left_out_is_empty_and_a_wrong_one_is_an_error() -> None:
    assert decode_list(LIST_GROUPS, b'{"total_records":0}') == []
    assert decode_list(LIST_GROUPS, b'{"groups":null}') == []
    for body in (b'{"groups":{}}', b'{"groups":[1]}', b"[]", b"<html>", b"\xff"):
        with pytest.raises(ZoomError) as caught:
            decode_list(LIST_GROUPS, body)
        assert caught.value.kind is ErrorKind.UNEXPECTED


def test_numbers_as_texts_and_numbers_too_large() -> None:
    assert rows.group_rows([{"id": 7, "name": None, "total_members": "12"}]).groups == [GroupRow("7", "", 12)]
    assert rows.group_rows([{"id": "x", "total_members": 2**70}]).groups == [GroupRow("x", "", None)]


@given(st.lists(st.dictionaries(st.sampled_from([*ADA, "user_created_at", "total_members", "x"]), JSON), max_size=3))
def test_no_record_is_too_odd(records: list[dict[str, Any]]) -> None:
    decoded = decode_list(LIST_GROUPS, msgspec.json.encode({"groups": records}))
    for result in (
        rows.UserPages("active")(decoded),
        rows.group_rows(decoded),
        rows.contact_group_rows(decoded),
        rows.role_rows(decoded),
        rows.principal_rows(GrantKind.GROUP_ADMIN, "g", decoded),
    ):
        assert len(result.identities()) + result.unreadable >= len(records)
    for record in decoded:
        rows.role_detail("r", record)


def test_the_same_record_in_another_list_is_another() -> None:
    """A record may leave its status out: the list it is in tells it then."""
    records = [b'{"id":"a"}', b'{"id":"b"}']
    digests = [*rows.digests_of(records, "active"), *rows.digests_of(records, "inactive")]
    assert len(set(digests)) == 4
    assert rows.digests_of(records[1:], "active") == digests[1:2]


def test_the_moment_of_the_call_is_no_change_of_an_invited_person() -> None:
    def digest(moment: str, name: str, status: str = "pending") -> int:
        record = f'{{"email":"a@x","created_at":"{moment}","first_name":"{name}","user_created_at":"2026-01-01"}}'
        return rows.digests_of([msgspec.Raw(record.encode())], status)[0]

    assert digest("2026-11-29T10:00:00Z", "Ann") == digest("2026-11-30T11:00:00Z", "Ann")
    assert digest("2026-11-29T10:00:00Z", "Ann") != digest("2026-11-29T10:00:00Z", "Bob")
    assert digest("", r"\"created_at\":\"a\"") != digest("", r"\"created_at\":\"b\"")
    assert digest("2026-11-29T10:00:00Z", "Ann", "active") != digest("2026-11-30T11:00:00Z", "Ann", "active")


def test_records_without_id_and_address_are_counted_one_by_one() -> None:
    nobody: list[dict[str, Any]] = [{"name": "x"}, {"id": ""}]
    for decode in (
        rows.UserPages("active"),
        rows.group_rows,
        rows.contact_group_rows,
        rows.role_rows,
        lambda records: rows.principal_rows(GrantKind.ROLE, "1", records),
    ):
        read = decode([dict(record) for record in nobody] + [{"id": "a", "group_id": "a", "email": "a@example.org"}])
        assert (read.unreadable, len(read.identities())) == (2, 1)


@pytest.mark.parametrize("missing", ["id", "user_created_at", "status"])
def test_a_record_that_lacks_what_matters_goes_the_long_way(missing: str) -> None:
    for record in ({**PLAIN, missing: ""}, {key: value for key, value in PLAIN.items() if key != missing}):
        assert both_ways([record], "active")[0] is None
