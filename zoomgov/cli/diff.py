"""`zoomgov diff`: what changed between two syncs, and which two."""

from __future__ import annotations

import shutil
import textwrap
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, format_option, note, print_json, print_rows, say
from zoomgov.cli.running import ConnectorName, failed_sync, get_connector, open_services, tell_failed_sync
from zoomgov.cli.scripted import ends_with
from zoomgov.services.problems import Exit, Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zoomgov.connectors.model import Connector
    from zoomgov.model.changes import Changes, GrantChange, ItemChange
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.stores import Reader


def open_synced(name: str) -> tuple[Connector, Reader, list[SyncInfo]]:
    """The connector of this name, a reader of its latest sync, and all stored syncs, oldest first.

    Raises:
        Problem: it was never synced.
    """
    services = open_services()
    connector = get_connector(services, name)
    reader = services.stores.reader(connector)
    click.get_current_context().call_on_close(reader.close)
    syncs = reader.syncs()
    if not syncs:
        called = printable(connector.name)
        raise Problem(
            f"{called} has not been synced yet.", failed_sync(connector), command_line("sync", connector.name)
        )
    tell_failed_sync(connector, syncs[-1])
    return connector, reader, syncs


def find_sync(syncs: list[SyncInfo], text: str, *, end: bool) -> SyncInfo:
    """The sync of this number, or the last one finished by this time; a day means its end if `end`, else its start."""
    from datetime import UTC, datetime

    from zoomgov.model.sync_times import SyncTimeError, sync_at

    try:
        found = sync_at(syncs, text, datetime.now(UTC), end=end)
    except SyncTimeError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    if found.note:
        note(found.note)
    return found.sync


def compared(
    reader: Reader, syncs: list[SyncInfo], since: str | None, until: str | None, *, in_effect: bool = False
) -> Changes:
    """The changes between two syncs, by default the last two."""
    newer = syncs[-1] if until is None else find_sync(syncs, until, end=True)
    if since is not None:
        older = find_sync(syncs, since, end=False)
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
        raise click.UsageError(
            f"--from means sync {older.number}, which is newer than sync {newer.number} of --to.",
            click.get_current_context(),
        )
    if older is newer and since is not None:
        note(f"Both are sync {newer.number}, of {newer.finished_at}: nothing was synced in between.")
    return reader.diff(older.number, newer.number, in_effect=in_effect)


@click.command(
    "diff", epilog=examples("diff Zoom", "diff Zoom --from 7d --by thing", "diff Zoom --from 11 --to 12 --exit-code")
)
@click.argument("name", type=ConnectorName())
@click.option("--from", "since", metavar="SYNC|DATE", help="The older one; by default the sync before.")
@click.option("--to", "until", metavar="SYNC|DATE", help="The newer one; by default the latest.")
@click.option(
    "--by", type=click.Choice(("person", "thing")), default="person", show_default=True,
    help="Order access by who has it, or by what they have.",
)  # fmt: skip
@click.option("--in-effect", is_flag=True, help="Also contact groups that people reach through user groups.")
@format_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something is different; see above.")
@ends_with("exit_code")
def diff_command(
    name: str, since: str | None, until: str | None, by: str, in_effect: bool, form: str, exit_code: bool
) -> int:
    """Show what changed in connector NAME: people and things that came, went or changed, access gained and lost.

    SYNC is a number that `zoomgov syncs NAME` shows. DATE is 2026-11-20, 2026-11-20T08:00, yesterday, monday, 7d or
    "2 weeks ago", and means the last sync finished by then. A day means its start for --from, its end for --to. UTC.

    What one of the two syncs did not read is said on standard error and is neither gained nor lost.

    \b
    Exit codes with --exit-code:
      0    nothing is different
      1    something is different
      2    the two could not be compared
      3    nothing is different, but parts were not compared
    """
    _, reader, syncs = open_synced(name)
    changes = compared(reader, syncs, since, until, in_effect=in_effect)
    times = {sync.number: sync.finished_at for sync in syncs}
    _tell_not_compared(changes)
    if form == "json":
        print_json(_changes_as_dict(changes, times, by))
    elif form == "csv":
        _print_changes_csv(changes, by)
    else:
        _print_changes(changes, times, by)
    if not exit_code:
        return Exit.OK
    if changes:
        return Exit.FAILED
    return Exit.PARTIAL if changes.not_compared else Exit.OK


def _tell_not_compared(changes: Changes) -> None:
    from zoomgov.words.syncs import comparison_notes

    for line in comparison_notes(changes):
        note(line)
    for reason in dict.fromkeys(gap.reason for gap in changes.not_compared):
        note(f"  why:  {printable(reason)}")


_TARGET: Final = attrgetter("target_kind", "target_id")
_PRINCIPAL: Final = attrgetter("principal_kind", "principal_id")


def _ordered(grants: Sequence[GrantChange], by: str) -> list[GrantChange]:
    """Sorted by what is granted, or by person, as they are already."""
    if by == "person":
        return list(grants)
    kinds = ("groups", "contact-groups", "roles")
    return sorted(
        grants, key=lambda one: (kinds.index(one.target_kind), one.target_name.casefold(), one.target_id, one.kind)
    )


# For programs


def _print_changes_csv(changes: Changes, by: str) -> None:
    from dataclasses import replace

    from zoomgov.export.tables import changes_table

    table = changes_table(replace(changes, grants=tuple(_ordered(changes.grants, by))))
    rows = (row for page in table.pages() for row in page)
    print_rows([], rows, "csv", keys=[column.key for column in table.columns])


def _changes_as_dict(changes: Changes, times: dict[int, str], by: str) -> dict[str, Any]:
    """The keys are documented in docs/comparing.md; add to them, never change one."""
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
                "through": grant.through,
            }
            for grant in _ordered(changes.grants, by)
        ],
        "not_compared": [
            {
                "part": gap.part,
                "target": gap.target,
                "reason": gap.reason,
                "sync": gap.sync,
                "compared_as_of_sync": gap.instead,
            }
            for gap in changes.not_compared
        ],
        "missing": changes.missing,
    }


# For people

_SHOWN: Final = 500
"""The most lines of each half, items and access."""
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
_ONE: Final = {"users": "person", "groups": "group", "contact-groups": "contact group", "roles": "role"}
_THINGS: Final = {"groups": "Group", "contact-groups": "Contact group", "roles": "Role"}
_WAYS: Final = {"group member": "member", "group admin": "admin", "role": "holder", "contact group member": "member"}
_LONGEST: Final = 60


def _print_changes(changes: Changes, times: dict[int, str], by: str) -> None:
    say(
        f"From sync {changes.from_sync} ({times[changes.from_sync]}) "
        f"to sync {changes.to_sync} ({times[changes.to_sync]})"
    )
    if not changes:
        say("Nothing changed." if not changes.not_compared else "Nothing changed in what was compared.")
        return
    if changes.items:
        hows = [item.how for item in changes.items]
        counts = (f"{hows.count(how):,} {word}" for how, word in
                  (("added", "came"), ("removed", "went"), ("changed", "changed")) if how in hows)  # fmt: skip
        say(f"\nPeople and things: {', '.join(counts)}")
        for item in changes.items[:_SHOWN]:
            _print_item(item)
        _tell_rest(len(changes.items))
    if changes.grants:
        gained = sum(grant.gained for grant in changes.grants)
        what = "Access in effect" if changes.in_effect else "Access"
        say(f"\n{what} by {by}: {gained:,} gained, {len(changes.grants) - gained:,} lost")
        grants = _ordered(changes.grants, by)[:_SHOWN]
        for _, group in groupby(grants, key=_PRINCIPAL if by == "person" else _TARGET):
            _print_grants(list(group), by)
        _tell_rest(len(changes.grants))


def _print_item(item: ItemChange) -> None:
    address = f" <{item.email}>" if item.email and item.email != item.name else ""
    _wrapped(f"{_SIGNS[item.how]} {_ONE[item.kind]} ", _short(item.name or item.id) + address, "    ")
    for one in item.fields:
        _wrapped("      ", f"{one.field}: {one.old or '(none)'} → {one.new or '(none)'}", "        ")


def _print_grants(grants: Sequence[GrantChange], by: str) -> None:
    first = grants[0]
    if by == "person":
        _wrapped("  ", _who(first), "    ")
    else:
        say(f"  {_THINGS[first.target_kind]} {_short(first.target_name or first.target_id)}")
    for grant in grants:
        sign = "+" if grant.gained else "-"
        way = f", through {grant.through}" if grant.through else ""
        if by == "thing":
            _wrapped(f"    {sign} {_WAYS[grant.kind]} ", _who(grant) + way, "        ")
            continue
        target = _short(grant.target_name or grant.target_id)
        told = "" if grant.kind == "role" else f"{_WAYS[grant.kind]} of "
        _wrapped(f"    {sign} ", f"{told}{_ONE[grant.target_kind]} {target}{way}", "        ")


def _who(grant: GrantChange) -> str:
    name = _short(grant.principal_name or grant.principal_id)
    email = grant.principal_email
    group = "group " if grant.principal_kind == "group" else ""
    return f"{group}{name} <{email}>" if email and email != grant.principal_name else f"{group}{name}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _wrapped(first: str, text: str, rest: str) -> None:
    width = max(shutil.get_terminal_size((100, 24)).columns, 40)
    lines: Iterable[str] = textwrap.wrap(
        printable(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    for line in lines or [first]:
        say(line)


def _tell_rest(count: int) -> None:
    if count > _SHOWN:
        say(f"... and {count - _SHOWN:,} more: --format json or csv shows them.")
