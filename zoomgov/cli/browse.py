"""`zoomgov list`, `access`, `members` and `syncs`: who has access to what, as last synced."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, format_option, note, print_json, print_rows, say, tell_left_out
from zoomgov.cli.running import ConnectorName, Typed, failed_sync, get_connector, open_services, tell_failed_sync
from zoomgov.model.kinds import Kind
from zoomgov.model.parts import PARTS_OF
from zoomgov.services.problems import Problem
from zoomgov.text import printable
from zoomgov.words.licences import licence_in_brief
from zoomgov.words.parts import part_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zoomgov.model.access import Person, Resource
    from zoomgov.model.filters import Filter
    from zoomgov.model.queries import Column, Query
    from zoomgov.services.stores import Reader

_PAGE = 1000
_KINDS = click.Choice([str(kind) for kind in Kind])


FILTER_HELP = "Only rows with these words or fields, e.g. 'role:admin last-login:>90d'."


def read_filter(text: str, kind: Kind) -> Filter:
    """Parse the value of `--filter`.

    Raises:
        UsageError: some of it cannot be understood.
    """
    from zoomgov.model.filters import parse_filter

    found = parse_filter(text, kind)
    if found.problems:
        raise click.UsageError(printable(" ".join(found.problems)), click.get_current_context())
    return found


def _open(name: str) -> Reader:
    services = open_services()
    connector = get_connector(services, name)
    reader = services.stores.reader(connector)
    click.get_current_context().call_on_close(reader.close)
    if reader.sync is None:
        raise Problem(
            f"{printable(connector.name)} has not been synced yet.",
            failed_sync(connector),
            command_line("sync", connector.name),
        )
    tell_failed_sync(connector, reader.sync)
    return reader


_NAMED = 10
"""Lists of single resources that are named at most."""


def _warn_about_gaps(reader: Reader, kind: Kind) -> None:
    """Say on standard error what was not read and which numbers disagree, so that a gap does not look like *none*."""
    gaps = reader.sync.not_read if reader.sync else ()
    told = [gap for gap in gaps if gap.part in PARTS_OF[kind]]
    for gap in told[:_NAMED]:
        note(f"Not read: {part_words(gap)}: {printable(gap.reason)}")
    if len(told) > _NAMED:
        note(f"Not read: {len(told) - _NAMED:,} more lists; zoomgov findings NAME lists them.")
    for item in reader.sync.disagreements if reader.sync else ():
        note(f"Disagrees: {printable(item.what)}: read {item.read:,}, expected {item.expected:,} ({item.source})")


def _print(reader: Reader, kind: Kind, query: Query, form: str) -> None:
    """Print rows: a table has the columns that fit the terminal, other forms have all of them and Zoom's id."""
    columns = list(reader.columns(kind, query))
    widths: dict[str, int] = {}
    if form == "table":
        widths = _widths(columns)
        tell_left_out([column.title for column in columns if column.key not in widths])
        columns = [column for column in columns if column.key in widths]

    def rows() -> Iterator[list[object]]:
        keys = [column.key for column in columns]
        ids = reader.order(kind, query)
        for start in range(0, len(ids), _PAGE):
            page = ids[start : start + _PAGE]
            found = reader.rows(kind, page, query=query, columns=keys)
            if form == "table":
                yield from ([_short(key, cell, widths) for key, cell in zip(keys, row, strict=True)] for row in found)
            else:
                yield from ([key, *row] for key, row in zip(reader.keys(page), found, strict=True))

    id_first = [] if form == "table" else ["id"]
    print_rows(
        [column.title for column in columns],
        rows(),
        form,
        keys=[*id_first, *(column.key for column in columns)],
        right=frozenset(index for index, column in enumerate(columns) if column.align == "right"),
        widest=[widths.get(column.key) for column in columns],
    )


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY = 10


_GAP = 3
_DAYS = ("last_login", "created")
_ENOUGH = {"email": 30, "how": 14, "last_login": _DAY, "created": _DAY}
"""Width in cells that suffices for most values of a column; it grows to its full width where there is room."""


def _short(key: str, cell: object, widths: Mapping[str, int]) -> object:
    """Shorten a cell for a narrow table: a time to its day, a licence to its brief form."""
    if key == "licence" and isinstance(cell, str) and len(cell) > widths[key]:
        return licence_in_brief(cell)
    if cell is None:
        return "not read"
    return cell[:_DAY] if isinstance(cell, str) and _TIME.fullmatch(cell) else cell


def _widths(columns: list[Column]) -> dict[str, int]:
    """The width in cells of each column that fits, from the left; the first and `how` always do, cut if need be."""
    room = shutil.get_terminal_size((100, 24)).columns + _GAP
    widths: dict[str, int] = {}
    for column in sorted(columns, key=lambda column: column.key != "how"):
        width = min(column.width, _ENOUGH.get(column.key, 24))
        if column is columns[0]:
            width = max(min(width, room - _GAP), 1)
        if width + _GAP <= room or not widths:
            widths[column.key] = width
            room -= width + _GAP
    for column in columns:
        if column.key in widths and column.key not in _DAYS:
            more = min(column.width - widths[column.key], max(room, 0))
            widths[column.key] += more
            room -= more
    return widths


@click.command(
    "list",
    epilog=examples(
        "list users Zoom", "list users Zoom --filter 'role:admin last-login:>90d'", "list groups Zoom --format csv"
    ),
)
@click.argument("kind", type=_KINDS)
@click.argument("name", type=ConnectorName())
@click.option("--filter", "text", type=Typed(), default="", metavar="TEXT", help=FILTER_HELP)
@click.option("--sort", metavar="COLUMN", help="Sort by this column; a leading - reverses, e.g. --sort=-last_login.")
@format_option
def list_command(kind: str, name: str, text: str, sort: str | None, form: str) -> None:
    """List users, groups, contact-groups or roles of connector NAME.

    \b
    --filter takes words, and fields of users such as
      role:admin  status:inactive,pending  licence:licensed  dept:"Field Sales"
      last-login:>90d (longer ago than that; <7d since; never)  created:<30d
      group:none  group:finance  admin-of:any  contact-group:board  domain:acme.com
    of other kinds members:>100  admins:0  privacy:anyone. A leading - means not.
    """
    from zoomgov.model.queries import Query

    reader = _open(name)
    keys = [column.key for column in reader.columns(Kind(kind))]
    column, descending = (sort or "").removeprefix("-") or None, bool(sort and sort.startswith("-"))
    if column is not None and column not in keys:
        raise click.UsageError(
            f"No column {printable(column)!r}; there are {', '.join(keys)}.", click.get_current_context()
        )
    found = read_filter(text, Kind(kind))
    query = Query(text=found.text, conditions=found.conditions, sort=((column, descending),) if column else ())
    _warn_about_gaps(reader, Kind(kind))
    _print(reader, Kind(kind), query, form)


def _find_person(reader: Reader, name: str, email: str) -> Person:
    """The person with this e-mail address, or the only one whose row contains the words."""
    hits = reader.find_people(email)
    exact = [hit for hit in hits if hit.email.casefold() == email.casefold()]
    chosen = exact or hits
    if len(chosen) > 1:
        several = ", ".join(printable(hit.email) for hit in chosen[:5])
        raise Problem(f"{printable(email)!r} could be several people.", f"For example {several}.", "Give the e-mail.")
    person = reader.person(chosen[0].key if chosen else email)
    if person is None:
        look = command_line("list", "users", name, "--filter", "WORDS")
        raise Problem(f"Nobody with {printable(email)!r} is in the last sync.", "", f"Look for them: {look}")
    return person


def _find_thing(reader: Reader, connector: str, kind: Kind, text: str) -> Resource:
    """The thing with this id or name, or the only one whose name contains the text."""
    found = reader.find_resources(kind, text)
    if len(found) > 1:
        several = ", ".join(f"{printable(name)} ({key})" for key, name in found[:5])
        raise Problem(f"{printable(text)!r} could be several {kind}.", f"For example {several}.", "Give the id.")
    thing = reader.resource(kind, found[0][0]) if found else None
    if thing is None:
        what = f"There is no {_singular(kind)} {printable(text)!r} in the last sync."
        raise Problem(what, "", f"See what there is: {command_line('list', kind, connector)}")
    return thing


def _singular(kind: Kind) -> str:
    return str(kind).removesuffix("s").replace("-", " ")


@click.command("access", epilog=examples("access Zoom ada@example.com"))
@click.argument("name", type=ConnectorName())
@click.argument("email", type=Typed())
@format_option
def access_command(name: str, email: str, form: str) -> None:
    """Show everything that EMAIL has in connector NAME: role, groups, contact groups, and how."""
    reader = _open(name)
    person = _find_person(reader, name, email)
    rows = [
        (path.kind, path.target_name, path.target_id, " → ".join(path.via) or "directly", path.since)
        for path in person.access
    ]
    keys = ("kind", "target", "target_id", "via", "since_sync")
    if form == "json":
        print_json(
            {
                "name": person.name,
                "email": person.email,
                "status": person.status,
                "licence": person.licence,
                "role": person.role,
                "profile": dict(person.fields),
                "access": [dict(zip(keys, row, strict=True)) for row in rows],
                "not_read": [{"part": gap.part, "reason": gap.reason} for gap in person.not_read],
            }
        )
        return
    if form == "table":
        say(f"{printable(person.name)} <{printable(person.email)}>  {person.status or 'not among the users'}")
        say(f"Licence {person.licence or 'unknown'}, role {printable(person.role) or 'unknown'}")
        say()
    for gap in person.not_read:
        note(f"Not read: {part_words(gap)}: {printable(gap.reason)}")
    if form == "table":  # 80 columns have no room for ids beside names
        shown = [(kind, name, via, since) for kind, name, _, via, since in rows]
        print_rows(("Kind", "What", "How", "Since sync"), shown, form, right=frozenset({3}))
    else:
        print_rows(keys, rows, form)


@click.command("members", epilog=examples("members Zoom groups Finance", "members Zoom roles Admin --format json"))
@click.argument("name", type=ConnectorName())
@click.argument("kind", type=click.Choice([str(kind) for kind in Kind if kind is not Kind.USERS]))
@click.argument("thing", type=Typed())
@click.option("--filter", "text", type=Typed(), default="", metavar="TEXT", help=FILTER_HELP)
@format_option
def members_command(name: str, kind: str, thing: str, text: str, form: str) -> None:
    """Show everyone in THING (a name or an id) of KIND, and how they are in it."""
    from zoomgov.model.queries import Query, Target

    reader = _open(name)
    found = _find_thing(reader, name, Kind(kind), thing)
    asked = read_filter(text, Kind.USERS)
    query = Query(text=asked.text, conditions=asked.conditions, within=Target(Kind(kind), found.id))
    for gap in found.not_read:
        note(f"Not read: {part_words(gap)}: {printable(gap.reason)}")
    _print(reader, Kind.USERS, query, form)


@click.command("syncs", epilog=examples("syncs Zoom"))
@click.argument("name", type=ConnectorName())
@format_option
def syncs_command(name: str, form: str) -> None:
    """List the syncs of connector NAME that are kept, newest first."""
    from zoomgov.words.syncs import counted

    reader = _open(name)
    kinds = ("users", "groups", "contact_groups", "roles")
    not_read = "not read" if form == "table" else None
    rows = []
    for sync in reversed(reader.syncs()):
        known = {number.key: number.value for number in counted(sync.counts, sync.not_read)}
        numbers = (not_read if known[kind] is None else known[kind] for kind in kinds)
        rows.append((sync.number, sync.finished_at, "complete" if sync.complete else "partial", *numbers))
    print_rows(
        ("Sync", "Finished", "Outcome", "Users", "Groups", "Contact groups", "Roles"),
        rows,
        form,
        keys=("sync", "finished_at", "outcome", *kinds),
        right=frozenset({0, 3, 4, 5, 6}),
    )
