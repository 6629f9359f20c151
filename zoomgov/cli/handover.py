"""`zoomgov export` and `zoomgov diff`: what to hand over, and what changed."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zoomgov.cli.output import format_option, note, print_json, print_rows, say
from zoomgov.cli.problem import Exit, Problem
from zoomgov.cli.running import ConnectorName, get_connector, open_services
from zoomgov.export.model import WHOLE, Format, TableName
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zoomgov.connectors.model import Connector
    from zoomgov.export import Progress, What, Written
    from zoomgov.store import Changes, Reader
    from zoomgov.store.model import SyncInfo
    from zoomgov.store.views import GrantChange, ItemChange

_QUIET_SECONDS: Final = 0.5
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z?)?")


def open_synced(name: str) -> tuple[Connector, Reader, list[SyncInfo]]:
    """The connector of this name, a reader of its latest sync, and all syncs that are kept, oldest first.

    Raises:
        Problem: it was never synced.
    """
    services = open_services()
    connector = get_connector(services, name)
    reader = services.reader(connector)
    click.get_current_context().call_on_close(reader.close)
    syncs = reader.syncs()
    if not syncs:
        called = printable(connector.name)
        raise Problem(f"{called} has not been synced yet.", "", f"zoomgov sync {called}")
    return connector, reader, syncs


# Syncs by number or date


def _sync_at(syncs: list[SyncInfo], text: str, *, start_of_day: bool) -> SyncInfo:
    """The sync of this number, or the last one finished by this date; a bare day means its start, or its end."""
    if text.isdecimal():
        found = next((sync for sync in syncs if sync.number == int(text)), None)
        if found is None:
            raise Problem(
                f"There is no sync {text} here (any longer).",
                f"There are syncs {syncs[0].number} to {syncs[-1].number}.",
                "Give one of them, or a date.",
            )
        return found
    if not _DATE.fullmatch(text):
        raise click.UsageError(
            f"{printable(text)!r} is neither the number of a sync nor a date like 2026-11-20.",
            click.get_current_context(),
        )
    moment = text if len(text) > len("2026-11-20") else f"{text}T{'00:00:00' if start_of_day else '23:59:59'}"
    moment = moment.removesuffix("Z")
    earlier = [sync for sync in syncs if sync.finished_at.removesuffix("Z") <= moment]
    if not earlier:
        note(f"Nothing was synced by then; comparing with the oldest sync, {syncs[0].number} ({syncs[0].finished_at}).")
        return syncs[0]
    return earlier[-1]


def _compared(reader: Reader, syncs: list[SyncInfo], since: str | None, until: str | None) -> Changes:
    """What is different between two syncs: by default the last two."""
    newer = syncs[-1] if until is None else _sync_at(syncs, until, start_of_day=False)
    if since is not None:
        older = _sync_at(syncs, since, start_of_day=True)
    else:
        before = [sync for sync in syncs if sync.number < newer.number]
        if not before:
            raise Problem(
                f"There is nothing to compare with: sync {newer.number} is the oldest.",
                "",
                "Sync again later, or name an older sync with --from.",
            )
        older = before[-1]
    if older.number > newer.number:
        raise click.UsageError("--from is newer than --to.", click.get_current_context())
    return reader.diff(older.number, newer.number)


# Export


@contextlib.contextmanager
def _counting() -> Iterator[Callable[[Progress], None]]:
    """Yield a listener that counts rows on standard error, once it has taken a while and someone watches."""
    begun, shown, watched = time.monotonic(), 0.0, sys.stderr.isatty()

    def on_progress(progress: Progress) -> None:
        nonlocal shown
        now = time.monotonic()
        if watched and now - begun > _QUIET_SECONDS and now - shown > 0.1:
            shown = now
            total = "" if progress.total is None else f" of {progress.total:,}"
            click.echo(f"\r\033[KWriting {progress.table}: {progress.done:,}{total} ...", nl=False, err=True)

    try:
        yield on_progress
    finally:
        if shown:
            click.echo("\r\033[K", nl=False, err=True)


@click.command("export")
@click.argument("name", type=ConnectorName())
@click.option("--format", "form", type=click.Choice([str(form) for form in Format]), required=True, help="File format.")
@click.option("--output", "-o", required=True, metavar="PATH", help="Where to write; - is standard output.")
@click.option("--kind", type=click.Choice([str(table) for table in WHOLE]), help="Only this table.")
@click.option("--filter", "text", default="", metavar="TEXT", help="Only rows that list --filter finds; needs --kind.")
@click.option("--from", "since", metavar="SYNC|DATE", help="Only what changed since then.")
@click.option("--to", "until", metavar="SYNC|DATE", help="As of this sync, instead of the latest.")
@click.option("--sha256", is_flag=True, help="Also write check sums.")
def export_command(
    name: str, form: str, output: str, kind: str | None, text: str, since: str | None, until: str | None, sha256: bool
) -> None:
    """Write what was synced of connector NAME to files, whole or not at all, readable by you only.

    \b
    CSV and Parquet hold one table a file: a whole sync makes a folder, or a .zip.
    With --from, what changed; a .c1z then holds both syncs, for `baton diff`.
    """
    from zoomgov.export import write_export

    if text and (kind is None or TableName(kind).kind is None):
        raise click.UsageError(
            "--filter needs --kind users, groups, contact-groups or roles.", click.get_current_context()
        )
    if since is not None and kind is not None:
        raise click.UsageError("--kind and --from do not go together.", click.get_current_context())
    connector, latest, syncs = open_synced(name)
    reader = latest
    if until is not None:
        reader = latest.another(_sync_at(syncs, until, start_of_day=False).number)
        click.get_current_context().call_on_close(reader.close)
    what = _what(reader, syncs, kind, text, since, until)
    streamed = output == "-"
    destination = sys.stdout.buffer if streamed else Path(output)
    with _counting() as on_progress:
        written = write_export(
            reader,
            Format(form),
            destination,
            connector=connector.name,
            what=what,
            sha256=sha256,
            on_progress=on_progress,
        )
    assert reader.sync is not None
    if streamed:
        sys.stdout.buffer.flush()
    else:
        _tell_written(written)
    for gap in reader.sync.not_read:
        note(f"Not read: {printable(f'{gap.part} {gap.target}'.strip())}: {printable(gap.reason)}")


def _what(
    reader: Reader, syncs: list[SyncInfo], kind: str | None, text: str, since: str | None, until: str | None
) -> What:
    from zoomgov.export import OneTable, WholeSync
    from zoomgov.store import Query

    if since is not None:
        return _compared(reader, syncs, since, until)
    if kind is not None:
        from zoomgov.cli.look import read_filter

        table = TableName(kind)
        if table.kind is None:
            return OneTable(table)
        found = read_filter(text, table.kind)
        return OneTable(table, Query(text=found.text, conditions=found.conditions))
    return WholeSync()


def _tell_written(written: Written) -> None:
    told = ", ".join(f"{rows:,} {table}" for table, rows in written.rows.items())
    say(f"Wrote {printable(written.path)}: {told}.")
    if written.sha256 is not None:
        say(f"Check sums: {printable(written.sha256)}")


# Comparing


@click.command("diff")
@click.argument("name", type=ConnectorName())
@click.option("--from", "since", metavar="SYNC|DATE", help="The older one; by default the sync before.")
@click.option("--to", "until", metavar="SYNC|DATE", help="The newer one; by default the latest.")
@format_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something is different.")
def diff_command(name: str, since: str | None, until: str | None, form: str, exit_code: bool) -> int:
    """Show what changed in connector NAME: people and things that came, went or changed, access gained and lost.

    A date without a time means the start of that day for --from and its end for --to, UTC.
    """
    _, reader, syncs = open_synced(name)
    changes = _compared(reader, syncs, since, until)
    times = {sync.number: sync.finished_at for sync in syncs}
    for gap in changes.not_compared:
        note(f"Not read, so not compared: {printable(f'{gap.part} {gap.target}'.strip())}: {printable(gap.reason)}")
    if form == "json":
        print_json(_changes_as_dict(changes, times))
    elif form == "csv":
        _print_changes_csv(changes)
    else:
        _print_changes(changes, times)
    return Exit.FAILED if exit_code and changes else Exit.OK


def _print_changes_csv(changes: Changes) -> None:
    from zoomgov.export.tables import changes_table

    table = changes_table(changes)
    rows = (row for page in table.pages() for row in page)
    print_rows([], rows, "csv", keys=[column.key for column in table.columns])


def _changes_as_dict(changes: Changes, times: dict[int, str]) -> dict[str, Any]:
    return {
        "from": {"sync": changes.from_sync, "finished_at": times[changes.from_sync]},
        "to": {"sync": changes.to_sync, "finished_at": times[changes.to_sync]},
        "items": [
            {
                "change": item.how,
                "kind": str(item.kind),
                "id": item.id,
                "name": item.name,
                "email": item.email,
                "fields": [{"field": one.field, "old": one.old, "new": one.new} for one in item.fields],
            }
            for item in changes.items
        ],
        "access": [
            {
                "change": "gained" if grant.gained else "lost",
                "kind": str(grant.kind),
                "target_kind": str(grant.target_kind),
                "target_id": grant.target_id,
                "target": grant.target_name,
                "principal_kind": grant.principal_kind,
                "principal_id": grant.principal_id,
                "principal": grant.principal_name,
                "email": grant.principal_email,
            }
            for grant in changes.grants
        ],
        "not_compared": [
            {"part": gap.part, "target": gap.target, "reason": gap.reason} for gap in changes.not_compared
        ],
    }


_SHOWN: Final = 500
"""Rows of a table for people."""
_GAP: Final = 3
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}


def _print_changes(changes: Changes, times: dict[int, str]) -> None:
    say(
        f"From sync {changes.from_sync} ({times[changes.from_sync]}) "
        f"to sync {changes.to_sync} ({times[changes.to_sync]})"
    )
    if not changes:
        say("Nothing changed.")
        return
    if changes.items:
        say()
        rows = _item_rows(changes.items[:_SHOWN])
        print_rows(("", "Kind", "Name", "E-mail", "What"), rows, "table", widest=_widths(14))
        _tell_rest(len(changes.items))
    if changes.grants:
        say()
        rows = map(_grant_row, changes.grants[:_SHOWN])
        print_rows(("", "Access", "To", "Who", "E-mail"), rows, "table", widest=_widths(20))
        _tell_rest(len(changes.grants))


def _widths(kind: int) -> list[int]:
    """Cells for sign and kind, and what is left shared by the three others."""
    room = shutil.get_terminal_size((100, 24)).columns - 3 - kind - 4 * _GAP
    return [3, kind, *[max(room // 3, 8)] * 3]


def _tell_rest(count: int) -> None:
    if count > _SHOWN:
        say(f"... and {count - _SHOWN:,} more: --format json or csv shows them.")


def _item_rows(items: Sequence[ItemChange]) -> Iterable[tuple[str, ...]]:
    for item in items:
        told = "; ".join(f"{one.field}: {one.old or 'none'} → {one.new or 'none'}" for one in item.fields) or item.how
        yield _SIGNS[item.how], str(item.kind), item.name or item.id, item.email, told


def _grant_row(grant: GrantChange) -> tuple[str, ...]:
    sign = "+" if grant.gained else "-"
    return sign, str(grant.kind), grant.target_name, grant.principal_name, grant.principal_email
