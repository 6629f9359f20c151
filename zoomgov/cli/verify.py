"""`zoomgov verify`: check a connector, and say what to click where something is missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, note, print_json, say
from zoomgov.cli.running import ConnectorName, check_replaced, get_connector, open_services, run, tell_credentials
from zoomgov.disk.files import write_private
from zoomgov.services.problems import Exit, Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zoomgov.verify.model import CheckLine

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗", "skipped": "-"}


@click.command("verify", epilog=examples("verify Zoom", "verify Zoom --report zoom.md"))
@click.argument("name", type=ConnectorName())
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.md",
    help="Also write a redacted report for a support ticket.",
)
@click.option("--force", is_flag=True, help="Replace the report that is there already, without asking.")
def verify_command(name: str, as_json: bool, report_file: Path | None, force: bool) -> int:
    """Check token, scopes, endpoints, plan and owner of connector NAME.

    Exit code 0 when everything required is ready, 1 when there are problems.
    """
    from zoomgov.verify.report import as_dict, as_markdown

    replace = False
    if report_file is not None:
        replace = force or os.path.lexists(report_file)
        check_replaced(report_file, os.path.lexists, force=force)  # before the checks: they take a while
    services = open_services()
    connector = get_connector(services, name)
    tell_credentials(services)

    with _counting() as on_line:
        report = run(services.checking.verify(connector, on_line))
    if as_json:
        print_json(as_dict(report))
    else:
        section = ""
        told: set[tuple[str, str]] = set()
        for line in report.lines:
            if line.section != section:
                section = line.section
                say(f"\n{section}")
            _say_line(line, told)
        say()
        say(report.verdict)
        if report.missing_scopes:
            say("Scopes to add:  " + "  ".join(report.missing_scopes))
        elif report.ready:
            say(f"Next: {command_line('sync', connector.name)}")
    if report_file is not None:
        try:
            write_private(report_file, as_markdown(report), replace=replace)
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


def _say_line(line: CheckLine, told: set[tuple[str, str]]) -> None:
    """Print a check, and every cause of what is wrong, likeliest first; what was said before is only named again."""
    say(f"{_MARKS[line.status]} {line.status:<8} {printable(line.full_title)}: {printable(line.result)}")
    if line.status not in ("problem", "warning"):
        return
    for number, cause in enumerate(line.advice):
        label = "or:   " if number else "why:  "
        if (cause.id, cause.cause) in told:
            _say_wrapped(label, f"{cause.title} (see above)")
            continue
        known = any(entry_id == cause.id for entry_id, _ in told)
        told.add((cause.id, cause.cause))
        _say_wrapped(label, cause.cause if number == 0 else f"{cause.title}. {cause.cause}")
        for step in ("as above",) if known else cause.remedy:
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
