"""Tables, search, people and things as a screen or a command asks for them."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import FINISHED, STARTED, Account, admin, contact, holder, member, publish, stage, user
from zoomgov.disk.errors import StoreError
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleDetail, RoleRow
from zoomgov.store import reader as reader_module
from zoomgov.store.read import ordering
from zoomgov.store.store import Store
from zoomgov.text import fold
from zoomgov.words.licences import licence, licence_in_brief, privacy

if TYPE_CHECKING:
    from zoomgov.store.reader import Reader

NAMES = [
    "Ann",
    "Ånn",
    "bob",
    "Bo",
    "Chloë",
    "CHLOE",
    "Дмитрий",
    "がき",
    "かき",
    "Zoë O'Neil",
    '"quoted"',
    "100%",
    "a_b",
    "",
]


def crowd(count: int, seed: int = 5) -> Account:
    rng = random.Random(seed)
    people, grants = [], []
    for number in range(count):
        status = rng.choice(["active", "active", "inactive"])
        row = user(
            f"u{number}",
            display_name=rng.choice(NAMES),
            dept=rng.choice(["", "Law", "law", "Ärzte", "Field Sales"]),
            status=status,
            type=rng.choice([1, 2, 99]),
            plan_united_type=rng.choice(["", "1", "64"]),
            role_id=rng.choice(["0", "2", "r1"]),
            created_at=f"2024-0{rng.randrange(1, 9)}-01T00:00:00Z",
            last_login_time=rng.choice(["", f"2026-0{rng.randrange(1, 9)}-01T00:00:00Z"]),
        )
        people.append(row)
        grants += [member(group, row.key) for group in ("g1", "g2", "g3")[: rng.randrange(4)]]
        grants.append(holder(row.role_id, row.key))
    groups = [GroupRow("g1", "Sales", None), GroupRow("g2", "sales east", None), GroupRow("g3", "Law", 1)]
    roles = [RoleRow("0", "Owner", "", "common", 1), RoleRow("r1", "Auditor", "Looks", "common", None)]
    return Account(people, grants, groups, [], roles, [], [])


def table(reader: Reader, query: Query) -> list[dict[str, Any]]:
    columns = [column.key for column in reader.columns(Kind.USERS, query)]
    ids = reader.order(Kind.USERS, query)
    return [dict(zip(columns, row, strict=True)) for row in reader.rows(Kind.USERS, ids, query=query)]


SORTED = ("name", "email", "status", "licence", "role", "dept", "groups", "last_login", "created")
SORTS = [(key, down) for key in SORTED for down in (False, True)]
TEXTS = ["chloe", "CHLOË", "bo", "o'neil zoe", '"q"', "100%", "a_b", "u1", "example.org law", "дмитрий", "か", "かき",
         "nobody here", "%", "ärzte ann", "  "]  # fmt: skip


@pytest.mark.parametrize("old", [False, True], ids=["latest", "older"])
@pytest.mark.parametrize("ranked", [False, True], ids=["by value", "by rank"])
def test_every_sort_is_that_of_python(store: Store, monkeypatch: pytest.MonkeyPatch, ranked: bool, old: bool) -> None:
    if ranked:
        monkeypatch.setattr(ordering, "_FEW", 0)
    publish(store, crowd(150))
    if old:
        publish(store, crowd(90, seed=6))

    def folded(value: Any) -> Any:
        return fold(value) if isinstance(value, str) else value

    with store.reader(1) as reader:
        by_name = table(reader, Query())
        assert len(by_name) == 150
        assert [fold(row["name"]) for row in by_name] == sorted(fold(row["name"]) for row in by_name)
        for key, down in SORTS:
            found = [folded(row[key]) for row in table(reader, Query(sort=((key, down),)))]
            assert found == sorted(found, reverse=down), key
        for keys in ((("dept", True), ("licence", False)), (("role", False), ("groups", True), ("status", True))):
            expected = list(by_name)
            for key, down in reversed(keys):
                expected.sort(key=lambda row, key=key: folded(row[key]), reverse=down)  # type: ignore[misc]
            assert table(reader, Query(sort=keys)) == expected
        assert table(reader, Query(sort=(("status", False), ("name", True))))[0]["status"] == "active"


@pytest.mark.parametrize("indexed", [False, True])
def test_search_finds_all_words_in_any_case_and_accent(store: Store, indexed: bool) -> None:
    publish(store, crowd(120))
    if indexed:
        assert store.build_search()
        assert not store.build_search()
        publish(store, crowd(100, seed=9))
    with store.reader() as reader:
        assert reader.has_search() is indexed
        everyone = table(reader, Query())
        for text in TEXTS:
            words = fold(text).split()
            expected = [
                row for row in everyone
                if all(word in fold(f"{row['name']}\n{row['email']}\n{row['dept']}") for word in words)
            ]  # fmt: skip
            assert table(reader, Query(text=text)) == expected, text
            assert reader.count(Kind.USERS, Query(text=text)) == len(expected)


def test_marks_of_other_scripts_make_other_letters(store: Store) -> None:
    publish(store, Account(users=[user("a", display_name="がき"), user("b", display_name="かき")]))
    with store.reader() as reader:
        assert [row["name"] for row in table(reader, Query(text="かき"))] == ["かき"]


def test_a_name_cannot_break_the_search_text(store: Store) -> None:
    publish(store, Account(users=[user("a", display_name="two\nlines\0 and", dept="x")]))
    with store.reader() as reader:
        assert len(reader.order(Kind.USERS, Query(text="lines and"))) == 1
        assert len(reader.order(Kind.USERS, Query(text="lines\0\n"))) == 1


SMALL = Account(
    users=[user("ann", display_name="Ann Lee", type=2), user("bob"), user("cy", status="inactive")],
    user_grants=[member("g1", "ann"), member("g2", "ann"), member("g1", "bob"), holder("r9", "bob")],
    groups=[GroupRow("g1", "Sales", 2), GroupRow("g2", "Law", 1)],
    contact_groups=[ContactGroupRow("c1", "Partners", 2, "All of them"), ContactGroupRow("c2", "Empty", 1, "")],
    roles=[RoleRow("2", "Member", "", "common", 1), RoleRow("r9", "Auditor", "Looks", "common", 1)],
    details=[RoleDetail("r9", ("User:Read", "Role:Read"), b'[{"permission_id":"x"}]')],
    grants=[
        admin("g1", "ann"), contact("c1", "g1", "group"), contact("c1", "g2", "group"), contact("c1", "bob"),
        contact("c1", "ghost"),
    ],
)  # fmt: skip


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


def test_a_reader_stays_with_its_sync(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:
        ids = reader.order(Kind.USERS)
        before = reader.rows(Kind.USERS, ids)
        publish(store, replace(SMALL, users=[user("zoe")], user_grants=[], grants=[]))
        assert reader.number == 1
        latest = reader.latest()
        assert latest is not None
        assert latest.number == 2
        assert reader.rows(Kind.USERS, ids) == before
        assert reader.order(Kind.USERS) == ids
        with store.reader() as newer:
            assert [row[0] for row in newer.rows(Kind.USERS, newer.order(Kind.USERS))] == ["Person zoe"]
            assert [info.number for info in newer.syncs()] == [1, 2]
        store.prune(1)
        with pytest.raises(StoreError, match="no longer kept"):
            reader.order(Kind.USERS)
    with pytest.raises(StoreError, match="no sync 1"):
        store.reader(1)


def test_pages_are_read_while_another_thread_orders(store: Store) -> None:
    publish(store, crowd(300))
    failures: list[BaseException] = []
    with store.reader() as reader:
        ids = reader.order(Kind.USERS)
        expected = reader.rows(Kind.USERS, ids[:128])

        def order() -> None:
            try:
                for key, down in SORTS * 3:
                    reader.order(Kind.USERS, Query(text="a", sort=((key, down),)))
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=order)
        thread.start()
        while thread.is_alive():
            assert reader.rows(Kind.USERS, ids[:128]) == expected
        thread.join()
    assert failures == []


def test_what_is_staged_by_another_run_is_invisible(store: Store) -> None:
    publish(store, SMALL)
    with store.reader() as reader:
        before = [reader.rows(Kind.USERS, reader.order(Kind.USERS)), reader.person("ann"), reader.syncs()]
        with store.begin(STARTED) as writer:
            stage(writer, replace(SMALL, users=[user("ann", dept="Law")], user_grants=[]))
            assert [reader.rows(Kind.USERS, reader.order(Kind.USERS)), reader.person("ann"), reader.syncs()] == before
            writer.publish(FINISHED)


def test_history_tells_what_changed_newest_first(store: Store) -> None:
    publish(store, SMALL)
    ann = user("ann", display_name="Ann Lee", type=1)
    publish(store, replace(SMALL, users=[ann], user_grants=[member("g2", "ann")]))
    publish(store, SMALL)
    with store.reader() as reader:
        assert [(entry.sync, entry.what) for entry in reader.history(Kind.USERS, "bob")] == [
            (3, "came back"),
            (3, "joined group Sales"),
            (3, "was given the role Auditor"),
            (2, "is gone"),
            (2, "left group Sales"),
            (2, "lost the role Auditor"),
            (1, "was there already"),
        ]
        assert (2, "Licence: Licensed → Basic") in [(e.sync, e.what) for e in reader.history(Kind.USERS, "ann")]
        group = [(entry.sync, entry.what) for entry in reader.history(Kind.GROUPS, "g1")]
        assert group == [(3, "2 members more"), (2, "2 members less"), (1, "was there already")]
    store.prune(2)
    with store.reader() as reader:
        assert (3, "came") in [(entry.sync, entry.what) for entry in reader.history(Kind.USERS, "bob")]


def test_history_from_before_the_oldest_kept_sync_has_no_time(store: Store) -> None:
    """What ended before it is kept where it did not read all lists of users: a later one may find who is missing."""
    ann, bob = user("ann", status="inactive"), user("bob", status="inactive")
    publish(store, Account(users=[ann, bob, user("cy")]))
    for dept in ("Law", "Sales", "Ops"):
        changed = [ann._replace(dept=dept)] + [bob] * (dept == "Ops")
        publish(store, Account(users=changed, skip=frozenset({"users-active"})))
    store.prune(2)
    with store.reader() as reader:

        def told(key: str) -> list[tuple[int, bool, str]]:
            return [(one.sync, bool(one.at), one.what) for one in reader.history(Kind.USERS, key)]

        assert told("ann") == [
            (4, True, "Department: Sales → Ops"),
            (3, True, "Department: Law → Sales"),
            (2, False, "Department: (empty) → Law"),
            (1, False, "was there already"),
        ]
        assert told("bob") == [(4, True, "came back"), (2, False, "is gone"), (1, False, "was there already")]
        assert told("cy") == [(3, True, "was there already")]


def test_diff_has_names_old_and_new_values(store: Store) -> None:
    publish(store, SMALL)
    publish(store, replace(SMALL, users=[user("ann", display_name="Ann Lee", type=1), user("bob")],
                           groups=[GroupRow("g1", "Sales EMEA", 2), GroupRow("g2", "Law", 1)]))  # fmt: skip
    with store.reader() as reader:
        changes = reader.diff(1)
        assert {(item.kind, item.how, item.name) for item in changes.items} == {
            (Kind.USERS, "changed", "Ann Lee"),
            (Kind.USERS, "removed", "Person cy"),
            (Kind.GROUPS, "changed", "Sales EMEA"),
        }
        fields = {item.name: item.fields for item in changes.items}
        assert fields["Ann Lee"] == (("Licence", "Licensed", "Basic"),)
        assert fields["Sales EMEA"] == (("Name", "Sales", "Sales EMEA"),)
        assert changes.grants == ()
        assert not reader.diff(2)
        with pytest.raises(StoreError, match="older one first"):
            reader.diff(2, 1)
        with pytest.raises(StoreError, match="no sync 7"):
            reader.diff(1, 7)


def test_numbers_in_words() -> None:
    assert licence(2, "") == "Licensed"
    assert licence(1, "0") == "Basic"
    assert licence(2, "64") == "Licensed + United Business UK/IR"
    assert licence(2, "131072") == "Licensed + United Enterprise JP"
    assert licence(7, "5") == "Type 7 + United plan 5"
    assert licence_in_brief(licence(2, "64")) == "Lic.+Biz UK/IR"
    assert licence_in_brief(licence(1, "")) == "Basic"
    assert privacy(3) == "Only members see and find it"
    assert privacy(None) == ""


@pytest.mark.parametrize(("indexed", "few"), [(False, 2000), (True, 2000), (True, 0)])
def test_the_first_rows_are_the_beginning_of_the_whole_order(
    store: Store, monkeypatch: pytest.MonkeyPatch, indexed: bool, few: int
) -> None:
    monkeypatch.setattr(ordering, "_FEW", few)
    publish(store, crowd(600))
    if indexed:
        store.build_search()
    role = Target(Kind.ROLES, "2")
    for text in ("", "ann", "nobody", "o"):
        for within in (None, role):
            query = Query(text=text, within=within)
            with store.reader() as reader:
                first, whole = reader.first(Kind.USERS, query), reader.order(Kind.USERS, query)
                if first is None:
                    assert within is not None
                    continue
                ids, everything = first
                assert ids == whole[: len(ids)]
                assert everything == (len(ids) == len(whole))
                assert everything or len(ids) == 128
                assert text or reader.first(Kind.USERS, Query()) is None, "the order is at hand"
    with store.reader() as reader:
        assert reader.first(Kind.USERS, Query(within=role)) is not None
        assert reader.first(Kind.USERS, Query(sort=(("dept", False),))) is None
        assert reader.first(Kind.GROUPS) is None


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", ["name", "email", "created", "last_login"])
def test_the_first_rows_of_an_order_are_its_beginning(
    store: Store, monkeypatch: pytest.MonkeyPatch, key: str, descending: bool
) -> None:
    monkeypatch.setattr(ordering, "_FEW", 0)
    publish(store, crowd(600))
    query = Query(sort=((key, descending),))
    with store.reader() as reader:
        first, whole = reader.first(Kind.USERS, query), reader.order(Kind.USERS, query)
        if first is None:
            assert (key, descending) in (("name", False), ("last_login", False))
        else:
            assert first == (whole[:128], False)
            assert len(first[0]) == 128
        if key != "email":
            assert reader.first(Kind.USERS, query) is None, "the order is at hand"
    publish(store, crowd(600))
    with store.reader(1) as older:
        assert older.first(Kind.USERS, query) is None


def test_an_order_can_be_given_up_and_nothing_else(store: Store) -> None:
    """Interrupted from within, as no other moment is sure to lie in the middle of it."""
    publish(store, crowd(30))
    with store.reader() as reader:
        reader.interrupt()
        assert len(reader.order(Kind.USERS)) == 30

        def interrupted() -> int:
            reader.interrupt()
            return 0

        reader._asking.connection.set_progress_handler(interrupted, 1)
        assert reader.person("u1") is not None
        with pytest.raises(StoreError, match="interrupted"):
            reader.order(Kind.USERS, Query(text="a"))
        reader._asking.connection.set_progress_handler(None, 1)
        assert len(reader.order(Kind.USERS)) == 30


def test_a_closed_reader_says_so(store: Store) -> None:
    publish(store, SMALL)
    reader = store.reader()
    reader.close()
    for call in (reader.syncs, lambda: reader.rows(Kind.USERS, [1]), lambda: reader.order(Kind.USERS)):
        with pytest.raises(StoreError, match="The store was closed"):
            call()
