"""The table of one kind in Browse, and the tabs that choose between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Tab, Tabs

from zoomgov.model.filters import HINTS, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.widgets.table.search_table import SearchTable
from zoomgov.words.kinds import NOUNS

from ..synced.words import PLACEHOLDERS, empty_text, not_read_reason, notice_text, tab_label
from .field_suggester import FieldSuggester

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from zoomgov.model.syncs import SyncInfo
    from zoomgov.widgets.table.table_source import TableQuery

    from ..synced.opened_sync import StoreSource


class KindTabs(Tabs):
    """A tab for each kind; without a sync they have no counts."""

    def __init__(self, sync: SyncInfo | None, width: int, active: Kind, *, id: str | None = None) -> None:
        """`width`: cells of the screen."""
        labels = [
            Content(NOUNS[kind].capitalize()) if sync is None else tab_label(place, kind, sync, width)
            for place, kind in enumerate(Kind, start=1)
        ]
        tabs = (Tab(label, id=kind.value) for label, kind in zip(labels, Kind, strict=True))
        super().__init__(*tabs, active=active.value, id=id)

    def tell(self, sync: SyncInfo, width: int) -> None:
        """Count what `sync` has of each kind, in a screen of `width` cells."""
        for place, kind in enumerate(Kind, start=1):
            tab, label = self.query_one(f"#{kind}", Tab), tab_label(place, kind, sync, width)
            if tab.label != label:  # a label lays the page out again
                tab.label = label


def kind_table(
    kind: Kind,
    sync: SyncInfo,
    source: StoreSource,
    order: TableQuery,
    widths: Mapping[str, int] | None,
    values: Callable[[], Awaitable[dict[str, list[str]]]],
) -> SearchTable:
    """Make the table of `kind`; its id is the kind's value. `values` gives what can be completed, by field."""
    return SearchTable(
        source,
        order,
        widths=widths,
        noun=NOUNS[kind],
        placeholder=PLACEHOLDERS[kind],
        empty=empty_text(kind, sync),
        notice=notice_text(kind, sync),
        unknown=not_read_reason(kind, sync) is not None,
        hint=HINTS[kind],
        problem=lambda text: " ".join(parse_filter(text, kind).problems),
        suggester=FieldSuggester(kind, values),
        id=kind.value,
    )
