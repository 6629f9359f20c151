"""`zoomgov findings`: what looks wrong, and where in Zoom to fix it."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from zoomgov.cli.diff import open_synced
from zoomgov.cli.help import examples
from zoomgov.cli.output import FORMATS, print_json, print_rows, say
from zoomgov.cli.running import ConnectorName, open_services
from zoomgov.cli.scripted import ends_with
from zoomgov.findings.model import Level, Thresholds
from zoomgov.services.problems import Exit
from zoomgov.text import printable

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.findings import Audit, Finding

_DEFAULTS: Final = Thresholds()
_SHOWN: Final = 10
"""Subjects of a finding that the text output names."""
_LONGEST_NAME: Final = 60


@click.command("findings", epilog=examples("findings Zoom", "findings Zoom --fail-on high --format json"))
@click.argument("name", type=ConnectorName())
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print.")
@click.option(
    "--fail-on",
    type=click.Choice([level.word for level in Level]),
    help="Exit with 1 for a finding of this level or above; see above.",
)
@click.option(
    "--admin-idle-days", type=click.IntRange(1, 99_999), metavar="DAYS",
    help=f"Admins are idle after so long.  [setting findings.admin_idle_days, else {_DEFAULTS.admin_idle_days}]",
)  # fmt: skip
@click.option(
    "--licence-idle-days", type=click.IntRange(1, 99_999), metavar="DAYS",
    help="Licensed people are idle after so long."
    f"  [setting findings.licence_idle_days, else {_DEFAULTS.licence_idle_days}]",
)  # fmt: skip
@click.option(
    "--new-days", type=click.IntRange(0, 99_999), metavar="DAYS",
    help=f"People made so lately need not have logged in yet.  [setting findings.new_days, else {_DEFAULTS.new_days}]",
)  # fmt: skip
@click.option(
    "--most-admins", type=click.IntRange(1, 99_999), metavar="N",
    help=f"More owners and admins are too many.  [setting findings.most_admins, else {_DEFAULTS.most_admins}]",
)  # fmt: skip
@click.option(
    "--own-domain", "own_domains", multiple=True, metavar="DOMAIN",
    help="A domain of the organisation; repeat for several."
    "  [setting findings.own_domains, else where most people are]",
)  # fmt: skip
@ends_with("fail_on")
def findings_command(name: str, form: str, fail_on: str | None, **given: Any) -> int:
    """Show what looks wrong in connector NAME: why it matters, whom it is about, and where in Zoom to fix it.

    \b
    Exit codes with --fail-on LEVEL:
      0    nothing of this level or above was found
      1    something was found
      2    it could not be checked at all
      3    nothing was found, but some questions could not be answered
    """
    from datetime import UTC, datetime

    from zoomgov.findings import find
    from zoomgov.zoom.clouds import parse_cloud

    connector, reader, _ = open_synced(name)
    chosen = {key: value for key, value in given.items() if value not in (None, ())}
    if "own_domains" in chosen:
        chosen["own_domains"] = frozenset(chosen["own_domains"])
    thresholds = replace(open_services().settings.thresholds, **chosen)
    portal = parse_cloud(connector.cloud).portal_url
    audit = find(reader, datetime.now(UTC), thresholds=thresholds, portal_url=portal)
    if form == "json":
        print_json(_audit_as_dict(audit))
    elif form == "csv":
        _print_audit_csv(audit)
    else:
        _print_audit(connector, audit)
    if fail_on is None:
        return Exit.OK
    worst = audit.worst()
    if worst is not None and worst >= Level[fail_on.upper()]:
        return Exit.FAILED
    return Exit.PARTIAL if audit.unknown() else Exit.OK


def _audit_as_dict(audit: Audit) -> dict[str, Any]:
    return {
        "sync": audit.sync,
        "as_of": audit.as_of,
        "checked": audit.checked,
        "thresholds": {
            "admin_idle_days": audit.thresholds.admin_idle_days,
            "licence_idle_days": audit.thresholds.licence_idle_days,
            "new_days": audit.thresholds.new_days,
            "most_admins": audit.thresholds.most_admins,
            "own_domains": sorted(audit.thresholds.own_domains),
        },
        "findings": [
            {
                "id": finding.id,
                "level": finding.level.word,
                "known": finding.known,
                "title": finding.title,
                "why": finding.why,
                "count": finding.count,
                "limits": list(finding.limits),
                "fix": {"clicks": list(finding.fix.clicks), "link": finding.fix.link},
                "subjects": [subject._asdict() for subject in finding.subjects],
            }
            for finding in audit.findings
        ],
    }


def _print_audit_csv(audit: Audit) -> None:
    """One row for each person or thing, and one for a finding that names nobody."""
    keys = ("finding", "level", "known", "title", "count", "kind", "id", "name", "email", "detail", "limits")
    rows = (
        (
            finding.id, finding.level.word, "yes" if finding.known else "no", finding.title, finding.count, *subject,
            " ".join(finding.limits),
        )
        for finding in audit.findings
        for subject in finding.subjects or (("",) * 5,)
    )  # fmt: skip
    print_rows([], rows, "csv", keys=keys)


def _print_audit(connector: Connector, audit: Audit) -> None:
    from zoomgov.findings import in_words

    seen = [finding for finding in audit.findings if finding.count]
    say(f"{printable(connector.name)}, sync {audit.sync} of {audit.as_of}: {audit.checked} questions asked.")
    say(in_words(audit.thresholds))
    for finding in audit.findings:
        say()
        _print_finding(finding)
    if not seen and not audit.unknown():
        say("Nothing to look at.")


def _print_finding(finding: Finding) -> None:
    mark = finding.level.word if finding.known else "?"
    say(f"{mark:<8}{printable(finding.title)}")
    _wrapped("why:  ", finding.why)
    for limit in finding.limits:
        _wrapped("seen: ", limit)
    for subject in finding.subjects[:_SHOWN]:
        name = printable(subject.name or subject.id)
        name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        address = f" <{subject.email}>" if subject.email and subject.email != subject.name else ""
        detail = f": {subject.detail}" if subject.detail else ""
        say(f"        - {name}{printable(address + detail)}")
    if finding.count > _SHOWN:
        say(f"        ... and {finding.count - _SHOWN:,} more: --format json or csv shows them.")
    if finding.count:
        for step in finding.fix.clicks:
            _wrapped("next: ", step)
        if finding.fix.link:
            say(f"        link: {finding.fix.link}")


def _wrapped(label: str, text: str) -> None:
    width = max(shutil.get_terminal_size((100, 24)).columns, 50)
    say(
        textwrap.fill(
            printable(text),
            width,
            initial_indent=f"        {label}",
            subsequent_indent=" " * (8 + len(label)),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
