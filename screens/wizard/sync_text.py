"""What the sync page says: estimate, result, failure; and the log as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.sync.events import Outcome
from zoomgov.sync.progress import opens_again
from zoomgov.text import printable
from zoomgov.widgets.advice_text import Parts, advice_parts, hang
from zoomgov.words.kinds import count
from zoomgov.words.parts import part_words
from zoomgov.words.syncs import change_lines, counted
from zoomgov.words.times import duration
from zoomgov.zoom.scopes import scope_to_add

if TYPE_CHECKING:
    from datetime import datetime

    from zoomgov.advice.knowledge import Advice
    from zoomgov.sync.estimate import Estimate
    from zoomgov.sync.events import SyncSummary
    from zoomgov.zoom.errors import ZoomError

_TWO_NUMBERS: Final = 69
"""Width in cells from which two numbers stand side by side."""
_DISAGREEMENTS: Final = 3
"""Most disagreements shown; the list of gaps has all."""


def summary_content(summary: SyncSummary, width: int) -> tuple[Content, Content]:
    """Return the verdict, and what was read, what was not, and what changed; `width` in cells."""
    seconds = f"{summary.seconds:.1f} s" if summary.seconds < 60 else f"{summary.seconds / 60:.1f} min"
    told = f" {count(sum(summary.requests.values()), 'request')} in {seconds}."
    if summary.outcome is Outcome.COMPLETE and summary.not_read:
        verdict = Content.assemble(("● Connected. All was read but what is named below.", "$text-success"), told)
    elif summary.outcome is Outcome.COMPLETE:
        verdict = Content.assemble(("● Connected. Everything was read.", "$text-success"), told)
    else:
        verdict = Content.assemble(("● Connected. Not everything was read.", "$text-warning"), told)
    parts: Parts = []
    for place, number in enumerate(counted(summary.counts, summary.not_read)):
        value = "not read" if number.value is None else f"{number.value:,}"
        ends_line = place % 2 or width < _TWO_NUMBERS
        parts += [(f"{number.title:<23}", "dim"), f"{value:>9}", "\n" if ends_line else "     "]
    for unread in summary.not_read[:4]:
        scope = scope_to_add(unread.missing_scopes, None)
        scopes = f" Add the scope {scope}." if scope else ""
        parts.append((f"\n! Not read: {part_words(unread)}: {printable(unread.reason)}{scopes}", "$text-warning"))
    if len(summary.not_read) > 4:
        parts.append((f"\n! and {len(summary.not_read) - 4:,} more; n lists all of them.", "$text-warning"))
    if summary.not_read:
        parts.append("\n  v finds out why.")
    for item in summary.disagreements[:_DISAGREEMENTS]:
        text = f"\n! {printable(item.what)}: {item.read:,} read, {item.expected:,} expected ({item.source})"
        parts.append((text, "$text-warning"))
    if (more := len(summary.disagreements) - _DISAGREEMENTS) > 0:
        parts.append((f"\n! and {count(more, 'more disagreement')}. n lists all of them.", "$text-warning"))
    if summary.number == 1:
        parts.append(("\nThis is the first sync: there is none before to compare with.", "dim"))
    elif lines := change_lines(summary.changes):
        parts.append(("\nSince the last sync  (c shows each)", "dim"))
        for title, told in lines:
            parts += [(f"\n  {title:<21}", "dim"), told]
    else:
        parts.append(("\nSince the last sync nothing changed.", "dim"))
    return verdict, Content.assemble(*parts)


def estimate_content(found: Estimate) -> Content:
    """Return how many requests a sync takes, and how long."""
    requests = ", ".join(f"{number:,} {label}" for label, number in found.requests.items())
    parts: Parts = [
        f"{found.people:,} users, {found.groups:,} groups, {found.contact_groups:,} contact groups, "
        f"{found.roles:,} roles.\nAt least {sum(found.requests.values()):,} requests ({requests}) and ",
        (duration(found.seconds), "bold"),
        f".\nWhat takes the time: {printable(found.bound_by)}.",
    ]
    left = [f"{number:,} {label}" for label, number in found.left_today.items()]
    if left:
        parts.append((f"\nLeft of Zoom's limit of the day: {', '.join(left)}.", "dim"))
    return Content.assemble(*parts)


def file_part(name: str) -> str:
    """Return a connector's name as part of a file name."""
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name.lower())[:60]


def failure_content(error: ZoomError, advice: Advice, width: int, now: datetime) -> tuple[Content, Content]:
    """Return the verdict, and when Zoom can be asked again, the cause, what to click, and what Zoom said."""
    parts: Parts = []
    if again := opens_again(error, now):
        parts += hang("When  ", f"{again} Enter goes on then; finished lists are kept, not read again.", width)
    parts += advice_parts(advice, width, title=False)
    parts += hang("Said  ", str(error), width, "dim")
    verdict = Content.assemble(
        (f"✗ {printable(advice.title).rstrip('.')}.", "$text-error"), " Nothing was lost. v shows the line in Verify."
    )
    return verdict, Content.assemble(*parts)
