"""Lists of the account are told one by one, those of one resource as a part."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync import parts
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    Noted,
    PartAdvanced,
    SyncEvent,
)
from zoomgov.sync.reporter import Reporter

if TYPE_CHECKING:
    from zoomgov.zoom.client import ZoomClient

WHOLE, ONE = ListKey("groups"), ListKey("group-admins", "g1")


def test_what_is_told() -> None:
    told: list[SyncEvent] = []
    report = Reporter(cast("ZoomClient", None), told.append)
    gap = NotRead("group-admins", "g1", "No.")
    for part, key in ((parts.GROUPS, WHOLE), (parts.GROUP_ADMINS, ONE)):
        report.started(part, key, "Title")
        report.advanced(key, 3, 4)
        report.restarted(key, "why")
        report.finished(key, 4, 4)
    report.not_read(ONE, gap)
    report.note("A line.")
    report.planned(parts.GROUP_ADMINS, 5, 2, 30)
    report.one_done(parts.GROUP_ADMINS, 4)
    report.one_done(parts.GROUP_ADMINS, 0)
    assert told == [
        ListStarted(WHOLE, "Title", None),
        ListAdvanced(WHOLE, 3, 4),
        ListRestarted(WHOLE, "why"),
        ListFinished(WHOLE, 4, 4),
        ListRestarted(ONE, "why"),
        ListNotRead(ONE, gap),
        Noted("A line."),
        PartAdvanced("group-admins", "Group admins", 2, 5, 30),
        PartAdvanced("group-admins", "Group admins", 3, 5, 34),
        PartAdvanced("group-admins", "Group admins", 4, 5, 34),
    ]
