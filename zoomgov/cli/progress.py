"""Progress of a sync on standard error: bars in a terminal, else a line for each list that is finished."""

from __future__ import annotations

import contextlib
import sys
import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from zoomgov.cli.output import console, note
from zoomgov.sync.events import (
    ListNotRead,
    ListRestarted,
    Noted,
    RequestsCounted,
    SyncEvent,
    Waiting,
)
from zoomgov.sync.log import log_line
from zoomgov.sync.progress import Progress, limit_lines
from zoomgov.text import printable
from zoomgov.words.syncs import rate_words, requests_sent
from zoomgov.words.times import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

_EVERY: Final = 30.0
"""Seconds between two lines about the sync as a whole, where there is no terminal."""


@contextlib.contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[Callable[[SyncEvent], None]]:
    """Yield the listener to give to a sync."""
    if quiet:
        yield lambda event: None
    elif sys.stderr.isatty():
        with _Bars() as bars:
            yield _whatever_becomes_of_it(bars)
    else:
        yield _whatever_becomes_of_it(_Lines())


def _whatever_becomes_of_it(listener: Callable[[SyncEvent], None]) -> Callable[[SyncEvent], None]:
    """Let no sync fail because its progress cannot be shown: whoever has lost its reader is stopped by `ending`."""

    def listen(event: SyncEvent) -> None:
        with contextlib.suppress(OSError):
            listener(event)

    return listen


class _Bars:
    """A line for each list and each kind of lists, the requests, and Zoom's limits; drawn a few times a second."""

    def __init__(self) -> None:
        from rich.live import Live

        self._progress = Progress()
        self._lock = Lock()
        """rich draws on a thread of its own, so that times advance while there are no events."""
        self._live = Live(
            console=console(stderr=True), get_renderable=self._draw, transient=True, refresh_per_second=4,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip

    def __enter__(self) -> _Bars:
        self._live.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with contextlib.suppress(OSError):
            self._live.stop()

    def __call__(self, event: SyncEvent) -> None:
        with self._lock:
            self._progress.take(event)
        if isinstance(event, ListNotRead | ListRestarted | Noted | Waiting) and (line := log_line(event)) is not None:
            self._live.console.print(line.text, markup=False, highlight=False)

    def _draw(self) -> RenderableType:
        with self._lock:
            return self._table()

    def _table(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        progress = self._progress
        progress.update()
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=22, no_wrap=True)
        table.add_column(ratio=1)
        for _ in range(3):
            table.add_column(justify="right", no_wrap=True)
        for part in progress.parts.values():
            title = Text(printable(part.title))
            if part.problem:
                table.add_row(title, Text("not read"), "", "", "")
                continue
            # Zoom's totals drift while people come and go; a bar never runs past its end.
            total = part.done if part.finished else part.total
            bar = ProgressBar(total=max(total or 0, part.done, 1), completed=part.done)
            of = "" if total is None else f" of {total:,}"
            left = "" if part.left is None else duration(part.left)
            table.add_row(title, bar, f"{part.done:,}{of}", rate_words(part.per_second), left)
        lines = Text("\n".join(told_lines(progress)), no_wrap=True, overflow="ellipsis")
        outer = Table.grid(expand=True)
        outer.add_row(table)
        outer.add_row(lines)
        return outer


def told_lines(progress: Progress) -> list[str]:
    """Lines about the sync as a whole: requests, time left, Zoom's limits, and what it waits for."""
    now = progress.counted
    told = requests_sent(now.made, now.per_second, now.refused)
    if progress.together_for is not None:
        told += f"; putting it together, {duration(progress.together_for)} so far"
    elif left := progress.left_words:
        told += f"; {left}"
    lines = [told]
    for number, (label, second, today) in enumerate(limit_lines(now)):
        head = "" if number else "Zoom's limits"
        lines.append(f"{head:<14}{label}{second}  {today}")
    if waiting := progress.waiting:
        lines.append(printable(waiting))
    return lines


class _Lines:
    """A line for each list that is read, and every `_EVERY` seconds how far it is."""

    def __init__(self) -> None:
        self._progress = Progress()
        self._told = time.monotonic()

    def __call__(self, event: SyncEvent) -> None:
        self._progress.take(event)
        if (line := log_line(event)) is not None:
            note(line.text)
        if isinstance(event, RequestsCounted) and time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            self._progress.update()
            for text in told_lines(self._progress):
                note(text)
