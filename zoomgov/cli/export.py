"""`zoomgov export`: write what was synced, or what changed, to files."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zoomgov.cli.diff import compared, find_sync, open_synced
from zoomgov.cli.help import examples
from zoomgov.cli.output import binary_stdout, note, say
from zoomgov.cli.running import ConnectorName, Typed, check_replaced, stopped_by_signals
from zoomgov.export.model import WHOLE, Format, TableName
from zoomgov.services.problems import Exit, Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zoomgov.export import Progress, What, Written

_QUIET_SECONDS: Final = 0.5


@contextlib.contextmanager
def _counting() -> Iterator[Callable[[Progress], None]]:
    """Yield a listener that shows progress on standard error if it is a terminal and the export takes a while."""
    begun, shown, watched = time.monotonic(), 0.0, sys.stderr.isatty()

    def on_progress(progress: Progress) -> None:
        nonlocal shown
        now = time.monotonic()
        if watched and now - begun > _QUIET_SECONDS and now - shown > 0.1:
            shown = now
            click.echo(f"\r\033[K{progress.text} ...  Ctrl-C stops it.", nl=False, err=True)

    try:
        yield on_progress
    finally:
        if shown:
            click.echo("\r\033[K", nl=False, err=True)


@click.command(
    "export",
    epilog=examples(
        "export Zoom --format xlsx -o zoom.xlsx",
        "export Zoom --format csv --kind users --filter status:inactive -o -",
        "export Zoom --format json --from 7d -o changes.json",
    ),
)
@click.argument("name", type=ConnectorName())
@click.option("--format", "form", type=click.Choice([str(form) for form in Format]), required=True, help="File format.")
@click.option("--output", "-o", required=True, metavar="PATH", help="Where to write; - is standard output.")
@click.option("--kind", type=click.Choice([str(table) for table in WHOLE]), help="Only this table.")
@click.option(
    "--filter",
    "text",
    type=Typed(),
    default="",
    metavar="TEXT",
    help="Only rows that list --filter finds; needs --kind.",
)
@click.option("--from", "since", metavar="SYNC|DATE", help="Only what changed since then.")
@click.option(
    "--in-effect", is_flag=True, help="With --from, also contact groups that people reach through user groups."
)
@click.option("--sync", "--to", "until", metavar="SYNC|DATE", help="As of this sync, instead of the latest.")
@click.option("--sha256", is_flag=True, help="Also write check sums.")
@click.option("--force", is_flag=True, help="Replace what is there already, without asking.")
def export_command(
    name: str,
    form: str,
    output: str,
    kind: str | None,
    text: str,
    since: str | None,
    in_effect: bool,
    until: str | None,
    sha256: bool,
    force: bool,
) -> None:
    """Write what was synced of connector NAME to files, whole or not at all, readable by you only.

    \b
    CSV and Parquet hold one table a file: a whole sync makes a folder, or a .zip.
    With --from, what changed; a .c1z then holds both syncs, for `baton diff`.
    Tables and columns: docs/exports.md.
    """
    from zoomgov.export import write_export

    if text and (kind is None or TableName(kind).kind is None):
        raise click.UsageError(
            "--filter needs --kind users, groups, contact-groups or roles.", click.get_current_context()
        )
    if since is not None and kind is not None:
        raise click.UsageError("--kind and --from do not go together.", click.get_current_context())
    if in_effect and since is None:
        raise click.UsageError("--in-effect needs --from.", click.get_current_context())
    connector, latest, syncs = open_synced(name)
    reader = latest
    if until is not None:
        reader = latest.another(find_sync(syncs, until, end=True).number)
        click.get_current_context().call_on_close(reader.close)
    if since is not None:
        what: What = compared(reader, syncs, since, until, in_effect=in_effect)
    else:
        what = _what(kind, text)
    streamed = output == "-"
    destination = binary_stdout() if streamed else Path(output).expanduser()
    if isinstance(destination, Path):
        from zoomgov.export import is_occupied

        check_replaced(destination, is_occupied, force=force)
    try:
        with stopped_by_signals(), _counting() as on_progress:
            written = write_export(
                reader,
                Format(form),
                destination,
                connector=connector.name,
                what=what,
                sha256=sha256,
                on_progress=on_progress,
            )
    except KeyboardInterrupt:
        left = "what was printed is not whole" if streamed else "nothing was written"
        raise Problem(f"Stopped; {left}.", code=Exit.INTERRUPTED) from None
    assert reader.sync is not None
    if streamed:
        sys.stdout.buffer.flush()
    else:
        _tell_written(written)
    for gap in reader.sync.not_read:
        note(f"Not read: {printable(f'{gap.part} {gap.name or gap.target}'.strip())}: {printable(gap.reason)}")


def _what(kind: str | None, text: str) -> What:
    """Return a whole sync, or the table `kind` as far as `text` finds it."""
    from zoomgov.cli.browse import read_filter
    from zoomgov.export import OneTable, WholeSync
    from zoomgov.model.queries import Query

    if kind is None:
        return WholeSync()
    table = TableName(kind)
    if table.kind is None:
        return OneTable(table)
    found = read_filter(text, table.kind)
    return OneTable(table, Query(text=found.text, conditions=found.conditions))


def _tell_written(written: Written) -> None:
    say(f"Wrote {printable(written.path)}: {written.text}.")
    if written.sha256 is not None:
        say(f"Check sums: {printable(written.sha256)}")
