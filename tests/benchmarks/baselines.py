"""What the benchmarks compare with: an empty Textual app in a process of its own, and plain loops over the same people.

    python -m tests.benchmarks.baselines WIDTH HEIGHT

serves the empty app: a key a line on stdin, what its frame took on stdout. It has one widget, which shows other text
in all of its cells at every key; `open` pushes a page with such a widget. As a process of its own it shares no
interpreter lock with what is measured, so nothing that holds that lock makes the baseline as slow as itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tests.benchmarks.frames import Began, Frames, Took
from zoomgov.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual import events

    from zoomgov.store.reader import Reader

_OPEN: Final = "open"
_REST: Final = 0.04
"""Seconds after a frame: sooner, the frames a second that Textual allows would be measured."""
_CHUNK: Final = 1_000


class Sheet(Static, can_focus=True):
    """Shows other text in every cell at every key."""

    DEFAULT_CSS = "Sheet { width: 100%; height: 100%; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.shown = 0

    def on_mount(self) -> None:
        self.focus()

    def on_resize(self) -> None:
        self._show()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.shown += 1
        self._show()

    def _show(self) -> None:
        letter = chr(ord("a") + self.shown % 26)
        self.update("\n".join([letter * self.size.width] * self.size.height))


class Page(Screen[None]):
    """A page with nothing else."""

    def compose(self) -> ComposeResult:
        yield Sheet()


class Empty(Frames):
    """The empty app."""

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"

    def on_mount(self) -> None:
        self.push_screen(Page())

    async def frame(self, key: str) -> Took:
        """Press a key; return how long it took until its frame."""
        sheet = self.screen.query_one(Sheet)
        before = sheet.shown
        return await self.key(key, lambda: sheet.shown != before)

    async def page(self) -> Took:
        """Open a page; return how long it took until its first frame."""
        page = Page()
        took = await self.until(lambda: self.push_screen(page), lambda: self.screen is page and page.is_mounted)
        await asyncio.sleep(_REST)
        await self.until(self.pop_screen, lambda: self.screen is not page)
        return took


async def _serve(size: tuple[int, int]) -> None:
    app = Empty()
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.3)
        while key := (await asyncio.to_thread(sys.stdin.readline)).strip():
            took = await (app.page() if key == _OPEN else app.frame(key))
            await asyncio.sleep(_REST)
            print(json.dumps(took), flush=True)


class EmptyApp:
    """The empty app's process, asked by turns with the program that is measured."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._asked, self._answers = process.stdin, process.stdout

    async def frame(self, key: str) -> float:
        """Milliseconds from a key to its frame."""
        self._asked.write(f"{key}\n".encode())
        return Took(*json.loads(await self._answers.readline())).own

    async def page(self) -> float:
        """Milliseconds until a page has opened."""
        return await self.frame(_OPEN)


@asynccontextmanager
async def empty_app(size: tuple[int, int]) -> AsyncIterator[EmptyApp]:
    """Start the empty app in a terminal of so many columns and lines, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.baselines", *map(str, size),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        yield EmptyApp(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


class PlainRows:
    """The people of a store as plain lists, in no order, and a plain loop for a search and for an order."""

    def __init__(self, reader: Reader) -> None:
        keys = [column.key for column in reader.columns(Kind.USERS)]
        name, email = keys.index("name"), keys.index("email")
        ids = sorted(reader.order(Kind.USERS))
        self.names: list[str] = []
        self.texts: list[str] = []
        for start in range(0, len(ids), _CHUNK):
            for row in reader.rows(Kind.USERS, ids[start : start + _CHUNK]):
                self.names.append(row[name])
                self.texts.append(f"{row[name]} {row[email]}".casefold())

    def search(self) -> float:
        """Milliseconds to look for two letters in every name and address."""
        return _taken(lambda: [place for place, text in enumerate(self.texts) if "an" in text])

    def sort(self) -> float:
        """Milliseconds to sort everyone by name."""
        return _taken(lambda: sorted(range(len(self.names)), key=self.names.__getitem__))


def _taken(job: Callable[[], object]) -> float:
    began = Began.now()
    job()
    return began.until_now().own


if __name__ == "__main__":
    asyncio.run(_serve((int(sys.argv[1]), int(sys.argv[2]))))
