"""`zoomgov list`, `zoomgov access` and `zoomgov members`: who has access to what, as last synced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zoomgov.cli.output import format_option, note, print_json, print_rows, say
from zoomgov.cli.problem import Problem
from zoomgov.cli.running import ConnectorName, get_connector, open_services
from zoomgov.store.model import Kind
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoomgov.store import Query, Reader

_PAGE = 1000
_KINDS = click.Choice([str(kind) for kind in Kind])


def _open(name: str) -> Reader:
    services = open_services()
    connector = get_connector(services, name)
    reader = services.reader(connector)
    latest = reader.latest()
    if latest is None:
        raise Problem(
            f"{printable(connector.name)} has not been synced yet.",
            "",
            f"zoomgov sync {printable(connector.name)}",
        )
    return reader


def _warn_about_gaps(reader: Reader, *parts: str) -> None:
    """Say on standard error what this table cannot show: never let *not read* look like *none*."""
    latest = reader.latest()
    for gap in latest.not_read if latest else ():
        if not gap.target and gap.part.startswith(parts):
            note(f"Not read: {gap.part}: {printable(gap.reason)}")


def _rows(reader: Reader, kind: Kind, query: Query) -> Iterator[tuple[object, ...]]:
    ids = reader.order(kind, query)
    for start in range(0, len(ids), _PAGE):
        yield from reader.rows(kind, ids[start : start + _PAGE], query=query)


@click.command("list")
@click.argument("kind", type=_KINDS)
@click.argument("name", type=ConnectorName())
@click.option("--filter", "text", default="", metavar="TEXT", help="Only rows that contain TEXT.")
@click.option("--sort", metavar="COLUMN", help="Sort by this column; a leading - reverses, e.g. --sort=-last_login.")
@format_option
def list_command(kind: str, name: str, text: str, sort: str | None, form: str) -> None:
    """List users, groups, contact-groups or roles of connector NAME."""
    from zoomgov.store import Query

    reader = _open(name)
    columns = reader.columns(Kind(kind))
    keys = [column.key for column in columns]
    column, descending = (sort or "").removeprefix("-") or None, bool(sort and sort.startswith("-"))
    if column is not None and column not in keys:
        raise click.UsageError(
            f"No column {printable(column)!r}; there are {', '.join(keys)}.", click.get_current_context()
        )
    query = Query(text=text, sort=((column, descending),) if column else ())
    _warn_about_gaps(reader, "users" if kind == "users" else kind)
    right = frozenset(index for index, column in enumerate(columns) if column.align == "right")
    print_rows([column.title for column in columns], _rows(reader, Kind(kind), query), form, keys=keys, right=right)


def _find_person(reader: Reader, email: str) -> PersonHit:
    """The person with this e-mail address, or the only one whose row contains the text."""
    hits = reader.find_people(email)
    exact = [hit for hit in hits if hit.email.casefold() == email.casefold()]
    if len(exact or hits) == 1:
        return (exact or hits)[0]
    if hits:
        several = ", ".join(printable(hit.email) for hit in hits[:5])
        raise Problem(f"{printable(email)!r} could be several people.", f"For example {several}.", "Give the e-mail.")
    raise Problem(f"Nobody with {printable(email)!r} was in the last sync.")


def _find_thing(reader: Reader, kind: Kind, text: str) -> str:
    """The id of the thing with this id or name."""
    from zoomgov.store import Query

    if reader.thing(kind, text) is not None:
        return text
    columns = [column.key for column in reader.columns(kind)]
    ids = reader.order(kind, Query(text=text))
    name_at = columns.index("name")
    found = [reader.thing_at(kind, row) for row in ids[:200]]
    named = [thing for thing in found if thing.name.casefold() == text.casefold()]
    if len(named or found) == 1:
        return (named or found)[0].id
    label = str(kind).removesuffix("s").replace("-", " ")
    if found:
        several = ", ".join(f"{printable(thing.name)} ({thing.id})" for thing in (named or found)[:5])
        raise Problem(f"{printable(text)!r} could be several: {several}.", "", "Give the id.")
    raise Problem(f"There is no {label} {printable(text)!r} in the last sync.")


@click.command("access")
@click.argument("name", type=ConnectorName())
@click.argument("email")
@format_option
def access_command(name: str, email: str, form: str) -> None:
    """Show everything that EMAIL has in connector NAME: role, groups, contact groups, and how."""
    reader = _open(name)
    person = reader.person(_find_person(reader, email).key)
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
        note(f"Not read: {gap.part}: {printable(gap.reason)}")
    print_rows(("Kind", "What", "Id", "How", "Since sync"), rows, form, keys=keys, right=frozenset({4}))


@click.command("members")
@click.argument("name", type=ConnectorName())
@click.argument("kind", type=click.Choice([str(kind) for kind in Kind if kind is not Kind.USERS]))
@click.argument("thing")
@click.option("--filter", "text", default="", metavar="TEXT", help="Only people whose row contains TEXT.")
@format_option
def members_command(name: str, kind: str, thing: str, text: str, form: str) -> None:
    """Show everyone in THING (a name or an id) of KIND, and how they are in it."""
    from zoomgov.store import Query, Target

    reader = _open(name)
    found = _find_thing(reader, Kind(kind), thing)
    query = Query(text=text, within=Target(Kind(kind), found))
    columns = reader.columns(Kind.USERS, query)
    for gap in reader.thing(Kind(kind), found).not_read:
        note(f"Not read: {gap.part}: {printable(gap.reason)}")
    right = frozenset(index for index, column in enumerate(columns) if column.align == "right")
    print_rows(
        [column.title for column in columns],
        _rows(reader, Kind.USERS, query),
        form,
        keys=[column.key for column in columns],
        right=right,
    )
