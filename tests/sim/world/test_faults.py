"""Scripted faults and the operations of `Control`, over real connections."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from zoomgov.sim import FaultRule, build_account, parse_fault
from zoomgov.sim.server.control import OPERATIONS, Control, ControlError

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, StartSimulator


def statuses(zoom: Caller, path: str, count: int) -> list[int]:
    return [zoom.get(path).status_code for _ in range(count)]


def test_nth_and_times(zoom: Caller) -> None:
    zoom.server.control.add_fault(path="/v2/groups", status=502, nth=2, times=2)
    assert statuses(zoom, "/groups", 5) == [200, 502, 502, 200, 200]
    assert statuses(zoom, "/roles", 1) == [200]


def test_method_path_query_body_and_headers(zoom: Caller) -> None:
    control = zoom.server.control
    control.add_fault(FaultRule(method="POST", path="token", status=500, body={"odd": 1}))
    assert zoom.ask_token().json() == {"odd": 1}
    assert zoom.ask_token().status_code == 200
    control.add_fault(path="status=pending", status=429, headers={"Retry-After": "2"}, times=None)
    zoom.ok("/users")
    answer = zoom.get("/users", status="pending")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["message"].startswith("You have reached the maximum per-second")
    control.clear_faults()
    zoom.ok("/users", status="pending")
    control.add_fault(path="/users", status=200, body="<html>hello</html>")
    assert zoom.get("/users").headers["content-type"] == "text/html"


def test_bodies_of_server_errors(zoom: Caller) -> None:
    zoom.server.control.add_fault(path="/v2", times=None)
    answer = zoom.get("/users")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")
    assert "503 Service Unavailable" in answer.text
    zoom.server.control.set_options(server_error="empty")
    assert zoom.get("/users").content == b""
    zoom.server.control.set_options(server_error="json")
    assert zoom.get("/users").json() == {"code": 503, "message": "Service Unavailable"}


def test_probability_is_seeded(start: StartSimulator) -> None:
    runs = []
    for seed in (1, 1, 2):
        zoom = start()
        zoom.server.control.add_fault(path="/roles", probability=0.3, seed=seed, times=None)
        runs.append(statuses(zoom, "/roles", 40))
    assert runs[0] == runs[1] != runs[2]
    assert 3 < runs[0].count(503) < 25


def test_dropped_connection(zoom: Caller) -> None:
    zoom.ok("/users")
    zoom.server.control.add_fault(path="/roles", action="drop")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        zoom.get("/roles")
    zoom.ok("/roles")
    assert zoom.server.control.stats()["by_status"]["drop"] == 1


def test_truncated_answer(start: StartSimulator) -> None:
    for compressed in (False, True):
        zoom = start(gzip=compressed)
        zoom.server.control.add_fault(path="/users", action="truncate")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message"):
            zoom.get("/users")
        zoom.ok("/users")


def test_stalled_answer_ends_when_the_client_gives_up(zoom: Caller) -> None:
    zoom.ok("/users")
    zoom.http.timeout = httpx.Timeout(0.05)
    zoom.server.control.add_fault(path="/roles", action="stall")
    with pytest.raises(httpx.ReadTimeout):
        zoom.get("/roles")
    zoom.http.timeout = httpx.Timeout(60)
    zoom.ok("/roles")


def test_stalled_answer_ends_by_itself(zoom: Caller) -> None:
    zoom.server.control.add_fault(path="/roles", action="stall", seconds=0.05)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        zoom.get("/roles")


def test_delayed_answer_is_the_real_one(zoom: Caller) -> None:
    zoom.ok("/roles")
    zoom.server.control.add_fault(path="/roles", action="delay", seconds=0.1)
    began = time.perf_counter()
    body = zoom.ok("/roles")
    assert time.perf_counter() - began >= 0.1
    assert body == zoom.ok("/roles")


def test_server_stops_at_once_while_answers_are_stalled(start: StartSimulator) -> None:
    zoom = start()
    zoom.fresh_token()
    zoom.server.control.add_fault(path="/roles", action="stall", times=None)
    failures: list[Exception] = []

    def ask() -> None:
        try:
            zoom.get("/roles")
        except httpx.HTTPError as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not zoom.server.control.stats()["in_flight"]:
        thread.join(0.001)
    zoom.server.stop()  # the answers would stall for ever
    thread.join(60)
    assert not thread.is_alive()
    assert len(failures) == 1


def test_operations_in_the_middle_of_a_sync(zoom: Caller) -> None:
    """A group deleted between the list and its members; a token revoked; a scope withdrawn; the plan downgraded."""
    control = zoom.server.control
    group_id = next(iter(zoom.server.account.groups))
    control.add_fault(path="/members", action="operate", operation="delete_group", arguments={"group_id": group_id})
    zoom.ok("/groups")
    assert zoom.refusal(f"/groups/{group_id}/members")[:2] == (404, 4130)
    control.add_fault("/contacts do:withdraw_scope arg.scope=contact_group:read:list_groups:admin nth=2")
    assert statuses(zoom, "/contacts/groups", 2) == [200, 400]
    control.add_fault("/roles do:change_plan arg.plan=basic")
    assert zoom.refusal("/roles")[:2] == (400, 200)
    control.add_fault("/users do:revoke_tokens")
    control.add_fault("/users 500 nth=2")
    assert statuses(zoom, "/users", 2) == [401, 500]
    control.add_fault("/users do:delete_group arg.group_id=none")
    assert "there is no 'none'" in zoom.get("/users").text


def test_first_rule_wins_and_others_still_count(zoom: Caller) -> None:
    zoom.server.control.add_fault(path="/roles", status=500)
    zoom.server.control.add_fault(path="/roles", status=501)
    assert statuses(zoom, "/roles", 3) == [500, 501, 200]
    assert [(fault["matched"], fault["fired"]) for fault in zoom.server.control.stats()["faults"]] == [(3, 1), (2, 1)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("/v2/users 500 nth=2", FaultRule("/v2/users", status=500, nth=2)),
        (
            "GET /members 429 times=5 header=Retry-After:2",
            FaultRule("/members", "GET", status=429, times=5, headers={"Retry-After": "2"}),
        ),
        ("* drop p=0.02 times=forever seed=7", FaultRule("", action="drop", probability=0.02, times=None, seed=7)),
        ("/users stall seconds=2.5", FaultRule("/users", action="stall", seconds=2.5)),
        ("POST /oauth 200 body=broken", None),
        ("* proxy", None),
        (
            "/contacts do:withdraw_scope arg.scope=a:b",
            FaultRule("/contacts", action="operate", operation="withdraw_scope", arguments={"scope": "a:b"}),
        ),
    ],
)
def test_fault_syntax(text: str, rule: FaultRule | None) -> None:
    parsed = parse_fault(text)
    assert rule is None or parsed == rule


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "needs a path"),
        ("/users", "needs a path"),
        ("/users explode", "explode"),
        ("/users 500 nth=x", "nth=x"),
        ("/users 500 colour=red", "colour"),
        ("/users 500 nth", "'nth'"),
        ("/users 999", "999"),
        ("[ 500", "regular expression"),
        ("/users 500 times=0", "count from 1"),
        ("/users operate", "operation"),
    ],
)
def test_fault_syntax_errors_name_the_word(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word.replace("[", r"\[")):
        parse_fault(text)


def test_proxy_page_in_place_of_zoom(zoom: Caller) -> None:
    zoom.server.control.add_fault("* proxy")
    for answer in (zoom.ask_token(), zoom.http.get("/v2/users"), zoom.ask_token()):
        assert answer.status_code == 403
        assert answer.text.startswith("<!DOCTYPE html>")


def post(zoom: Caller, name: str, body: Any = None) -> httpx.Response:
    return zoom.http.post(f"/__control/{name}", json={} if body is None else body)


def test_control_over_http(zoom: Caller) -> None:
    assert post(zoom, "faults", [{"path": "/roles", "status": 500}, "/groups 501"]).status_code == 200
    assert (statuses(zoom, "/roles", 2), statuses(zoom, "/groups", 2)) == ([500, 200], [501, 200])
    before = zoom.server.world.clock.now()
    assert post(zoom, "advance", {"seconds": 1000}).json() >= before + 1000
    assert post(zoom, "set_options", {"group_admin_ids": True, "capacity": 0.5}).status_code == 200
    assert zoom.server.world.options.group_admin_ids
    assert zoom.http.get("/__control/stats").json()["requests"] == 5
    assert post(zoom, "reset").status_code == 200
    stats = zoom.http.get("/__control/stats").json()
    assert (stats["requests"], stats["by_endpoint"], stats["tokens_issued"], stats["faults"]) == (0, {}, 0, [])


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("explode", {}, "unknown operation"),
        ("perform", {"name": "reset"}, "unknown operation"),
        ("advance", {"minutes": 1}, "minutes"),
        ("advance", {"seconds": "soon"}, "soon"),
        ("advance", [1], "JSON object"),
        ("delete_group", {"group_id": "nope"}, "nope"),
        ("set_options", {"colour": "red"}, "colour"),
        ("set_options", {"missing_scope": "9999"}, "9999"),
        ("set_options", {"scopes": []}, "only count at the start"),
        ("add_fault", {"action": "explode"}, "explode"),
        ("add_fault", {"path": "["}, "regular expression"),
        ("faults", ["/users explode"], "explode"),
        ("change_plan", {"plan": "gold"}, "gold"),
    ],
)
def test_control_refuses_what_it_does_not_understand(zoom: Caller, name: str, body: Any, word: str) -> None:
    answer = post(zoom, name, body)
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_control_changes_only_on_post_and_reads_json(zoom: Caller) -> None:
    assert zoom.http.get("/__control/reset").status_code == 400
    assert zoom.http.post("/__control/reset", content=b"{").status_code == 400


def test_every_operation_exists() -> None:
    assert all(callable(getattr(Control, name)) for name in OPERATIONS)


def test_counters(start: StartSimulator) -> None:
    zoom = start(build_account(users=40), rate_limit="plan", capacity=0.01, latency_ms=20)
    zoom.fresh_token()
    threads = [threading.Thread(target=zoom.get, args=("/users",)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = zoom.server.control.stats()
    assert (stats["requests"], stats["tokens_issued"], stats["in_flight"]) == (6, 1, 0)
    assert stats["by_endpoint"] == {"POST /oauth/token": 1, "GET /users": 5}
    assert 2 <= stats["max_in_flight"] <= 5
    assert stats["refused"] == stats["by_status"]["429"] >= 3
    assert sum(stats["by_status"].values()) == 6


def test_latency_and_jitter(zoom: Caller) -> None:
    zoom.ok("/roles")
    zoom.server.control.set_latency(50, jitter=0.2)
    began = time.perf_counter()
    zoom.ok("/roles")
    assert time.perf_counter() - began >= 0.04
    with pytest.raises(ControlError):
        zoom.server.control.perform("set_latency", milliseconds="slow")


def test_account_changes_over_http_and_from_the_command_line(zoom: Caller) -> None:
    done = post(zoom, "churn", {"percent": 20, "seed": 4}).json()
    assert sum(done.values()) - done.get("joined", 0) == 12
    zoom.server.control.add_fault("/roles do:restrict_app_owner arg.privileges=Role:Read,Group:Read")
    zoom.ok("/roles")
    assert zoom.refusal("/users") == (400, 200, "No permission.")
    zoom.ok("/groups")
    someone = zoom.server.account.with_status("active")[9]
    old = someone.email
    post(zoom, "update_user", {"key": old, "email": "renamed@example.com"})
    assert zoom.server.account.user("renamed@example.com") is someone
    assert zoom.server.account.user(old) is None
    with pytest.raises(ControlError, match="explode"):
        zoom.server.control.add_fault(action="operate", operation="explode")
