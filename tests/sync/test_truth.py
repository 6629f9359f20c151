"""Whatever answers leave out, refuse or cut: a sync is complete with the truth, or names what is missing."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sync.conftest import Bench
from tests.sync.faults import fault
from zoomgov.model.kinds import Kind
from zoomgov.sim.account.build import build_account
from zoomgov.sim.world.options import LeftOut, Options
from zoomgov.sync.events import Outcome, SyncSummary
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.sim.account.account import Account, User

ENVELOPE: Final = ("total_records", "page_count", "page_number", "page_size", "next_page_token")
FIELDS: Final = {
    "list_users": ("id", "email", "role_id", "group_ids", "status", "type", "users"),
    "list_groups": ("id", "name", "total_members", "groups"),
    "list_group_members": ("id", "email", "members"),
    "list_group_admins": ("email", "name", "admins"),
    "list_contact_groups": ("group_id", "group_name", "groups"),
    "list_contact_group_members": ("id", "type", "name", "group_members"),
    "list_roles": ("id", "name", "total_members", "roles"),
    "list_role_members": ("id", "email", "members"),
    "read_user": ("role_id", "group_ids"),
    "read_role": ("id", "privileges"),
}
WHOSE: Final = ("", "", "", "some", "active", "inactive")
TELLING: Final = (
    ("list_users", "group_ids"), ("list_users", "role_id"), ("list_groups", "total_members"),
    ("list_roles", "total_members"), ("read_user", "group_ids"), ("read_user", "role_id"), ("list_groups", "groups"),
    ("*", "total_records"),
)  # fmt: skip
"""Fields that tell who is in what, and whether that is all."""
REFUSALS: Final[dict[str, dict[str, Any]]] = {
    "scope": {"status": 400, "body": {"code": 4711, "message": "Invalid access token, does not contain scopes:[x]."}},
    "missing": {"status": 404, "body": {"code": 4130, "message": "A group with this ID does not exist."}},
    "request": {"status": 400, "body": {"code": 300, "message": "Validation Failed."}},
    "privilege": {"status": 403, "body": {"message": "Forbidden"}},
    "gone": {"status": 410, "body": ""},
    "web page": {"status": 403, "body": "<html>Blocked</html>", "headers": {"content-type": "text/html"}},
    "nothing": {"status": 200, "body": {}},
    "null": {"status": 200, "body": {"users": None, "groups": None, "members": None, "admins": None, "roles": None}},
    "server": {"status": 500},
}
LISTS: Final = (
    "status=active", "status=inactive", "status=pending", r"/v2/groups(\?|$)", "/v2/groups/[^/]+/members",
    "/v2/groups/[^/]+/admins", r"/contacts/groups(\?|$)", "/contacts/groups/[^/]+/members", r"/v2/roles(\?|$)",
    "/v2/roles/[^/]+/members", "/v2/roles/[^/]+$", "/v2/users/", "/plans/usage",
    "/v2/groups/{group}/members", "/v2/groups/{group}/admins", "/contacts/groups/{contact}/members",
)  # fmt: skip


@dataclass(frozen=True)
class Zoom:
    """One account and how it answers."""

    seed: int
    users: int
    options: Options
    refused: dict[str, str] = field(default_factory=dict)
    """Path of a list to the key of a refusal; {group} and {contact} stand for one of them."""
    limited: bool = False
    """Whether the app's owner sees the people of one group only."""
    thorough: bool = False
    changes: tuple[int, ...] = ()
    """Per cent of the people who change before each further sync."""

    @property
    def is_plain(self) -> bool:
        """Whether all is answered, and nothing that tells who is in what is left out."""
        options = self.options
        told = not options.leave_out and options.counts == "right"
        return told and not self.refused and not self.limited

    def hides_groups(self, account: Account) -> bool:
        """Whether Zoom answers as on an account without groups, and no record says otherwise."""
        out = {(one.call, one.field) for one in self.options.leave_out if not one.whose}
        no_total = not out.isdisjoint({("*", "total_records"), ("list_groups", "total_records")})
        empty = ("list_groups", "groups") in out and (no_total or self.options.counts != "right")
        empty = empty or self.refused.get(LISTS[3]) in ("nothing", "null")
        silent = {("list_users", "group_ids"), ("read_user", "group_ids")} <= out
        silent = silent or not {"status=active", "/v2/users/"}.isdisjoint(self.refused)
        return empty and (silent or not any(user.group_ids for user in account.with_status("active")))


@st.composite
def left_out(draw: st.DrawFn) -> LeftOut:
    call = draw(st.sampled_from(["*", *FIELDS]))
    names = ENVELOPE if call == "*" else (*FIELDS[call], *ENVELOPE)
    name = draw(st.sampled_from(names))
    whose = draw(st.sampled_from(WHOSE)) if name in ("role_id", "group_ids", "id", "email", "total_members") else ""
    if whose in ("active", "inactive") and call != "list_users":
        whose = ""
    return LeftOut(call, name, whose)


@st.composite
def zooms(draw: st.DrawFn, *themes: str) -> Zoom:
    """How Zoom may answer; `themes` are what is odd about it: records, envelopes, pages, refused, limited."""

    def one_of(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    out: list[LeftOut] = []
    if "records" in themes:
        out += [LeftOut(*field, one_of(*WHOSE)) for field in TELLING[:2] if draw(st.booleans())]
        out += [LeftOut(*field, one_of("", "some")) for field in TELLING[2:4] if draw(st.booleans())]
        out += [LeftOut(*field) for field in TELLING[4:] if one_of(True, False, False, False)]
    if "envelopes" in themes:
        out += draw(st.lists(left_out(), max_size=3))
    paged = "pages" in themes
    options = Options(
        rate_limit="unlimited",
        leave_out=tuple(out),
        left_out_as=one_of("absent", "absent", "null", "blank"),
        page_max=one_of(10, 20, 30, 50) if paged else None,
        page_size_too_big=one_of("cap", "refuse"),
        paging=one_of("tokens", "tokens", "numbers"),
        numbers=one_of("plain", "text", "blanks", "fraction") if paged else "plain",
        counts=one_of("right", "right", "right", "negative", "huge") if paged else "right",
        inactive_in_members=draw(st.booleans()),
        group_admin_ids=draw(st.booleans()),
        groups_paged=draw(st.booleans()),
        empty_arrays=one_of("omit", "send"),
        contact_members_key=one_of("group_members", "members"),
        limited_owner=one_of("lists", "users", "everything"),
    )
    refused = {one_of(*LISTS): one_of(*sorted(REFUSALS)) for _ in range(one_of(1, 1, 2) if "refused" in themes else 0)}
    changes = one_of((), (), (), (0,), (20,), (0, 20))
    users = one_of(1, 17, 45, 80) if not paged else one_of(45, 120)
    return Zoom(
        draw(st.integers(1, 50)),
        users,
        options,
        refused,
        "limited" in themes,
        one_of(False, False, False, True),
        changes,
    )


Fact = tuple[str, str, str]
"""Kind of grant, id of the resource, key of the person."""


def key_of(user: User) -> str:
    return user.id or user.email.lower()


def users_of(account: Account) -> set[str]:
    return set(map(key_of, account.users))


def facts_of(account: Account) -> set[Fact]:
    """Everything that people have, and what user groups are in."""
    found: set[Fact] = set()
    for user in account.users:
        found |= {("member", group, key_of(user)) for group in user.group_ids or ()}
        if user.role_id:
            found.add(("role", user.role_id, key_of(user)))
    for group in account.groups.values():
        found |= {("admin", group.id, key) for key in group.admins}
    for contact in account.contact_groups.values():
        found |= {("contact", contact.id, key) for _, key in contact.members}
    return found


class Oracle:
    """What is true of the account, and what a sync says that it does not know."""

    def __init__(self, account: Account, summary: SyncSummary) -> None:
        self.account = account
        self.gaps = {(str(gap.part), gap.target) for gap in summary.not_read}
        self.differs = {item.what for item in summary.disagreements}

    def users(self) -> set[str]:
        return users_of(self.account)

    def facts(self) -> set[Fact]:
        return facts_of(self.account)

    def is_told(self, part: str, target: str = "") -> bool:
        return bool({(part, ""), (part, target)} & self.gaps)

    def user_is_told(self, user: User) -> bool:
        title = f"{user.status.capitalize()} users"
        return self.is_told(f"users-{user.status}") or self.is_told("unseen-users") or title in self.differs

    def some_users_are_told(self) -> bool:
        statuses = ("active", "inactive", "pending")
        return any(self.is_told(f"users-{status}") for status in statuses) or self.is_told("unseen-users")

    def resource_is_told(self, kind: str, key: str) -> bool:
        title = {"groups": "Groups", "roles": "Roles", "contact-groups": "Contact groups"}[kind]
        return self.is_told(kind, key) or title in self.differs or self.is_told("unseen-users")

    def fact_is_told(self, fact: Fact) -> bool:
        kind, target, person = fact
        user = self.account.user(person)
        status = user.status if user else ""
        if self.is_told("unseen-users") or (user is not None and self.user_is_told(user)):
            return True
        if user is None and kind in ("member", "role") and self.some_users_are_told():
            return True  # they left, and perhaps into a list that was not read
        account = self.account
        if kind == "member":
            name = account.groups[target].name
            words = {f"members of group {name}", f"members of group {target}", f"Members of {name}"}
            words.add(f"groups of {status} users")
            return (
                self.is_told("group-members", target)
                or self.is_told("groups", target)
                or bool((words | {"Groups"}) & self.differs)
            )
        if kind == "role":
            name = account.roles[target].name
            words = {f"holders of role {name}", f"Holders of {name}", f"roles of {status} users", "Roles"}
            words |= {f"holders of role {target}"}
            return self.is_told("role-members", target) or self.is_told("roles", target) or bool(words & self.differs)
        owner = "groups" if kind == "admin" else "contact-groups"
        things: Any = account.groups if kind == "admin" else account.contact_groups
        names = {things[target].name, target}
        words = {f"Admins of {name}" if kind == "admin" else f"Members of contact group {name}" for name in names}
        part = "group-admins" if kind == "admin" else "contact-group-members"
        told = self.is_told(part, target) or self.is_told(owner, target)
        return told or bool((words | {"Groups" if kind == "admin" else "Contact groups"}) & self.differs)


def published(bench: Bench) -> tuple[set[str], set[Fact], dict[str, set[str]]]:
    """People, facts and resources of the newest sync."""
    connection = sqlite3.connect(bench.store.path)
    plain = bench.account

    def person(key: str, email: str | None) -> str:
        user = plain.user(key) or plain.user(key.removeprefix("email:")) or plain.user(email or "")
        return key_of(user) if user else key

    users = {
        person(key, email)
        for key, email in connection.execute("SELECT t.key, u.email FROM users u JOIN things t ON t.id = u.id")
    }
    names = {1: "member", 2: "admin", 3: "role", 4: "contact"}
    facts = {
        (names[kind], target, person(key, email))
        for kind, target, key, email in connection.execute(
            "SELECT g.kind, t.key, p.key, u.email FROM grants g JOIN things t ON t.id = g.target "
            "JOIN things p ON p.id = g.principal LEFT JOIN users u ON u.id = g.principal"
        )
    }
    things = {
        table.replace("_", "-"): {
            key for (key,) in connection.execute(f"SELECT t.key FROM {table} f JOIN things t USING (id)")
        }
        for table in ("groups", "contact_groups", "roles")
    }
    connection.close()
    return users, facts, things


def judge(bench: Bench, summary: SyncSummary, before: Collection[Fact] = (), gone_before: Collection[str] = ()) -> None:
    """Hold what is published against the account.

    Args:
        before: facts that were true at an earlier sync: of what is not read they stay.
        gone_before: people of earlier syncs.
    """
    oracle = Oracle(bench.account, summary)
    users, facts, things = published(bench)
    account = bench.account
    true_things: dict[str, set[str]] = {
        "groups": set(account.groups), "contact-groups": set(account.contact_groups), "roles": set(account.roles)
    }  # fmt: skip
    made_up = facts - oracle.facts()
    assert made_up <= set(before), "nothing is made up"
    assert not [fact for fact in made_up if not oracle.fact_is_told(fact)], "what is no longer so is told as not read"
    assert users <= oracle.users() | set(gone_before if oracle.some_users_are_told() else ())
    missing = [user for user in account.users if key_of(user) not in users]
    lost = oracle.facts() - facts
    gone = [(kind, key) for kind, keys in true_things.items() for key in keys - things[kind]]
    if summary.outcome is Outcome.COMPLETE:
        assert (missing, lost, gone, made_up) == ([], set(), [], set())
    assert [user.email for user in missing if not oracle.user_is_told(user)] == []
    assert {fact for fact in lost if not oracle.fact_is_told(fact)} == set()
    assert [one for one in gone if not oracle.resource_is_told(*one)] == []
    never_zero(bench, oracle.facts())


def never_zero(bench: Bench, facts: set[Fact]) -> None:
    """What is shown as 0 is 0."""
    columns = {
        Kind.GROUPS: {"members": "member", "admins": "admin"},
        Kind.CONTACT_GROUPS: {"members": "contact"},
        Kind.ROLES: {"members": "role"},
    }
    with bench.store.reader() as reader:
        for kind, wanted in columns.items():
            ids = reader.order(kind)
            for number, row in zip(ids, reader.rows(kind, ids, list(wanted)), strict=True):
                for shown, what in zip(row, wanted.values(), strict=True):
                    if shown == 0:
                        assert not [fact for fact in facts if fact[:2] == (what, reader.key(number))], (kind, what)


def play(zoom: Zoom) -> None:
    """Sync such a Zoom, let people change and sync again as often as it wants, and judge each sync."""
    account = build_account(zoom.users, groups=6, contact_groups=4, roles=5, seed=zoom.seed)
    first = {"group": next(iter(account.groups)), "contact": next(iter(account.contact_groups))}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "store.sqlite3", account, zoom.options)
        bench.zoom.start()
        try:
            if zoom.limited:
                bench.zoom.control.restrict_app_owner(groups=[first["group"]])
            for path, refusal in zoom.refused.items():
                path = path.replace("{group}", first["group"]).replace("{contact}", first["contact"])
                bench.zoom.control.add_fault(path=path, times=None, **REFUSALS[refusal])
            facts, people = set[Fact](), set[str]()
            for number, percent in enumerate((0, *zoom.changes)):
                bench.zoom.control.churn(percent, seed=number)
                try:
                    summary = asyncio.run(bench.sync(thorough=zoom.thorough))
                except ZoomError:
                    return  # nothing was published: it ends with the reason
                if zoom.hides_groups(account):
                    return
                judge(bench, summary, facts, people)
                if zoom.is_plain:
                    assert summary.outcome is Outcome.COMPLETE
                facts |= facts_of(account)
                people |= users_of(account)
        finally:
            bench.zoom.stop()
            bench.store.close()


often = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@fault(
    "Any fields left out, any lists refused, any size and order of pages, any form of numbers",
    "the sync is complete and holds the truth, or is not complete and names exactly what is missing",
    "what it names",
)
@often
@given(zoom=zooms("records", "envelopes", "pages", "refused"))
def test_complete_with_the_truth_or_not_complete_naming_what_is_missing(zoom: Zoom) -> None:
    play(zoom)


@often
@given(zoom=zooms("records"))
def test_records_and_numbers_that_leave_out_who_is_in_what(zoom: Zoom) -> None:
    play(zoom)


@often
@given(zoom=zooms("pages", "envelopes"))
def test_pages_of_any_size_and_order_and_numbers_of_any_form(zoom: Zoom) -> None:
    play(zoom)


@often
@given(zoom=zooms("refused"))
def test_lists_that_are_refused(zoom: Zoom) -> None:
    play(zoom)


@often
@given(zoom=zooms("limited", "records"))
def test_an_owner_who_does_not_see_everyone(zoom: Zoom) -> None:
    play(zoom)
