"""What stands in the tiles of the overview, around them, and what is behind each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.connectors.model import ConnectorStatus
from zoomgov.findings.model import Level
from zoomgov.model.kinds import Kind
from zoomgov.text import printable
from zoomgov.words.syncs import change_lines, counted
from zoomgov.words.times import ago
from zoomgov.zoom.clouds import CloudError, parse_cloud

from .figures import ADMINS, IDLE_ADMINS, latest_problem, sparkline

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.settings.model import SeatPrices

    from .figures import Figures

TITLES: Final = {
    "people": "People",
    "admins": "Admins",
    "licences": "Licences",
    "findings": "Findings",
    "changes": "Changes",
    "sync": "Last sync",
}
"""By id, in the order of the page."""
FIRST: Final = "people"
OPENS: Final = {
    "people": "kind('users')",
    "admins": "admins",
    "licences": "licences",
    "findings": "findings",
    "changes": "changes",
    "sync": "notes",
}
"""Actions of the page."""
_KINDS: Final = (
    ("2", "Groups", Kind.GROUPS, "groups"),
    ("3", "Contact groups", Kind.CONTACT_GROUPS, "contact_groups"),
    ("4", "Roles", Kind.ROLES, "roles"),
)
_SYNC: Final = ("f5", "Sync", "sync")
HINTS: Final = (*((key, title, f"kind('{kind.value}')") for key, title, kind, _ in _KINDS), _SYNC)
"""Hints under the tiles, before the tables are counted."""
_TONES: Final = {Level.HIGH: "$text-error", Level.MEDIUM: "$text-warning"}
_TABLES: Final = (("users", "People"), ("groups", "Groups"), ("contact_groups", "Contact groups"), ("roles", "Roles"))
_SIGNS: Final = (
    ("Access", (("grants_gained", "+"), ("grants_lost", "−"))),
    *((title, ((f"{of}_added", "+"), (f"{of}_removed", "−"), (f"{of}_changed", "~"))) for of, title in _TABLES),
)
"""Short forms of what changed, as the tabs of Changes have them."""
_MOST: Final = 12
"""Findings that are named."""
_SPARKS: Final = 18
"""Syncs in the small chart."""


def portal_url(cloud: str) -> str:
    """Return Zoom's web portal of a cloud; that of zoom.us where the name cannot be used."""
    try:
        return parse_cloud(cloud).portal_url
    except CloudError:
        return "https://zoom.us"


def _number(value: int | None) -> Content:
    return Content.styled("not read", "$text-warning") if value is None else Content.styled(f"{value:,}", "bold")


def _muted(text: str) -> Content:
    return Content.styled(text, "dim")


def _idle(number: int | None) -> Content:
    """How many of those in the tile are idle."""
    if number is None:
        return Content.styled("idle: not known", "$text-warning")
    return Content.styled(f"{number:,} idle", "$text-warning") if number else _muted("none idle")


_WAIT: Final = (Content.styled("…", "dim"),)


def contents(
    sync: SyncInfo, figures: Figures | None, now: datetime, prices: SeatPrices
) -> dict[str, tuple[Content, ...]]:
    """Return the lines of each tile; the first is its number. Without `figures` some of them wait."""
    numbers = {one.key: one.value for one in counted(sync.counts, sync.not_read)}
    return {
        "people": _people(numbers["users"], figures),
        "admins": _WAIT if figures is None else _admins(figures),
        "licences": _WAIT if figures is None else _licences(figures, prices),
        "findings": _WAIT if figures is None else _findings(figures),
        "changes": _changes(sync),
        "sync": _last_sync(sync, now),
    }


def _people(users: int | None, figures: Figures | None) -> tuple[Content, ...]:
    if figures is None:
        return (_number(users),)
    active = sum(tier.active for tier in figures.licences.tiers)
    lines = [_muted(f"{active:,} active")] if users is not None else []
    if chart := sparkline(figures.people, _SPARKS):
        lines.append(Content.styled(chart, "$text-primary"))
    return (_number(users), *lines)


def _admins(figures: Figures) -> tuple[Content, ...]:
    admins, idle = figures.count(ADMINS), figures.count(IDLE_ADMINS)
    counted_of = _number(admins) if admins is None else Content.assemble(_number(admins), (" owners and admins", "dim"))
    # Who is idle is also asked of custom roles with rights to edit, so there may be more of them.
    return counted_of, Content.assemble(_idle(idle), (" in all roles", "dim")) if idle else _idle(idle)


def _licences(figures: Figures, prices: SeatPrices) -> tuple[Content, ...]:
    seats = figures.idle_seats()
    idle = [_idle(seats)]
    # The findings count seats, not their types: with a price for each type, nobody knows what the idle ones cost.
    if seats and prices.price is not None and not prices.of_type:
        idle.append(Content.styled(f"{seats * prices.price:,.0f} {prices.currency} a month", "$text-warning"))
    if figures.licences.plans is None:
        return Content.styled("not read", "$text-warning"), *idle
    plans = [plan for plan in figures.licences.plans if plan.is_base]
    bought, used = sum(plan.bought for plan in plans), sum(plan.used for plan in plans)
    return Content.assemble((f"{used:,}", "bold"), (f" of {bought:,} used", "dim")), *idle


def _findings(figures: Figures) -> tuple[Content, ...]:
    levels = figures.by_level()
    unknown = len(figures.audit.unknown())
    more = [_muted(f"{unknown} not known")] if unknown else []
    if not levels:
        return Content.styled("none", "bold $text-success"), *more
    rows = [
        Content(", ").join(
            Content.styled(f"{number} {level.word}", _TONES.get(level, "dim"))
            for level, number in levels.items()
            if (level >= Level.MEDIUM) is severe
        )
        for severe in (True, False)
    ]
    return _number(sum(levels.values())), *(row for row in rows if row.plain), *more


def _changes(sync: SyncInfo) -> tuple[Content, ...]:
    if not sync.changes:
        return _muted("–"), _muted("the first sync")
    total = sum(sync.changes.values())
    if not total:
        return Content.styled("none", "bold"), _muted("since the sync before")
    lines = [
        _muted(f"{title} " + " ".join(f"{sign}{sync.changes[key]:,}" for key, sign in signs if sync.changes.get(key)))
        for title, signs in _SIGNS
        if any(sync.changes.get(key) for key, _ in signs)
    ]
    return _number(total), *lines[:2]


def _last_sync(sync: SyncInfo, now: datetime) -> tuple[Content, ...]:
    when = Content.styled(ago(datetime.fromisoformat(sync.finished_at), now), "bold")
    problem = latest_problem(sync)
    state = (f"▲ {problem}", "$text-warning") if problem else ("● complete", "$text-success")
    return when, Content.styled(*state), _muted(f"sync {sync.number:,}")


def hints(sync: SyncInfo) -> tuple[tuple[str, str, str], ...]:
    """Return the hints under the tiles: tables that have none, with their rows, and the next sync."""
    numbers = {one.key: one.value for one in counted(sync.counts, sync.not_read)}
    told = {key: "not read" if number is None else f"{number:,}" for key, number in numbers.items()}
    tables = ((key, f"{title} {told[count]}", f"kind('{kind.value}')") for key, title, kind, count in _KINDS)
    return *tables, _SYNC


def next_step(connector: Connector, sync: SyncInfo, figures: Figures | None) -> Content:
    """Return the one thing to do next, with its key."""

    def told(text: str, style: str, key: str, does: str) -> Content:
        return Content.assemble((text, style), "  ", (key, "bold $footer-key-foreground"), f" {does}")

    if connector.status is ConnectorStatus.ERROR:
        return told(f"✗ The last sync failed: {printable(connector.reason)}", "$text-error", "v", "finds out why")
    if problem := latest_problem(sync):
        return told(f"▲ Not everything is known: {problem}.", "$text-warning", "n", "says what, and why")
    if figures is None:
        return _muted("Counting …")
    worst = next((found for found in figures.audit.findings if found.known and found.count and found.level), None)
    if worst is not None:
        return told(printable(worst.title), _TONES.get(worst.level, ""), "f", "shows what looks wrong")
    return told("✓ Nothing looks wrong in what was read.", "$text-success", "1", "opens the tables")


def more(sync: SyncInfo, figures: Figures | None) -> Content:
    """Return findings and changes, a line each, for tall terminals."""
    lines: list[Content] = []
    if figures is not None and (found := [one for one in figures.audit.findings if one.known and one.count]):
        lines.append(Content.styled("Findings", "bold"))
        lines += [
            Content.assemble((f"  {one.level.word:<8}", _TONES.get(one.level, "dim")), printable(one.title))
            for one in found[:_MOST]
        ]
        if len(found) > _MOST:
            lines.append(Content.assemble(("  f", "bold $footer-key-foreground"), f" shows {len(found) - _MOST} more"))
        lines.append(Content(""))
    if changed := change_lines(sync.changes):
        lines.append(Content.styled("Since the sync before", "bold"))
        lines += [Content.assemble((f"  {title:<16}", "dim"), words) for title, words in changed]
    return Content("\n").join(lines)
