"""Which user lists are read again, and when active users are read by role; with scripted readers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from zoomgov.model.syncs import ListKey
from zoomgov.sync import parts
from zoomgov.sync.events import ListRestarted, Noted, SyncEvent
from zoomgov.sync.outcome import ListedResource, ListOutcome
from zoomgov.sync.people_reader import MAX_RECOUNTS, PeopleReader
from zoomgov.sync.reporter import Reporter
from zoomgov.zoom.client import Answer
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.sync.outcome import Split
    from zoomgov.sync.part_reader import PartReader
    from zoomgov.sync.parts import Part
    from zoomgov.zoom.client import ZoomClient

STATUSES = ["active", "inactive", "pending"]


class Zoom:
    """Stands for the client, the writer and the reader below: three lists of users and their counts."""

    def __init__(self) -> None:
        self.finished: dict[ListKey, int] = {}
        self.roles: list[ListedResource] = []
        self.outcomes = {status: ListOutcome(10, 10) for status in STATUSES}
        self.counts: dict[str, int | ZoomError | None] = dict.fromkeys(STATUSES, 10)
        self.read: list[str] = []
        self.counted: list[str] = []
        self.written_ahead = 0
        self.split: Split | None = None

    async def whole(
        self, part: Part, decode: object, *, query: dict[str, str], urgent: bool, split: Split | None, most: object
    ) -> ListOutcome:
        status = query["status"]
        assert part is parts.USERS[status]
        assert urgent
        if (done := self.finished.get(ListKey(part.name))) is not None:
            return ListOutcome(done, done)
        self.read.append(status)
        self.split = split or self.split
        self.finished[ListKey(part.name)] = self.outcomes[status].read
        return self.outcomes[status]

    async def resources(self, part: str) -> list[ListedResource]:
        assert part == "roles"
        return self.roles

    async def write_ahead(self) -> None:
        self.written_ahead += 1

    async def get(self, endpoint: object, *, query: dict[str, str]) -> Answer:
        self.counted.append(query["status"])
        count = self.counts[query["status"]]
        if isinstance(count, ZoomError):
            raise count
        return Answer(200, {}, b"{}", total_records=count)


class Reading:
    def __init__(self, zoom: Zoom) -> None:
        self.zoom = zoom
        self.events: list[SyncEvent] = []
        report = Reporter(cast("ZoomClient", zoom), self.events.append)
        self.people = PeopleReader(
            cast("ZoomClient", zoom),
            cast("BackgroundWriter", zoom),
            report,
            cast("PartReader", zoom),
        )

    @property
    def restarts(self) -> list[tuple[str, str]]:
        return [(event.key.part, event.reason) for event in self.events if isinstance(event, ListRestarted)]


@pytest.fixture
def zoom() -> Zoom:
    return Zoom()


def interrupted(zoom: Zoom, *statuses: str) -> None:
    zoom.finished.update({ListKey(parts.USERS[status].name): 10 for status in statuses})


async def test_everyone_is_read_once_and_written_ahead(zoom: Zoom) -> None:
    reading = Reading(zoom)
    await reading.people.read()
    await reading.people.read_changed()
    assert (sorted(zoom.read), zoom.written_ahead, zoom.counted, reading.restarts) == (STATUSES, 1, [], [])
    assert reading.people.heard == set(STATUSES)


async def test_lists_that_may_be_read_again_are_not_written_ahead(zoom: Zoom) -> None:
    zoom.outcomes["pending"] = ListOutcome(10, 10, drifted=True)
    await Reading(zoom).people.read()
    assert zoom.written_ahead == 0


@pytest.mark.parametrize("count", [9, 11])
async def test_when_somebody_moved_the_lists_whose_count_differs_are_read_again(zoom: Zoom, count: int) -> None:
    zoom.outcomes["active"] = ListOutcome(10, 10, moved=True)
    reading = Reading(zoom)
    await reading.people.read()
    zoom.read.clear()
    zoom.outcomes["active"], zoom.outcomes["inactive"] = ListOutcome(10, 10), ListOutcome(count, count)
    zoom.counts.update(inactive=count, pending=None)  # and one that Zoom does not give
    await reading.people.read_changed()
    assert zoom.read == ["inactive"]
    assert reading.restarts == [("users-inactive", "The number of people in it has changed: read once more")]
    assert zoom.counted == STATUSES + STATUSES  # `active` still counts as moved: asked again until nothing changes


async def test_a_busy_account_is_not_read_for_ever(zoom: Zoom) -> None:
    zoom.outcomes["active"] = ListOutcome(10, 10, moved=True)
    reading = Reading(zoom)
    await reading.people.read()
    zoom.counts["active"] = 99
    await reading.people.read_changed()
    assert zoom.counted == STATUSES * MAX_RECOUNTS
    assert zoom.read.count("active") == 1 + MAX_RECOUNTS
    assert MAX_RECOUNTS == 3


async def test_lists_an_interrupted_run_has_read_are_counted_again(zoom: Zoom) -> None:
    interrupted(zoom, "inactive")
    reading = Reading(zoom)
    await reading.people.read()
    assert reading.people.heard == {"active", "pending"}
    await reading.people.read_changed()
    assert (zoom.counted, reading.restarts) == (STATUSES, [])


async def test_lists_that_were_not_read_are_not_counted(zoom: Zoom) -> None:
    zoom.outcomes["active"] = ListOutcome(10, 10, moved=True)
    reading = Reading(zoom)
    await reading.people.read()
    del zoom.finished[ListKey("users-pending")]
    await reading.people.read_changed()
    assert zoom.counted == ["active", "inactive"]


async def test_a_count_that_fails_changes_nothing_unless_nothing_else_can_be_read(zoom: Zoom) -> None:
    zoom.outcomes["active"] = ListOutcome(10, 10, moved=True)
    reading = Reading(zoom)
    await reading.people.read()
    zoom.counts["active"] = ZoomError(ErrorKind.SERVER, "GET /users", "Internal error.", status=500)
    await reading.people.read_changed()
    assert reading.restarts == []
    zoom.counts["active"] = ZoomError(ErrorKind.TOKEN, "GET /users", "Invalid access token.", status=401)
    with pytest.raises(ZoomError):
        await reading.people.read_changed()


async def test_a_list_during_which_people_came_or_went_is_read_again_once(zoom: Zoom) -> None:
    zoom.outcomes["pending"] = ListOutcome(10, 10, drifted=True)
    reading = Reading(zoom)
    await reading.people.read()
    zoom.read.clear()
    assert await reading.people.read_drifted()
    assert zoom.read == ["pending"]
    assert reading.restarts == [("users-pending", "People came or went while it was read: read once more")]
    assert not await reading.people.read_drifted()
    assert zoom.read == ["pending"]


async def test_a_list_that_could_not_be_read_is_not_read_again(zoom: Zoom) -> None:
    zoom.outcomes["pending"] = ListOutcome(10, 10, drifted=True)
    reading = Reading(zoom)
    await reading.people.read()
    zoom.finished.clear()
    zoom.read.clear()
    await reading.people.read_drifted()
    assert zoom.read == []


@pytest.mark.parametrize(
    ("roles", "split"),
    [
        ([70, 30], True),
        ([71, 29], False),
        ([None, 60], True),
        ([None, None], True),  # Zoom gives no numbers
        ([], False),
    ],
)
async def test_active_users_are_split_by_role_where_no_role_has_most_of_them(
    zoom: Zoom, roles: list[int | None], split: bool
) -> None:
    zoom.roles = [ListedResource(str(place), "", total) for place, total in enumerate(roles)]
    reading = Reading(zoom)
    await reading.people.read()
    assert zoom.split is not None
    waiting = asyncio.ensure_future(zoom.split(100))
    await asyncio.sleep(0)
    assert not waiting.done()  # until the roles are read
    zoom.finished[ListKey("roles")] = len(roles)
    reading.people.roles_tried.set()
    queries = [{"status": "active", "role_id": str(place)} for place in range(len(roles))]
    assert await waiting == (queries if split else None)
    notes = [event.text for event in reading.events if isinstance(event, Noted)]
    assert notes == (["Reading 100 active users role by role, side by side."] if split else [])


async def test_without_the_roles_nothing_is_split(zoom: Zoom) -> None:
    zoom.roles = [ListedResource("0", "", 1)]
    reading = Reading(zoom)
    await reading.people.read()
    reading.people.roles_tried.set()
    assert zoom.split is not None
    assert await zoom.split(100) is None
