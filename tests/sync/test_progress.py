"""Rates and remaining times, with a manual clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync.events import (
    ListAdvanced,
    ListFinished,
    ListNotRead,
    ListRestarted,
    ListStarted,
    PartAdvanced,
    PuttingTogether,
    RequestsCounted,
    Waiting,
)
from zoomgov.sync.progress import Countdown, Progress, limit_lines, opens_again
from zoomgov.words.syncs import change_lines
from zoomgov.words.times import duration
from zoomgov.zoom.endpoints import Label
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import LabelUse

ACTIVE, GROUPS = ListKey("users-active"), ListKey("groups")


class Clock:
    def __init__(self) -> None:
        self.now = 7.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def read(progress: Progress, clock: Clock, *, seconds: int, per_second: int, total: int | None) -> None:
    progress.take(ListStarted(ACTIVE, "Active users", total))
    for second in range(seconds + 1):
        progress.take(ListAdvanced(ACTIVE, second * per_second, total))
        clock.now += 1 if second < seconds else 0


def test_a_list_has_a_rate_and_the_time_its_chain_of_pages_takes(clock: Clock) -> None:
    progress = Progress(clock)
    read(progress, clock, seconds=10, per_second=300, total=9000)
    progress.update()
    part = progress.parts["users-active"]
    assert part.per_second == pytest.approx(300)
    assert part.left == pytest.approx(20)
    assert progress.left_words == "about 20 s left"


def test_what_nobody_can_know_stays_unknown(clock: Clock) -> None:
    progress = Progress(clock)
    read(progress, clock, seconds=1, per_second=300, total=9000)  # too short to tell a rate
    progress.update()
    assert progress.parts["users-active"].left is None
    assert progress.left_words == ""
    read(progress, clock, seconds=10, per_second=300, total=None)  # Zoom gives no total
    progress.update()
    assert progress.parts["users-active"].per_second == pytest.approx(300, rel=0.2)
    assert progress.left_words == ""


def test_the_limiter_bounds_what_many_short_lists_take_together(clock: Clock) -> None:
    progress = Progress(clock)
    use = LabelUse(Label.MEDIUM, last_second=10, per_second=10.0, today=50, left_today=None)
    progress.take(RequestsCounted(50, 0, 0, 9, 10.0, (use,)))
    for name in ("group-admins", "contact-group-members"):
        progress.take(PartAdvanced(name, name, 0, 500, 0))
    clock.now += 10
    for name in ("group-admins", "contact-group-members"):
        progress.take(PartAdvanced(name, name, 100, 500, 0))  # 40 s at this rate, if the other had none of the pace
    progress.update()
    assert progress.parts["group-admins"].left == pytest.approx(40)
    assert progress.left == pytest.approx(80)  # 800 requests at 10 a second


def test_it_is_a_lower_bound_while_more_lists_may_follow(clock: Clock) -> None:
    progress = Progress(clock)
    progress.take(ListStarted(GROUPS, "Groups", 10))
    progress.take(ListAdvanced(GROUPS, 10, 10))
    read(progress, clock, seconds=10, per_second=300, total=9000)
    progress.update()
    assert progress.left_words == "at least 20 s left"
    progress.take(ListFinished(GROUPS, 10, 10))
    progress.update()
    assert progress.left_words == "about 20 s left"


def test_a_told_time_counts_down_and_is_mended_only_when_clearly_wrong() -> None:
    countdown = Countdown()
    assert countdown.show(100, 0) == 100
    assert countdown.show(104, 10) == 90  # within a fifth
    assert countdown.show(200, 20) == 200
    assert countdown.show(None, 30) is None
    assert countdown.show(50, 40) == 50


def test_a_wait_counts_down_and_lengthens_the_whole(clock: Clock) -> None:
    progress = Progress(clock)
    read(progress, clock, seconds=10, per_second=300, total=3300)
    progress.take(Waiting(12.0, "Zoom's limit for medium requests is reached"))
    progress.update()
    assert progress.left == pytest.approx(12)
    clock.now += 5
    assert progress.waiting == "waiting 7 s: Zoom's limit for medium requests is reached"
    clock.now += 7
    assert progress.waiting == ""


def test_a_list_that_starts_again_or_is_not_read_has_no_time(clock: Clock) -> None:
    progress = Progress(clock)
    read(progress, clock, seconds=10, per_second=300, total=9000)
    progress.take(ListRestarted(ACTIVE, "changed"))
    progress.update()
    assert (progress.parts["users-active"].done, progress.parts["users-active"].left) == (0, None)
    progress.take(ListNotRead(ACTIVE, NotRead("users-active", "", "No scope.", ())))
    progress.take(PuttingTogether())
    clock.now += 3
    progress.update()
    assert progress.left is None
    assert progress.together_for == pytest.approx(3)
    clock.now += 40
    assert progress.together_for == pytest.approx(43)


def test_many_events_keep_few_samples(clock: Clock) -> None:
    progress = Progress(clock)
    for number in range(100_000):
        progress.take(PartAdvanced("role", "Roles", number, 200_000, 0))
        clock.now += 0.001
    assert len(progress.parts["role"].samples) < 100


def test_a_rate_is_that_of_the_last_seconds(clock: Clock) -> None:
    progress = Progress(clock)
    read(progress, clock, seconds=20, per_second=100, total=None)
    for _ in range(20):
        clock.now += 1
        done = progress.parts["users-active"].done
        progress.take(ListAdvanced(ACTIVE, done + 310, None))
    progress.update()
    part = progress.parts["users-active"]
    assert part.per_second == pytest.approx(310)
    assert part.samples[0] == (clock.now - 16, 2000 + 4 * 310)  # the last one before the span, to measure all of it
    assert part.samples[-1] == (clock.now, 2000 + 20 * 310)


def test_few_samples_are_kept_and_the_last_is_the_newest(clock: Clock) -> None:
    progress = Progress(clock)
    for number in range(8):
        progress.take(ListAdvanced(ACTIVE, number, None))
        clock.now += 0.0625
    assert [(at - 7, done) for at, done in progress.parts["users-active"].samples] == [
        (0, 0), (0.1875, 3), (0.375, 6), (0.4375, 7),
    ]  # fmt: skip


def test_a_rate_is_known_after_two_seconds_and_none_without_progress(clock: Clock) -> None:
    progress = Progress(clock)
    for done, known in ((0, None), (100, None), (100, 50.0)):
        progress.take(ListAdvanced(ACTIVE, done, None))
        progress.update()
        assert progress.parts["users-active"].per_second == known
        clock.now += 1
    fewer = Progress(clock)
    for done in (40, 30, 20, 10):
        fewer.take(ListAdvanced(ACTIVE, done, 90))
        clock.now += 1
    fewer.update()
    assert fewer.parts["users-active"].per_second is None
    still = Progress(clock)
    for _ in range(4):
        still.take(ListAdvanced(ACTIVE, 7, 90))
        clock.now += 1
    still.update()
    assert (still.parts["users-active"].per_second, still.left) == (None, None)


def test_a_list_that_is_all_read_takes_no_more_time_though_its_rate_is_unknown(clock: Clock) -> None:
    progress = Progress(clock)
    progress.take(ListStarted(GROUPS, "Groups", 10))
    progress.take(ListAdvanced(GROUPS, 12, 10))  # more than Zoom counted
    progress.update()
    assert (progress.parts["groups"].left, progress.left) == (0.0, 0.0)


def test_what_is_finished_or_not_read_has_neither_rate_nor_time(clock: Clock) -> None:
    for event in (ListFinished(ACTIVE, 3000, 3000), ListNotRead(ACTIVE, NotRead("users-active", "", "No scope.", ()))):
        progress = Progress(clock)
        read(progress, clock, seconds=10, per_second=300, total=9000)
        progress.update()
        assert progress.parts["users-active"].per_second is not None
        progress.take(event)
        progress.update()
        part = progress.parts["users-active"]
        assert (part.per_second, part.left, progress.left, progress.left_words) == (None, None, None, "")


def test_the_slowest_list_decides(clock: Clock) -> None:
    progress = Progress(clock)
    read(progress, clock, seconds=10, per_second=300, total=9000)
    assert progress.together_for is None
    progress.take(PartAdvanced("role", "Roles", 5, 5, 50))
    assert progress.parts["role"].finished
    progress.take(PartAdvanced("group-admins", "Group admins", 0, 10, 0))
    clock.now += 5
    progress.take(PartAdvanced("group-admins", "Group admins", 1, 10, 3))
    progress.update()
    assert not progress.parts["group-admins"].finished
    assert progress.parts["group-admins"].left == pytest.approx(45)
    assert progress.left == pytest.approx(45)
    assert (progress.parts["group-admins"].title, progress.parts["group-admins"].rows) == ("Group admins", 3)


def test_a_wait_of_half_a_second_is_told_and_a_shorter_one_is_not(clock: Clock) -> None:
    progress = Progress(clock)
    progress.take(Waiting(0.5, "limit"))
    assert progress.waiting == "waiting 0 s: limit"
    progress.take(Waiting(0.4375, "limit"))
    assert progress.waiting == ""


@pytest.mark.parametrize(("left", "shown"), [(112, 90), (113, 113), (75, 90), (74, 74)])
def test_a_shown_time_is_corrected_when_it_is_a_fifth_off(left: float, shown: float) -> None:
    countdown = Countdown()
    countdown.show(100, 0)
    assert countdown.show(left, 10) == shown


def test_a_shown_time_is_left_alone_for_two_seconds_and_never_below_none() -> None:
    countdown = Countdown()
    assert countdown.show(4, 0) == 4
    assert countdown.show(5, 1) == 3
    assert countdown.show(5.5, 1) == 5.5
    assert countdown.show(1, 7) == 0.0


def test_the_end_of_the_day_is_told_as_time_and_duration() -> None:
    now = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    spent = ZoomError(ErrorKind.DAILY_LIMIT, "GET /users", "Used up.", retry_at=at)
    assert opens_again(spent, now) == "Zoom answers again at 2026-11-24 00:00 UTC, in 2 h."
    assert opens_again(spent, at + timedelta(hours=1)) == "Zoom answers again at 2026-11-24 00:00 UTC, in 1 s."
    assert opens_again(ZoomError(ErrorKind.DAILY_LIMIT, "GET /users", "Used up."), now) == ""
    assert opens_again(ZoomError(ErrorKind.SERVER, "GET /users", "Error.", retry_at=at), now) == ""


def test_a_limit_that_others_have_overdrawn_has_nothing_left() -> None:
    uses = (LabelUse(Label.HEAVY, 0, 10.0, 1200, -3), LabelUse(Label.LIGHT, 2, 30.0, 7, None))
    assert [line[2] for line in limit_lines(RequestsCounted(0, 0, 0, 0, 0.0, uses))] == [
        "  1,200 today, 0 left",
        "      7 today, no daily limit",
    ]


def test_nothing_is_counted_before_anything_is_told() -> None:
    progress = Progress()
    assert progress.counted == RequestsCounted(0, 0, 0, 0, 0.0)
    assert (progress.parts, progress.waiting, progress.left_words) == ({}, "", "")


def test_words() -> None:
    assert [duration(seconds) for seconds in (0.2, 9, 42, 89, 600)] == ["1 s", "9 s", "40 s", "90 s", "10 min"]
    use = LabelUse(Label.HEAVY, last_second=1, per_second=38.0, today=3, left_today=59_997)
    assert limit_lines(RequestsCounted(1, 0, 0, 0, 1.0, (use,))) == [
        ("heavy  ", "  1 of  38 this second", "      3 today, 59,997 left")
    ]
    changes = {"users_added": 12, "users_removed": 3, "groups_added": 0, "grants_gained": 1400}
    assert change_lines(changes) == [("People", "12 came, 3 went"), ("Access", "1,400 gained")]
