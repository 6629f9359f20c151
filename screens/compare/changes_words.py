"""Changes as rows of tables: items added, removed or changed; access by person, and by resource."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from textual.content import Content

from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.text import printable
from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.words.kinds import ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.model.changes import Changes, FieldChange, GrantChange, ItemChange
    from zoomgov.widgets.table.table_layout import Tone
    from zoomgov.widgets.table.table_source import Row

ITEMS: Final = "items"
PERSONS: Final = "persons"
RESOURCES: Final = "things"  # saved in view preferences, so it stays
VIEWS: Final = {ITEMS: "People and things", PERSONS: "Access by person", RESOURCES: "by thing"}
_IN_EFFECT: Final = {**VIEWS, PERSONS: "In effect by person"}
"""Titles where access through user groups is compared, too."""
_TONES: Final[dict[str, Tone]] = {"came": "good", "went": "error", "gained": "good", "lost": "error"}
_HOW: Final = {"added": "came", "removed": "went", "changed": "changed"}
_WAYS: Final = {
    GrantKind.GROUP_MEMBER: "member",
    GrantKind.GROUP_ADMIN: "admin",
    GrantKind.ROLE: "holder",
    GrantKind.CONTACT_GROUP_MEMBER: "member",
}
_ROOM: Final = 40
"""Cells of the column *What* on a screen of 80; a narrower one has no such column."""
_NAMED: Final = 50
"""Most names in one cell; opening the line shows all."""


def _signed(sign: str) -> Callable[[object], str]:
    return lambda value: f"{sign}{value:,}" if value else ""


_COUNTS: Final = (
    TableColumn("gained", "Gained", 7, align="right", show=_signed("+")),
    TableColumn("lost", "Lost", 6, align="right", show=_signed("−")),
)
COLUMNS: Final[dict[str, tuple[TableColumn, ...]]] = {
    ITEMS: (
        TableColumn("name", "Name", 24, least=16, most=40),
        TableColumn("how", "Change", 9, tones=_TONES),
        TableColumn("what", "What", 40, least=38, most=90),
        TableColumn("kind", "Kind", 14),
        TableColumn("email", "E-mail", 28, most=40),
    ),
    PERSONS: (
        TableColumn("who", "Who", 24, least=16, most=40),
        *_COUNTS,
        TableColumn("what", "What", 38, least=30, most=90),
        TableColumn("email", "E-mail", 28, most=40),
    ),
    RESOURCES: (
        TableColumn("what", "What", 22, least=16, most=48),
        *_COUNTS,
        TableColumn("who", "Who", 40, least=24, most=90),
        TableColumn("kind", "Kind", 14),
    ),
}
GRANT_COLUMNS: Final[dict[str, tuple[TableColumn, ...]]] = {
    PERSONS: (
        TableColumn("how", "Change", 8, tones=_TONES),
        TableColumn("way", "As", 8),
        TableColumn("what", "What", 34, least=20, most=60),
        TableColumn("kind", "Kind", 14),
    ),
    RESOURCES: (
        TableColumn("how", "Change", 8, tones=_TONES),
        TableColumn("way", "As", 8),
        TableColumn("who", "Who", 28, least=20, most=44),
        TableColumn("email", "E-mail", 30, most=44),
    ),
}
"""Columns for the grants of one person, or of one resource."""


def grant_columns(view: str, grants: Sequence[GrantChange]) -> tuple[TableColumn, ...]:
    """Return the columns of `view`, wider where they name the user group that access came through."""
    columns = GRANT_COLUMNS[view]
    if not any(grant.through for grant in grants):
        return columns
    return tuple(replace(column, width=24, most=40) if column.key == "way" else column for column in columns)


class Line(NamedTuple):
    """A row of one of the tables, and the item and the grants behind it."""

    row: Row
    kind: Kind
    key: str
    item: ItemChange | None
    grants: tuple[GrantChange, ...]


def lines_of(view: str, changes: Changes) -> list[Line]:
    """Return the rows of one of `VIEWS`."""
    if view == ITEMS:
        return [Line(_item_row(item), item.kind, item.id, item, ()) for item in changes.items]
    if view == PERSONS:
        return [_of_person(tuple(group)) for _, group in groupby(changes.grants, key=_principal)]
    grants = sorted(changes.grants, key=_resource)
    return [_of_resource(tuple(group)) for _, group in groupby(grants, key=_resource)]


def _principal(grant: GrantChange) -> tuple[str, str]:
    return grant.principal_kind, grant.principal_id


def _resource(grant: GrantChange) -> tuple[int, str, str]:
    return list(Kind).index(grant.target_kind), grant.target_name.casefold(), grant.target_id


def is_cut(line: Line, width: int) -> bool:
    """Return whether a screen of `width` cells may cut an item's old and new values, or has no column for them."""
    return line.item is not None and cell_len(str(line.row[2])) > (_ROOM if width >= 80 else 0)


def whole_text(line: Line) -> Content:
    """Return all old and new values of an item."""
    fields = line.item.fields if line.item is not None else ()
    told = (Content.assemble((f"{field.field}  ", "$text-muted"), printable(_values(field))) for field in fields)
    return Content("   ").join(told)


def _item_row(item: ItemChange) -> Row:
    told = "; ".join(map(_field, item.fields))
    return item.name or item.id, _HOW[item.how], told, ONE[item.kind], item.email


def _field(change: FieldChange) -> str:
    return f"{change.field}: {_values(change)}"


def _values(change: FieldChange) -> str:
    return f"{change.old or '(none)'} → {change.new or '(none)'}"


def _of_person(grants: tuple[GrantChange, ...]) -> Line:
    gained = sum(grant.gained for grant in grants)
    first = grants[0]
    kind, key = principal_of(first)
    named = [(grant.gained, f"{grant.target_name or grant.target_id}{_way_told(grant)}") for grant in grants]
    row = (first.principal_name or key, gained, len(grants) - gained, _listed(named), first.principal_email)
    return Line(row, kind, key, None, grants)


def _of_resource(grants: tuple[GrantChange, ...]) -> Line:
    gained = sum(grant.gained for grant in grants)
    first = grants[0]
    named = [(grant.gained, f"{grant.principal_name or grant.principal_id}{_way_told(grant)}") for grant in grants]
    row = (
        first.target_name or first.target_id, gained, len(grants) - gained, _listed(named), ONE[first.target_kind],
    )  # fmt: skip
    return Line(row, first.target_kind, first.target_id, None, grants)


def _way_told(grant: GrantChange) -> str:
    """Return how somebody has it, unless it is direct membership."""
    if grant.through:
        return f" (through {grant.through})"
    return " (admin)" if grant.kind is GrantKind.GROUP_ADMIN else ""


def _listed(named: Sequence[tuple[bool, str]]) -> str:
    """Return e.g. `+Sales, −Finance`: gained first."""
    ordered = sorted(named, key=lambda one: not one[0])
    told = ", ".join(f"{'+' if gained else '−'}{name}" for gained, name in ordered[:_NAMED])
    rest = len(named) - _NAMED
    return f"{told} and {rest:,} more" if rest > 0 else told


def principal_of(grant: GrantChange) -> tuple[Kind, str]:
    """Return who holds a grant: kind and Zoom's id."""
    return (Kind.USERS if grant.principal_kind == "user" else Kind.GROUPS), grant.principal_id


def grant_row(view: str, grant: GrantChange) -> Row:
    """Return the row of a grant, for `GRANT_COLUMNS`."""
    how = "gained" if grant.gained else "lost"
    way = f"through {grant.through}" if grant.through else _WAYS[grant.kind]
    if view == PERSONS:
        return how, way, grant.target_name or grant.target_id, ONE[grant.target_kind]
    return how, way, grant.principal_name or grant.principal_id, grant.principal_email


def tab_text(number: int, view: str, changes: Changes, lines: int) -> Content:
    """Return the title of a tab, e.g. `1 People and things  +3 −1 ~4` or `2 Access by person  12`."""
    if view == ITEMS:
        hows = [item.how for item in changes.items]
        counts = [("+", hows.count("added")), ("−", hows.count("removed")), ("~", hows.count("changed"))]
        told = " ".join(f"{sign}{count:,}" for sign, count in counts if count) or "none"
    else:
        told = f"{lines:,}" if lines else "none"
    title = (_IN_EFFECT if changes.in_effect else VIEWS)[view]
    return Content.assemble((f"{number} ", "bold $footer-key-foreground"), title, f"  {told}")
