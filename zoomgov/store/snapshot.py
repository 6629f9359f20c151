"""The facts of one sync, as something a query can select from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import Kind
from zoomgov.store.schema import CONTACT_GROUP, GROUP, RESOURCE_FIELDS, ROLE, USER, USER_FIELDS

if TYPE_CHECKING:
    import sqlite3

    from zoomgov.model.syncs import SyncInfo

KIND_CODES: Final = {
    Kind.USERS: USER,
    Kind.GROUPS: GROUP,
    Kind.CONTACT_GROUPS: CONTACT_GROUP,
    Kind.ROLES: ROLE,
}
KIND_OF_CODE: Final = {number: kind for kind, number in KIND_CODES.items()}
TABLES: Final = {
    Kind.USERS: "users",
    Kind.GROUPS: "groups",
    Kind.CONTACT_GROUPS: "contact_groups",
    Kind.ROLES: "roles",
}
_COLUMNS: Final = {
    "users": ["id", "seen_from", *USER_FIELDS, "search"],
    **{table: ["id", "seen_from", *fields, "total_members"] for table, fields in RESOURCE_FIELDS.items()},
    "grants": ["target", "kind", "principal", "seen_from"],
}
NAME_SQL: Final = "coalesce(nullif(u.display_name, ''), nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email)"
"""What a person of table `u` is called; the same as `folding.person_name`."""


def facts_at(table: str, number: int) -> str:
    """Return a subquery of the rows of `table` that held at sync `number`, now or then."""
    columns = ", ".join(_COLUMNS[table])
    return (
        f"(SELECT {columns} FROM {table} WHERE seen_from <= {number:d} UNION ALL "
        f"SELECT {columns} FROM {table}_past WHERE seen_from <= {number:d} AND gone_at > {number:d})"
    )


class Snapshot:
    """One sync within one read transaction. `current`: it is the latest, which needs no conditions."""

    __slots__ = ("connection", "current", "info", "number")

    def __init__(self, connection: sqlite3.Connection, number: int, current: bool, info: SyncInfo | None) -> None:
        self.connection = connection
        self.number = number
        self.current = current
        self.info = info

    def facts(self, table: str) -> str:
        """What to write after FROM for the rows of `table` at this sync."""
        return table if self.current else facts_at(table, self.number)
