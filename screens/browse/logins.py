"""How long ago people last logged in: numbers and bars. Enter shows the people."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from zoomgov.widgets.table.table_layout import TableColumn

from ..synced.list_page import ListPage
from ..synced.sync_page import TABLE_HELP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType

    from zoomgov.model.licences import Licences, Logins
    from zoomgov.widgets.table.table_source import Row

    from ..synced.opened_sync import OpenedSync

_BAR = 24
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(part: int, whole: int) -> str:
    """Return a bar: `_BAR` cells for the whole, in eighths of a cell. Only 0 has an empty one."""
    eighths = min(max(part * _BAR * 8 // whole, part > 0), _BAR * 8) if whole > 0 else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


class LoginsScreen(ListPage):
    """People by their last login."""

    HELP = f"""
# Last logins

How long ago people last logged in, counted back from the sync. Zoom moves the recorded login only after three days.
Enter shows the people of a line; `c` draws it week by week.
{TABLE_HELP}
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "charts", "Charts", tooltip="Last logins by week and licences by sync, drawn"),
    ]
    COLUMNS: ClassVar[Sequence[TableColumn]] = (
        TableColumn("name", "Last login", 24, least=20, most=32),
        TableColumn("people", "People", 9, align="right", show=lambda number: f"{number:,}"),
        TableColumn("part", "Of all", 7, align="right", show=lambda part: f"{part:.0%}"),
        TableColumn("bar", "", _BAR),
    )
    PREFERENCES_KEY = "logins"
    NOUN = "lines"
    PLACEHOLDER = "Search …"
    EMPTY = "The account has no users."

    def __init__(self, opened_sync: OpenedSync, show: Callable[[str], None]) -> None:
        """`show` filters the table of users by a text."""
        super().__init__(opened_sync, "Last logins")
        self._show = show
        self._filters: list[str] = []

    def read(self) -> Sequence[Row]:
        rows = login_rows(self.opened_sync.licences()[0])
        self._filters = [text for text, _ in rows]
        return [row for _, row in rows]

    def action_charts(self) -> None:
        """Draw them."""
        from .charts import ChartsScreen  # reads the library that draws

        self.app.push_screen(ChartsScreen(self.opened_sync))

    def opened(self, index: int) -> None:
        self.app.pop_screen()
        self.app.pop_screen()
        self._show(self._filters[index])


def login_rows(found: Licences) -> list[tuple[str, Row]]:
    """Return (filter that finds the people, row) of each line."""
    everyone = sum(one.people for one in found.logins) + found.never
    if not everyone:
        return []
    lines = [(*_words(one), one.people) for one in found.logins]
    lines.append(("Never logged in", "last-login:never", found.never))
    return [(text, (name, people, people / everyone, bar(people, everyone))) for name, text, people in lines]


def _words(one: Logins) -> tuple[str, str]:
    """Return the name of a line, and the filter that finds its people."""
    if one.most is None:
        return f"{one.least} days ago or more", f"last-login:>{one.least}d"
    if not one.least:
        return f"Within {one.most} days", f"last-login:<{one.most}d"
    return f"{one.least} to {one.most} days ago", f"last-login:<{one.most}d -last-login:<{one.least}d"
