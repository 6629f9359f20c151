"""What a sync says of itself while it runs and when it has ended, the same on screens and in commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.text import printable
from zoomgov.words.parts import part_name
from zoomgov.words.times import duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zoomgov.model.changes import Changes
    from zoomgov.model.syncs import NotRead


# While it runs. `title` begins a line, as `part_title` writes it


def resumed(lists: int) -> str:
    """That an interrupted run is resumed, which had finished some lists."""
    return f"Going on where the last run stopped: {lists:,} lists are already read."


def list_read(title: str, rows: int) -> str:
    """`Groups: 60 read`."""
    return f"{title}: {rows:,} read"


def lists_read(title: str, rows: int, lists: int) -> str:
    """`Group admins: 120 read from 60 lists`."""
    return f"{title}: {rows:,} read from {lists:,} lists"


def list_restarted(title: str, reason: str) -> str:
    """That a list is read again from its first page."""
    return f"{title} starts again: {printable(reason)}"


def not_read(name: str, reason: str) -> str:
    """`Not read: group admins of g1: …`."""
    return f"Not read: {name}: {printable(reason)}"


def waiting(seconds: float, reason: str) -> str:
    """That requests are held back."""
    return f"Waiting {seconds:.0f} s: {printable(reason)}"


def published(number: int) -> str:
    """That the sync is what everybody sees now."""
    return f"Sync {number} is now visible."


def requests_sent(made: int, per_second: float, refused: int) -> str:
    """`61 requests, 23 a second, 2 refused and repeated`."""
    words = f"{made:,} requests, {per_second:.0f} a second"
    return f"{words}, {refused:,} refused and repeated" if refused else words


def rate_words(rate: float | None) -> str:
    """`350/s`, `2.4/s`; empty while unknown."""
    return "" if rate is None else f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def time_left(seconds: float | None, *, at_least: bool) -> str:
    """`about 40 s left`; empty while unknown."""
    return "" if seconds is None else f"{'at least' if at_least else 'about'} {duration(seconds)} left"


# When it has ended


class Counted(NamedTuple):
    """One number of a sync, and whether it could be known."""

    key: str
    """As in `SyncSummary.counts`."""
    title: str
    value: int | None
    """None: not read, or a part that it is counted from was not."""


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


_MORE: Final = {"group member": {PartKey.GROUP_MEMBERS}, "role": {PartKey.ROLE_MEMBERS}}
"""Parts that may hold some more of a number: without them 0 is not known."""


def counted(counts: Mapping[str, int], not_read: Sequence[NotRead]) -> list[Counted]:
    """The numbers of a sync in the order to show them; never 0 for what was not read."""
    missing = {part.part for part in not_read if not part.target}
    of_some = {part.part for part in not_read}

    def value(key: str, parts: set[PartKey]) -> int | None:
        number = counts.get(key, 0)
        zero_is_unknown = not number and (parts | _MORE.get(key, set())) & of_some
        return None if parts & missing or zero_is_unknown else number

    return [Counted(key, title, value(key, parts)) for key, title, parts in _COUNTS]


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
    """What a comparison cannot tell because one of its two syncs did not read it, a sentence for each pair of syncs."""
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
