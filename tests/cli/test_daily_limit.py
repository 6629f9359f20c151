"""A sync stopped by Zoom's daily limit: when it can go on, what it has read, and the command for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]


def test_it_says_when_it_reopens_what_is_kept_and_how_it_goes_on(cli: Cli, connector: str, zoom: SimServer) -> None:
    zoom.control.set_options(rate_limit="plan", daily_budget={"medium": 8})
    stopped = cli("sync", connector)
    assert stopped.code == 1
    assert "calls for today are used up" in stopped.err
    assert "00:00 UTC, in " in stopped.err
    assert "Then: zoomgov sync Zoom" in stopped.err
    assert "finished are kept" in stopped.err
    zoom.control.set_options(daily_budget={"medium": 1_000})
    gone_on = cli("sync", connector, "--json")
    assert gone_on.code == 0, gone_on.err
    assert "Going on where the last run stopped" in gone_on.err
    assert json.loads(gone_on.out)["users"] == 60


def test_json_tells_the_limits_and_what_is_left_of_the_day(cli: Cli, connector: str) -> None:
    limits = {use["label"]: use for use in json.loads(cli("sync", connector, "--json").out)["limits"]}
    assert limits["medium"]["per_second"] > 0
    assert limits["medium"]["used_today"] > 10
    assert limits["medium"]["left_today"] is None or limits["medium"]["left_today"] > 0
    assert limits["light"]["used_today"] >= 5  # one for each role
