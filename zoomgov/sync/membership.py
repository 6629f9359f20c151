"""What the user lists say about membership, kept while a sync runs to be held beside the member lists."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import GrantRow
from zoomgov.model.syncs import Disagreement
from zoomgov.sync.rows import Rows, UserPages

if TYPE_CHECKING:
    from zoomgov.sync.outcome import ListedResource, ListOutcome
    from zoomgov.sync.parts import Part


class UserListMembership:
    """Who is in what, by user status.

    Deactivated and invited people are always kept: they are few, and Zoom's member lists may leave them out though
    their own records name the group. Active people are kept only for a thorough sync, which compares everyone.
    """

    def __init__(self, *, everyone: bool) -> None:
        self._everyone = everyone
        self._members: dict[tuple[GrantKind, str], dict[str, str]] = defaultdict(dict)
        self.heard: set[str] = set()
        """Statuses whose list was read in this run; nothing is known of the others: an interrupted run read them."""

    def pages(self, status: str) -> UserPages:
        """The decoder of the user list of `status`, which also keeps the memberships it sees."""
        if status == "active" and not self._everyone:
            return UserPages(status)

        def note(rows: Rows) -> None:
            for user, (role, groups) in zip(rows.users, rows.held, strict=True):
                for group in groups:
                    self._members[GrantKind.GROUP_MEMBER, group][user.key] = status
                if role:
                    self._members[GrantKind.ROLE, role][user.key] = status

        return UserPages(status, note)

    def of(self, kind: GrantKind, target: str, statuses: frozenset[str]) -> set[str]:
        """Keys of the members of `target` that have one of `statuses`."""
        return {key for key, status in self._members.get((kind, target), {}).items() if status in statuses}

    def beside(self, kind: GrantKind, target: str, counted: frozenset[str]) -> Rows:
        """Grants of the members whose status Zoom does not count, to be staged beside its member list."""
        members = self._members.get((kind, target), {})
        return Rows(
            grants=[GrantRow(kind, target, "user", key) for key, status in members.items() if status not in counted]
        )


def member_list_differences(
    part: Part, resource: ListedResource, told: set[str], outcome: ListOutcome
) -> list[Disagreement]:
    """Where a member list names other people than the user lists do. Only a thorough sync has both.

    Args:
        told: keys of the members by the user lists.
    """
    by_record = {f"user{key}" for key in told}  # as `Rows.identities` writes them
    title = part.title.format(resource.name)
    found = []
    if only := len(outcome.seen - by_record):
        source = f"{only} of {part.endpoint.template} whose user record does not say so"
        found.append(Disagreement(title, len(by_record & outcome.seen), outcome.read, source))
    if missing := len(by_record - outcome.seen):
        source = f"{missing} whose user record says so, missing in {part.endpoint.template}"
        found.append(Disagreement(title, len(by_record), outcome.read, source))
    return found
