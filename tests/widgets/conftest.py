"""A table with a made-up source, in an app with nothing else."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult

from tests.textual_apps import apps_without_a_clock, frames_by_the_clock  # noqa: F401 (fixtures)
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.widgets.table.table_source import Row, TableQuery

FIRST = ("Ana", "Bob", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Grace")
STATUSES = ("active", "inactive", "pending")


class People:
    """A source of `count` people, whose row ids are 10 x index; records queries and numbers of rows read."""

    columns = (
        TableColumn("name", "Name", 20, least=12, most=30),
        TableColumn("email", "E-mail", 24, least=14, most=40),
        TableColumn("status", "Status", 10, tones={"inactive": "muted", "pending": "warning"}),
        TableColumn("dept", "Department", 16, most=24),
        TableColumn("logins", "Logins", 8, align="right"),
        TableColumn("created", "Created", 12),
    )

    def __init__(self, count: int, rename: dict[int, str] | None = None) -> None:
        self.count = count
        self.rename = rename or {}
        self.asked: list[TableQuery] = []
        self.fetched: list[int] = []

    def row(self, row_id: int) -> Row:
        place = row_id // 10
        name = self.rename.get(row_id, f"{FIRST[place % 7]} {place:06}")
        return (name, f"p{place}@example.com", STATUSES[place % 3], f"Dept {place % 11}", place % 50, "2026-01-02")

    def order(self, query: TableQuery) -> array[int]:
        self.asked.append(query)
        ids = [10 * place for place in range(self.count)]
        if query.text:
            ids = [row_id for row_id in ids if query.text.lower() in str(self.row(row_id)[0]).lower()]
        index = next((i for i, column in enumerate(self.columns) if column.key == query.sort), None)
        if index is not None:
            ids.sort(key=lambda row_id: (str(self.row(row_id)[index]), row_id), reverse=query.descending)
        return array("q", ids)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        self.fetched.append(len(ids))
        return [self.row(row_id) for row_id in ids]


class TableApp(App[None]):
    """An app with only a table; records its messages."""

    def __init__(self, table: IdentityTable) -> None:
        super().__init__()
        self.table = table
        self.animation_level = "none"
        self.highlighted: list[int | None] = []
        self.selected: list[int] = []
        self.views: list[int] = []
        self.failures: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_identity_table_row_highlighted(self, event: IdentityTable.RowHighlighted) -> None:
        self.highlighted.append(event.row_id)

    def on_identity_table_row_selected(self, event: IdentityTable.RowSelected) -> None:
        self.selected.append(event.row_id)

    def on_identity_table_view_changed(self, event: IdentityTable.ViewChanged) -> None:
        self.views.append(event.rows)

    def on_identity_table_read_failed(self, event: IdentityTable.ReadFailed) -> None:
        self.failures.append(event.text)


@pytest.fixture
def people() -> type[People]:
    return People


@pytest.fixture
def table_app() -> type[TableApp]:
    return TableApp


def shown(app: App[None]) -> list[str]:
    """Return the screen as lines of text, without blanks at their ends."""
    return ["".join(segment.text for segment in line).rstrip() for line in app.screen._compositor.render_strips()]
