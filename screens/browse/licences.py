"""Licences in numbers: bought, used and held. Enter shows the people who hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from zoomgov.widgets.table.table_layout import TableColumn
from zoomgov.words.licences import LICENSED, NOT_SOLD, licence_in_brief

from ..synced.list_page import ListPage
from ..synced.sync_page import TABLE_HELP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType

    from zoomgov.model.licences import Licences, Plan, Tier
    from zoomgov.widgets.table.table_source import Row

    from ..synced.opened_sync import OpenedSync

_UNSOLD = ""
"""The cell where there is nothing to count; `_seats` shows a dash."""


def _seats(value: object) -> str:
    return "not read" if value is None else f"{value:,}" if isinstance(value, int) else "–"


class LicencesScreen(ListPage):
    """A line for each licence: seats bought, used and free, and the people who hold it."""

    HELP = f"""
# Licences

**Bought**, **Used**, **Invited** and **Free** are Zoom's own count of seats; an invited person has taken a seat, so
free is what is left of the bought ones. **Held** counts the people in the list of users. Where Used and Held differ,
Zoom counts seats of people who are not in that list, or the other way round.

“–” means that Zoom counts nothing of the kind: nobody buys seats for Basic users. “not read” means that the plan could
not be read, not that nothing was bought. Enter shows the people who hold a licence, `l` when people last logged in,
and `c` draws both.
{TABLE_HELP}
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "logins", "Last logins", tooltip="How long ago people last logged in"),
        Binding("c", "charts", "Charts", tooltip="Last logins by week and licences by sync, drawn"),
    ]
    COLUMNS: ClassVar[Sequence[TableColumn]] = (
        TableColumn("name", "Licence", 22, least=20, most=44, brief=licence_in_brief),
        *(
            TableColumn(key, title, 8, align="right", show=_seats, tones={"not read": "warning", "–": "muted"})
            for key, title in (("bought", "Bought"), ("used", "Used"), ("free", "Free"))
        ),
        TableColumn("held", "Held", 8, align="right", show=_seats, tones={"–": "muted"}),
        TableColumn("invited", "Invited", 9, align="right", show=_seats, tones={"not read": "warning", "–": "muted"}),
        TableColumn("note", "Who holds it", 34, least=24, most=48),
        TableColumn("plan", "Zoom's plan", 28, most=40),
    )
    PREFERENCES_KEY = "licences"
    NOUN = "licences"
    PLACEHOLDER = "Search licences …"
    EMPTY = "The account has no users."

    def __init__(self, opened_sync: OpenedSync, show: Callable[[str], None]) -> None:
        """`show` filters the table of users by a text."""
        super().__init__(opened_sync, "Licences")
        self._show = show
        self._filters: list[str] = []
        self._missing = ""

    def read(self) -> Sequence[Row]:
        found, gaps = self.opened_sync.licences()
        if found.plans is None:
            reason = gaps[0].reason if gaps else "Zoom told nothing about the plan."
            self._missing = f"Bought licences were not read. {reason}"
        rows = licence_rows(found)
        self._filters = [text for text, _ in rows]
        return [row for _, row in rows]

    def notice(self) -> str:
        return self._missing

    def action_charts(self) -> None:
        """Draw them."""
        from .charts import ChartsScreen  # reads the library that draws

        self.app.push_screen(ChartsScreen(self.opened_sync))

    def action_logins(self) -> None:
        """Show when people last logged in."""
        from .logins import LoginsScreen

        self.app.push_screen(LoginsScreen(self.opened_sync, self._show))

    def opened(self, index: int) -> None:
        if self._filters[index]:
            self.app.pop_screen()
            self._show(self._filters[index])
        else:
            self.notify("The list of users does not tell who uses these.")


def licence_rows(found: Licences) -> list[tuple[str, Row]]:
    """Return (filter that finds the people, row) of each line; the filter is empty where none does.

    Zoom's base plan is the one that Licensed people use: the two are one line. Where an account has several base plans,
    nobody can tell which of them somebody uses, and each is a line of its own.
    """
    plans = list(found.plans or ())
    base = [plan for plan in plans if plan.is_base and (plan.bought or plan.used)]
    of_licensed = base[0] if len(base) == 1 else None
    rows = []
    for tier in found.tiers:
        plan = of_licensed if tier.name == LICENSED else None
        if plan is not None:
            plans.remove(plan)
        rows.append((f'licence:"{tier.name}"', _row(tier.name, tier, plan, found.plans is not None)))
    return rows + [("", _row(plan.name, None, plan, True)) for plan in plans]


def _row(name: str, tier: Tier | None, plan: Plan | None, read: bool) -> Row:
    held = tier.people if tier is not None else _UNSOLD
    if plan is None:
        seats = _UNSOLD if read or name in NOT_SOLD else None
        return (name, seats, seats, seats, held, seats, _holders(tier), "")
    note = _holders(tier)
    if plan.free < 0:
        note = f"{-plan.free:,} seats too many are taken" + (f"; {note}" if note else "")
    return (name, plan.bought, plan.used, plan.free, held, plan.pending, note, plan.name if tier is not None else "")


def _holders(tier: Tier | None) -> str:
    if tier is None:
        return ""
    numbers = ((tier.active, "active"), (tier.inactive, "inactive"), (tier.pending, "pending"))
    return ", ".join(f"{number:,} {status}" for number, status in numbers if number)
