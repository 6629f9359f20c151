"""Output of commands: lines, tables as wide as the terminal, JSON, and CSV that is safe in spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import shutil
import sys
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import click

from zoomgov.cli.fitting import fitted
from zoomgov.text import escaped_for_terminal, printable, spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from typing_extensions import Buffer

FORMATS = ("table", "json", "csv")
MORE: Final = "--format csv"


def format_option(command: Any) -> Any:
    """Add `--format table|json|csv`."""
    return click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print it."
    )(command)


def say(text: str = "") -> None:
    """Print one line on standard output."""
    click.echo(text)


def command_line(*words: str) -> str:
    """A command of this program, quoted for a POSIX shell."""
    return shlex.join(("zoomgov", *map(printable, words)))


def note(text: str) -> None:
    """Print one line of progress or advice on standard error."""
    click.echo(text, err=True)


def print_json(value: object) -> None:
    """Print `value` as indented JSON; in a terminal without characters that it would act on."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    click.echo(escaped_for_terminal(text) if sys.stdout.isatty() else text)


def binary_stdout() -> BinaryIO:
    """Standard output for bytes of UTF-8 text; in a terminal as `print_json` writes it."""
    out = sys.stdout.buffer
    return cast("BinaryIO", _ToTerminal(out)) if sys.stdout.isatty() else out


class _ToTerminal(io.RawIOBase):
    """Passes text on, escaped."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out = out
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        view = memoryview(data)
        self._out.write(escaped_for_terminal(self._decode(bytes(view))).encode("utf-8", "backslashreplace"))
        return view.nbytes

    def flush(self) -> None:
        self._out.flush()


def console(*, stderr: bool = False) -> Console:
    """A rich console as wide as the terminal, without colour unless it is one and NO_COLOR is unset."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    plain = bool(os.environ.get("NO_COLOR")) or not stream.isatty()
    width = shutil.get_terminal_size((100, 24)).columns
    return Console(
        file=stream,
        width=width,
        no_color=plain,
        color_system=None if plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,  # a name is printed as it is; and the table of all emoji takes long to load
    )


def print_rows(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    form: str,
    *,
    keys: Sequence[str] | None = None,
    right: frozenset[int] = frozenset(),
    widest: Sequence[int | None] = (),
    whole: frozenset[int] = frozenset(),
    more: str = MORE,
) -> None:
    """Print rows as a table of the columns that fit, as a JSON array of objects, or as CSV safe for spreadsheets.

    Args:
        titles: column headings for people; CSV uses `keys` when given.
        keys: names in JSON and CSV.
        right: indexes of the columns to align right.
        widest: the most terminal cells that each column of the table takes; None is no limit.
        whole: indexes of the columns that are left out rather than cut; those of `right` are, anyway.
        more: options that print the columns that do not fit, too.
    """
    names = list(keys or titles)
    if form == "json":
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif form == "csv":
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow(["" if cell is None else spreadsheet_safe(cell) for cell in row])
            if buffer.tell() > 1 << 16:
                click.echo(buffer.getvalue(), nl=False)
                buffer.seek(0)
                buffer.truncate()
        click.echo(buffer.getvalue(), nl=False)
    else:
        _print_table(titles, rows, right, widest, whole, more)


def _print_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: frozenset[int],
    widest: Sequence[int | None],
    whole: frozenset[int],
    more: str,
) -> None:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    out = console()
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        out.print("Nothing to show.")
        return
    wanted = [max(cell_len(cell) for cell in column) for column in zip(titles, *cells, strict=True)]
    for index, most in enumerate(widest):
        wanted[index] = wanted[index] if most is None else min(wanted[index], most)
    widths = fitted(wanted, out.width, right | whole)
    tell_left_out(titles[len(widths) :], more)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for index, (title, width) in enumerate(zip(titles, widths, strict=False)):
        table.add_column(
            title, justify="right" if index in right else "left", overflow="ellipsis", no_wrap=True, width=width
        )
    for row in cells:
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row[: len(widths)]))
    out.print(table)


def tell_left_out(titles: Sequence[str], more: str = MORE) -> None:
    """Say on standard error which columns the terminal has no room for, and what shows them."""
    if titles:
        note(f"No room for {', '.join(titles)}: in a wider terminal, or with {more}.")
