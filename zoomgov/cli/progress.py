"""Progress of a sync on standard error: a bar a list in a terminal, a line a list elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from zoomgov.cli.output import console, note
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    Noted,
    PartAdvanced,
    Published,
    RequestsCounted,
    SyncEvent,
    SyncStarted,
    Waiting,
)
from zoomgov.sync.words import PART_WORDS, part_words
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID


@contextlib.contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[Callable[[SyncEvent], None]]:
    """Yield the listener to give to a sync."""
    if quiet:
        yield lambda event: None
    elif sys.stderr.isatty():
        with _bars() as progress:
            yield _Bars(progress)
    else:
        yield _say_event


def _bars() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
        expand=True,
    )


class _Bars:
    """One bar for each whole-account list and each part; single lists of a part have none."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._requests = progress.add_task("Requests", total=None)

    def _update(self, name: str, title: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(printable(title)[:28], total=total)
        # Zoom's totals drift while people come and go; a bar never runs past its end.
        bound = None if total is None else max(total, done)
        self._progress.update(self._tasks[name], completed=done, total=bound)

    def __call__(self, event: SyncEvent) -> None:
        match event:
            case ListStarted(key=key, title=title, expected=expected) if not key.target:
                self._update(key.part, title, 0, expected)
            case ListAdvanced(key=key, read=read, expected=expected) if not key.target:
                self._update(key.part, _words(key.part), read, expected)
            case ListFinished(key=key, read=read) if not key.target:
                self._update(key.part, _words(key.part), read, read)
            case PartAdvanced(part=part, title=title, done=done, planned=planned):
                self._update(part, title, done, planned)
            case RequestsCounted(made=made):
                self._progress.update(self._requests, completed=made)
            case ListNotRead() | ListRestarted() | Noted() | Waiting():
                if (text := describe(event)) is not None:
                    self._progress.console.print(text)
            case _:
                pass


def _say_event(event: SyncEvent) -> None:
    if (text := describe(event)) is not None:
        note(text)


def _words(part: str) -> str:
    words = PART_WORDS.get(part, part)
    return words[:1].upper() + words[1:]


def describe(event: SyncEvent) -> str | None:
    """One line for `event`, or None for those that come too often to print."""
    match event:
        case SyncStarted(resumed_lists=count) if count:
            return f"Going on where the last run stopped: {count} lists are already read."
        case ListFinished(key=key, read=read) if not key.target:
            return f"{_words(key.part)}: {read:,} read"
        case ListRestarted(key=key, reason=reason):
            return f"{_words(key.part)} starts again: {printable(reason)}"
        case ListNotRead(key=key, not_read=not_read):
            return f"Not read: {part_words(not_read)}: {printable(not_read.reason)}"
        case PartAdvanced(part=part, done=done, planned=planned, rows=rows) if done == planned:
            return f"{_words(part)}: {rows:,} read from {done:,} lists"
        case Waiting(seconds=seconds, reason=reason) if seconds >= 1:
            return f"Waiting {seconds:.0f} s: {printable(reason)}"
        case Noted(text=text):
            return printable(text)
        case Published(number=number):
            return f"Sync {number} is now visible."
        case _:
            return None
