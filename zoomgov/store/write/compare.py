"""Compares one page of a list with the last published sync: what is staged of it is the difference.

A page is staged as one compact row: the ids on it, and of people only what differs from the last published sync.
So an unchanged account stages next to nothing, publishing need not compare again, and dropping a list is dropping
its pages.
"""

from __future__ import annotations

import sqlite3
from array import array
from itertools import chain, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from zoomgov.disk.database import select_in
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import GrantRow, Held, UserRow
from zoomgov.store.grant_codes import EMAIL_PREFIX, FACT_SQL, RECORD_GRANTS_SQL
from zoomgov.store.schema import GROUP, USER, USER_FIELDS
from zoomgov.store.write.identities import Identities
from zoomgov.store.write.pages import NEW, NOTHING, RENAMED, StagedPage, StagedUser, pack_grants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


_content = itemgetter(*(UserRow._fields.index(name) for name in USER_FIELDS))


def user_content(row: UserRow) -> tuple[Any, ...]:
    """The values that open a new version of a person when they change, in the order of `USER_FIELDS`."""
    content: tuple[Any, ...] = _content(row)
    return content


def user_page(
    connection: sqlite3.Connection,
    names: Identities,
    users: Sequence[UserRow],
    held: Sequence[Held],
    digests: Mapping[str, int],
) -> tuple[array[int], bytes, StagedPage, list[StagedUser]]:
    """Compare a page of people, and the groups and roles they name, with what was published last.

    Args:
        held: groups and role that the record of each of `users` names, in their order; empty: none for anybody.
        digests: digest of each record by the person's key; empty: digests are not kept.

    Returns:
        The ids on the page; the packed grants of the people whose grants differ; everything else that differs; and the
        people whose key is a new one from now on.
    """
    roles = names.facts(GrantKind.ROLE, {one.role_id for one in held if one.role_id})
    groups = names.facts(GrantKind.GROUP_MEMBER, set(chain.from_iterable(one.groups for one in held)))
    # of two records of one key the last, as with the people below
    told = dict(zip((row.key for row in users), held or repeat(NOTHING), strict=False))
    # should two records on one page be the same person, the one with an id tells more than the one without
    people = names.users(users)
    if any(person[0].key.startswith(EMAIL_PREFIX) for person in people):
        people.sort(key=lambda person: not person[0].key.startswith(EMAIL_PREFIX))
    page = StagedPage()
    under_new_key: list[StagedUser] = []
    last = {number: row for row, number, *_ in people}
    wanted: dict[int, list[int]] = {number: [] for number in last}
    known: list[int] = []
    for row, number, current, renamed in people:
        role, named = told[row.key]
        facts = [groups[group] for group in named]
        if role:
            facts.append(roles[role])
        wanted[number] += facts
        if last[number] is not row:
            continue
        if current is not None:
            known.append(number)
        content = user_content(row)
        record = digests.get(row.key)
        if current is None or renamed or content != current.content:
            flags = (NEW if current is None else 0) | (RENAMED if renamed else 0)
            person = StagedUser(number, flags, row.key, content, row.last_login_time, row.last_client_version, record)
            (under_new_key if renamed else page.users).append(person)
        elif digests or (current.login, current.client) != (row.last_login_time, row.last_client_version):
            page.logins.append((number, row.last_login_time, row.last_client_version, record))
    current_facts = dict.fromkeys(known, "")
    current_facts.update(
        select_in(
            connection,
            f"SELECT principal, group_concat({FACT_SQL}) FROM grants WHERE {RECORD_GRANTS_SQL} AND principal IN ({{}}) "
            "GROUP BY principal",
            known,
        )
    )
    differing = {
        number: list(dict.fromkeys(facts))
        for number, facts in wanted.items()
        if _differ(current_facts.get(number), facts)
    }
    return array("I", wanted), pack_grants([*differing], [*differing.values()]), page, under_new_key


def _differ(current: str | None, facts: list[int]) -> bool:
    """Whether the facts are others than those in `current`, a comma-separated list in the order of the index."""
    if current is None:
        return True
    if current == ",".join(map(str, sorted(facts))):
        return False
    return set(map(int, filter(None, current.split(",")))) != set(facts)


def grant_page(names: Identities, grants: Iterable[GrantRow]) -> tuple[array[int], bytes]:
    """Return the ids of the principals on a page of members or admins, and their packed grants."""
    rows = list(grants)
    targets: dict[GrantKind, list[str]] = {}
    for row in rows:
        targets.setdefault(row.kind, []).append(row.target_id)
    facts = {kind: names.facts(kind, listed) for kind, listed in targets.items()}
    strangers = names.things(USER, (row.principal_key for row in rows if row.principal_kind == "user"))
    groups = names.things(GROUP, (row.principal_key for row in rows if row.principal_kind != "user"))
    people = [(strangers if row.principal_kind == "user" else groups)[row.principal_key] for row in rows]
    return array("I", people), pack_grants(people, [(facts[row.kind][row.target_id],) for row in rows])
