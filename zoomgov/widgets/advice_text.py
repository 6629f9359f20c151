"""Advice and evidence as styled text."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from textual.content import Content

from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.advice.knowledge import Advice
    from zoomgov.verify.model import Evidence

Parts = list[str | tuple[str, str]]
"""Text, or (text, style), for `Content.assemble`."""


def hang(label: str, text: str, width: int, style: str = "") -> Parts:
    """Return `label` and `text`, wrapped to `width` cells with a hanging indent."""
    lines = wrap(printable(text), max(width - len(label), 20), break_long_words=False, break_on_hyphens=False)
    return [(label, "dim"), (("\n" + " " * len(label)).join(lines) + "\n", style)]


def advice_parts(advice: Advice, width: int, *, title: bool = True) -> Parts:
    """Return cause, steps, link and source of one piece of advice, in lines of `width` cells."""
    parts: Parts = [(f"{printable(advice.title)}\n", "bold")] if title else []
    parts += hang("Why   ", advice.cause, width)
    for number, step in enumerate(advice.remedy, 1):
        parts += hang(f"{'Do' if number == 1 else '':<6}{number}. ", step, width)
    if advice.unknown:
        parts += hang("Note  ", advice.unknown, width)
    if advice.link:
        # Long words are broken here: a link that is cut off cannot be used.
        lines = wrap(printable(advice.link), max(width - 6, 20), break_on_hyphens=False)
        parts += [("Link  ", "dim"), ("\n      ".join(lines) + "\n", "underline $text-primary")]
    return [*parts, *hang("From  ", f"{advice.source} ({advice.trust})", width, "dim")]


def evidence_parts(evidence: Evidence, width: int) -> Parts:
    """Return one answer of Zoom: call, status, code, milliseconds, text, tracking id, first bytes of the body."""
    answer = f"HTTP {evidence.status}" if evidence.status else "no answer"
    if evidence.code is not None:
        answer += f", code {printable(evidence.code)}"
    if evidence.milliseconds is not None:
        answer += f", {evidence.milliseconds:.0f} ms"
    parts: Parts = [(f"{evidence.endpoint}\n", ""), ("  " + answer + "\n", "dim")]
    for label, value in (("", evidence.text), ("tracking id ", evidence.tracking_id), ("begins ", evidence.excerpt)):
        if value:
            parts += hang("  ", f"{label}{value}", width, "dim")
    return parts


def joined(blocks: Iterable[Parts]) -> Content:
    """Join blocks with a blank line between them."""
    parts: Parts = []
    for block in blocks:
        if parts:
            parts.append("\n")
        parts += block
    return Content.assemble(*parts).rstrip()
