"""What the user lists say about membership, kept while a sync runs for those things whose own list is read too."""

from __future__ import annotations

from collections import defaultdict

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import GrantRow
from zoomgov.sync.rows import Rows, UserPages


class UserListMembership:
    """Who is in what, by user status.

    Deactivated and invited people are always kept: they are few, and Zoom's member lists may leave them out though
    their own records name the group. Active people are kept only for a thorough sync, which compares everyone.
    """

    def __init__(self, *, everyone: bool) -> None:
        self._everyone = everyone
        self._members: dict[tuple[GrantKind, str], dict[str, str]] = defaultdict(dict)
        self.heard: set[str] = set()
        """Statuses whose list was read in this run; of the others nothing is known here."""

    def pages(self, status: str) -> UserPages:
        """How to read the user list of `status`, taking note of what it says."""
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
        """Keys of the people with one of `statuses` in one thing."""
        return {key for key, status in self._members.get((kind, target), {}).items() if status in statuses}

    def beside(self, kind: GrantKind, target: str, counted: frozenset[str]) -> Rows:
        """Grants of the people Zoom does not count as members, to be kept beside its member list."""
        members = self._members.get((kind, target), {})
        return Rows(
            grants=[GrantRow(kind, target, "user", key) for key, status in members.items() if status not in counted]
        )
