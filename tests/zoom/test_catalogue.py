"""The table of calls against the simulator, whose own table is written from the facts about Zoom; over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.zoom.conftest import ScriptedTransport, drive, query_of, reply
from zoomgov.secret import Credentials, Secret
from zoomgov.sim import Options, SimServer, build_account
from zoomgov.sim.world.endpoints import ENDPOINTS as SIMULATED
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud
from zoomgov.zoom.endpoints import (
    ENDPOINTS,
    ENDPOINTS_BY_ID,
    LIST_CONTACT_GROUP_MEMBERS,
    LIST_CONTACT_GROUPS,
    LIST_GROUP_ADMINS,
    LIST_GROUPS,
    LIST_USERS,
    PLAN_USAGE,
    Endpoint,
)
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.paging import count_rows
from zoomgov.zoom.scopes import NEEDS_BY_ID
from zoomgov.zoom.transport import Request, Response

BY_ID = {endpoint.id: endpoint for endpoint in SIMULATED}
EVERY_SCOPE = tuple(sorted({scope for endpoint in SIMULATED for scope in endpoint.granular}))
PAGED = [endpoint for endpoint in ENDPOINTS if endpoint.page_sizes]


@pytest.fixture(scope="module")
def zoom() -> Iterator[SimServer]:
    options = Options(scopes=EVERY_SCOPE, rate_limit="unlimited", empty_arrays="send", page_size_too_big="refuse")
    with SimServer(build_account(users=40, im_groups=2), options) as server:
        yield server


def client_of(zoom: SimServer) -> ZoomClient:
    credentials = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
    return ZoomClient(parse_cloud(zoom.url), credentials)


def path_of(zoom: SimServer, endpoint: Endpoint) -> dict[str, str]:
    account = zoom.account
    group = next(iter(account.contact_groups if "/contacts/" in endpoint.path else account.groups))
    return {"userId": "me", "accountId": "me", "roleId": "1", "groupId": group}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.id)
def test_the_simulator_and_the_scopes_know_the_same_call(endpoint: Endpoint) -> None:
    theirs = BY_ID[endpoint.id]
    assert endpoint.template == theirs.template == NEEDS_BY_ID[endpoint.id].endpoint
    assert endpoint.label == theirs.label.lower()
    assert ENDPOINTS_BY_ID[endpoint.id] is endpoint
    if theirs.page_max is None:
        assert endpoint.page_sizes == ()
    else:
        assert theirs.page_max in endpoint.page_sizes


async def test_the_rows_of_every_list_are_found(zoom: SimServer) -> None:
    account = zoom.account
    counted = {}
    async with client_of(zoom) as client:
        for endpoint in ENDPOINTS:
            path = path_of(zoom, endpoint)
            pages = [page async for page in client.pages(endpoint, path=path)]
            counts = [count_rows(endpoint, page) for page in pages]
            assert (None in counts) == (not endpoint.id.startswith("list_")), endpoint.id
            counted[endpoint.id] = sum(filter(None, counts))
    assert counted["list_groups"] == len(account.groups)
    assert counted["list_contact_groups"] == len(account.contact_groups)
    assert counted["list_im_groups"] == len(account.im_groups) == 2
    zoom.control.set_options(contact_members_key="members")
    async with client_of(zoom) as client:
        answer = await client.get(LIST_CONTACT_GROUP_MEMBERS, path=path_of(zoom, LIST_CONTACT_GROUP_MEMBERS))
    assert count_rows(LIST_CONTACT_GROUP_MEMBERS, answer) is not None


async def test_a_page_size_refused_to_one_list_is_not_asked_of_its_family(zoom: SimServer) -> None:
    async with client_of(zoom) as client:
        for endpoint in (LIST_CONTACT_GROUPS, LIST_CONTACT_GROUP_MEMBERS, LIST_GROUPS, LIST_GROUP_ADMINS, LIST_USERS):
            _ = [page async for page in client.pages(endpoint, path=path_of(zoom, endpoint))]
        sent = [client.stats.by_endpoint[endpoint.template] for endpoint in (LIST_CONTACT_GROUPS, LIST_USERS)]
        assert sent == [2, 2]  # refused once, then read
        assert client.stats.made == 7
        assert client.learnt.page_sizes == {"contact_groups": 50, "list_users": 300}


@pytest.mark.parametrize(("endpoint", "most"), [(one, size) for one in PAGED for size in one.page_sizes], ids=str)
def test_the_largest_page_that_zoom_takes_is_found(endpoint: Endpoint, most: int) -> None:
    def answer(request: Request) -> Response:
        if int(query_of(request)["page_size"]) > most:
            return reply({"code": 300, "message": "Validation Failed."}, 400)
        return reply({})

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        _ = [page async for page in client.pages(endpoint, path={"groupId": "x", "roleId": "x"})]
        asked = [int(query_of(request)["page_size"]) for request in transport.sent]
        assert asked == [size for size in endpoint.page_sizes if size >= most]
        assert asked[0] == endpoint.page_max

    drive(answer, work)


def test_the_smallest_size_of_each_list_is_one_that_zoom_documents() -> None:
    """10 is the default of contact groups, 30 that of the older group admins, 300 the general maximum."""
    smallest = {endpoint.id: endpoint.page_sizes[-1] for endpoint in PAGED}
    assert smallest == {
        "list_users": 300,
        "list_groups": 300,
        "list_group_members": 300,
        "list_group_admins": 30,
        "list_contact_groups": 10,
        "list_contact_group_members": 10,
        "list_role_members": 300,
    }
    assert LIST_USERS.page_max == 2000


def test_where_a_size_below_all_that_are_known_was_learnt_none_is_asked_for() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        _ = [page async for page in client.pages(LIST_CONTACT_GROUPS)]
        assert [query_of(request).get("page_size") for request in transport.sent] == [None]

    drive(lambda request: reply({}), work, learnt=LearntLimits(page_sizes={"contact_groups": 5}))


@pytest.mark.parametrize(
    ("rows", "more", "known"),
    [(50, "x", 50), (20, "x", 50), (51, "x", None), (300, "x", None), (10, "x", 10), (50, "", None)],
)
def test_a_short_page_tells_the_size_only_if_more_follow(rows: int, more: str, known: int | None) -> None:
    learnt = LearntLimits()
    answers = [reply({"groups": [{}] * rows, "next_page_token": more}), reply({"groups": []})]

    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        _ = [page async for page in client.pages(LIST_CONTACT_GROUPS)]

    drive(lambda request: answers.pop(0), work, learnt=learnt)
    assert learnt.page_sizes.get("contact_groups") == known


def test_a_call_that_is_not_paged_is_read_whole_and_an_address_without_query_has_no_question_mark() -> None:
    async def work(client: ZoomClient, transport: ScriptedTransport) -> None:
        assert len([page async for page in client.pages(PLAN_USAGE, path={"accountId": "me"})]) == 1
        assert transport.sent[0].url == "https://api.zoom.us/v2/accounts/me/plans/usage"

    drive(lambda request: reply({}), work)
