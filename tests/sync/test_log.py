"""Events of a sync as lines of a log."""

from __future__ import annotations

import pytest

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    Noted,
    PartAdvanced,
    Published,
    PuttingTogether,
    SyncEvent,
    SyncStarted,
    Waiting,
)
from zoomgov.sync.log import LogLine, log_line

GROUPS, ADMINS = ListKey("groups"), ListKey("group-admins", "g\x1b1")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (SyncStarted(1200), LogLine("Going on where the last run stopped: 1,200 lists are already read.")),
        (ListFinished(GROUPS, 1060, 1060), LogLine("Groups: 1,060 read")),
        (PartAdvanced("group-admins", "Group admins", 60, 60, 75), LogLine("Group admins: 75 read from 60 lists")),
        (ListRestarted(GROUPS, "lost"), LogLine("Groups starts again: lost", problem=True)),
        (ListNotRead(GROUPS, NotRead("groups", "", "No scope.")), LogLine("Not read: groups: No scope.", problem=True)),
        (Waiting(1.0, "limit"), LogLine("Waiting 1 s: limit", problem=True)),
        (Noted("Trying again"), LogLine("Trying again")),
        (Published(7), LogLine("Sync 7 is now visible.")),
    ],
)
def test_what_is_logged(event: SyncEvent, line: LogLine) -> None:
    assert log_line(event) == line


@pytest.mark.parametrize(
    "event",
    [
        SyncStarted(0),
        ListStarted(GROUPS, "Groups", None),
        ListAdvanced(GROUPS, 1, 2),
        ListFinished(ADMINS, 2, 2),
        PartAdvanced("group-admins", "Group admins", 59, 60, 75),
        Waiting(0.9, "limit"),
        PuttingTogether(),
    ],
)
def test_what_comes_too_often_is_not(event: SyncEvent) -> None:
    assert log_line(event) is None


def test_a_part_is_called_as_wished_and_nothing_hostile_passes() -> None:
    line = log_line(ListNotRead(ADMINS, NotRead("group-admins", "g\x1b1", "\x1b[2J gone")), lambda part: "who")
    assert line is not None
    assert line.text.startswith("Not read: who of g")
    assert "\x1b" not in line.text
    restarted = log_line(ListRestarted(ADMINS, "again"), lambda part: "admins of " + part)
    assert restarted == LogLine("Admins of group-admins starts again: again", problem=True)
