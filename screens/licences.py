"""Licences and last logins as numbers with bars; Enter shows the people."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from zoomgov.widgets.table_layout import Column

from .list_page import ListPage
from .table_page import TABLE_HELP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType

    from zoomgov.store.licences import Licences, Logins, Plan, Tier
    from zoomgov.widgets.table_source import Row

    from .browse_data import Browser

_BAR = 14
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(part: int, whole: int) -> str:
    """A bar of `_BAR` cells for all of `whole`, exact to an eighth of a cell; never empty for what is not nothing."""
    eighths = min(max(part * _BAR * 8 // whole, part > 0), _BAR * 8) if whole > 0 else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


class LicencesScreen(ListPage):
    """Tiers held, seats bought, and how long ago people logged in."""

    HELP = f"""
# Licences and logins

What licences people hold, what was bought from Zoom and how much of it is free (when the plan could be read), and how
long ago people last logged in, counted back from the sync. Zoom moves the recorded login only after three days. Enter
shows the people of a line; `c` draws last logins by week and licences by sync.
{TABLE_HELP}
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "charts", "Charts", tooltip="Last logins by week and licences by sync, drawn"),
    ]
    COLUMNS: ClassVar[Sequence[Column]] = (
        Column("name", "What", 26, least=18, most=44),
        Column("number", "Number", 12, align="right"),
        Column("bar", "", _BAR),
        Column("note", "Of these", 26, least=24, most=48),
        Column("about", "About", 10),
    )
    NOUN = "lines"
    PLACEHOLDER = "Search …"
    EMPTY = "The account has no users."

    def __init__(self, browser: Browser, show: Callable[[str], None]) -> None:
        """`show` filters the users by a text."""
        super().__init__(browser, "Licences and logins")
        self._show = show
        self._filters: list[str] = []
        self._missing = ""

    def read(self) -> Sequence[Row]:
        found, gaps = self.browser.licences()
        if found.plans is None:
            reason = gaps[0].reason if gaps else "Zoom told nothing about the plan."
            self._missing = f"Bought licences were not read. {reason}"
        rows = [*_tiers(found), *map(_plan, found.plans or ()), *_logins(found)]
        self._filters = [text for text, _ in rows]
        return [row for _, row in rows]

    def notice(self) -> str:
        return self._missing

    def action_charts(self) -> None:
        """Draw them."""
        from .charts import ChartsScreen  # reads the library that draws

        self.app.push_screen(ChartsScreen(self.browser))

    def opened(self, index: int) -> None:
        if self._filters[index]:
            self.app.pop_screen()
            self._show(self._filters[index])


def _tiers(found: Licences) -> list[tuple[str, Row]]:
    everyone = sum(tier.people for tier in found.tiers)
    return [(f'licence:"{tier.name}"', _tier(tier, everyone)) for tier in found.tiers]


def _tier(tier: Tier, everyone: int) -> Row:
    others = ((tier.active, "active"), (tier.inactive, "inactive"), (tier.pending, "pending"))
    note = ", ".join(f"{number:,} {status}" for number, status in others if number)
    return (tier.name, f"{tier.people:,}", bar(tier.people, everyone), note, "held")


def _plan(plan: Plan) -> tuple[str, Row]:
    free = plan.bought - plan.used - plan.pending
    note = f"{free:,} free" if free >= 0 else f"{-free:,} too many"
    note += f", {plan.pending:,} pending" if plan.pending else ""
    row = (plan.name, f"{plan.used:,} of {plan.bought:,}", bar(plan.used, plan.bought), note, "bought")
    return "", row


def _logins(found: Licences) -> list[tuple[str, Row]]:
    everyone = sum(one.people for one in found.logins) + found.never
    rows = [_login(one, everyone) for one in found.logins]
    if everyone:
        rows.append(
            ("last-login:never", ("Never logged in", f"{found.never:,}", bar(found.never, everyone), "", "logins"))
        )
    return rows if everyone else []


def _login(one: Logins, everyone: int) -> tuple[str, Row]:
    if one.most is None:
        name, text = f"{one.least} days ago or more", f"last-login:>{one.least}d"
    elif not one.least:
        name, text = f"Within {one.most} days", f"last-login:<{one.most}d"
    else:
        name, text = f"{one.least} to {one.most} days ago", f"last-login:<{one.most}d -last-login:<{one.least}d"
    return text, (name, f"{one.people:,}", bar(one.people, everyone), "", "logins")
