"""`zoomgov sim`: what the account that it serves holds, over real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import httpx


def served(*words: str) -> dict[str, Any]:
    """The answers to two calls of an app with classic scopes."""
    command = [sys.executable, "-m", "zoomgov", "sim", "--json", "--classic", "--no-limits", "--users", "40", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        with httpx.Client(base_url=facts["url"], timeout=60, verify=False) as http:
            form = {"grant_type": "account_credentials", "account_id": facts["account_id"]}
            answer = http.post("/oauth/token", data=form, auth=(facts["client_id"], facts["client_secret"]))
            headers = {"authorization": f"Bearer {answer.json()['access_token']}"}

            def read(path: str, **query: str) -> Any:
                return http.get(f"/v2{path}", params=query, headers=headers).json()

            users = [user for status in ("active", "inactive") for user in read("/users", status=status)["users"]]
            return {"users": users, "im": read("/im/groups")["groups"]}
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_people_are_in_divisions_and_in_groups_of_team_chat() -> None:
    found = served()
    assert len({key for user in found["users"] for key in user.get("division_ids", ())}) == 2
    assert {key for user in found["users"] for key in user.get("im_group_ids", ())} == {
        group["id"] for group in found["im"]
    }
    assert [group["total_members"] > 0 for group in found["im"]] == [True, True]


def test_an_account_of_today_has_none_if_so_wished() -> None:
    found = served("--im-groups", "0", "--divisions", "0")
    assert found["im"] == []
    assert not any("division_ids" in user or "im_group_ids" in user for user in found["users"])
