"""Opening a link in the person's own browser, beside the event loop and outside this terminal."""

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
"""Seconds after which a browser that is still starting counts as opened: some stay until their window is closed."""

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
"""Run as a program of its own, since `webbrowser` gives its children our environment and our terminal."""


def open_link(
    widget: Widget, link: str, otherwise: Callable[[], object], said: Callable[[], object] | None = None
) -> None:
    """Have the browser show `link`; the page goes on meanwhile.

    Args:
        widget: any widget on screen.
        link: an address, `mailto:` too.
        otherwise: called where there is no browser to open it with: shows the address, or says what to do.
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
    """Whether a browser took `link`. A text browser counts as none: it would take over the terminal.

    Waits on a daemon thread, `PATIENCE` seconds at most: a browser that hangs keeps nobody from leaving.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def settle(taken: bool) -> None:
        if not answer.done():
            answer.set_result(taken)

    def run() -> None:
        child = _start(link)
        taken = child is not None and _took(child)
        with suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, taken)
        if child is not None:
            child.wait()  # or it stays in the table of processes

    threading.Thread(target=run, daemon=True, name="browser").start()
    return await answer


def _start(link: str) -> subprocess.Popen[bytes] | None:
    """Start the child apart from this terminal; None where the system refuses."""
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
    try:
        return child.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return True
