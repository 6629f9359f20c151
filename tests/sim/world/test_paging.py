"""Page sizes, and page tokens: bound to their query, valid for 15 minutes (zoom-api 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.sim import build_account
from zoomgov.sim.world.answers import Refused, Request
from zoomgov.sim.world.paging import Pager

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, Clock, StartSimulator

BAD = (400, 300, "The next page token is invalid or expired.")


def group_of(zoom: Caller) -> str:
    groups = zoom.ok("/groups", page_size=300)["groups"]
    return str(max(groups, key=lambda group: group["total_members"])["id"])


@pytest.mark.parametrize(
    ("path", "key", "default", "maximum"),
    [
        ("/users", "users", 30, 300),
        ("/groups", "groups", 30, 300),
        ("/groups/{group}/members", "members", 30, 300),
        ("/contacts/groups", "groups", 10, 50),
        ("/roles/2/members", "members", 30, 300),
    ],
)
def test_default_and_maximum_page_sizes(start: StartSimulator, path: str, key: str, default: int, maximum: int) -> None:
    zoom = start(build_account(users=2_000, groups=310, contact_groups=60, groups_per_user=8))
    path = path.replace("{group}", group_of(zoom))
    plain, capped = zoom.ok(path), zoom.ok(path, page_size=5_000)
    assert (len(plain[key]), len(capped[key])) == (default, maximum)
    if path != "/groups":  # whose answer does not name the size
        assert (plain["page_size"], capped["page_size"]) == (default, maximum)
    zoom.server.control.set_options(page_size_too_big="refuse")
    assert len(zoom.ok(path, page_size=maximum)[key]) == maximum
    answer = zoom.get(path, page_size=maximum + 1)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Validation Failed."
    assert answer.json()["errors"][0]["field"] == "page_size"


def test_larger_maxima_by_switch(start: StartSimulator) -> None:
    zoom = start(build_account(users=2_000, contact_groups=120), users_page_max=2_000, contact_page_max=100)
    assert zoom.ok("/users", page_size=2_000)["page_size"] == 2_000
    assert len(zoom.ok("/contacts/groups", page_size=100)["groups"]) == 100


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "9" * 12])
def test_page_sizes_that_are_none(zoom: Caller, size: str) -> None:
    assert zoom.refusal("/users", page_size=size) == (400, 300, "Validation Failed.")


def test_pages_add_up_and_later_ones_leave_counts_out(start: StartSimulator) -> None:
    zoom = start(build_account(users=250))
    pages = zoom.pages("/users", page_size=100)
    active = [user.email for user in zoom.server.account.with_status("active")]
    assert [user["email"] for page in pages for user in page["users"]] == active
    assert (pages[0]["page_count"], pages[0]["page_number"]) == (3, 1)
    assert all("page_count" not in page and "page_number" not in page for page in pages[1:])
    assert {page["total_records"] for page in pages} == {len(active)}
    tokens = [page["next_page_token"] for page in pages]
    assert tokens[-1] == ""
    assert len(set(tokens)) == 3


def test_page_numbers_still_work(start: StartSimulator) -> None:
    zoom = start(build_account(users=250))
    everyone = zoom.all("/users", "users", page_size=300)
    third = zoom.ok("/users", page_size=50, page_number=3)
    assert (third["page_number"], third["users"]) == (3, everyone[100:150])
    assert zoom.ok("/users", page_size=50, page_number=99)["users"] == []


def test_token_lives_15_minutes(start: StartSimulator, clock: Clock) -> None:
    zoom = start(clock=clock)
    token = zoom.ok("/users", page_size=10)["next_page_token"]
    clock.now += 15 * 60
    zoom.ok("/users", page_size=10, next_page_token=token)
    clock.now += 1
    assert zoom.refusal("/users", page_size=10, next_page_token=token) == BAD


def test_token_expires_by_hand_and_the_list_can_start_again(zoom: Caller) -> None:
    token = zoom.ok("/users", page_size=10)["next_page_token"]
    zoom.server.control.expire_page_tokens()
    assert zoom.refusal("/users", page_size=10, next_page_token=token) == BAD
    zoom.pages("/users", page_size=10)


def test_token_belongs_to_its_query(zoom: Caller) -> None:
    token = zoom.ok("/users", page_size=10, status="active")["next_page_token"]
    zoom.ok("/users", page_size=10, status="active", next_page_token=token)
    assert zoom.refusal("/users", page_size=10, status="active", next_page_token=token + "!") == BAD
    for query in ({"page_size": 20, "status": "active"}, {"page_size": 10}, {"page_size": 10, "status": "inactive"}):
        assert zoom.refusal("/users", **query, next_page_token=token) == BAD
    assert zoom.refusal("/roles/2/members", page_size=10, status="active", next_page_token=token) == BAD


def test_lists_move_under_the_reader(zoom: Caller) -> None:
    """Pages are offsets into a live list: a removal before the offset skips a row, an addition repeats one."""
    control, account = zoom.server.control, zoom.server.account
    emails = [user.email for user in account.with_status("active")]
    first = zoom.ok("/users", page_size=10)
    control.remove_user(emails[2])
    second = zoom.ok("/users", page_size=10, next_page_token=first["next_page_token"])
    assert second["users"][0]["email"] == emails[11]
    control.add_user("early.bird@example.com", position=0)
    control.add_user("earlier.bird@example.com", position=0)
    third = zoom.ok("/users", page_size=10, next_page_token=second["next_page_token"])
    assert [user["email"] for user in third["users"][:2]] == emails[19:21]
    assert third["users"][:2] == second["users"][-2:]


def request(query: dict[str, str], path: str = "users") -> Request:
    return Request("GET", f"/v2/{path}", ("v2", path), query, {})


@given(total=st.integers(0, 200), size=st.integers(1, 60), maximum=st.integers(1, 50))
def test_any_page_size_reads_everything_once(total: int, size: int, maximum: int) -> None:
    pager, items, token = Pager(1), list(range(total)), ""
    found: list[int] = []
    while True:
        query = {"page_size": str(size)} | ({"next_page_token": token} if token else {})
        page = pager.page(request(query), items, default=30, maximum=maximum, refuse_too_big=False, now=0.0)
        assert len(page.items) <= min(size, maximum)
        found += page.items
        token = page.next_token
        if not token:
            break
    assert found == items


@given(st.text(max_size=80))
def test_no_made_up_token_is_accepted(token: str) -> None:
    if token:
        with pytest.raises(Refused) as caught:
            Pager(1).page(
                request({"next_page_token": token}), [1] * 90, default=30, maximum=30, refuse_too_big=False, now=0.0
            )
        assert caught.value.answer.status == 400
