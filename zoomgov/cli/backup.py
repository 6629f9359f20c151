"""`zoomgov backup`: everything but secrets, in one file."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, note, print_json, say
from zoomgov.cli.running import open_services, stopped_by_signals
from zoomgov.services.problems import Exit, Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@click.command("backup", epilog=examples("backup zoomgov-2026-03-04.zip"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was saved as JSON.")
def backup_command(file: Path, force: bool, as_json: bool) -> None:
    """Save connectors, what was synced, settings and how pages look in FILE, a zip.

    No secret is in it: credentials stay in the keyring. It may be made while a sync runs. FILE holds
    people's data, is readable by you only, and is written whole or not at all.
    """
    services = open_services()
    try:
        with stopped_by_signals(), told_progress() as on_progress:
            saved = services.backup.write(file.expanduser(), replace=force, on_progress=on_progress)
    except KeyboardInterrupt:
        raise Problem("Stopped; nothing was written.", code=Exit.INTERRUPTED) from None
    if as_json:
        print_json(
            {
                "file": str(saved.path),
                "bytes": saved.size,
                "connectors": list(saved.connectors),
                "missing": list(saved.missing),
            }
        )
    else:
        number = len(saved.connectors)
        what = f"{number} connector{'' if number == 1 else 's'}"
        say(f"Saved {what} in {printable(saved.path)}: {saved.size:,} bytes, no secrets.")
        say(f"To take it over elsewhere: {command_line('restore', str(saved.path))}")
    for name in saved.missing:
        note(f"Not saved: what was synced of {printable(name)}. Its file is missing or empty.")


@contextlib.contextmanager
def told_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a listener that tells progress on standard error while someone watches."""
    watched, told = sys.stderr.isatty(), ""

    def on_progress(what: str, done: int, total: int) -> None:
        nonlocal told
        text = f"{what}: {100 * done // max(total, 1)}%"
        if watched and text != told:
            click.echo(f"\r\033[K{text}", nl=False, err=True)
            told = text

    try:
        yield on_progress
    finally:
        if watched:
            click.echo("\r\033[K", nl=False, err=True)
