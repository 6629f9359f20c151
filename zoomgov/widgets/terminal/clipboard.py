"""Copies to the clipboard through the terminal (OSC 52), and says what happened.

OSC 52 works over ssh, but the terminal does not answer. Where terminals are known to refuse, the message says what to
do when nothing can be pasted.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.widget import Widget

MOST_BYTES: Final = 74_994
"""Most bytes that terminals accept: with base64 and the escape sequence 100,000 characters (xterm, hterm)."""


def copy(widget: Widget, text: str, what: str, otherwise: str = "", *, then: str = "") -> None:
    """Send `text` to the clipboard and say so.

    Args:
        widget: any widget on screen.
        text: what to copy; sanitised already.
        what: what it is, e.g. `3 rows`.
        otherwise: a sentence: what to do where copying does not work.
        then: a sentence: what to do with the copy.
    """
    widget.app.copy_to_clipboard(text)
    size = len(text.encode())
    if size > MOST_BYTES:
        words = f"{what} sent to the clipboard, but {size // 1000:,} kB are more than most terminals take. {otherwise}"
        widget.notify(words.strip(), severity="warning", timeout=10, markup=False)
        return
    widget.notify(" ".join(filter(None, (f"{what} copied.", then, doubt(os.environ, otherwise)))), markup=False)


def doubt(environ: Mapping[str, str], otherwise: str = "") -> str:
    """Return a hint for when nothing can be pasted; empty where copying is known to work."""
    if environ.get("TMUX"):
        hint = "Nothing to paste? tmux needs: set -s set-clipboard on."
    elif environ.get("TERM_PROGRAM") == "Apple_Terminal":
        hint = "Nothing to paste? Terminal.app does not let programs copy."
    elif environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        hint = "Nothing to paste? Allow OSC 52 in your terminal's settings."
    else:
        return ""
    return f"{hint} {otherwise}".strip()
