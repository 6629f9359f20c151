"""`zoomgov verify`, `zoomgov scopes` and `zoomgov explain`: why Zoom says no, and what to click."""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoomgov.cli.output import command_line, note, print_json, say
from zoomgov.cli.problem import Exit, Problem
from zoomgov.cli.running import ConnectorName, get_connector, open_services, run, tell_credentials
from zoomgov.text import printable
from zoomgov.zoom.scopes import NEEDS, Capability, Importance, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zoomgov.verify.knowledge import Advice
    from zoomgov.verify.model import CheckLine

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗", "skipped": "-"}


@click.command("verify", short_help="Check token, scopes, endpoints, plan and owner.")
@click.argument("name", type=ConnectorName())
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.md",
    help="Also write a redacted report for a support ticket.",
)
def verify_command(name: str, as_json: bool, report_file: Path | None) -> int:
    """Check token, scopes, endpoints, plan and owner of connector NAME.

    Exit code 0 when everything required is ready, 1 when there are problems.
    """
    from zoomgov.verify.report import as_dict, as_markdown

    services = open_services()
    connector = get_connector(services, name)
    tell_credentials(services)

    with _counting() as on_line:
        report = run(services.verify(connector, on_line))
    if as_json:
        print_json(as_dict(report))
    else:
        section = ""
        for line in report.lines:
            if line.section != section:
                section = line.section
                say(f"\n{section}")
            _say_line(line)
        say()
        say(report.verdict)
        if report.missing_scopes:
            say("Scopes to add:  " + "  ".join(report.missing_scopes))
        elif report.ready:
            say(f"Next: {command_line('sync', connector.name)}")
    if report_file is not None:
        try:
            report_file.write_text(as_markdown(report), encoding="utf-8")
        except OSError as error:
            raise Problem(f"The report could not be written: {error.strerror}.", str(report_file)) from None
        note(f"Wrote {report_file}.")
    return Exit.OK if report.ready else Exit.FAILED


@contextlib.contextmanager
def _counting() -> Iterator[Callable[[CheckLine], None]]:
    """Yield a listener that counts finished checks on standard error while someone watches."""
    planned: set[str] = set()
    finished: set[str] = set()
    watched = sys.stderr.isatty()

    def on_line(line: CheckLine) -> None:
        (planned if line.status == "waiting" else finished).add(line.id)
        if watched:
            click.echo(f"\r\033[KChecking: {len(finished)} of {len(planned)} ...", nl=False, err=True)

    try:
        yield on_line
    finally:
        if watched:
            click.echo("\r\033[K", nl=False, err=True)


def _say_line(line: CheckLine) -> None:
    say(f"{_MARKS[line.status]} {line.status:<8} {printable(line.full_title)}: {printable(line.result)}")
    if line.status in ("problem", "warning") and line.advice:
        likeliest = line.advice[0]
        _say_wrapped("why:  ", likeliest.cause)
        for step in likeliest.remedy:
            _say_wrapped("next: ", step)


def _say_wrapped(label: str, text: str) -> None:
    """Print advice under its line, within the terminal's width."""
    indent = " " * 11
    width = max(shutil.get_terminal_size((100, 24)).columns, 50)
    say(
        textwrap.fill(
            printable(text),
            width,
            initial_indent=indent + label,
            subsequent_indent=indent + " " * len(label),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


@click.command("scopes", short_help="Print the scopes to tick, and why each is needed.")
@click.argument("name", type=ConnectorName(), required=False)
@click.option("--granular", "kind", flag_value="granular", help="For apps made since 2024 (default).")
@click.option("--classic", "kind", flag_value="classic", help="For older apps with classic scopes.")
@click.option(
    "--capability",
    "capabilities",
    multiple=True,
    type=click.Choice([str(capability) for capability in Capability], case_sensitive=False),
    help="Only what this part needs; repeat for several.",
)
@click.option("--plain", is_flag=True, help="Only the names, one a line, to paste.")
def scopes_command(name: str | None, kind: str | None, capabilities: tuple[str, ...], plain: bool) -> None:
    """Print the scopes to tick in the Zoom app, and why each is needed.

    With NAME, those that connector wants: its kind, and the parts chosen for it.
    """
    connector = get_connector(open_services(), name) if name is not None else None
    left_out = connector.without if connector is not None else frozenset()
    scope_kind = ScopeKind(kind) if kind else connector.scope_kind if connector is not None else ScopeKind.GRANULAR
    chosen = frozenset(Capability(part) for part in capabilities) or frozenset(
        part for part in Capability if part.value not in left_out
    )
    if plain:
        for scope in scopes_to_tick(scope_kind, capabilities=chosen):
            say(scope)
        return
    for importance in Importance:
        scopes = scopes_to_tick(scope_kind, capabilities=chosen, importances={importance})
        if not scopes:
            continue
        say(f"{importance.capitalize()}:")
        for scope in scopes:
            needs = [
                need
                for need in NEEDS
                if need.tick(scope_kind) == scope and need.importance is importance and need.capability in chosen
            ]
            say(f"  {scope}")
            for need in needs:
                say(f"      {need.title}. {need.why}")


@click.command("explain", short_help="Explain a Zoom error: a code, a message, or pasted JSON.")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print all likely causes as JSON.")
def explain_command(words: tuple[str, ...], as_json: bool) -> int:
    """Explain a Zoom error: a code, a message, or pasted JSON. Works offline.

    Reads standard input when no words are given.
    """
    from zoomgov.verify.knowledge import explain
    from zoomgov.verify.report import advice_as_dict

    query = " ".join(words) if words else ("" if sys.stdin.isatty() else sys.stdin.read(100_000))
    if not query.strip():
        raise click.UsageError("Give a code, a message or Zoom's JSON.", click.get_current_context())
    found = explain(query)
    if as_json:
        print_json([advice_as_dict(advice) for advice in found])
    elif not found:
        say("Nothing is known about that. Zoom's support can look it up by the tracking id of the answer.")
    else:
        for number, advice in enumerate(found[:3], 1):
            _say_advice(advice, number, len(found[:3]))
    return Exit.OK if found else Exit.FAILED


def _say_advice(advice: Advice, number: int, count: int) -> None:
    if number > 1:
        say()
    say(f"{f'{number}. ' if count > 1 else ''}{advice.title}")
    say(f"  why:  {advice.cause}")
    for step in advice.remedy:
        say(f"  next: {step}")
    if advice.link:
        say(f"  link: {advice.link}")
    if advice.unknown:
        say(f"  unknown: {advice.unknown}")
    say(f"  from: {advice.source} ({advice.trust})")
