"""Tables of resources, who is in them, and the page of a person or resource."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import holder, publish
from tests.store.crowd import SMALL, crowd, table
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.store import reader as reader_module
from zoomgov.store.store import Store

if TYPE_CHECKING:
    pass


def test_tables_of_things(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:

        def rows(kind: Kind, query: Query | None = None) -> list[tuple[Any, ...]]:
            return reader.rows(kind, reader.order(kind, query or Query()))

        assert rows(Kind.GROUPS) == [("Law", 1, 0), ("Sales", 2, 1)]
        assert rows(Kind.GROUPS, Query(sort=(("members", True),)))[0][0] == "Sales"
        assert rows(Kind.CONTACT_GROUPS, Query(text="THEM")) == [
            ("Partners", 4, "Members see it, anyone can search it", "All of them")
        ]
        assert rows(Kind.ROLES) == [("Auditor", "common", 1, "Looks"), ("Member", "common", 0, "")]
        assert reader.count(Kind.GROUPS) == 2
        assert reader.find_resources(Kind.GROUPS, "g1") == [("g1", "Sales")]
        assert reader.find_resources(Kind.GROUPS, "sales") == [("g1", "Sales")]
        assert reader.find_resources(Kind.GROUPS, "a") == [("g2", "Law"), ("g1", "Sales")]
        assert reader.find_resources(Kind.GROUPS, "none") == []
        number = reader.order(Kind.GROUPS)[0]
        assert reader.row(Kind.GROUPS, reader.key(number)) == number
        with pytest.raises(KeyError):
            reader.order(Kind.GROUPS, Query(sort=(("colour", False),)))


def test_who_has_each_thing_can_be_counted_ahead(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, crowd(50))
    with store.reader() as reader, store.reader() as other:
        counted = {kind: reader.rows(kind, reader.order(kind)) for kind in (Kind.GROUPS, Kind.ROLES)}
        other.count_grants()
        monkeypatch.setattr(reader_module, "grant_counts", lambda at: pytest.fail("counted again"))
        for kind, rows in counted.items():
            assert other.rows(kind, other.order(kind)) == rows


def test_everyone_in_a_thing_and_how(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:

        def how(kind: Kind, key: str, **more: Any) -> list[tuple[str, str]]:
            rows = table(reader, Query(within=Target(kind, key), **more))
            return [(row["name"], row["how"]) for row in rows]

        assert how(Kind.GROUPS, "g1") == [("Ann Lee", "member, admin"), ("Person bob", "member")]
        assert how(Kind.CONTACT_GROUPS, "c1") == [
            ("Ann Lee", "through Law, through Sales"),
            ("Person bob", "member, through Sales"),
            ("ghost", "member"),
        ]
        assert how(Kind.CONTACT_GROUPS, "c1", text="ghost") == [("ghost", "member")]
        assert [name for name, _ in how(Kind.CONTACT_GROUPS, "c1", sort=(("how", False),))] == [
            "ghost", "Person bob", "Ann Lee"
        ]  # fmt: skip
        assert how(Kind.ROLES, "r9") == [("Person bob", "holds the role")]
        assert how(Kind.ROLES, "unheard of") == []
        assert "how" not in [column.key for column in reader.columns(Kind.USERS)]


def test_the_page_of_a_person(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:
        ann = reader.person("ANN@example.org")
        assert ann is not None
        assert (ann.key, ann.name, ann.licence, ann.role) == ("ann", "Ann Lee", "Licensed", "Member")
        assert [(path.target_name, path.kind, path.via, path.direct) for path in ann.access] == [
            ("Law", "group member", (), True),
            ("Sales", "group member", (), True),
            ("Sales", "group admin", (), True),
            ("Partners", "contact group member", ("Law",), False),
            ("Partners", "contact group member", ("Sales",), False),
        ]
        ghost = reader.person("ghost")
        assert ghost is not None
        assert (ghost.status, [path.target_name for path in ghost.access]) == ("not a user", ["Partners"])
        assert reader.person("nobody") is None
        assert [hit.key for hit in reader.find_people("person")] == ["bob", "cy"]
        assert [hit.key for hit in reader.find_people("BOB@example.org")] == ["bob"]
        assert reader.find_people(" ") == []
        assert len(reader.find_people("example", limit=2)) == 2


def test_the_page_of_a_thing(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:
        partners = reader.resource(Kind.CONTACT_GROUPS, "c1")
        assert partners is not None
        assert (partners.members, partners.people) == (2, 3)
        assert [(group.name, group.members) for group in partners.nested] == [("Law", 1), ("Sales", 2)]
        sales = reader.resource(Kind.GROUPS, "g1")
        assert sales is not None
        assert (sales.members, sales.admins, sales.people, sales.total_members) == (2, 1, 2, 2)
        assert (sales.contact_groups, sales.contact_group_names) == (
            (Target(Kind.CONTACT_GROUPS, "c1"),),
            ("Partners",),
        )
        auditor = reader.resource(Kind.ROLES, "r9")
        assert auditor is not None
        assert auditor.privileges == ("User:Read", "Role:Read")
        assert auditor.privilege_scopes == b'[{"permission_id":"x"}]'
        assert reader.resource(Kind.ROLES, "nothing") is None


def test_the_name_of_a_system_role_is_known_though_roles_are_not_read(store: Store) -> None:
    publish(store, replace(SMALL, skip=frozenset({"roles", "role"}), user_grants=[holder("1", "ann")]))
    with store.reader() as reader:
        ann = reader.person("ann")
        assert ann is not None
        assert [path.target_name for path in ann.access if path.kind == "role"] == ["Admin"]
