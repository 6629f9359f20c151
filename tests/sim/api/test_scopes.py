"""What scopes, plan and the role of the app's owner allow (zoom-api 3.0, 5.4 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from zoomgov.sim import build_account
from zoomgov.sim.world.endpoints import ENDPOINTS, Endpoint
from zoomgov.zoom.scopes import NEEDS, Need

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, StartSimulator

BY_TEMPLATE = {endpoint.template: endpoint for endpoint in ENDPOINTS}
QUERY: Final = {"check_email": {"email": "ann@corp.example"}, "check_vanity_name": {"vanity_name": "ann"}}
NORMAL = [endpoint for endpoint in ENDPOINTS if endpoint.id != "read_account"]


def path_of(zoom: Caller, endpoint: Endpoint) -> str:
    account = zoom.server.account
    path = endpoint.path.replace("{userId}", "me").replace("{accountId}", "me")
    path = path.replace("{roleId}", "1")
    if path.startswith("/contacts"):
        return path.replace("{groupId}", next(iter(account.contact_groups)))
    if path.startswith("/im"):
        return path.replace("{groupId}", next(iter(account.im_groups)))
    return path.replace("{groupId}", next(iter(account.groups)))


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.id)
def test_catalogue_agrees_with_the_simulators_own_table(need: Need) -> None:
    endpoint = BY_TEMPLATE[need.endpoint]
    assert endpoint.id == need.id
    assert set(need.accepted) <= endpoint.accepted()
    # what the catalogue leaves out: the user-level write scope and the one of primary accounts
    assert endpoint.accepted() - set(need.accepted) <= {"user:write", "billing:master"}


def test_every_call_needs_exactly_one_of_its_scopes(start: StartSimulator) -> None:
    zoom = start(build_account(users=40, im_groups=2))
    for endpoint in NORMAL:
        path = path_of(zoom, endpoint)
        names = sorted({scope for other in ENDPOINTS for scope in other.accepted(me=True)})
        accepted = endpoint.accepted(me=endpoint.id == "read_user")
        zoom.server.control.set_scopes([name for name in names if name not in accepted])
        zoom.fresh_token()
        status, code, message = zoom.refusal(path)
        assert (status, code) == (400, 4711), endpoint.id
        assert message == f"Invalid access token, does not contain scopes:[{', '.join(endpoint.granular)}]."
        for scope in accepted:
            zoom.server.control.set_scopes([scope])
            zoom.fresh_token()
            assert zoom.get(path, **QUERY.get(endpoint.id, {})).status_code == 200, (endpoint.id, scope)


def test_user_info_scope_opens_only_me(start: StartSimulator) -> None:
    zoom = start(scopes=("user_info:read",))
    zoom.ok("/users/me")
    assert zoom.refusal(f"/users/{zoom.server.account.owner.id}")[1] == 4711
    assert zoom.refusal("/users/me/permissions")[1] == 4711


def test_contact_group_by_id_takes_the_classic_write_scope(start: StartSimulator) -> None:
    zoom = start(scopes=("contact_group:read:admin",), scope_kind="classic")
    group_id = next(iter(zoom.server.account.contact_groups))
    zoom.ok("/contacts/groups")
    message = "Invalid access token, does not contain scopes:[contact_group:write:admin]."
    assert zoom.refusal(f"/contacts/groups/{group_id}") == (400, 4711, message)


def test_forms_of_a_missing_scope(start: StartSimulator) -> None:
    alternatives = "role:read:list_roles:admin, role:read:list_roles"
    text = f"Invalid access token, does not contain scopes:[{alternatives}]."
    assert start(scopes=()).refusal("/roles") == (400, 4711, text)
    assert start(scopes=(), missing_scope="4711_401").refusal("/roles") == (401, 4711, text)
    assert start(scopes=(), missing_scope="4711_403").refusal("/roles") == (403, 4711, text)
    older = start(scopes=(), missing_scope="4700", scope_kind="classic")
    assert older.refusal("/roles") == (
        400,
        4700,
        "Invalid access token, does not contain role:read:admin scope.",
    )
    broken = start(scopes=(), missing_scope="104").get("/roles")
    assert broken.status_code == 400
    with pytest.raises(ValueError, match="delimiter"):
        broken.json()
    assert broken.text.endswith('scopes:["role:read:list_roles:admin","role:read:list_roles"]"}')


def test_scopes_given_later_need_a_new_token_and_withdrawn_ones_go_at_once(start: StartSimulator) -> None:
    zoom = start(scopes=("user:read:list_users:admin",))
    assert zoom.refusal("/groups")[1] == 4711
    zoom.server.control.grant_scope("group:read:list_groups:admin")
    assert zoom.refusal("/groups")[1] == 4711
    zoom.fresh_token()
    zoom.ok("/groups")
    zoom.server.control.withdraw_scope("group:read:list_groups:admin")
    assert zoom.refusal("/groups")[1] == 4711
    zoom.ok("/users")


def test_basic_plan_reads_users_only(start: StartSimulator) -> None:
    zoom = start(build_account(users=40, im_groups=2))
    paths = {endpoint: path_of(zoom, endpoint) for endpoint in NORMAL}
    zoom.server.control.change_plan("basic")
    account_id = zoom.server.account_id
    for endpoint, path in paths.items():
        if endpoint.paid:
            status, code, message = zoom.refusal(path)
            assert (status, code) == (400, 200)
            assert "paid account" in message.lower()
        else:
            zoom.ok(path, **QUERY.get(endpoint.id, {}))
    assert zoom.refusal("/groups")[2] == f"Only available for Paid account,{account_id}"
    assert zoom.refusal("/contacts/groups")[2] == f"Only available for paid account: {account_id}"
    zoom.server.control.set_options(paid_only_status=200)
    assert zoom.get("/roles").status_code == 200
    assert zoom.get("/roles").json()["code"] == 200


def test_an_account_built_as_basic_has_no_groups(start: StartSimulator) -> None:
    account = build_account(users=80, plan="basic")
    assert not account.groups
    assert not account.contact_groups
    assert set(account.roles) == {"0", "1", "2"}
    assert {user.type for user in account.users} == {1}
    assert start(account).ok("/users")["total_records"] == len(account.with_status("active"))


def test_role_without_the_privilege(start: StartSimulator) -> None:
    zoom = start(owner_privileges=("User:Read", "Role:Read"))
    zoom.ok("/users")
    zoom.ok("/roles")
    assert zoom.refusal("/groups") == (400, 200, "No permission.")
    assert zoom.refusal("/contacts/groups") == (400, 200, "No permission.")
    me = zoom.ok("/users/me")
    assert me["role_id"] not in ("0", "1", "2")
    assert me["role_name"] == "App developer"
    assert zoom.ok("/users/me/permissions") == {"permissions": ["User:Read", "Role:Read"]}
    zoom.server.control.set_options(no_privilege="403")
    answer = zoom.get("/groups")
    assert answer.status_code == 403
    assert answer.json() == {"message": 'The request was denied due to insufficient permissions: "Group:Read"'}


def test_role_limited_to_some_groups_sees_fewer_people_silently(zoom: Caller) -> None:
    account = zoom.server.account
    whole = zoom.ok("/users", page_size=300)
    group_id = next(iter(account.groups))
    outsider = next(user for user in account.with_status("active")[5:] if group_id not in (user.group_ids or ()))
    role_id = zoom.server.control.restrict_app_owner(groups=[group_id])
    part = zoom.ok("/users", page_size=300)
    assert 0 < part["total_records"] == len(part["users"]) < whole["total_records"]
    owner = zoom.server.world.app_owner
    assert all(group_id in user.get("group_ids", ()) or user["id"] == owner.id for user in part["users"])
    assert zoom.refusal(f"/users/{outsider.id}")[:2] == (404, 1001)
    # totals still count everyone: the difference is the only sign
    totals = {group["id"]: group["total_members"] for group in zoom.ok("/groups", page_size=300)["groups"]}
    other = max((key for key in totals if key != group_id), key=totals.__getitem__)
    assert len(zoom.all(f"/groups/{other}/members", "members")) < totals[other]
    scopes = zoom.ok(f"/roles/{role_id}")["privilege_scopes"]
    assert scopes == [{"permission_id": "User:Read", "group_ids": [group_id]}]


def test_demoted_owner_loses_scopes(zoom: Caller) -> None:
    zoom.ok("/groups")
    dropped = zoom.server.control.demote_app_owner(["User:Read"])
    assert "group:read:list_groups:admin" in dropped
    assert "user:read:list_users:admin" not in dropped
    assert zoom.refusal("/groups")[1] == 4711
    assert "group:read" not in zoom.ask_token().json()["scope"]
    zoom.ok("/users")
