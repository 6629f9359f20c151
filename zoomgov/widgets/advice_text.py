"""Advice and evidence as text: what it means, what to click, and what Zoom really said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.verify.knowledge import Advice
    from zoomgov.verify.model import Evidence

Parts = list[str | tuple[str, str]]


def advice_parts(advice: Advice, *, title: bool = True) -> Parts:
    """Cause, clicks, link and source of one piece of advice."""
    parts: Parts = [(f"{printable(advice.title)}\n", "bold")] if title else []
    parts += [("Why   ", "dim"), f"{printable(advice.cause)}\n"]
    for number, step in enumerate(advice.remedy, 1):
        parts += [("Do    " if number == 1 else "      ", "dim"), f"{number}. {printable(step)}\n"]
    if advice.unknown:
        parts += [("Note  ", "dim"), f"{printable(advice.unknown)}\n"]
    if advice.link:
        parts += [("Link  ", "dim"), (f"{printable(advice.link)}\n", "underline $text-primary")]
    parts += [("From  ", "dim"), (f"{printable(advice.source)} ({advice.trust})\n", "dim")]
    return parts


def evidence_parts(evidence: Evidence) -> Parts:
    """One answer: the call, its status and code, Zoom's words, the tracking id and the time it took."""
    answer = f"HTTP {evidence.status}" if evidence.status else "no answer"
    if evidence.code is not None:
        answer += f", code {printable(evidence.code)}"
    if evidence.milliseconds is not None:
        answer += f", {evidence.milliseconds:.0f} ms"
    parts: Parts = [(f"{evidence.endpoint}\n", ""), ("  " + answer + "\n", "dim")]
    for label, value in (("", evidence.text), ("tracking id ", evidence.tracking_id), ("begins ", evidence.excerpt)):
        if value:
            parts.append((f"  {label}{printable(value)}\n", "dim"))
    return parts


def joined(blocks: Iterable[Parts]) -> Content:
    """Blocks one below the other, with a blank line between."""
    parts: Parts = []
    for block in blocks:
        if parts:
            parts.append("\n")
        parts += block
    return Content.assemble(*parts).rstrip()
