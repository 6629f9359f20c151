"""`zoomgov list`, `zoomgov access` and `zoomgov members`: who has access to what, as last synced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zoomgov.cli.output import format_option, note, print_rows
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
