"""Signs that the app does not see everyone, and an account without groups: over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.server import SimServer
from zoomgov.sim.world.options import Options
from zoomgov.verify.checks import verify
from zoomgov.verify.model import CheckStatus, KnownFacts, Report

from .conftest import client_for, credentials_of

if TYPE_CHECKING:
    from .conftest import Verify


def line(report: Report, which: str) -> tuple[CheckStatus, str]:
    (found,) = [line for line in report.lines if line.id == which]
    return found.status, found.result


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/plans/usage", {"plan_base": {"type": "monthly", "hosts": 100, "usage": 90}}, "plan usage counts 90 seats"),
        ("/plans/usage", {"plan_zoom_one": [{"usage": "45"}, {"usage": 45}]}, "plan usage counts 90 seats"),
        ("/roles/0/members", {"members": [], "total_records": 0}, "Nobody is listed as Account Owner"),
        (r"/v2/roles(\?|$)", {"roles": [{"id": "0", "total_members": "120"}]}, "roles count 120 people"),
    ],
)
async def test_each_sign_is_a_warning(
    zoom: SimServer, run_verify: Verify, path: str, body: dict[str, Any], says: str
) -> None:
    zoom.control.add_fault(path=path, status=200, body=body, times=None)
    status, result = line(await run_verify(), "owner.sees")
    assert status is CheckStatus.WARNING
    assert says in result
    assert "the app sees 40" in result


async def test_lists_and_totals_that_are_cut_alike(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_options(limited_owner="everything")
    zoom.control.restrict_app_owner(groups=list(zoom.account.groups)[:1])
    assert line(await run_verify(), "owner.sees")[0] is CheckStatus.WARNING


@pytest.mark.parametrize("answer", ["list", "nothing"])
async def test_an_account_without_groups_is_ready(answer: Any) -> None:
    account = build_account(users=20, groups=0, contact_groups=2, roles=4)
    with SimServer(account, Options(rate_limit="unlimited", no_groups=answer)) as zoom:
        credentials = credentials_of(zoom)
        async with client_for(zoom.url, credentials) as client:
            facts = KnownFacts(credentials, owners=(account.owner.email,))
            report = await verify(client, facts, lambda _: None)
    assert report.ready
    assert not [one.title for one in report.lines if one.status is CheckStatus.PROBLEM]
