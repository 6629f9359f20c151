"""Effective access: who has what, and through which group. The one place where that rule is.

A person has what is granted to them; and a contact group that contains a user group reaches the members of that user
group (not its admins). User groups do not nest in Zoom. `history.effective_changes` finds by the same rule what
changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zoomgov.store.grant_codes import CONTACT, MEMBER, kinds_sql
from zoomgov.store.read.id_vectors import ids_of
from zoomgov.store.schema import GROUP

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterator

    from zoomgov.store.snapshot import Snapshot


class Path(NamedTuple):
    """One way in which a person has a resource. Ids are those of `things`."""

    target: int
    kind: int
    person: int
    via: int | None
    """The user group through which it comes; None when it is direct."""
    since: int


def paths_sql(snapshot: Snapshot) -> str:
    """Return a subquery with the columns of `Path`; conditions on target or person are served by indexes."""
    grants = snapshot.facts("grants")
    return (
        f"(SELECT g.target AS target, g.kind AS kind, g.principal AS person, NULL AS via, g.seen_from AS since "
        f"FROM {grants} g WHERE g.kind <> {CONTACT} "
        f"OR NOT EXISTS (SELECT 1 FROM things t WHERE t.id = g.principal AND t.kind = {GROUP}) "
        f"UNION ALL SELECT c.target, c.kind, m.principal, c.principal, max(c.seen_from, m.seen_from) "
        f"FROM {grants} c JOIN {grants} m ON m.target = c.principal AND m.kind = {MEMBER} WHERE c.kind = {CONTACT})"
    )


def has_sql(snapshot: Snapshot, kind: int, person: str, targets: str = "") -> tuple[str, int]:
    """Return a condition: `person` has any resource by `kind`, or one of `targets`; and how often it names `targets`.

    The subquery starts at the person, so it is quick when asked person by person.
    """
    grants = snapshot.facts("grants")
    among = f" AND g.target IN {targets}" if targets else ""
    direct = f"EXISTS (SELECT 1 FROM {grants} g WHERE g.principal = {person} AND g.kind = {kind:d}{among})"
    if kind != CONTACT:
        return direct, 1
    through = (
        f"EXISTS (SELECT 1 FROM {grants} m CROSS JOIN {grants} g ON g.principal = m.target AND g.kind = {CONTACT} "
        f"WHERE m.principal = {person} AND m.kind = {MEMBER}{among})"
    )
    return f"({direct} OR {through})", 2


def paths_of_person(snapshot: Snapshot, person: int) -> Iterator[Path]:
    """Yield everything a person has, direct grants first."""
    sql = f"SELECT target, kind, person, via, since FROM {paths_sql(snapshot)} WHERE person = ? ORDER BY via, target"
    return (Path(*row) for row in snapshot.connection.execute(sql, (person,)))


def paths_to_target(
    snapshot: Snapshot, kinds: Collection[int], target: int, people: Collection[int] | None = None
) -> Iterator[Path]:
    """Yield each way in which everyone, or each of `people`, has a resource; `kinds`: the grant kinds it can have."""
    sql = f"SELECT target, kind, person, via, since FROM {paths_sql(snapshot)} WHERE target = ?"
    sql += f" AND {kinds_sql(kinds)}"
    if people is not None:
        sql += f" AND person IN ({','.join(str(int(person)) for person in people)})"
    return (Path(*row) for row in snapshot.connection.execute(sql, (target,)))


def people_of_target(snapshot: Snapshot, target: int) -> array[int]:
    """Return everyone who has a resource, once for each way."""
    return ids_of(snapshot.connection, f"SELECT person AS id FROM {paths_sql(snapshot)} WHERE target = ?", (target,))
