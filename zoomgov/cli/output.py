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
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from zoomgov.text import escaped_for_terminal, printable, spreadsheet_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from typing_extensions import Buffer

FORMATS = ("table", "json", "csv")


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
) -> None:
    """Print rows as a table that fits the width, as a JSON array of objects, or as CSV safe for spreadsheets.

    Args:
        titles: column headings for people; CSV uses `keys` when given.
        keys: names in JSON and CSV.
        right: indexes of the columns to align right.
        widest: the most terminal cells that each column of the table takes; None is no limit.
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
        _print_table(titles, rows, right, widest)


def _print_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: frozenset[int],
    widest: Sequence[int | None],
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for index, title in enumerate(titles):
        table.add_column(
            title,
            justify="right" if index in right else "left",
            overflow="ellipsis",
            no_wrap=True,
            min_width=3,
            max_width=widest[index] if widest else None,
        )
    count = 0
    for row in rows:
        count += 1
        table.add_row(*(Text(printable(cell), no_wrap=True, overflow="ellipsis") for cell in row))
    out = console()
    if count:
        out.print(table)
    else:
        out.print("Nothing to show.")
