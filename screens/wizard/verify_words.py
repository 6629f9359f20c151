"""What Verify says about a report: the verdict, and whether the step may be completed without some parts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.text import printable
from zoomgov.verify.model import CapabilityState, CheckStatus
from zoomgov.widgets.advice_text import Parts
from zoomgov.widgets.check_lines import Row, icon_and_style
from zoomgov.words.kinds import count
from zoomgov.zoom.scopes import LEFT_OUT, NEEDS, Capability, Importance

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from zoomgov.verify.model import Report

_SHUT: Final = (CapabilityState.MISSING_SCOPE, CapabilityState.ROLE, CapabilityState.PLAN, CapabilityState.FAILED)
_REQUIRED: Final = frozenset(need.capability for need in NEEDS if need.importance is Importance.REQUIRED)


def shut_capabilities(report: Report) -> list[Capability]:
    """Return the required capabilities that cannot be read at the moment."""
    return [v.capability for v in report.capabilities if v.capability in _REQUIRED and v.state in _SHUT]


def why_not(report: Report, shut: Sequence[Capability]) -> str | None:
    """Return why one cannot go on without the capabilities `shut`; None when one can."""
    token = report.line("credentials.token")
    if token is None or token.status is not CheckStatus.OK or not shut:
        return "Nothing can be read yet: mend the lines marked ✗, then press r."
    if Capability.USERS in shut:
        return "Users cannot be left out: everything else hangs on them. Mend that line, then press r."
    return None


def row_content(row: Row) -> Content:
    """Return what the pane below the list says of the row under the cursor."""
    line = row.lines[0]
    icon, style = icon_and_style(line.status)
    if row.section:
        numbers = Counter(line.status for line in row.lines)
        told = ", ".join(f"{numbers[status]} {status}" for status in CheckStatus if numbers[status])
        return Content.assemble((f"{row.section}: ", "bold"), told, (". ⏎ or space folds it.", "dim"))
    if row.cause:
        titles = ", ".join(dict.fromkeys(printable(line.title) for line in row.lines))
        told = f"{printable(row.cause).rstrip('.')}. This one cause explains {len(row.lines)} lines: {titles}."
        return Content.assemble((f"{icon} {line.status}  ", style), told, (" ⏎ explains it, → shows them.", "dim"))
    said: Parts = [(f"{icon} {line.status}  ", style), printable(line.result)]
    if line.advice and line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING):
        title = printable(line.advice[0].title).rstrip(".")
        said.append(f". {title}." if title not in line.result else ".")
        number = f" {count(len(line.advice), 'cause')}" if len(line.advice) > 1 else ""
        said.append((f" ⏎ explains{number}.", "dim"))
    return Content.assemble(*said)


def go_on_without(shut: Sequence[Capability]) -> str:
    """Return the label of a button; it names one part, and counts several."""
    return f"Go on without {shut[0].value if len(shut) == 1 else count(len(shut), 'part')}"


def without_text(shut: Sequence[Capability]) -> str:
    """Return what it means to go on without them."""
    return (
        f"As things stand these cannot be read: {', '.join(item.value for item in shut)}.\n\n"
        "You can go on without them. They are shown as “not read”, never as empty, and the i key on this screen"
        " takes them back in."
    )


def verdict(report: Report, without: Collection[str], credentials_at: str) -> Content:
    """Return whether everything needed can be read, and what to press next.

    Args:
        without: Capabilities that were left out by choice.
        credentials_at: The keys that lead to where credentials are entered.
    """
    problems, warnings = len(report.problems), len(report.warnings)
    extra = f" {count(warnings, 'warning')} worth a look." if warnings else ""
    if report.ready:
        left_out = [item.value for item in Capability if item.value in without and item.value not in LEFT_OUT]
        named = f" without {', '.join(left_out)}" if left_out else ""
        return Content.assemble((f"✓ Ready{named}.", "$text-success"), f"{extra} n goes on to the sync.")
    hint = " c copies the missing scopes." if report.missing_scopes else ""
    if any(line.id == "credentials.token" for line in report.problems):
        hint = f" {credentials_at} leads to where credentials are entered."
    shut = shut_capabilities(report)
    if why_not(report, shut) is None:
        hint += f" n: {go_on_without(shut)[:1].lower()}{go_on_without(shut)[1:]}."
    return Content.assemble((f"✗ Not ready: {count(problems, 'problem')}.", "$text-error"), hint)
