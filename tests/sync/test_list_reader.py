"""Reading one list with scripted pages: its end, restarts, and splitting it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import GrantRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.store import Store
from zoomgov.sync import list_reader, parts
from zoomgov.sync.background_writer import BackgroundWriter
from zoomgov.sync.events import ListAdvanced, ListRestarted, SyncEvent
from zoomgov.sync.list_reader import MAX_IDLE_PAGES, MAX_READINGS, MAX_REFUSED, MAX_RESTARTS, ListReader, together
from zoomgov.sync.outcome import ListOutcome
from zoomgov.sync.reporter import Reporter
from zoomgov.sync.rows import Rows, contact_group_rows, group_rows, principal_rows
from zoomgov.zoom.client import Answer, ZoomClient
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.sync.list_reader import Beside
    from zoomgov.sync.outcome import Query

NOW = "2026-11-23T00:00:00Z"
LOST = ZoomError(ErrorKind.PAGE_TOKEN, "GET /groups", "The next page token is invalid.", status=400, code=300)
GONE = ZoomError(ErrorKind.SERVER, "GET /groups", "Internal error.", status=500)

NEVER = Answer(200, {}, b"{}")
"""An answer that does not come."""

Pass = Sequence[Answer | ZoomError]


def page(*ids: str, total: int | None = None, more: bool = False, under: str = "groups") -> Answer:
    """A page of rows with these ids; an empty one is a row without an id."""
    body = json.dumps({under: [{"id": one} if one else {} for one in ids]}).encode()
    return Answer(200, {}, body, next_page_token="more" if more else "", total_records=total)


class Pages:
    """Gives the pages of one pass after the other, or those of a role when asked for them, in place of a client."""

    def __init__(self, *passes: Pass, by_role: Mapping[str, Pass] = {}) -> None:
        self._passes = iter(passes)
        self._by_role = by_role
        self.stats = SimpleNamespace(under_way=0)
        self.urgent: list[bool] = []
        self.asked = asyncio.Event()

    async def pages(self, *_: object, query: Query, urgent: bool, **__: object) -> AsyncGenerator[Answer, None]:
        self.urgent.append(urgent)
        self.asked.set()
        role = query.get("role_id")
        for item in next(self._passes) if role is None else self._by_role[str(role)]:
            if item is NEVER:
                await asyncio.Event().wait()
            if isinstance(item, ZoomError):
                raise item
            yield item


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[BackgroundWriter]:
    with Store(tmp_path / "store.sqlite3") as store:
        async with BackgroundWriter(store, "account", NOW, NOW) as one:
            yield one


class Reading:
    """One list reader, and the reasons for which it started again."""

    def __init__(self, writer: BackgroundWriter, client: Pages) -> None:
        events: list[SyncEvent] = []
        self._events = events
        self.client = client
        self._reader = ListReader(cast(ZoomClient, client), writer, Reporter(cast(ZoomClient, client), events.append))

    async def groups(self, **more: Any) -> ListOutcome:  # those of `ListReader.read`
        return await self._reader.read(parts.GROUPS, group_rows, **more)

    async def members(self, beside: Beside) -> ListOutcome:
        def decode(records: Any) -> Rows:
            return principal_rows(GrantKind.GROUP_MEMBER, "g1", records)

        key = ListKey("group-members", "g1")
        return await self._reader.read(parts.GROUP_MEMBERS, decode, key=key, beside=beside)

    @property
    def advances(self) -> list[tuple[int, int | None]]:
        return [(event.read, event.expected) for event in self._events if isinstance(event, ListAdvanced)]

    @property
    def restarts(self) -> list[str]:
        return [event.reason for event in self._events if isinstance(event, ListRestarted)]


Read = Callable[..., Reading]


@pytest.fixture
def read(writer: BackgroundWriter) -> Read:
    return lambda *passes, **more: Reading(writer, Pages(*passes, **more))


async def test_a_list_that_adds_up_is_read_once(read: Read, writer: BackgroundWriter) -> None:
    reading = read([page("a", "b", total=3, more=True), page("c", total=3)])
    assert await reading.groups() == ListOutcome(3, 3)
    assert reading.restarts == []
    assert reading.advances == [(2, 3), (3, 3)]
    assert writer.finished == {ListKey("groups"): 3}


async def test_a_list_without_a_total_is_taken_as_it_is(read: Read) -> None:
    assert await read([page("a", "b")]).groups() == ListOutcome(2, None)


async def test_a_lost_page_token_starts_it_again_a_few_times(read: Read) -> None:
    broken: Pass = [page("x", total=2, more=True), LOST]
    reading = read(*[broken] * MAX_RESTARTS, [page("a", "b", total=2)])
    assert await reading.groups() == ListOutcome(2, 2, moved=True)
    assert len(reading.restarts) == MAX_RESTARTS
    assert all("page that was next" in reason for reason in reading.restarts)


async def test_a_token_that_is_lost_each_time_gives_it_up(read: Read, writer: BackgroundWriter) -> None:
    reading = read(*[[page("x", more=True), LOST]] * (MAX_RESTARTS + 1))
    with pytest.raises(ZoomError) as caught:
        await reading.groups()
    assert caught.value.kind is ErrorKind.PAGE_TOKEN
    assert len(reading.restarts) == MAX_RESTARTS == 3
    assert writer.finished == {}


async def test_an_error_at_the_first_page_is_raised_at_once(read: Read) -> None:
    reading = read([GONE])
    with pytest.raises(ZoomError) as caught:
        await reading.groups()
    assert (caught.value.kind, reading.restarts) == (ErrorKind.SERVER, [])


async def test_a_page_that_is_refused_starts_it_again_once(read: Read) -> None:
    reading = read([page("a", total=2, more=True), GONE], [page("a", total=2, more=True), page("b", total=2)])
    assert await reading.groups() == ListOutcome(2, 2, moved=True)
    assert len(reading.restarts) == 1
    reading = read([page("a", more=True), GONE], [page("a", more=True), GONE])
    with pytest.raises(ZoomError) as caught:
        await reading.groups()
    assert caught.value.kind is ErrorKind.SERVER
    assert len(reading.restarts) == MAX_REFUSED == 1


@pytest.mark.parametrize("kind", [ErrorKind.SCOPE, ErrorKind.CREDENTIALS, ErrorKind.DAILY_LIMIT])
async def test_an_error_about_every_page_is_raised_at_once(read: Read, kind: ErrorKind) -> None:
    reading = read([page("a", more=True), ZoomError(kind, "GET /groups", "No.", status=400)])
    with pytest.raises(ZoomError):
        await reading.groups()
    assert reading.restarts == []


@pytest.mark.parametrize(("total", "most"), [(3, None), (None, 3)])
async def test_a_list_without_end_is_given_up_where_something_tells_how_long_it_is(
    read: Read, total: int | None, most: int | None
) -> None:
    def endless() -> Iterator[Answer]:
        for number in count():
            yield page(*(f"{number}-{place}" for place in range(100)), total=total, more=True)

    reading = read(cast(Pass, endless()))
    counts = " where it counts 3" if total else ""
    with pytest.raises(ZoomError, match=f"rows{counts}, .* has no end") as caught:
        await reading.groups(most=lambda: most)
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert reading.restarts == []


async def test_a_list_without_end_and_without_any_number(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_reader, "MAX_PAGES", 30)
    pages: Pass = [page(str(number), more=True) for number in range(40)]
    with pytest.raises(ZoomError, match="has no end"):
        await read(pages).groups()


@pytest.mark.parametrize("totals", [(None, None), (0, 0)])
async def test_an_answer_without_a_list(writer: BackgroundWriter, totals: tuple[int | None, int | None]) -> None:
    nothing = Answer(200, {}, b"{}", total_records=totals[0])
    assert (await Reading(writer, Pages([nothing])).groups()).read == 0  # GET /groups may
    reader = ListReader(cast(ZoomClient, Pages([nothing])), writer, Reporter(cast(ZoomClient, Pages()), lambda _: None))
    if totals[0] is None:
        with pytest.raises(ZoomError, match="holds no list"):
            await reader.read(parts.CONTACT_GROUPS, contact_group_rows)
        assert ListKey("contact-groups") not in writer.finished
    else:
        assert (await reader.read(parts.CONTACT_GROUPS, contact_group_rows)).read == 0


async def test_a_list_that_does_not_add_up_is_read_once_more_and_no_further(read: Read) -> None:
    reading = read([page("a", total=3)], [page("a", "b", total=3)])
    assert await reading.groups() == ListOutcome(2, 3, moved=True)
    assert reading.restarts == ["1 rows where Zoom counts 3: read once more"]


async def test_a_count_that_goes_down_means_somebody_may_be_missing(read: Read) -> None:
    reading = read(
        [page("a", "b", total=4, more=True), page("c", total=3)],
        [page("a", "b", "c", total=3)],
    )
    assert await reading.groups() == ListOutcome(3, 3, moved=True)
    assert reading.restarts == ["Somebody left while it was read, and somebody else may be missing: read once more"]


@pytest.mark.parametrize("totals", [(2, 3), (1, 2)], ids=["first", "last"])
async def test_any_count_may_prove_it_complete_but_it_drifted(read: Read, totals: tuple[int, int]) -> None:
    reading = read([page("a", total=totals[0], more=True), page("b", total=totals[1])])
    assert await reading.groups() == ListOutcome(2, 2, drifted=True, moved=True)
    assert reading.restarts == []


async def test_rows_that_no_one_can_read_are_missing_from_the_list(read: Read) -> None:
    reading = read([page("a", "")], [page("a", "")])
    assert await reading.groups() == ListOutcome(1, 2, moved=True)
    assert len(reading.restarts) == 1


async def test_pages_without_anything_new_have_an_end(read: Read) -> None:
    same: Pass = [page("a", more=True)] * (MAX_IDLE_PAGES + 3)
    with pytest.raises(ZoomError) as caught:
        await read(same).groups()
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert f"gave {MAX_IDLE_PAGES} pages without anything new" in caught.value.message
    assert MAX_IDLE_PAGES == 20
    almost: Pass = [*[page("a", more=True)] * MAX_IDLE_PAGES, page("b", more=True), page("c")]
    assert await read(almost, almost).groups() == ListOutcome(3, None)


async def test_a_list_of_several_pages_without_a_total_is_read_until_it_is_twice_the_same(
    read: Read, writer: BackgroundWriter
) -> None:
    first: Pass = [page("a", "b", more=True), page("d")]  # b left, and c moved onto the first page
    second: Pass = [page("a", "c", more=True), page("d")]
    reading = read(second, second)
    assert await reading.groups() == ListOutcome(3, None)
    assert reading.restarts == ["Zoom does not say how long it is: read once more, to see that nobody was missed"]
    reading = read(first, second, second)
    assert await reading.groups() == ListOutcome(3, None, moved=True)
    assert len(reading.restarts) == 2
    assert writer.finished == {ListKey("groups"): 3}


async def test_a_list_that_is_another_each_time_is_not_read(read: Read, writer: BackgroundWriter) -> None:
    reading = read(*([page("a", more=True), page(str(number))] for number in range(MAX_READINGS)))
    with pytest.raises(ZoomError, match="another list each of 4 times") as caught:
        await reading.groups()
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert writer.finished == {}


@pytest.mark.parametrize(("total", "asked"), [(25, []), (26, [26])])
async def test_a_list_is_split_from_twelve_pages_to_come(read: Read, total: int, asked: list[int]) -> None:
    told: list[int] = []

    async def split(total: int) -> None:
        told.append(total)

    pages = [page("a", "b", total=total, more=True), *[page("c", total=total, more=True)] * 2, page("d", total=total)]
    await read(pages, pages).groups(split=split)
    assert told == asked


async def test_a_split_list_is_all_of_its_queries_and_what_is_missing_is_read_in_one(read: Read) -> None:
    async def split(total: int) -> list[Query]:
        return [{"role_id": "1"}, {"role_id": "2"}]

    first: Pass = [page("a", total=14, more=True), page("b", total=14, more=True), page("never")]
    roles: dict[str, Pass] = {
        "1": [page(*"abcdefg", total=7, more=True), page("h", total=8)],
        "2": [page(*"ijklmn", total=6)],
    }
    assert await read(first, by_role=roles).groups(split=split) == ListOutcome(14, 14)
    lacking: dict[str, Pass] = {**roles, "2": [page("i", total=1)]}
    again: Pass = [page(*"abcdefghijklmn", total=14)]
    reading = read(first, again, by_role=lacking)
    assert await reading.groups(split=split) == ListOutcome(14, 14, moved=True)
    assert reading.restarts == ["9 rows where Zoom counts 14: read once more"]


async def test_rows_beside_a_list_are_staged_before_it_is_finished(read: Read, writer: BackgroundWriter) -> None:
    async def beside(key: ListKey) -> int:
        await writer.stage_rows(key, Rows(grants=[GrantRow(GrantKind.GROUP_MEMBER, "g1", "user", "c")]))
        return 1

    outcome = await read([page("a", "b", total=2, under="members")]).members(beside)
    assert (outcome.read, outcome.expected) == (2, 2)
    assert outcome.seen == {"usera", "userb"}
    assert writer.finished == {ListKey("group-members", "g1"): 3}
    assert await writer.unequal_lists() == {}


@pytest.mark.parametrize("pages", [[NEVER], [page("a", total=2, more=True), NEVER]], ids=["first", "second"])
async def test_a_list_that_is_stopped_before_its_end_is_not_finished(
    read: Read, writer: BackgroundWriter, pages: Pass
) -> None:
    reading = read(pages)
    task = asyncio.create_task(reading.groups())
    await reading.client.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert writer.finished == {}


async def test_a_list_that_is_stopped_while_its_last_page_is_staged_is_finished(
    read: Read, writer: BackgroundWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = read([page("a", total=1, under="members")])

    async def beside(key: ListKey) -> int:
        await writer.stage_rows(key, Rows(grants=[GrantRow(GrantKind.GROUP_MEMBER, "g1", "user", "b")]))
        return 1

    task = asyncio.create_task(reading.members(beside))
    stage = writer.stage

    def stop(*args: Any) -> asyncio.Future[int]:
        task.cancel()
        return stage(*args)

    monkeypatch.setattr(writer, "stage", stop)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert writer.finished == {ListKey("group-members", "g1"): 2}


@pytest.mark.parametrize("urgent", [True, False])
async def test_only_urgent_lists_go_ahead(read: Read, urgent: bool) -> None:
    reading = read([page("a")])
    await (reading.groups(urgent=True) if urgent else reading.groups())
    assert reading.client.urgent == [urgent]


async def test_a_last_page_that_cannot_be_decoded_is_an_error(read: Read, writer: BackgroundWriter) -> None:
    broken = Answer(200, {}, b'{"groups": [1]}')
    with pytest.raises(ZoomError) as caught:
        await read([page("a", more=True), broken]).groups()
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert writer.finished == {}


async def test_the_first_failure_stops_what_runs_beside_it_and_is_raised_as_it_is() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # what it still has to do
            ended.append("stopped")
            raise

    async def fail() -> None:
        await asyncio.sleep(0)
        raise GONE

    with pytest.raises(ZoomError) as caught:
        async with asyncio.timeout(10):
            await together(wait(), fail(), wait())
    assert caught.value is GONE
    assert ended == ["stopped", "stopped"]
