"""What verify reports for each plan, and the rate limit it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.verify.conftest import credentials_of
from zoomgov.sim.account.build import build_account
from zoomgov.sim.server.server import SimServer
from zoomgov.verify.checks import verify
from zoomgov.verify.model import CheckStatus, KnownFacts
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.clouds import parse_cloud

if TYPE_CHECKING:
    from tests.verify.conftest import Verify


@pytest.mark.parametrize(
    ("plan", "status", "name"),
    [
        ("pro", CheckStatus.OK, "Pro"),
        ("business", CheckStatus.OK, "Business"),
        ("enterprise", CheckStatus.OK, "Enterprise"),
        ("basic", CheckStatus.PROBLEM, "Basic"),
    ],
)
async def test_each_plan_is_named(
    zoom: SimServer, run_verify: Verify, plan: str, status: CheckStatus, name: str
) -> None:
    zoom.control.change_plan(plan)
    named = (await run_verify()).line("plan.name")
    assert named is not None
    assert named.status is status
    assert name in named.result


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ("pro", "20 medium calls a second; the limits of Pro"),
        ("business", "60 medium calls a second; the limits of Business or higher"),
    ],
)
async def test_the_rate_is_read_off_the_headers(plan: str, says: str) -> None:
    with SimServer(build_account(users=20, groups=2, contact_groups=1, plan=plan)) as zoom:
        credentials = credentials_of(zoom)
        async with ZoomClient(parse_cloud(zoom.url), credentials) as client:
            report = await verify(client, KnownFacts(credentials), lambda line: None)
    paced = report.line("plan.rate")
    assert paced is not None
    assert (paced.status, paced.result) == (CheckStatus.OK, says)


async def test_an_account_without_limits_is_not_given_a_tier(run_verify: Verify) -> None:
    paced = (await run_verify()).line("plan.rate")
    assert paced is not None
    assert paced.result == "Zoom sets no limit on medium calls"


async def test_without_headers_nothing_is_claimed_about_the_rate(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.set_options(rate_headers=False)
    paced = (await run_verify()).line("plan.rate")
    assert paced is not None
    assert (paced.status, paced.result) == (CheckStatus.SKIPPED, "Zoom sent no rate headers")
