"""Copying through the terminal, with words that say what happened.

A program in a terminal, over ssh too, can only ask the terminal to put text on the clipboard (the OSC 52 sequence),
and no answer comes back. So where terminals are known to refuse, the words say what to do when nothing can be pasted.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.widget import Widget

MOST_BYTES: Final = 74_994
"""What terminals take at once: 100,000 characters of base64 with the sequence around them, as xterm and hterm do."""


def copy(widget: Widget, text: str, what: str, otherwise: str = "", *, then: str = "") -> None:
    """Send `text` to the clipboard and say so.

    Args:
        widget: Any widget on screen.
        text: What to copy; safe for a terminal already.
        what: Names it, e.g. `3 rows`.
        otherwise: What to do where copying does not work, a sentence.
        then: what to do with it, a sentence.
    """
    widget.app.copy_to_clipboard(text)
    size = len(text.encode())
    if size > MOST_BYTES:
        words = f"{what} sent to the clipboard, but {size // 1000:,} kB are more than most terminals take. {otherwise}"
        widget.notify(words.strip(), severity="warning", timeout=10, markup=False)
        return
    widget.notify(" ".join(filter(None, (f"{what} copied.", then, doubt(os.environ, otherwise)))), markup=False)


def doubt(environ: Mapping[str, str], otherwise: str = "") -> str:
    """Return what to try when nothing can be pasted; empty where copying is known to work."""
    if environ.get("TMUX"):
        hint = "Nothing to paste? tmux needs: set -s set-clipboard on."
    elif environ.get("TERM_PROGRAM") == "Apple_Terminal":
        hint = "Nothing to paste? Terminal.app does not let programs copy."
    elif environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        hint = "Nothing to paste? Allow OSC 52 in your terminal's settings."
    else:
        return ""
    return f"{hint} {otherwise}".strip()
