"""What may be missing of a sync, and what ends it: with errors that are told."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.sync import parts
from zoomgov.sync.events import ListFinished, ListNotRead, Noted, PartAdvanced, SyncEvent
from zoomgov.sync.outcome import ListedResource, ListOutcome
from zoomgov.sync.part_reader import MAX_FAILURES, PartReader
from zoomgov.sync.reporter import Reporter
from zoomgov.zoom.answers import Answer
from zoomgov.zoom.auth import TokenInfo
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.limits import Tier

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from zoomgov.sync.background_writer import BackgroundWriter
    from zoomgov.zoom.client import ZoomClient

SCOPES = frozenset({"group:read:administrator:admin", "role:read:role:admin", "billing:read:plan_usage:admin"})
GROUPS = [ListedResource(f"g{number}", f"Group {number}", None) for number in range(MAX_FAILURES + 3)]


def error(kind: ErrorKind, status: int = 400) -> ZoomError:
    return ZoomError(kind, "GET /groups", "Zoom's words.", status=status, code=4711)


class Bench:
    """A part reader over a writer that only notes what is finished."""

    def __init__(
        self, *, scopes: frozenset[str] = SCOPES, without: frozenset[str] = frozenset(), learnt: bool = False
    ) -> None:
        self.finished: dict[ListKey, int] = {}
        self.restarted: list[ListKey] = []
        self.events: list[SyncEvent] = []
        self.tiers: list[Tier] = []
        self.listed: list[str] | ZoomError = [group.id for group in GROUPS]
        """Ids of the groups Zoom lists by now, or its refusal to list them."""
        self.listings = 0
        client = cast(
            "ZoomClient",
            SimpleNamespace(
                limits=SimpleNamespace(learnt=learnt),
                set_tier=self.tiers.append,
                pages=self.pages,
                stats=SimpleNamespace(under_way=0),
            ),
        )
        token = TokenInfo(scopes, "https://api.zoom.us/v2", 3600)
        report = Reporter(client, self.events.append)
        self.reader = PartReader(client, cast("BackgroundWriter", self), report, token, without)

    async def restart(self, key: ListKey) -> None:
        self.restarted.append(key)

    async def finish(self, key: ListKey, expected: int | None) -> None:
        assert expected is None
        self.finished[key] = 0

    async def pages(self, endpoint: object, **_: object) -> AsyncGenerator[Answer, None]:
        self.listings += 1
        if isinstance(self.listed, ZoomError):
            raise self.listed
        yield Answer(200, {}, json.dumps({"groups": [{"id": one} for one in self.listed]}).encode())

    @property
    def missing(self) -> list[tuple[str, str]]:
        told = [(event.key.part, event.key.target) for event in self.events if isinstance(event, ListNotRead)]
        assert told == [(gap.part, gap.target) for gap in self.reader.not_read]
        return told

    @property
    def progress(self) -> list[tuple[int, int, int]]:
        return [(event.done, event.planned, event.rows) for event in self.events if isinstance(event, PartAdvanced)]


async def test_a_list_is_read_unless_it_is_read_unwanted_or_out_of_reach() -> None:
    asked: list[str] = []

    async def read(key: ListKey) -> ListOutcome:
        asked.append(key.part)
        return ListOutcome(7, 7)

    bench = Bench(without=frozenset({"Contact groups"}))
    bench.finished[ListKey("roles")] = 4
    assert await bench.reader.guarded(parts.GROUPS, read) == ListOutcome(7, 7)
    assert await bench.reader.guarded(parts.ROLES, read) == ListOutcome(4, 4)
    assert await bench.reader.guarded(parts.CONTACT_GROUPS, read) is None
    assert await bench.reader.guarded(parts.IM_GROUPS, read) is None
    assert asked == ["groups"]
    assert bench.missing == [("contact-groups", ""), ("im-groups", "")]
    assert [gap.required for gap in bench.reader.not_read] == [False, False]
    finished = [event for event in bench.events if isinstance(event, ListFinished)]
    assert finished == [ListFinished(ListKey("roles"), 4, 4)]


async def test_a_token_that_names_no_scopes_is_tried() -> None:
    async def read(key: ListKey) -> ListOutcome:
        return ListOutcome(1, None)

    assert await Bench(scopes=frozenset()).reader.guarded(parts.IM_GROUPS, read) == ListOutcome(1, None)


@pytest.mark.parametrize(
    ("kind", "learnt", "tiers"),
    [
        (ErrorKind.PLAN, False, [Tier.FREE]),
        (ErrorKind.PLAN, True, []),
        (ErrorKind.SCOPE, False, []),
        (ErrorKind.SERVER, False, []),
    ],
)
def test_only_a_refusal_for_the_plan_tells_the_plan(kind: ErrorKind, learnt: bool, tiers: list[Tier]) -> None:
    bench = Bench(learnt=learnt)
    bench.reader.go_on_without(parts.GROUPS, error(kind))
    assert bench.tiers == tiers
    assert bench.missing == [("groups", "")]
    assert bench.reader.not_read[0].reason == "Zoom's words. (HTTP 400, code 4711)"


@pytest.mark.parametrize("kind", [ErrorKind.SCOPE, ErrorKind.PLAN, ErrorKind.PRIVILEGE])
async def test_what_holds_for_all_lists_of_a_part_is_told_once_and_ends_it(kind: ErrorKind) -> None:
    bench = Bench()
    asked: list[str] = []

    async def read(resource: ListedResource) -> int:
        asked.append(resource.id)
        raise error(kind)

    bench.finished[ListKey("group-admins", "g0")] = 5
    await bench.reader.each(parts.GROUP_ADMINS, GROUPS, read)
    assert bench.missing == [("group-admins", "")]
    assert bench.progress == [(1, len(GROUPS), 5)]
    again = len(asked)
    await bench.reader.each(parts.GROUP_ADMINS, GROUPS, read)
    assert len(asked) == again


async def test_when_the_scope_is_in_doubt_one_list_goes_first() -> None:
    bench = Bench(scopes=frozenset({"group:read:list_groups:admin"}))
    asked: list[str] = []

    async def read(resource: ListedResource) -> int:
        asked.append(resource.id)
        raise error(ErrorKind.SCOPE)

    await bench.reader.each(parts.GROUP_ADMINS, GROUPS, read)
    assert asked == ["g0"]


async def test_without_the_scope_of_an_optional_part_nothing_is_asked() -> None:
    bench = Bench(scopes=frozenset({"group:read:list_groups:admin"}))

    async def read(resource: ListedResource) -> int:
        raise AssertionError

    await bench.reader.each(parts.GROUP_MEMBERS, GROUPS, read)
    assert bench.missing == []  # member lists only explain differences
    await bench.reader.each(parts.ROLE, GROUPS, read)
    assert bench.missing == [("role", "")]
    assert bench.progress == []


@pytest.mark.parametrize(
    ("held", "wanted"),
    [("user:read:list_users:admin", "group:read:list_members:admin"), ("user:read:admin", "group:read:admin")],
)
def test_a_list_that_is_needed_names_itself_and_one_scope_of_the_apps_kind(held: str, wanted: str) -> None:
    bench = Bench(scopes=frozenset({held}))
    bench.reader.require(parts.GROUP_MEMBERS, GROUPS[0], "Needed.")
    assert bench.reader.not_read == [NotRead("group-members", "g0", "Needed.", (wanted,), True, name="Group 0")]


def test_a_gap_that_is_known_becomes_a_required_one() -> None:
    bench = Bench()
    bench.reader.note_gap(NotRead("group-members", "", "No scope.", required=False))
    bench.reader.require(parts.GROUP_MEMBERS, GROUPS[0], "Needed.")
    assert bench.reader.not_read == [NotRead("group-members", "", "No scope.", required=True)]


async def test_lists_that_fail_alone_are_named_and_one_too_many_ends_it() -> None:
    bench = Bench()
    failing = MAX_FAILURES

    async def read(resource: ListedResource) -> int:
        if int(resource.id[1:]) < failing:
            raise error(ErrorKind.SERVER, 500)
        return 3

    await bench.reader.each(parts.GROUP_ADMINS, GROUPS, read)
    assert bench.missing == [("group-admins", group.id) for group in GROUPS[:MAX_FAILURES]]
    assert bench.progress[-1] == (3, len(GROUPS), 9)
    bench, failing = Bench(), MAX_FAILURES + 1
    with pytest.raises(ZoomError):
        await bench.reader.each(parts.GROUP_ADMINS, GROUPS, read)


async def not_found(resource: ListedResource) -> int:
    raise error(ErrorKind.NOT_FOUND, 404)


async def test_what_was_deleted_meanwhile_is_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    bench.listed = [group.id for group in GROUPS[1:]]
    read_again: list[str] = []

    async def again(part: parts.Part, decode: object) -> bool:
        read_again.append(part.name)
        return True

    monkeypatch.setattr(bench.reader, "again", again)
    await bench.reader.each(parts.GROUP_ADMINS, GROUPS[:1], not_found)
    key, members = ListKey("group-admins", "g0"), ListKey("group-members", "g0")
    assert (bench.missing, bench.restarted, bench.finished) == ([], [key, members], {key: 0, members: 0})
    assert (bench.reader.deleted, read_again) == ({"g0"}, ["groups"])
    assert bench.progress[-1] == (1, 1, 0)
    notes = [event.text for event in bench.events if isinstance(event, Noted)]
    assert notes == ["Admins of Group 0: it was deleted while the sync ran."]


@pytest.mark.parametrize("listed", [["g0"], error(ErrorKind.SERVER, 500)], ids=["listed", "unknown"])
async def test_a_list_that_does_not_exist_is_a_gap_unless_its_group_is_gone(listed: list[str] | ZoomError) -> None:
    bench = Bench()
    bench.listed = listed
    await bench.reader.each(parts.GROUP_ADMINS, GROUPS[:1], not_found)
    assert bench.missing == [("group-admins", "g0")]
    assert [gap.name for gap in bench.reader.not_read] == ["Group 0"]
    assert (bench.reader.deleted, bench.finished, bench.listings) == (set(), {}, 1)


@pytest.mark.parametrize(
    ("kind", "part", "ends"),
    [
        (ErrorKind.TOKEN, parts.PLAN_USAGE, True),
        (ErrorKind.DAILY_LIMIT, parts.GROUPS, True),
        (ErrorKind.DAILY_LIMIT, parts.PLAN_USAGE, False),  # heavy requests have a limit of their own
        (ErrorKind.SERVER, parts.GROUPS, False),
    ],
)
def test_what_ends_a_sync(kind: ErrorKind, part: parts.Part, ends: bool) -> None:
    bench = Bench()
    if ends:
        with pytest.raises(ZoomError):
            bench.reader.go_on_without(part, error(kind))
        assert bench.missing == []
    else:
        bench.reader.go_on_without(part, error(kind))
        assert bench.missing == [(part.name, "")]


def test_when_nothing_was_read_the_first_part_tells_why() -> None:
    bench = Bench()
    bench.reader.raise_if_nothing_was_read()
    bench.reader.go_on_without(parts.ROLES, error(ErrorKind.PRIVILEGE))
    bench.reader.go_on_without(parts.GROUPS, error(ErrorKind.SCOPE))
    with pytest.raises(ZoomError) as caught:
        bench.reader.raise_if_nothing_was_read()
    assert caught.value.kind is ErrorKind.SCOPE
    bench.finished[ListKey("contact-groups")] = 1
    bench.reader.raise_if_nothing_was_read()
