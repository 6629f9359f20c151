"""The tables of an export: every column with its type and meaning, and the rows.

This is the one place where columns of files are named; `documentation` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from zoomgov.export.model import OneTable, Progress, TableName, Watch
from zoomgov.model.changes import Changes
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.queries import Query
from zoomgov.store.read import records
from zoomgov.store.read.access_labels import access_labels
from zoomgov.store.read.table_rows import role_names
from zoomgov.store.snapshot import KIND_CODES
from zoomgov.words.fields import field_in_text
from zoomgov.words.licences import licence, privacy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zoomgov.store.reader import Reader
    from zoomgov.store.snapshot import Snapshot

Type = Literal["text", "time", "integer", "boolean", "list", "json"]
"""Rows hold str, a time as Zoom writes it, int, bool, a list of str, and of `json` the bytes; each or None."""


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of a file."""

    key: str
    type: Type
    about: str
    width: int = 16
    """In a workbook, in characters."""


_ID: Final = "Zoom's id"
_DATES: Final = "UTC as Zoom writes it, e.g. 2026-11-20T09:12:00Z"

COLUMNS: Final[dict[TableName, tuple[ExportColumn, ...]]] = {
    TableName.USERS: (
        ExportColumn("id", "text", f"{_ID}; `email:` and the address for invited people, who have none", 26),
        ExportColumn("name", "text", "display name, else first and last name, else the address", 26),
        ExportColumn("email", "text", "address", 32),
        ExportColumn("status", "text", "active, inactive or pending; `not a user` for somebody only a list names", 10),
        ExportColumn("licence", "text", "the licence in words", 34),
        ExportColumn("type", "integer", "the licence as Zoom's number: 1 Basic, 2 Licensed, 4 Unassigned, 99 None", 7),
        ExportColumn("plan_united_type", "text", "Zoom's code of a Zoom United plan, else empty", 10),
        ExportColumn("role", "text", "name of the role", 16),
        ExportColumn("role_id", "text", f"{_ID} of the role: 0 Owner, 1 Admin, 2 Member, else a custom role", 10),
        ExportColumn("groups", "integer", "how many groups they are a member of", 8),
        ExportColumn("first_name", "text", field_in_text("first_name")),
        ExportColumn("last_name", "text", field_in_text("last_name")),
        ExportColumn("display_name", "text", "display name as set", 26),
        ExportColumn("dept", "text", field_in_text("dept"), 20),
        ExportColumn("timezone", "text", field_in_text("timezone"), 18),
        ExportColumn("pmi", "integer", "personal meeting id", 13),
        ExportColumn("verified", "boolean", "whether the address was verified; empty when Zoom does not say", 9),
        ExportColumn("created_at", "time", f"when the user was made, {_DATES}; empty for invited people", 21),
        ExportColumn(
            "last_login_time",
            "time",
            f"last login as of the newest sync, up to three days before the true one, {_DATES}; empty: never",
            21,
        ),
        ExportColumn("last_client_version", "text", "client of the last login, as of the newest sync", 18),
        ExportColumn("employee_unique_id", "text", field_in_text("employee_unique_id")),
        ExportColumn("extra", "json", "every other field Zoom sent", 20),
    ),
    TableName.GROUPS: (
        ExportColumn("id", "text", _ID, 26),
        ExportColumn("name", "text", field_in_text("name"), 32),
        ExportColumn("members", "integer", "people in it; empty when that was never read"),
        ExportColumn("admins", "integer", "people who administer it; empty when that was never read"),
        ExportColumn("total_members", "integer", "what Zoom counts; empty when it does not say"),
    ),
    TableName.CONTACT_GROUPS: (
        ExportColumn("id", "text", _ID, 26),
        ExportColumn("name", "text", field_in_text("name"), 32),
        ExportColumn("members", "integer", "people and whole groups directly in it; empty when that was never read"),
        ExportColumn("privacy", "text", "who can see and find it", 34),
        ExportColumn("privacy_code", "integer", "the same as Zoom's number, 1 to 3", 8),
        ExportColumn("description", "text", field_in_text("description"), 40),
    ),
    TableName.ROLES: (
        ExportColumn("id", "text", _ID, 26),
        ExportColumn("name", "text", field_in_text("name"), 28),
        ExportColumn("type", "text", "type as Zoom names it", 10),
        ExportColumn("description", "text", field_in_text("description"), 40),
        ExportColumn("members", "integer", "people who hold it; empty when that was never read"),
        ExportColumn("total_members", "integer", "what Zoom counts; empty when it does not say"),
        ExportColumn(
            "privileges", "list", "rights as Area:Read or Area:Edit; empty in JSON is none, null was never read", 40
        ),
        ExportColumn("privilege_scopes", "json", "rights that are limited to some groups", 20),
    ),
    TableName.GRANTS: (
        ExportColumn("kind", "text", "group member, group admin, role, or contact group member", 20),
        ExportColumn("target_kind", "text", "groups, contact-groups or roles", 14),
        ExportColumn("target_id", "text", f"{_ID} of the thing", 26),
        ExportColumn("target", "text", "name of the thing", 28),
        ExportColumn("principal_kind", "text", "user, or group: a whole group in a contact group", 14),
        ExportColumn("principal_id", "text", f"{_ID} of who has it", 26),
        ExportColumn("principal", "text", "name of who has it", 26),
        ExportColumn("email", "text", "address of who has it", 32),
        ExportColumn("since_sync", "integer", "first sync in which it held without a break", 10),
    ),
    TableName.NESTED: (
        ExportColumn("kind", "text", "contact group member", 20),
        ExportColumn("target_kind", "text", "contact-groups", 14),
        ExportColumn("target_id", "text", f"{_ID} of the contact group", 26),
        ExportColumn("target", "text", "name of the contact group", 28),
        ExportColumn("via_id", "text", f"{_ID} of the group through which the person is in it", 26),
        ExportColumn("via", "text", "name of that group", 28),
        ExportColumn("principal_id", "text", f"{_ID} of the person", 26),
        ExportColumn("principal", "text", "name of the person", 26),
        ExportColumn("email", "text", "address of the person", 32),
        ExportColumn("since_sync", "integer", "first sync in which it held without a break", 10),
    ),
    TableName.CHANGES: (
        ExportColumn("change", "text", "added, removed, changed; of access: gained, lost", 10),
        ExportColumn("kind", "text", "users, groups, contact-groups, roles; of access: the kind of grant", 20),
        ExportColumn("id", "text", f"{_ID} of the person or thing; of access: of who has it", 26),
        ExportColumn("name", "text", "their name", 28),
        ExportColumn("email", "text", "their address, of people", 32),
        ExportColumn("field", "text", "what changed; one row for each", 16),
        ExportColumn("old", "text", "value before", 24),
        ExportColumn("new", "text", "value after", 24),
        ExportColumn("target_kind", "text", "of access: groups, contact-groups or roles", 14),
        ExportColumn("target_id", "text", f"of access: {_ID} of the thing", 26),
        ExportColumn("target", "text", "of access: name of the thing", 28),
        ExportColumn("through", "text", "of access in effect: the user groups through which people reach it", 28),
    ),
}
HOW: Final = ExportColumn("how", "text", "how they are in the thing that was asked for", 28)
"""Last column of users when only those within a resource are exported."""

ABOUT: Final = {
    TableName.USERS: "Everyone, by name.",
    TableName.GROUPS: "User groups, by name.",
    TableName.CONTACT_GROUPS: "Contact groups, by name.",
    TableName.ROLES: "Roles, by name.",
    TableName.GRANTS: "Who has what, as Zoom has it: by kind, thing and name.",
    TableName.NESTED: "Who is in a contact group because a group of theirs is: by contact group and name.",
    TableName.CHANGES: "What is different between two syncs: people and things first, then access.",
}


def documentation() -> str:
    """Return the tables and their columns as Markdown."""
    parts = []
    for table, columns in COLUMNS.items():
        rows = [f"| `{column.key}` | {column.type} | {column.about} |" for column in columns]
        parts.append(
            "\n".join([f"### {table}", "", ABOUT[table], "", "| Column | Type | Meaning |", "|---|---|---|", *rows])
        )
    return "\n\n".join(parts) + "\n"


_PAGE: Final = 1000


class Table:
    """One table being written: its columns, and its rows once."""

    def __init__(
        self, name: TableName, columns: tuple[ExportColumn, ...], rows: Iterable[tuple[Any, ...]], total: int | None
    ) -> None:
        self.name = name
        self.columns = columns
        self.total = total
        self.written = 0
        """Rows yielded so far."""
        self._rows = rows
        self._watch = Watch()

    def watch(self, watch: Watch) -> None:
        """Report progress every thousand rows to `watch`, which may cancel."""
        self._watch = watch

    def pages(self) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows, a thousand at a time. Text is as Zoom sent it.

        Raises:
            ExportCancelled: somebody stopped it.
        """
        rows = iter(self._rows)
        self._report()
        while page := list(islice(rows, _PAGE)):
            self.written += len(page)
            yield page
            self._report()

    def _report(self) -> None:
        self._watch.tell(Progress(str(self.name), self.written, self.total))


def whole_table(at: Snapshot, name: TableName) -> Table:
    """Return one table of a whole sync."""
    if name is TableName.GRANTS:
        return Table(name, COLUMNS[name], map(_grant_row, records.grant_records(at)), records.count_grants(at))
    if name is TableName.NESTED:
        return Table(name, COLUMNS[name], map(_nested_row, records.nested_records(at)), None)
    kind = name.kind
    assert kind is not None
    ids = records.everything(at, kind)
    return Table(name, COLUMNS[name], _kind_rows(at, kind, ids), len(ids))


def one_table(reader: Reader, at: Snapshot, what: OneTable) -> Table:
    """Return one table; of a kind, the rows that the query finds, in its order."""
    name, query, only = what.table, what.query, what.only
    kind = name.kind
    if kind is None or (query == Query() and only is None):
        return whole_table(at, name)
    ids = [number for number in reader.order(kind, query) if only is None or number in only]
    rows = _kind_rows(at, kind, ids)
    if kind is not Kind.USERS or query.within is None:
        return Table(name, COLUMNS[name], rows, len(ids))
    target = at.connection.execute(
        "SELECT id FROM things WHERE kind = ? AND key = ?", (KIND_CODES[query.within.kind], query.within.id)
    ).fetchone()
    ways = {} if target is None else access_labels(at, query.within.kind, int(target[0]), ids)
    with_how = ((*row, ways.get(number, "")) for number, row in zip(ids, rows, strict=True))
    return Table(name, (*COLUMNS[name], HOW), with_how, len(ids))


def changes_table(changes: Changes) -> Table:
    """Return the changes, a row for each changed field and each grant."""
    rows = list(_change_rows(changes))
    return Table(TableName.CHANGES, COLUMNS[TableName.CHANGES], rows, len(rows))


def _kind_rows(at: Snapshot, kind: Kind, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    if kind is Kind.USERS:
        roles = role_names(at)
        for start in range(0, len(ids), _PAGE):
            yield from map(_user_row, records.user_records(at, ids[start : start + _PAGE], roles))
        return
    row = _THING_ROWS[kind]
    yield from map(row, records.resource_records(at, kind, ids))


_licence: Final = lru_cache(maxsize=256)(licence)  # one of a handful, asked for everybody


def _user_row(user: records.UserRecord) -> tuple[Any, ...]:
    tier = _licence(user.type, user.plan_united_type) if user.type else ""
    return (*user[:4], tier, user.type or None, user.plan_united_type, user.role, user.role_id, *user[8:])


def _group_row(thing: records.ResourceRecord) -> tuple[Any, ...]:
    return thing.id, thing.name, thing.members, thing.admins, thing.total_members


def _contact_group_row(thing: records.ResourceRecord) -> tuple[Any, ...]:
    return thing.id, thing.name, thing.members, privacy(thing.privacy), thing.privacy, thing.description


def _role_row(thing: records.ResourceRecord) -> tuple[Any, ...]:
    rights = None if thing.privileges is None else list(thing.privileges)
    return (
        thing.id, thing.name, thing.type, thing.description, thing.members, thing.total_members, rights,
        thing.privilege_scopes,
    )  # fmt: skip


_THING_ROWS: Final[dict[Kind, Callable[[records.ResourceRecord], tuple[Any, ...]]]] = {
    Kind.GROUPS: _group_row,
    Kind.CONTACT_GROUPS: _contact_group_row,
    Kind.ROLES: _role_row,
}
_TARGET_KINDS: Final = {kind: str(records.target_kind(kind)) for kind in GrantKind}


def _grant_row(grant: records.GrantRecord) -> tuple[Any, ...]:
    return (
        str(grant.kind), _TARGET_KINDS[grant.kind], grant.target_id, grant.target_name, grant.principal_kind,
        grant.principal_id, grant.principal_name, grant.principal_email, grant.since,
    )  # fmt: skip


def _nested_row(grant: records.GrantRecord) -> tuple[Any, ...]:
    return (
        str(grant.kind), _TARGET_KINDS[grant.kind], grant.target_id, grant.target_name, grant.via_id, grant.via_name,
        grant.principal_id, grant.principal_name, grant.principal_email, grant.since,
    )  # fmt: skip


def _change_rows(changes: Changes) -> Iterator[tuple[Any, ...]]:
    for item in changes.items:
        head = (item.how, str(item.kind), item.id, item.name, item.email)
        if not item.fields:
            yield (*head, "", "", "", "", "", "", "")
        for change in item.fields:
            yield (*head, change.field, change.old, change.new, "", "", "", "")
    for grant in changes.grants:
        yield (
            "gained" if grant.gained else "lost", str(grant.kind), grant.principal_id, grant.principal_name,
            grant.principal_email, "", "", "", str(grant.target_kind), grant.target_id, grant.target_name,
            grant.through,
        )  # fmt: skip
