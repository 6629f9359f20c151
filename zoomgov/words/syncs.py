"""What a sync's parts and counts are called, the same on screens and in commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.words.parts import part_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zoomgov.model.changes import Changes
    from zoomgov.model.syncs import NotRead


class Counted(NamedTuple):
    """One number of a sync, and whether it could be known."""

    key: str
    """As in `SyncSummary.counts`."""
    title: str
    value: int | None
    """None: a part without which it means nothing was not read."""


_COUNTS: Final = (
    ("users", "Users", set(USER_PARTS.values())),
    ("groups", "Groups", {PartKey.GROUPS}),
    ("group member", "Group members", {PartKey.GROUPS, PartKey.USERS_ACTIVE}),
    ("group admin", "Group admins", {PartKey.GROUPS, PartKey.GROUP_ADMINS}),
    ("contact_groups", "Contact groups", {PartKey.CONTACT_GROUPS}),
    ("contact group member", "Contact group members", {PartKey.CONTACT_GROUPS, PartKey.CONTACT_GROUP_MEMBERS}),
    ("roles", "Roles", {PartKey.ROLES}),
    ("role", "Role holders", {PartKey.ROLES, PartKey.USERS_ACTIVE}),
)


def counted(counts: Mapping[str, int], not_read: Sequence[NotRead]) -> list[Counted]:
    """The numbers of a sync in the order to show them; never 0 for what was not read."""
    missing = {part.part for part in not_read if not part.target}
    return [Counted(key, title, None if parts & missing else counts.get(key, 0)) for key, title, parts in _COUNTS]


_CHANGES: Final = (
    ("People", (("users_added", "came"), ("users_removed", "went"), ("users_changed", "changed"))),
    ("Groups", (("groups_added", "came"), ("groups_removed", "went"), ("groups_changed", "changed"))),
    (
        "Contact groups",
        (("contact_groups_added", "came"), ("contact_groups_removed", "went"), ("contact_groups_changed", "changed")),
    ),
    ("Roles", (("roles_added", "came"), ("roles_removed", "went"), ("roles_changed", "changed"))),
    ("Access", (("grants_gained", "gained"), ("grants_lost", "lost"))),
)


def change_lines(changes: Mapping[str, int]) -> list[tuple[str, str]]:
    """(Kind, what changed) since the sync before, e.g. `("People", "12 came, 3 went")`; kinds without change left out.

    Args:
        changes: as in `SyncSummary.changes`.
    """
    lines = []
    for title, hows in _CHANGES:
        if told := [f"{changes[key]:,} {word}" for key, word in hows if changes.get(key)]:
            lines.append((title, ", ".join(told)))
    return lines


def comparison_notes(changes: Changes) -> list[str]:
    """What a comparison does not tell because one of its two syncs did not read it, a sentence or two each."""
    parts: dict[tuple[int, int | None], dict[str, None]] = {}
    for gap in changes.not_compared:
        parts.setdefault((gap.sync, gap.instead), {})[part_name(gap.part)] = None
    notes = []
    for (sync, instead), named in parts.items():
        words = listed(list(named))
        if instead is None:
            notes.append(f"Not compared: {words}. Sync {sync} did not read all of it.")
        else:
            notes.append(f"Sync {sync} did not read all of {words}: compared as sync {instead} read it.")
    if changes.missing:
        people = "1 person is" if changes.missing == 1 else f"{changes.missing:,} people are"
        notes.append(f"{people} in no list that was read, but may be in one that was not: not told as gone.")
    return notes


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
