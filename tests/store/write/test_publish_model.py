"""Random accounts, partial failures and interruptions, against a model of plain sets."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import FINISHED, STARTED, admin, contact, held_by, holder, member, user
from tests.store.integrity import check
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.queries import Query, Target
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, RoleRow, UserRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.reader import Reader
from zoomgov.store.store import Store
from zoomgov.store.write.writer import SyncWriter

PEOPLE = [f"p{n}" for n in range(5)]
GROUPS, CONTACTS, ROLES = ["g1", "g2"], ["c1", "c2"], ["0", "r1"]
STATUSES = ("active", "inactive", "pending")
_LIST_KINDS = {
    "group-members": GrantKind.GROUP_MEMBER,
    "group-admins": GrantKind.GROUP_ADMIN,
    "role-members": GrantKind.ROLE,
    "contact-group-members": GrantKind.CONTACT_GROUP_MEMBER,
}
_LISTED = {"group-members": GROUPS, "group-admins": GROUPS, "role-members": ROLES, "contact-group-members": CONTACTS}
_MAKE = {"group-members": member, "group-admins": admin, "role-members": holder, "contact-group-members": contact}
_USER_BORNE = (GrantKind.GROUP_MEMBER, GrantKind.ROLE)


mostly = st.sampled_from([True, True, True, False])


def subsets(values: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


@dataclass(frozen=True)
class Read:
    """One list as read: rows, and whether its end was reached."""

    key: ListKey
    users: tuple[UserRow, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    grants: tuple[GrantRow, ...] = ()
    finished: bool = True


@st.composite
def user_lists(draw: st.DrawFn) -> list[Read]:
    reads = []
    for status in STATUSES:
        people = draw(st.lists(st.sampled_from(PEOPLE), max_size=4, unique=True))
        rows, grants = [], []
        for key in people:
            rows.append(user(key, status=status, dept=draw(st.sampled_from(["", "Law"])), role_id="0"))
            grants += [member(group, key) for group in sorted(draw(subsets(GROUPS)))]
            grants += [holder(draw(st.sampled_from(ROLES)), key)]
        reads.append(Read(ListKey(f"users-{status}"), tuple(rows), (), tuple(grants), draw(mostly)))
    return reads


@st.composite
def syncs(draw: st.DrawFn) -> list[Read]:
    reads = draw(user_lists())
    for part, ids in (("groups", GROUPS), ("contact-groups", CONTACTS), ("roles", ROLES)):
        resources = tuple((one, draw(st.sampled_from(["A", "B"]))) for one in sorted(draw(subsets(ids))))
        reads.append(Read(ListKey(part), resources=resources, finished=draw(mostly)))
    for part, ids in _LISTED.items():
        for target in sorted(draw(subsets(ids))):
            grants = [_MAKE[part](target, key) for key in sorted(draw(subsets([*PEOPLE, "stranger"])))]
            if part == "contact-group-members":
                grants += [contact(target, group, "group") for group in sorted(draw(subsets(GROUPS)))]
            reads.append(Read(ListKey(part, target), grants=tuple(grants), finished=draw(st.booleans())))
    return draw(st.permutations(reads))


Fact = tuple[GrantKind, str, str, str]
_USER_PARTS = tuple(f"users-{status}" for status in STATUSES)


@dataclass
class Model:
    """What should be known: a plain copy of everything for each sync."""

    users: dict[str, UserRow] = field(default_factory=dict)
    resources: dict[str, dict[str, str]] = field(
        default_factory=lambda: {part: {} for part in ("groups", "contact-groups", "roles")}
    )
    facts: frozenset[Fact] = frozenset()
    missing: dict[str, UserRow] = field(default_factory=dict)
    """People who left a list while another was not read: who knows where they are."""
    where: dict[str, frozenset[str]] = field(default_factory=dict)
    """For each of them the lists that were not read since."""
    facts_of_missing: frozenset[Fact] = frozenset()
    unread: frozenset[ListKey] = frozenset()
    """Not read this time."""
    blind: frozenset[ListKey] | None = None
    """Not read this time nor any time before; None before the first sync."""

    def after(self, reads: list[Read]) -> Model:
        done = [read for read in reads if read.finished]
        lists = {read.key: read for read in done}
        told: dict[str, tuple[UserRow, Read]] = {}
        # a later list wins over an earlier one, an account over an invitation
        for read in sorted(done, key=lambda read: read.key.part != "users-pending"):
            for row in read.users:
                told[row.key] = (row, read)
        closed = {
            key for key, row in self.users.items()
            if ListKey(f"users-{row.status}") in lists and key not in told
        }  # fmt: skip
        users = {key: row for key, row in self.users.items() if key not in closed}
        users.update({key: row for key, (row, _) in told.items()})

        facts = set(self.facts)
        covered = {(_LIST_KINDS[key.part], key.target) for key in lists if key.part in _LIST_KINDS}
        for fact in self.facts:
            kind, target, _, principal = fact
            borne = kind in _USER_BORNE and (kind, target) not in covered
            ended = (borne and (principal in told or principal in closed)) or (kind, target) in covered
            if ended and not self._untold(fact, lists, told, users, frozenset(read.key for read in reads) - set(lists)):
                facts.discard(fact)
        for key, (_, read) in told.items():
            facts |= {
                tuple(grant) for grant in read.grants  # type: ignore[misc]
                if grant.principal_key == key and (grant.kind, grant.target_id) not in covered
            }  # fmt: skip
        for listed, read in lists.items():
            if listed.part in _LIST_KINDS:
                facts |= {tuple(grant) for grant in read.grants}  # type: ignore[misc]

        resources = {part: dict(named) for part, named in self.resources.items()}
        for part, kinds in (
            ("groups", (GrantKind.GROUP_MEMBER, GrantKind.GROUP_ADMIN)),
            ("contact-groups", (GrantKind.CONTACT_GROUP_MEMBER,)),
            ("roles", (GrantKind.ROLE,)),
        ):
            if ListKey(part) in lists:
                resources[part] = dict(lists[ListKey(part)].resources)
                for gone in set(self.resources[part]) - set(resources[part]):
                    facts -= {
                        fact for fact in facts
                        if fact[0] in kinds and fact[1] == gone and (fact[0], gone) not in covered
                        and not (fact[0] in _USER_BORNE and fact[3] in told)
                    }  # fmt: skip
        unread = frozenset(part for part in _USER_PARTS if ListKey(part) not in lists)
        where = {key: parts & unread for key, parts in {**self.where, **dict.fromkeys(closed, unread)}.items()}
        where = {key: parts for key, parts in where.items() if parts and key not in users}
        missing = {key: self.users.get(key) or self.missing[key] for key in where}
        left = frozenset(fact for fact in self.facts - facts if fact[0] in _USER_BORNE and fact[3] in closed)
        staged = frozenset(read.key for read in reads)
        return Model(
            users,
            resources,
            frozenset(facts),
            missing,
            where,
            frozenset(fact for fact in self.facts_of_missing | left if fact[3] in missing),
            staged - set(lists),
            staged - set(lists) if self.blind is None else (staged - set(lists)) & self.blind,
        )

    def _untold(
        self,
        fact: Fact,
        lists: dict[ListKey, Read],
        told: dict[str, tuple[UserRow, Read]],
        users: dict[str, UserRow],
        unread: frozenset[ListKey],
    ) -> bool:
        """Whether nothing that was read could have told whether somebody still has this."""
        kind, target, _, person = fact
        part = {GrantKind.GROUP_MEMBER: "groups", GrantKind.ROLE: "roles"}.get(kind)
        if part is None or not unread or person not in users:
            return False
        listed = dict(lists[ListKey(part)].resources) if ListKey(part) in lists else self.resources[part]
        if target in self.resources[part] and target not in listed:
            return False  # it is gone, and everything with it
        status = users[person].status
        unasked = ListKey(f"users-{status}") in unread
        named = person in told and any(
            grant.kind is kind and grant.principal_key == person for grant in told[person][1].grants
        )
        if not unasked and (person not in told or named):
            return False
        if kind is GrantKind.ROLE:
            holders = (read.grants for key, read in lists.items() if _LIST_KINDS.get(key.part) is kind)
            return not any(grant.principal_key == person for grants in holders for grant in grants)
        return (unasked and status != "active") or ListKey("group-members", target) in unread

    def effective(self, kinds: tuple[GrantKind, ...], target: str) -> dict[str, set[str]]:
        """How each person has a thing, by brute force over all facts."""
        words = {GrantKind.GROUP_ADMIN: "admin", GrantKind.ROLE: "holds the role"}
        found: dict[str, set[str]] = {}
        for kind, thing, sort, principal in self.facts:
            if thing != target or kind not in kinds:
                continue
            if sort == "user":
                found.setdefault(principal, set()).add(words.get(kind, "member"))
                continue
            name = self.resources["groups"].get(principal, principal)
            for other, group, _, person in self.facts:
                if other is GrantKind.GROUP_MEMBER and group == principal:
                    found.setdefault(person, set()).add(f"through {name}")
        return found


_TARGETS: list[tuple[Kind, list[str], tuple[GrantKind, ...]]] = [
    (Kind.GROUPS, GROUPS, (GrantKind.GROUP_MEMBER, GrantKind.GROUP_ADMIN)),
    (Kind.CONTACT_GROUPS, CONTACTS, (GrantKind.CONTACT_GROUP_MEMBER,)),
    (Kind.ROLES, ROLES, (GrantKind.ROLE,)),
]
_PARTS = {Kind.GROUPS: "groups", Kind.CONTACT_GROUPS: "contact-groups", Kind.ROLES: "roles"}


def expect_same(reader: Reader, model: Model) -> None:
    """The store tells what the model tells, through every door."""
    rows = reader.rows(Kind.USERS, reader.order(Kind.USERS), ["email", "status", "dept", "groups"])
    members_unread = reader.sync is not None and any(gap.part == "group-members" for gap in reader.sync.not_read)
    none = None if members_unread else 0
    assert {row[0]: row[1:] for row in rows} == {
        row.email: (
            row.status,
            row.dept,
            sum(fact[::3] == (GrantKind.GROUP_MEMBER, key) for fact in model.facts) or none,
        )
        for key, row in model.users.items()
    }
    for kind, ids, kinds in _TARGETS:
        listed = reader.order(kind)
        assert {reader.key(number): row[0] for number, row in zip(listed, reader.rows(kind, listed), strict=True)} == (
            model.resources[_PARTS[kind]]
        )
        for target in ids:
            expected = model.effective(kinds, target)
            query = Query(within=Target(kind, target), sort=(("how", True),))
            people = reader.order(Kind.USERS, query)
            found = dict(
                zip(map(reader.key, people), reader.rows(Kind.USERS, people, ["how"], query=query), strict=True)
            )
            assert {key: set(how.split(", ")) for key, (how,) in found.items()} == expected
            thing = reader.resource(kind, target)
            people_known = thing.people if thing is not None else 0
            assert people_known == len(expected) or (people_known is None and model.unread)
            for key in (*PEOPLE, "stranger"):
                person = reader.person(key)
                paths = [path for path in person.access if path.target_id == target] if person else []
                assert {_way(path) for path in paths if path.target_kind is kind} == expected.get(key, set())


def _way(path: Any) -> str:
    if path.via:
        return f"through {path.via[0]}"
    return {GrantKind.GROUP_ADMIN: "admin", GrantKind.ROLE: "holds the role"}.get(path.kind, "member")


def never(model: Model, part: str, target: str = "") -> bool:
    return model.blind is not None and ListKey(part, target) in model.blind


def expect_difference(reader: Reader, before: int, after: int, old: Model, new: Model) -> None:
    """Like comparing two plain copies, but for what one of them did not read."""
    changes = reader.diff(before, after)
    then, now = {**old.users, **old.missing}, new.users
    unseen = {status for status in STATUSES if never(old, f"users-{status}")}
    doubtful = {key for key in now.keys() - then.keys() if now[key].status in unseen}
    people = {item.id: item.how for item in changes.items if item.kind is Kind.USERS}
    assert people == {
        key: "added" if key not in then else "removed" if key not in now else "changed"
        for key in (then.keys() | now.keys()) - new.missing.keys() - doubtful
        if then.get(key) != now.get(key)
    }
    assert changes.missing == len(old.users.keys() & new.missing.keys())
    for kind, part in _PARTS.items():
        found = {(item.id, item.how) for item in changes.items if item.kind is kind}
        named, renamed = old.resources[part], new.resources[part]
        assert found == {
            (one, "added" if one not in named else "removed" if one not in renamed else "changed")
            for one in named.keys() | renamed.keys()
            if named.get(one) != renamed.get(one) and not (one not in named and never(old, part))
        }
    held = old.facts | old.facts_of_missing
    hidden = {GrantKind.GROUP_ADMIN: never(old, "groups"), GrantKind.CONTACT_GROUP_MEMBER: never(old, "contact-groups")}
    lists = {GrantKind.GROUP_ADMIN: "group-admins", GrantKind.CONTACT_GROUP_MEMBER: "contact-group-members"}
    gained = {
        fact
        for fact in new.facts - held
        if not hidden.get(fact[0])
        and not (fact[0] in _USER_BORNE and fact[3] in doubtful)
        and not (fact[0] in lists and never(old, lists[fact[0]], fact[1]))
    }
    for sign, expected in ((True, gained), (False, held - new.facts - new.facts_of_missing)):
        assert {
            (grant.kind, grant.target_id, grant.principal_kind, grant.principal_id)
            for grant in changes.grants
            if grant.gained is sign
        } == expected
    told = {(gap.part, gap.target) for gap in changes.not_compared}
    assert told == {tuple(key) for key in (old.unread | new.unread if before != after else new.unread)}


def stage_list(writer: SyncWriter, read: Read) -> None:
    """Stage a list in two pages, from its beginning."""
    writer.restart(read.key)
    middle = len(read.users) // 2
    for rows in (read.users[:middle], read.users[middle:]):
        resources = read.resources if rows is not read.users[:middle] or not middle else ()
        writer.stage(
            read.key,
            users=rows,
            groups=[GroupRow(*one, 1) for one in resources if read.key.part == "groups"],
            contact_groups=[ContactGroupRow(*one, 1, "") for one in resources if read.key.part == "contact-groups"],
            roles=[RoleRow(*one, "", "common", 1) for one in resources if read.key.part == "roles"],
            held=held_by(rows, read.grants),
            grants=() if read.users else read.grants,
        )


def expected_counts(reads: list[Read], kind: GrantKind) -> dict[str, dict[str, int]]:
    """Members by thing and by the list they are in, as the finished ones of `reads` say."""
    done = [read for read in reads if read.finished]
    told: dict[str, Read] = {}
    for read in sorted(done, key=lambda read: read.key.part != "users-pending"):
        told.update((row.key, read) for row in read.users)
    counts: dict[str, Counter[str]] = {}
    for key, read in told.items():
        for grant in read.grants:
            if grant.principal_key == key and grant.kind is kind:
                counts.setdefault(grant.target_id, Counter())[read.key.part.removeprefix("users-")] += 1
    for read in done:
        if _LIST_KINDS.get(read.key.part) is kind:
            people = {grant.principal_key for grant in read.grants}
            parts = (told[key].key.part.removeprefix("users-") if key in told else "" for key in people)
            counts[read.key.target] = Counter(parts)
    return {target: dict(counted) for target, counted in counts.items()}


def stage_read(store: Store, reads: list[Read], interrupt: int, ahead: int, again: set[int]) -> list[Read]:
    """Stage all reads; at `interrupt` the run stops and another goes on. After each, write `ahead` pieces ahead, and
    after those in `again` read the first list of users that was staged anew. Returns the reads by their last reading.
    """
    writer = store.begin(STARTED)
    order: list[Read] = []
    for place, read in enumerate(reads):
        if place == interrupt:
            writer.close()
            writer = store.begin(STARTED)
            assert set(writer.finished_lists()) == {done.key for done in reads[:place] if done.finished}
        first = next((one for one in order if one.key.part in _USER_PARTS), read)
        for one in (read, first) if place in again else (read,):
            stage_list(writer, one)
            order = [*(other for other in order if other is not one), one]
            if one.finished:
                writer.finish(one.key, None)
            for kind in _USER_BORNE:
                assert writer.staged_membership_counts(kind) == expected_counts(order, kind)
            for _ in range(ahead):
                writer.write_grants_early()
    writer.publish(FINISHED)
    return order


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    rounds=st.lists(
        st.tuples(syncs(), st.integers(0, 12), st.sampled_from([0, 3, 40]), st.sets(st.integers(0, 12), max_size=3)),
        min_size=1,
        max_size=4,
    ),
    keep=st.integers(1, 5),
    search=st.booleans(),
)
def test_any_syncs_read_like_the_model(
    rounds: list[tuple[list[Read], int, int, set[int]]], keep: int, search: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.sqlite3") as store:
        if search:
            store.build_search()
        models = [Model()]
        for reads, interrupt, ahead, again in rounds:
            order = stage_read(store, reads, interrupt, ahead, again)
            assert check(store.path) == []
            models.append(models[-1].after(order))
        first = 1
        for pruned in (False, True):
            if pruned:
                first += store.prune(keep)
                assert check(store.path) == []
            for number in range(first, len(models)):
                with store.reader(number) as reader:
                    expect_same(reader, models[number])
            with store.reader() as reader:
                for before in range(first, len(models)):
                    for after in range(before, len(models)):
                        expect_difference(reader, before, after, models[before], models[after])
