"""A report as JSON for programs, and as redacted Markdown for a support ticket."""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING, Any, Final

from zoomgov import __version__
from zoomgov.text import printable
from zoomgov.verify.model import CheckStatus, Section
from zoomgov.verify.redact import redact

if TYPE_CHECKING:
    from zoomgov.advice.knowledge import Advice
    from zoomgov.verify.model import CheckLine, Evidence, Report

FORMAT: Final = 1
"""Version of the JSON. Raised when a key is removed or changes its meaning; new keys do not raise it."""


def as_dict(report: Report) -> dict[str, Any]:
    """The report for `--json`.

    Keys: `format` (1), `ready`, `verdict`, `cloud`, `started_at` (ISO, UTC), `seconds`, `scope_kind`,
    `scopes_held` (null without a token), `missing_scopes` and `optional_scopes` (to paste into *Add Scopes*),
    `capabilities` [{`capability`, `state`, `scopes`}] and `lines` [{`id`, `section`, `title`, `status`, `result`,
    `importance`, `scopes`, `evidence` [...], `advice` [...]}]. Evidence: `endpoint`, `status`, `code`, `text`,
    `tracking_id`, `milliseconds`, `excerpt`. Advice: as `advice_as_dict`.
    """
    return {
        "format": FORMAT,
        "ready": report.ready,
        "verdict": report.verdict,
        "cloud": report.cloud,
        "started_at": report.started_at.isoformat(),
        "seconds": round(report.seconds, 3),
        "scope_kind": report.scope_kind.value,
        "scopes_held": None if report.held is None else list(report.held),
        "missing_scopes": list(report.missing_scopes),
        "optional_scopes": list(report.optional_scopes),
        "capabilities": [
            {"capability": item.capability.value, "state": item.state.value, "scopes": list(item.scopes)}
            for item in report.capabilities
        ],
        "lines": [_line(line) for line in report.lines],
    }


def _line(line: CheckLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "section": line.section.value,
        "title": line.full_title,
        "status": line.status.value,
        "result": line.result,
        "importance": line.importance.value if line.importance else None,
        "scopes": list(line.scopes),
        "evidence": [_evidence(item) for item in line.evidence],
        "advice": [advice_as_dict(item) for item in line.advice],
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "endpoint": item.endpoint,
        "status": item.status,
        "code": item.code,
        "text": item.text,
        "tracking_id": item.tracking_id,
        "milliseconds": None if item.milliseconds is None else round(item.milliseconds, 1),
        "excerpt": item.excerpt,
    }


def advice_as_dict(advice: Advice) -> dict[str, Any]:
    """One cause for JSON: `id`, `title`, `cause`, `remedy`, `link`, `trust`, `source`, `unknown`."""
    return {
        "id": advice.id,
        "title": advice.title,
        "cause": advice.cause,
        "remedy": list(advice.remedy),
        "link": advice.link,
        "trust": advice.trust.value,
        "source": advice.source,
        "unknown": advice.unknown,
    }


_MARKS: Final = {
    CheckStatus.OK: "✓",
    CheckStatus.WARNING: "!",
    CheckStatus.PROBLEM: "✗",
    CheckStatus.SKIPPED: "–",
    CheckStatus.WAITING: "…",
}


def as_markdown(report: Report) -> str:
    """The report for a support ticket: ids shortened, e-mail addresses masked, no secret in it.

    Tracking ids stay whole: Zoom's support finds a request by them.
    """

    def clean(text: object) -> str:
        return _escaped(redact(printable(text), (report.account_id, report.client_id)))

    out = [
        "# Zoom connector verification",
        "",
        f"- Verdict: {clean(report.verdict)}",
        f"- Cloud: {clean(report.cloud)}",
        f"- Checked: {report.started_at:%Y-%m-%d %H:%M:%S %Z}, in {report.seconds:.1f} s",
        f"- Program: zoomgov {__version__}, Python {platform.python_version()}, {platform.system()}",
    ]
    if report.held is not None:
        out.append(f"- Scopes held: {', '.join(f'`{_code(clean(name))}`' for name in report.held) or 'none named'}")
    if report.missing_scopes:
        out.append(f"- Scopes missing: {', '.join(f'`{name}`' for name in report.missing_scopes)}")
    for section in Section:
        lines = [line for line in report.lines if line.section is section]
        if lines:
            out += ["", f"## {section.value}", ""]
            out += [
                f"- {_MARKS[line.status]} {line.status.value}: {line.full_title} — {clean(line.result)}"
                for line in lines
            ]
    trouble = [line for line in report.lines if line.status in (CheckStatus.PROBLEM, CheckStatus.WARNING)]
    if trouble:
        out += ["", "## What to do"]
    for line in trouble:
        out += ["", f"### {line.full_title}", "", clean(line.result)]
        for item in line.evidence:
            out += ["", *_evidence_lines(item, clean)]
        for number, cause in enumerate(line.advice, 1):
            out += ["", f"{number}. **{clean(cause.title)}** {clean(cause.cause)}"]
            out += [f"   - {clean(step)}" for step in cause.remedy]
            out.append(f"   - Source: {clean(cause.source)} ({cause.trust.value})")
    return "\n".join(out) + "\n"


def _evidence_lines(item: Evidence, clean: Any) -> list[str]:
    said = [f"`{_code(item.endpoint)}`"]
    if item.status is not None:
        said.append(f"HTTP {item.status}")
    if item.code is not None:
        said.append(f"code {clean(item.code)}")
    if item.milliseconds is not None:
        said.append(f"{item.milliseconds:.0f} ms")
    lines = [f"- {', '.join(said)}"]
    if item.text:
        lines.append(f"- Zoom's text: {clean(item.text)}")
    if item.tracking_id:
        lines.append(f"- Tracking id: `{_code(printable(item.tracking_id))}`")
    if item.excerpt:
        lines.append(f"- The answer begins: {clean(item.excerpt[:200])}")
    return lines


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\\", "")


def _escaped(text: str) -> str:
    """Text from outside stays text in Markdown."""
    return re.sub(r"([\\`*_<>\[\]#|])", r"\\\1", text)
