"""Grants as numbers: the codes of their kinds, and a kind and its target packed into one number.

Such a packed number is called a *fact*: what a principal may have, e.g. "member of group 17". No other module knows
how it is packed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import GrantKind
from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.store.schema import CONTACT_GROUP, GROUP, ROLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEMBER, ADMIN, HOLDER, CONTACT = 1, 2, 3, 4
"""`grants.kind`; not to be confused with `things.kind`."""

GRANT_CODES: Final = {
    GrantKind.GROUP_MEMBER: MEMBER,
    GrantKind.GROUP_ADMIN: ADMIN,
    GrantKind.ROLE: HOLDER,
    GrantKind.CONTACT_GROUP_MEMBER: CONTACT,
}
TARGET_KINDS: Final = {MEMBER: GROUP, ADMIN: GROUP, HOLDER: ROLE, CONTACT: CONTACT_GROUP}

STATUS_OF_PART: Final[Mapping[str, str]] = {part: status for status, part in USER_PARTS.items()}
LIST_CODES: Final[Mapping[str, int]] = {
    PartKey.GROUP_MEMBERS: MEMBER,
    PartKey.GROUP_ADMINS: ADMIN,
    PartKey.ROLE_MEMBERS: HOLDER,
    PartKey.CONTACT_GROUP_MEMBERS: CONTACT,
}
"""Lists of the people who have one resource, and the kind of grant each of them is."""

EMAIL_PREFIX: Final = "email:"
"""Prefix of the key of a person for whom Zoom gives an address and no id."""


RECORD_KINDS: Final = (MEMBER, HOLDER)
"""Grants that a user's own record names: the groups they are in, the role they hold."""

_KIND_BITS: Final = 3
_KIND_MASK: Final = (1 << _KIND_BITS) - 1


def fact_of(kind: int, target: int) -> int:
    """Pack a grant kind and the id of its target into one number."""
    return target << _KIND_BITS | kind


def grant_kind(fact: int) -> int:
    """The grant kind packed in `fact`."""
    return fact & _KIND_MASK


def target_of(fact: int) -> int:
    """The id of the target packed in `fact`."""
    return fact >> _KIND_BITS


def target_and_kind(fact: int) -> tuple[int, int]:
    """Both, as `OF_FACT_SQL` takes them."""
    return fact >> _KIND_BITS, fact & _KIND_MASK


FACT_SQL: Final = f"target * {1 << _KIND_BITS} + kind"
"""`fact_of` a row of `grants`."""
OF_FACT_SQL: Final = "target = ? AND kind = ?"
"""Condition on the rows of `grants` of one fact; its parameters are `target_and_kind(fact)`."""


def kinds_sql(kinds: Iterable[int]) -> str:
    """Condition on the rows of `grants` of these kinds."""
    return f"kind IN ({', '.join(str(int(kind)) for kind in kinds)})"


RECORD_GRANTS_SQL: Final = kinds_sql(RECORD_KINDS)
