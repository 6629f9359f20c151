"""`zoomgov doctor`: whether this computer has what the program needs, and what to do where it has not."""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click

from zoomgov import process
from zoomgov.cli.help import examples
from zoomgov.cli.output import note, print_json, say
from zoomgov.cli.running import run
from zoomgov.services.problems import Exit
from zoomgov.text import printable

if TYPE_CHECKING:
    from zoomgov.services.doctor import Line

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}
_TITLE = 14
"""Cells of a title."""


@click.command("doctor", epilog=examples("doctor", "doctor --json"))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with all versions, for a report.")
def doctor_command(as_json: bool) -> int:
    """Check keyring, settings, folders, network settings, terminal, Python, libraries and clock.

    Nothing is asked of Zoom; a dummy entry is written to the keyring, read back and deleted. Exit code 1 when something
    is a problem; what is marked with ! is none yet.
    """
    from zoomgov.services.doctor import Terminal, examine
    from zoomgov.services.versions import versions

    with contextlib.suppress(AttributeError, ValueError):  # a mark that the terminal does not know becomes a ?
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # of what a stream is replaced by
    size = shutil.get_terminal_size()
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    terminal = Terminal(interactive, size.columns, size.lines, sys.stdout.encoding or "")
    if interactive and not as_json:
        note("Looking; the keyring may ask for its password.")
    lines = run(examine(process.environment(), terminal))
    problems = [line for line in lines if line.state == "problem"]
    if as_json:
        print_json({"ready": not problems, "lines": [_facts(line) for line in lines], "versions": versions()})
    else:
        section = ""
        for line in lines:
            if line.section != section:
                say(f"{chr(10) if section else ''}{line.section}")
                section = line.section
            _say_line(line)
        warnings = sum(line.state == "warning" for line in lines)
        say(f"\n{_many(len(problems), 'problem')}, {_many(warnings, 'warning')}. Nothing was asked of Zoom.")
    return Exit.FAILED if problems else Exit.OK


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _facts(line: Line) -> dict[str, Any]:
    """A line for programs; add keys, never change one."""
    return {
        "section": line.section,
        "id": line.id,
        "title": line.title,
        "status": str(line.state),
        "result": line.result,
        "next": list(line.steps),
    }


def _say_line(line: Line) -> None:
    _say_wrapped(f"{_MARKS[line.state]} {printable(line.title):<{_TITLE}} ", line.result)
    for step in line.steps:
        _say_wrapped(f"{' ' * _TITLE}   next: ", step)


def _say_wrapped(label: str, text: str) -> None:
    """Print a text within the terminal's width, below its label; paths and commands are not broken."""
    width = max(shutil.get_terminal_size((100, 24)).columns, 50)
    say(
        textwrap.fill(
            printable(text),
            width,
            initial_indent=label,
            subsequent_indent=" " * len(label),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
