"""Values that Zoom was seen to send: a last login of 1970, a licence of null, seats of bundles. Over real HTTP."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result
    from zoomgov.sim import SimServer

    Cli = Callable[..., Result]


def synced(cli: Cli, connector: str) -> None:
    result = cli("sync", connector, "--quiet")
    assert result.code == 0, result.out + result.err


def users(cli: Cli, *words: str) -> dict[str, dict[str, Any]]:
    return {row["email"]: row for row in json.loads(cli("list", "users", "Zoom", "--format", "json", *words).out)}


def finding(cli: Cli, name: str) -> dict[str, Any]:
    found = json.loads(cli("findings", "Zoom", "--new-days", "0", "--format", "json").out)["findings"]
    return next((one for one in found if one["id"] == name), {"count": 0, "title": "", "why": ""})


def test_a_last_login_of_1970_is_never(cli: Cli, connector: str, zoom: SimServer, tmp_path: Path) -> None:
    licensed = next(user for user in zoom.account.users if user.type == 2 and user.status == "active")
    zoom.control.update_user(licensed.email, last_login_time=None)
    never = {user.email for user in zoom.account.users if user.last_login_time is None}
    synced(cli, connector)
    before, told = users(cli), finding(cli, "licensed-never")
    assert told["count"] > 0
    zoom.control.set_options(never_logged_in="1970")
    synced(cli, connector)
    shown = users(cli)
    assert shown == before
    assert {email for email, row in shown.items() if not row["last_login"]} == never
    assert set(users(cli, "--filter", "last-login:never")) == never
    assert not set(users(cli, "--filter", "last-login:>9999d"))
    assert finding(cli, "licensed-never") == told
    assert json.loads(cli("diff", connector, "--format", "json").out)["items"] == []
    target = tmp_path / "users.csv"
    assert cli("export", connector, "--format", "csv", "--kind", "users", "--output", str(target)).code == 0
    exported = csv.DictReader(io.StringIO(target.read_text("utf-8-sig")))
    assert {row["email"] for row in exported if not row["last_login_time"]} == never
    assert "1970" not in target.read_text("utf-8-sig")


def test_a_licence_of_null_is_unknown(cli: Cli, connector: str, zoom: SimServer) -> None:
    unassigned = {user.email for user in zoom.account.users if user.type in (4, 99)}
    assert unassigned
    zoom.control.set_options(no_licence="null")
    synced(cli, connector)
    shown = users(cli)
    assert {email for email, row in shown.items() if row["licence"] == "Unknown"} == unassigned
    assert set(users(cli, "--filter", "licence:unknown")) == unassigned
    licensed = sum(user.type == 2 for user in zoom.account.users)
    assert Counter(row["licence"].startswith("Licensed") for row in shown.values())[True] == licensed
    assert "Type 0" not in cli("list", "users", connector).out + cli("findings", connector).out
    assert cli("access", connector, min(unassigned)).out.count("Licence Unknown") == 1


@pytest.mark.parametrize("where", ["base", "zoom_one", "united", "all"])
def test_seats_of_bundles_count(cli: Cli, connector: str, zoom: SimServer, where: str) -> None:
    licensed = [user for user in zoom.account.users if user.type == 2 and user.status == "active"]
    used, bought = len(licensed), round(len(licensed) * 1.1)
    zoom.control.set_options(seats=where)
    zoom.control.update_user(licensed[0].email, last_login_time=None)
    assert f"{used} of {bought} seats used" in cli("verify", connector).out
    synced(cli, connector)
    told = finding(cli, "licensed-never")
    assert told["count"] > 0
    assert f"{used} of {bought} bought are in use" in told["why"]
