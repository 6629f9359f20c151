"""Progress of a sync on standard error: bars in a terminal, lines in a file or pipe."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from zoomgov.cli import progress
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.events import ListAdvanced, ListFinished, ListNotRead, ListStarted, RequestsCounted, Waiting
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.limits import LabelUse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zoomgov.sync.events import SyncEvent

ACTIVE, GROUPS, CONTACTS = ListKey("users-active"), ListKey("groups"), ListKey("contact-groups")
USES = (LabelUse(Label.MEDIUM, 20, 57.0, 2345, None), LabelUse(Label.HEAVY, 0, 38.0, 1, 59_999))
EVENTS: Iterable[SyncEvent] = (
    ListStarted(ACTIVE, "Active users", 1900),
    ListAdvanced(ACTIVE, 1200, 1900),
    ListFinished(GROUPS, 60, 60),
    ListNotRead(CONTACTS, NotRead("contact-groups", "", "Code 4711: no scope.", ())),
    Waiting(12.0, "Zoom's limit for medium requests is reached"),
    RequestsCounted(61, 2, 2, 7, 23.0, USES),
)


def test_a_terminal_of_80_columns_shows_bars_limits_and_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, color_system=None)
    monkeypatch.setattr(progress, "console", lambda *, stderr: screen)
    with progress._Bars() as bars:
        for event in EVENTS:
            bars(event)
    plain = io.StringIO()  # the live display moves the cursor; what it draws is looked at without that
    Console(file=plain, width=80, color_system=None).print(bars._draw())
    lines = plain.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    rows = {line[:22].strip(): line for line in lines}
    assert "1,200 of 1,900" in rows["Active users"]
    assert "60" in rows["Groups"]
    assert "not read" in rows["Contact groups"]
    text = "\n".join(lines)
    assert "61 requests, 23 a second, 2 refused and repeated" in text
    assert "20 of  57 this second" in text
    assert "59,999 left" in text
    assert "s: Zoom's limit for medium requests is reached" in text


def test_a_pipe_gets_a_line_a_list_and_the_limits_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    with progress.show_progress() as listen:
        for event in EVENTS:
            listen(event)
    said = capsys.readouterr()
    assert said.out == ""
    for words in (
        "Groups: 60 read\n",
        "Not read: contact groups: Code 4711: no scope.\n",
        "Waiting 12 s: Zoom's limit",
        "Zoom's limits medium  20 of  57 this second",
        "1 today, 59,999 left\n",
    ):
        assert words in said.err
    assert "\x1b" not in said.err


def test_the_limits_wait_for_their_time(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.show_progress() as listen:
        listen(RequestsCounted(61, 2, 2, 7, 23.0, USES))
    assert "this second" not in capsys.readouterr().err


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.show_progress(quiet=True) as listen:
        for event in EVENTS:
            listen(event)
    assert capsys.readouterr().err == ""
