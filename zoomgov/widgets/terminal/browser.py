"""Opens links in the person's browser, on a thread, without our terminal and our environment."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from zoomgov import process
from zoomgov.widgets.terminal.key_queue import KEEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

PATIENCE: Final = 10.0
"""Seconds after which a browser that still runs counts as opened: some run until their window is closed."""

_CHILD: Final = """
import os, sys, webbrowser
try:
    browser = webbrowser.get()
except webbrowser.Error:
    sys.exit("there is none")
text_browsers = {"browsh", "carbonyl", "elinks", "links", "links2", "lynx", "w3m", "www-browser"}
if os.path.basename(getattr(browser, "name", "")) in text_browsers:
    sys.exit("it would draw over this program")
sys.exit(0 if browser.open(sys.argv[1]) else "it could not be started")
"""
"""A program of its own: `webbrowser` gives its children our environment and our terminal."""


def open_link(
    widget: Widget, link: str, otherwise: Callable[[], object], said: Callable[[], object] | None = None
) -> None:
    """Open `link` in the browser, on a worker.

    Args:
        widget: any widget on screen.
        link: an address; `mailto:` works too.
        otherwise: called when there is no browser: shows the address, or says what to do.
        said: called when it was opened.
    """

    async def opening() -> None:
        if await opened(link):
            if said is not None:
                said()
        else:
            otherwise()

    widget.run_worker(opening(), name="open a link", group=KEEPS)


async def opened(link: str) -> bool:
    """Return whether a browser opened `link`. A text browser is not used: it would take over the terminal.

    Waits on a daemon thread for `PATIENCE` seconds at most: a browser that hangs must not keep the app from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def settle(taken: bool) -> None:
        if not answer.done():
            answer.set_result(taken)

    def run() -> None:
        child = _start(link)
        taken = child is not None and _took(child)
        with suppress(RuntimeError):  # the event loop is closed
            loop.call_soon_threadsafe(settle, taken)
        if child is not None:
            child.wait()  # reaps it

    threading.Thread(target=run, daemon=True, name="browser").start()
    return await answer


def _start(link: str) -> subprocess.Popen[bytes] | None:
    """Start the child in a session of its own; None: the system refused."""
    with suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-c", _CHILD, link],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=process.without_own_variables(os.environ),
            start_new_session=True,
        )
    return None


def _took(child: subprocess.Popen[bytes]) -> bool:
    """Return whether the child opened the link, or still runs after `PATIENCE`."""
    try:
        return child.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return True
