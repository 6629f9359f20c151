"""Numbers that Zoom does not give are not made up, no list is no empty list, and a small page may be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sim.world.options import LeftOut
from zoomgov.verify.model import CheckStatus, Report

if TYPE_CHECKING:
    from zoomgov.sim.server.server import SimServer

    from .conftest import Verify

NO_TOTALS = [["*", "total_records"], ["list_groups", "total_members"], ["list_roles", "total_members"]]
LISTS = {
    "list_users": ("status=active|/v2/users\\?page_size|/v2/users$", "users", CheckStatus.PROBLEM),
    "list_contact_groups": (r"/contacts/groups(\?|$)", "groups", CheckStatus.PROBLEM),
    "list_roles": (r"/v2/roles(\?|$)", "roles", CheckStatus.PROBLEM),
    "list_role_members": ("/roles/0/members", "members", CheckStatus.WARNING),
    "list_group_admins": ("/groups/[^/]+/admins", "admins", CheckStatus.PROBLEM),
}


def results(report: Report) -> dict[str, tuple[CheckStatus, str]]:
    return {line.id.removeprefix("probe."): (line.status, line.result) for line in report.lines if "probe" in line.id}


@pytest.mark.parametrize("counts", ["right", "negative", "huge"])
async def test_one_row_of_a_list_is_no_number(zoom: SimServer, run_verify: Verify, counts: str) -> None:
    left_out = [LeftOut(*one) for one in NO_TOTALS] if counts == "right" else []
    zoom.control.set_options(leave_out=left_out, counts=counts)
    report = await run_verify()
    assert report.ready
    told = results(report)
    for name in ("list_users", "list_groups", "list_group_members", "list_group_admins"):
        assert told[name] == (CheckStatus.OK, "Answered"), name
    assert told["list_roles"] == (CheckStatus.OK, "4 roles")
    assert told["list_role_members"] == (CheckStatus.OK, "1 Account Owner")


@pytest.mark.parametrize("name", list(LISTS))
@pytest.mark.parametrize("null", [True, False])
async def test_a_list_that_is_not_there_is_not_empty(
    zoom: SimServer, run_verify: Verify, name: str, null: bool
) -> None:
    path, key, status = LISTS[name]
    body: dict[str, Any] = {key: None} if null else {"page_size": 1, "next_page_token": ""}
    zoom.control.add_fault(path=path, status=200, body=body, times=None)
    assert results(await run_verify())[name][0] is status


async def test_more_counted_than_listed(zoom: SimServer, run_verify: Verify) -> None:
    body = {"users": [], "total_records": 37, "next_page_token": ""}
    zoom.control.add_fault(path=r"/v2/users\?page_size", status=200, body=body, times=None)
    assert results(await run_verify())["list_users"][0] is CheckStatus.PROBLEM


@pytest.mark.parametrize("refusal", ["says so", "says nothing"])
async def test_a_page_of_one_row_may_be_refused(zoom: SimServer, run_verify: Verify, refusal: str) -> None:
    body: Any = {"code": 300, "message": "page_size must be at least 10."} if refusal == "says so" else ""
    zoom.control.add_fault(path="page_size=", status=400, body=body, times=None)
    report = await run_verify()
    assert report.ready
    assert results(report)["list_groups"] == (CheckStatus.OK, "3 groups")
