"""What a sync did not read, for numbers: unknown is None, never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.parts import PartKey
from zoomgov.store.grant_codes import ADMIN, CONTACT, HOLDER, MEMBER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoomgov.model.syncs import SyncInfo

_FROM: Final[Mapping[int, str]] = {
    MEMBER: PartKey.USERS_ACTIVE,  # membership is read off the user lists
    HOLDER: PartKey.USERS_ACTIVE,
    ADMIN: PartKey.GROUP_ADMINS,
    CONTACT: PartKey.CONTACT_GROUP_MEMBERS,
}
"""The part without which nothing is known of a kind of grants."""
_MORE: Final[Mapping[int, tuple[str, ...]]] = {
    MEMBER: (PartKey.USERS_INACTIVE, PartKey.USERS_PENDING, PartKey.GROUP_MEMBERS, PartKey.UNSEEN_USERS),
    HOLDER: (PartKey.USERS_INACTIVE, PartKey.USERS_PENDING, PartKey.ROLE_MEMBERS, PartKey.UNSEEN_USERS),
    ADMIN: (),
    CONTACT: (),
}
"""Parts that may hold some of these grants: without them 0 is not known to be all."""
_SILENT: Final = {MEMBER: "groups of {} users", HOLDER: "roles of {} users"}
"""What a disagreement is about when the records of users of a status do not tell."""
_STATUSES: Final = ("active", "inactive", "pending")


def silent(kind: int, status: str) -> str:
    """The name of the disagreement that the records of users of `status` do not tell their groups, or their role."""
    return _SILENT[kind].format(status)


class Gaps:
    """What one sync did not read."""

    def __init__(self, sync: SyncInfo | None) -> None:
        self._never: set[tuple[str, str]] = set()
        self._unread: set[tuple[str, str]] = set()
        self._told: set[str] = set()
        if sync is not None:
            self._unread = {(one.part, one.target) for one in sync.not_read}
            self._unread |= {(one.part, one.target) for one in sync.disagreements if one.part}
            self._never = {(one.part, one.target) for one in sync.not_read if one.last_read is None}
            self._told = {one.what for one in sync.disagreements}

    def __bool__(self) -> bool:
        return bool(self._unread or self._told)

    def count(self, kind: int, key: str, number: int, total: int | None = None) -> int | None:
        """The number of grants of a kind of one resource; None where it is not known.

        Args:
            key: Zoom's id of the resource.
            number: grants that are stored: with some of them unread, those of an earlier sync or a part of them.
            total: what Zoom counts.
        """
        if self._is_in(self._never, _FROM[kind], key):
            return None
        if number or not self:
            return number
        parts = (_FROM[kind], *_MORE[kind])
        unknown = any(self._is_in(self._unread, part, key) for part in parts)
        unknown = unknown or any(silent(kind, status) in self._told for status in _STATUSES if kind in _SILENT)
        return None if unknown or total else 0

    def groups_of(self, status: str, number: int) -> int | None:
        """The number of groups that a user of this status is in; None where it is 0 and that is not known."""
        if number or not self:
            return number
        unread = any(part == PartKey.GROUP_MEMBERS for part, _ in self._unread)
        return None if unread or silent(MEMBER, status) in self._told else 0

    @staticmethod
    def _is_in(gaps: set[tuple[str, str]], part: str, key: str) -> bool:
        return (part, "") in gaps or (part, key) in gaps
