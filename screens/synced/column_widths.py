"""Width in cells, order, colours and text of each of the store's columns on screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.words.licences import licence_in_brief
from zoomgov.words.times import day

from .words import STATUS_TONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zoomgov.model.queries import Column as StoreColumn
    from zoomgov.widgets.table.table_layout import Tone

_NOT_READ: Final[Mapping[str, Tone]] = {"not read": "warning"}


def _number(value: object) -> object:
    return "not read" if value is None else value


_COLUMNS: Final = {
    "name": TableColumn("", "", 24, least=18, most=40),
    "how": TableColumn("", "", 24, least=18, most=48),
    "email": TableColumn("", "", 28, least=26, most=40),
    "status": TableColumn("", "", 9, most=11, tones=STATUS_TONES),
    "members": TableColumn("", "", 9, show=_number, tones=_NOT_READ),
    "admins": TableColumn("", "", 8, show=_number, tones=_NOT_READ),
    "role": TableColumn("", "", 10, least=8, most=22),
    "licence": TableColumn("", "", 14, most=32, brief=licence_in_brief),
    "dept": TableColumn("", "", 14, least=12, most=26),
    "last_login": TableColumn("", "", 12, show=lambda time: day(time) or "never", tones={"never": "muted"}),
    "groups": TableColumn("", "", 8, show=_number, tones=_NOT_READ),
    "privacy": TableColumn("", "", 30, least=16, most=38),
    "description": TableColumn("", "", 30, least=16, most=80),
    "type": TableColumn("", "", 10),
    "created": TableColumn("", "", 12, show=day),
}
"""The most important first: a narrow screen shows the first ones. Key and title come from the store."""


def table_columns(columns: Iterable[StoreColumn]) -> tuple[TableColumn, ...]:
    """Return table columns for those of the store. A column not listed above comes last, with its own width."""
    order = list(_COLUMNS)
    ranked = sorted(columns, key=lambda column: order.index(column.key) if column.key in _COLUMNS else len(order))
    return tuple(
        replace(
            _COLUMNS.get(column.key, TableColumn("", "", column.width)),
            key=column.key,
            title=column.title,
            align=column.align,
        )
        for column in ranked
    )
