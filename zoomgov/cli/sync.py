"""`zoomgov sync`: read everything from Zoom, progress on standard error, the summary on standard output."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, print_json, say
from zoomgov.cli.progress import show_progress
from zoomgov.cli.running import ConnectorName, get_connector, open_services, run, tell_credentials
from zoomgov.services.problems import Exit, Problem, as_problem
from zoomgov.sync.parts import source_of
from zoomgov.sync.progress import opens_again
from zoomgov.text import printable
from zoomgov.words.parts import part_words
from zoomgov.words.syncs import change_lines, counted
from zoomgov.words.times import duration
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.errors import ZoomError
from zoomgov.zoom.scopes import scope_to_add

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.connectors.model import Connector
    from zoomgov.model.syncs import Disagreement, NotRead
    from zoomgov.sync.estimate import Estimate
    from zoomgov.sync.events import SyncSummary


@click.command("sync", epilog=examples("sync Zoom", "sync Zoom --json --quiet", "sync Zoom --estimate"))
@click.argument("name", type=ConnectorName())
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--thorough", is_flag=True, help="Read every member list, also where Zoom's counts already agree.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Only say how long it will take; costs a few requests.")
def sync_command(name: str, as_json: bool, thorough: bool, quiet: bool, only_estimate: bool) -> int:
    """Sync users, groups, contact groups and roles of connector NAME.

    Exit code 0 complete, 3 partial (something was not read or numbers disagree), 1 failed, 130
    interrupted. The previous sync stays visible until this one is finished.
    """
    services = open_services()
    connector = get_connector(services, name)
    tell_credentials(services)
    try:
        if only_estimate:
            found = run(services.syncing.estimate(connector))
            if as_json:
                print_json(asdict(found))
            else:
                print_estimate(connector, found)
            return Exit.OK
        with show_progress(quiet=quiet) as on_event:
            summary = run(services.syncing.sync(connector, on_event, thorough=thorough))
    except ZoomError as error:
        problem = as_problem(error, parse_cloud(connector.cloud))
        if again := opens_again(error, datetime.now(UTC)):
            steps = (
                f"{again} Then: {command_line('sync', connector.name)}",
                "Lists that are finished are kept, and not read again.",
            )
            problem = Problem(problem.what, problem.why, *steps, *problem.next_steps[1:])
        raise problem from error
    if as_json:
        print_json(summary_as_dict(connector, summary))
    else:
        print_summary(connector, summary)
    return Exit.OK if summary.outcome == "complete" else Exit.PARTIAL


def print_estimate(connector: Connector, found: Estimate) -> None:
    """Print the estimate for a person."""
    say(
        f"{printable(connector.name)}: {found.people:,} users, {found.groups:,} groups, "
        f"{found.contact_groups:,} contact groups, {found.roles:,} roles."
    )
    told = ", ".join(f"{count:,} {label}" for label, count in found.requests.items())
    say(f"A sync takes at least {sum(found.requests.values()):,} requests ({told}) and {duration(found.seconds)}.")
    say(f"What takes the time: {found.bound_by}.")
    for label, left in found.left_today.items():
        say(f"Left of Zoom's {label} requests today: {left:,}.")


GRANT_KEYS = ("group member", "group admin", "role", "contact group member")
RESOURCE_KEYS = ("users", "groups", "contact_groups", "roles")


def gaps_as_dict(not_read: Iterable[NotRead], disagreements: Iterable[Disagreement]) -> dict[str, object]:
    """What is missing from a sync, with the keys that scripts rely on."""
    return {
        "not_read": [
            {
                "part": part.part,
                "target": part.target,
                "name": part.name,
                "reason": part.reason,
                "missing_scopes": part.missing_scopes,
                "required": part.required,
            }
            for part in not_read
        ],
        "disagreements": [
            {"what": item.what, "read": item.read, "expected": item.expected, "source": item.source}
            for item in disagreements
        ],
    }


def summary_as_dict(connector: Connector, summary: SyncSummary) -> dict[str, Any]:
    """The summary with the keys that scripts rely on. A number of what was not read is None."""
    numbers = {number.key: number.value for number in counted(summary.counts, summary.not_read)}
    return {
        "connector": connector.name,
        "sync": summary.number,
        "outcome": str(summary.outcome),
        **{key: numbers[key] for key in RESOURCE_KEYS},
        "grants": {key.replace(" ", "_"): numbers[key] for key in GRANT_KEYS},
        **gaps_as_dict(summary.not_read, summary.disagreements),
        "lists": [
            {
                "part": part.part,
                "lists": part.lists,
                "read": part.rows,
                "expected": part.expected,
                "source": None if part.expected is None else source_of(part.part),
            }
            for part in summary.parts
        ],
        "changes": summary.changes,
        "requests": sum(summary.requests.values()),
        "requests_by_endpoint": summary.requests,
        "limits": [
            {
                "label": str(use.label),
                "per_second": use.per_second,
                "used_today": use.today,
                "left_today": use.left_today,
            }
            for use in summary.limits
        ],
        "refused": summary.refused,
        "retried": summary.retried,
        "seconds": round(summary.seconds, 3),
    }


def print_summary(connector: Connector, summary: SyncSummary) -> None:
    """Print the summary for a person."""
    state = "complete" if summary.outcome == "complete" else "PARTIAL"
    say(f"{printable(connector.name)}: sync {summary.number} is {state}, {summary.seconds:.1f} s.")
    for number in counted(summary.counts, summary.not_read):
        value = "not read" if number.value is None else f"{number.value:,}"
        say(f"  {number.title:<22}{value:>10}")
    made = sum(summary.requests.values())
    say(f"  {'Requests':<22}{made:>10,}   refused {summary.refused:,}, repeated {summary.retried:,}")
    if summary.number == 1:
        say("This is the first sync: there is none before to compare with.")
    elif lines := change_lines(summary.changes):
        say("Since the last sync:")
        for title, told in lines:
            say(f"  {title:<22}{told}")
    else:
        say("Since the last sync: nothing changed.")
    for part in summary.not_read:
        say(f"Not read: {part_words(part)}: {printable(part.reason)}")
        if scope := scope_to_add(part.missing_scopes, None):
            say(f"  next: add the scope {scope} in Zoom, then sync again")
    for item in summary.disagreements:
        say(f"Disagrees: {printable(item.what)}: read {item.read:,}, expected {item.expected:,} ({item.source})")
