"""Answers in every shape that Zoom's types allow: numbers in other forms, pages by number, small pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sync.test_faults import complete
from zoomgov.model.kinds import Kind
from zoomgov.sim.world.options import LeftOut, Options
from zoomgov.sync.events import Outcome

if TYPE_CHECKING:
    from tests.sync.conftest import Bench, MakeBench

EVERY_LIST = ("list_users", "list_groups", "list_group_admins", "list_contact_groups", "list_contact_group_members")


@pytest.mark.parametrize("form", ["text", "fraction"])
async def test_numbers_as_text_and_with_a_fraction(make_bench: MakeBench, form: Any) -> None:
    plain, odd = make_bench(users=320, seed=4), make_bench(users=320, seed=4, options=Options(numbers=form))
    await complete(plain)
    await complete(odd)
    rows = []
    for bench in (plain, odd):
        with bench.store.reader() as reader:
            rows.append({kind: reader.rows(kind, reader.order(kind)) for kind in Kind})
    assert rows[0] == rows[1]
    assert odd.notes == plain.notes


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize("tells_pages", [True, False])
async def test_pages_found_by_their_number(make_bench: MakeBench, tells_total: bool, tells_pages: bool) -> None:
    out = [] if tells_total else [LeftOut("*", "total_records")]
    out += [] if tells_pages else [LeftOut("*", "page_count"), LeftOut("*", "page_number")]
    bench = make_bench(users=701, groups=40, options=Options(paging="numbers", leave_out=tuple(out), page_max=30))
    await complete(bench)


@pytest.mark.parametrize("size", [10, 20, 29, 30, 50, 100])
@pytest.mark.parametrize("too_big", ["cap", "refuse"])
async def test_small_pages(make_bench: MakeBench, size: int, too_big: Any) -> None:
    bench = make_bench(users=117, groups=31, options=Options(page_max=size, page_size_too_big=too_big))
    await complete(bench)
    first = bench.zoom.control.stats()["requests"]
    await complete(bench)  # what was learnt is not refused again
    if too_big == "refuse":
        assert bench.zoom.control.stats()["by_status"].get("400", 0) <= 90
        assert bench.zoom.control.stats()["requests"] - first < first


async def test_a_server_that_ignores_page_numbers(bench: Bench) -> None:
    page = [{"id": f"id{n}", "email": f"p{n}@corp.example", "type": 1, "status": "active"} for n in range(300)]
    body = {"users": page, "page_count": 3, "page_size": 300, "page_number": 1}
    bench.zoom.control.add_fault(path="status=active", status=200, body=body, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    (differs,) = [item for item in summary.disagreements if item.what == "Active users"]
    assert (differs.read, differs.expected) == (300, 601)


async def test_a_list_of_which_nothing_tells_the_end(bench: Bench) -> None:
    page = [{"id": f"id{n}", "email": f"p{n}@corp.example", "type": 1, "status": "active"} for n in range(30)]
    bench.zoom.control.add_fault(path="status=active", status=200, body={"users": page}, times=None)
    summary = await bench.sync()
    assert summary.outcome is Outcome.PARTIAL
    assert [gap.part for gap in summary.not_read] == ["users-active"]
    assert "may go on" in summary.not_read[0].reason


@pytest.mark.parametrize("total", [2**63, 2**70, "many", -1.5, [3]])
async def test_a_total_that_is_no_count_is_ignored_and_told(bench: Bench, total: object) -> None:
    people = [user for user in bench.account.users if user.status == "pending"]
    rows = [{"email": user.email, "type": user.type, "status": "pending"} for user in people]
    body = {"users": rows, "total_records": total, "next_page_token": ""}
    bench.zoom.control.add_fault(path="status=pending", status=200, body=body, times=None)
    await complete(bench)
    assert any("total_records" in note and "ignored" in note for note in bench.notes)
