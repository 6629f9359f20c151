"""Hints for terminals that may refuse to copy."""

from __future__ import annotations

import pytest

from zoomgov.widgets.terminal.clipboard import doubt


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"TMUX": "/tmp/tmux", "SSH_TTY": "/dev/pts/1"}, "set-clipboard"),
        ({"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, "OSC 52"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "Terminal.app"),
    ],
)
def test_where_copying_may_be_refused_the_way_out_is_told(environ: dict[str, str], word: str) -> None:
    assert word in doubt(environ, "Export writes a file.")
    assert doubt(environ, "Export writes a file.").endswith("Export writes a file.")


def test_nothing_is_added_where_copying_works() -> None:
    assert doubt({"TERM_PROGRAM": "WezTerm"}, "Export writes a file.") == ""
