"""Each list in turn answers with whatever JSON there is: the sync ends with a sentence or with a sync that says what is
missing, and what was published before stays as it is."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.integrity import check
from tests.sync.conftest import Bench
from tests.sync.faults import fault
from zoomgov.model.kinds import Kind
from zoomgov.sim.account.build import build_account
from zoomgov.sim.world.options import Options
from zoomgov.sync.events import Outcome, SyncSummary
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = {
    "status=active": "users",
    "status=inactive": "users",
    "status=pending": "users",
    r"/v2/groups\?": "groups",
    r"/v2/groups/[^/]+/admins": "admins",
    r"/contacts/groups\?": "groups",
    r"/contacts/groups/[^/]+/members": "group_members",
    r"/v2/roles(\?|$)": "roles",
    "/v2/roles/": "privileges",
    "/plans/usage": "plan_base",
}
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
records = st.dictionaries(
    st.sampled_from(["id", "group_id", "email", "name", "status", "role_id", "group_ids", "type", "total_members"]),
    odd | st.lists(st.text(max_size=5), max_size=3),
    max_size=6,
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, Any]:
    path, key = draw(st.sampled_from(sorted(LISTS.items())))
    body = draw(
        odd
        | st.fixed_dictionaries(
            {key: st.lists(records | odd, max_size=4) | odd},
            optional={"total_records": odd, "next_page_token": odd, "page_size": odd},
        )
    )
    return path, body


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One account, synced once."""
    account = build_account(12, 2, 1, 3, 1, "business")
    bench = Bench(tmp_path_factory.mktemp("malformed") / "store.sqlite3", account, Options(rate_limit="unlimited"))
    bench.zoom.start()
    asyncio.run(bench.sync())
    yield bench
    bench.zoom.stop()


async def sync(bench: Bench) -> SyncSummary | ZoomError:
    try:
        return await bench.sync()
    except ZoomError as error:
        return error


@fault(
    "A list answers with JSON of any other shape",
    "the sync ends or is not complete, and says why",
    "that list; what was known of it stays",
)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(answer=answers())
def test_whatever_a_list_answers(bench: Bench, answer: tuple[str, Any]) -> None:
    path, body = answer
    bench.zoom.control.clear_faults()
    bench.zoom.control.add_fault(path=path, status=200, body=json.dumps(body), times=None)
    told = asyncio.run(sync(bench))
    if isinstance(told, SyncSummary) and told.outcome is Outcome.COMPLETE:
        key = LISTS[path]
        # Zoom leaves empty lists out
        is_list = isinstance(body, dict) and isinstance(body.get(key, []), list)
        assert is_list or {name: told.counts.get(name, 0) for name in bench.truth()} == bench.truth()
    with bench.store.reader(1) as reader:
        assert reader.sync is not None
        assert reader.sync.complete
        assert len(reader.order(Kind.USERS)) == 12
    assert check(bench.store.path) == []
