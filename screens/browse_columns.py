"""How the store's columns look on screen: in order of importance, with their widths and words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zoomgov.store.words import licence_in_brief
from zoomgov.widgets.table_layout import Column

from .browse_words import STATUS_TONES, day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.store.views import Column as StoreColumn

_LOOKS: Final = {
    "name": Column("", "", 24, least=18, most=40),
    "how": Column("", "", 24, least=18, most=48),
    "email": Column("", "", 28, least=26, most=40),
    "status": Column("", "", 9, most=11, tones=STATUS_TONES),
    "members": Column("", "", 9),
    "admins": Column("", "", 8),
    "role": Column("", "", 10, least=8, most=22),
    "licence": Column("", "", 14, most=32, brief=licence_in_brief),
    "dept": Column("", "", 14, least=12, most=26),
    "last_login": Column("", "", 12, show=lambda time: day(time) or "never", tones={"never": "muted"}),
    "groups": Column("", "", 8),
    "privacy": Column("", "", 30, least=16, most=38),
    "description": Column("", "", 30, least=16, most=80),
    "type": Column("", "", 10),
    "created": Column("", "", 12, show=day),
}
"""In order of importance: the first ones are on screen when it is narrow."""


def looks(columns: Iterable[StoreColumn]) -> tuple[Column, ...]:
    """Give the store's columns their looks; ones not known here come last, as they are."""
    order = list(_LOOKS)
    ranked = sorted(columns, key=lambda column: order.index(column.key) if column.key in _LOOKS else len(order))
    return tuple(
        replace(
            _LOOKS.get(column.key, Column("", "", column.width)), key=column.key, title=column.title, align=column.align
        )
        for column in ranked
    )
