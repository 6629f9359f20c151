"""Fields of the answers against the lists of zoom-api 3, and the documented codes of 404 and 400."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.sim import build_account

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, Clock, StartSimulator

LIST_FIELDS = {
    "id", "email", "type", "first_name", "last_name", "display_name", "status", "role_id", "dept", "group_ids",
    "im_group_ids", "division_ids", "pmi", "timezone", "verified", "created_at", "user_created_at", "last_login_time",
    "last_client_version", "employee_unique_id", "plan_united_type", "license_info_list",
}  # fmt: skip
ONE_FIELDS = LIST_FIELDS | {
    "role_name", "use_pmi", "account_id", "account_number", "cms_user_id", "company", "jid", "job_title",
    "cost_center", "language", "location", "login_types", "manager", "personal_meeting_url", "phone_country",
    "phone_number", "phone_numbers", "pic_url", "pronouns", "pronouns_option", "vanity_url", "cluster",
    "zoom_one_type", "custom_attributes",
}  # fmt: skip
PAGE = {"next_page_token", "page_count", "page_number", "page_size", "total_records"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ID = re.compile(r"[\w-]{22}")


def types_of(row: dict[str, Any]) -> dict[str, type]:
    return {key: type(value) for key, value in row.items()}


def test_users_have_the_documented_fields(zoom: Caller) -> None:
    body = zoom.ok("/users", page_size=300)
    assert set(body) == PAGE | {"users"}
    expected = {
        **dict.fromkeys(("id", "email", "status", "role_id", "created_at", "user_created_at", "last_login_time"), str),
        **dict.fromkeys(("first_name", "last_name", "display_name", "dept", "timezone", "last_client_version"), str),
        **dict.fromkeys(("employee_unique_id", "plan_united_type"), str),
        **dict.fromkeys(("type", "pmi", "verified"), int),
        **dict.fromkeys(("group_ids", "im_group_ids", "division_ids", "license_info_list"), list),
    }
    for user in body["users"]:
        assert set(user) <= LIST_FIELDS
        assert {"id", "email", "type", "status", "role_id", "verified", "pmi", "created_at"} <= set(user)
        assert types_of(user) == {key: expected[key] for key in user}
        assert ID.fullmatch(user["id"])
        assert user["type"] in (1, 2, 4, 99)
        assert user["status"] == "active"
        assert MOMENT.fullmatch(user["created_at"])
        assert "group_ids" not in user or user["group_ids"]


def test_keys_are_missing_for_some_and_there_for_others(start: StartSimulator) -> None:
    users = start(build_account(users=600)).all("/users", "users", page_size=300)
    for key in ("dept", "group_ids", "last_login_time", "display_name", "plan_united_type", "employee_unique_id"):
        assert 0 < sum(key in user for user in users) < len(users), key
    assert any(user.get("dept") == "" for user in users)
    assert {user["type"] for user in users} == {1, 2, 4, 99}


def test_each_status_is_a_list_of_its_own(zoom: Caller) -> None:
    account = zoom.server.account
    for status in ("active", "inactive", "pending"):
        rows = zoom.all("/users", "users", status=status)
        assert [row["email"] for row in rows] == [user.email for user in account.users if user.status == status]
        assert {row["status"] for row in rows} == {status}
    assert zoom.refusal("/users", status="gone")[:2] == (400, 300)


def test_pending_users_have_no_id_and_are_created_now(start: StartSimulator, clock: Clock) -> None:
    zoom = start(clock=clock)
    (user, *_) = zoom.ok("/users", status="pending")["users"]
    assert "id" not in user
    assert user["created_at"] == "2026-11-21T12:00:00Z"
    clock.now += 60
    assert zoom.ok("/users", status="pending")["users"][0]["created_at"] == "2026-11-21T12:01:00Z"
    one = zoom.ok(f"/users/{user['email']}")
    assert (one["status"], one["created_at"], "id" in one) == ("pending", "2026-11-21T12:01:00Z", False)


def test_role_filter(zoom: Caller) -> None:
    for role_id in zoom.server.account.roles:
        rows = zoom.all("/users", "users", role_id=role_id)
        assert rows
        assert {row["role_id"] for row in rows} == {role_id}
    (owner,) = zoom.ok("/users", role_id="0")["users"]
    assert owner["email"] == zoom.server.account.owner.email
    assert zoom.ok("/users", role_id="unknown")["users"] == []


def test_role_filter_that_does_not_work(start: StartSimulator) -> None:
    zoom = start(role_filter="ignored")
    assert zoom.ok("/users", role_id="0")["users"] == zoom.ok("/users")["users"]
    members = zoom.ok("/roles/2")["total_members"]
    zoom.server.control.set_options(role_filter="leaky")
    assert 0 < zoom.ok("/users", role_id="2")["total_records"] < members


def test_included_fields(start: StartSimulator) -> None:
    zoom = start(build_account(users=200))
    plain = zoom.all("/users", "users", page_size=300)
    with_attributes = zoom.all("/users", "users", page_size=300, include_fields="custom_attributes")
    found = [user.pop("custom_attributes") for user in with_attributes if "custom_attributes" in user]
    assert with_attributes == plain
    assert 0 < len(found) < len(plain)
    assert all(set(attribute) == {"key", "name", "value"} for attributes in found for attribute in attributes)
    assert zoom.ok("/users", include_fields="host_key")["users"][0]["host_key"].isdigit()
    assert zoom.refusal("/users", include_fields="password")[:2] == (400, 300)
    assert zoom.ok("/users", license="zoom_workforce_management")["users"] == []
    assert zoom.refusal("/users", license="gold")[:2] == (400, 300)


def test_empty_arrays_can_be_sent(start: StartSimulator) -> None:
    users = start(build_account(users=200), empty_arrays="send").all("/users", "users", page_size=300)
    assert all({"group_ids", "im_group_ids", "division_ids"} <= set(user) for user in users)
    assert any(user["group_ids"] == [] for user in users)


def test_one_user_by_id_email_me_and_employee_id(start: StartSimulator) -> None:
    zoom = start(build_account(users=120))
    account = zoom.server.account
    user = next(user for user in account.with_status("active") if user.employee_unique_id and user.group_ids)
    by_id = zoom.ok(f"/users/{user.id}")
    assert set(by_id) <= ONE_FIELDS
    assert ONE_FIELDS - LIST_FIELDS - {"custom_attributes"} <= set(by_id)
    assert (by_id["account_id"], by_id["account_number"]) == (account.id, account.number)
    assert by_id["role_name"] == account.roles[user.role_id or ""].name
    assert zoom.ok(f"/users/{user.email.upper()}") == by_id
    assert zoom.ok(f"/users/{user.employee_unique_id}", search_by_unique_id="true") == by_id
    me = zoom.ok("/users/me")
    assert (me["email"], me["role_name"]) == (account.owner.email, "Owner")


def test_missing_user_codes(zoom: Caller) -> None:
    assert zoom.refusal("/users/nobody@example.com") == (404, 1001, "User does not exist: nobody@example.com.")
    account, control = zoom.server.account, zoom.server.control
    first, second, third = (user.email for user in account.with_status("active")[3:6])
    control.remove_user(first)
    control.remove_user(second, to="elsewhere")
    control.remove_user(third, to="expired")
    assert zoom.refusal(f"/users/{first}")[:2] == (404, 1001)
    assert zoom.refusal(f"/users/{second}") == (400, 1010, "User not belong to this account")
    assert zoom.refusal(f"/users/{third}") == (
        400,
        1120,
        "A valid invitation to join the Zoom account was not found for this user.",
    )
    control.set_options(me="missing")
    assert zoom.refusal("/users/me")[:2] == (404, 1001)


def test_whether_an_address_or_a_room_name_is_taken(zoom: Caller) -> None:
    account, control = zoom.server.account, zoom.server.control
    user = account.with_status("pending")[0]
    elsewhere = account.with_status("active")[3].email
    control.remove_user(elsewhere, to="elsewhere")
    for email, taken in ((user.email.upper(), True), (elsewhere, True), ("nobody@example.com", False)):
        assert zoom.ok("/users/email", email=email) == {"existed_email": taken}
    assert zoom.ok("/users/email", email=account.owner.id) == {"existed_email": False}
    assert zoom.ok("/users/vanity_name", vanity_name="ann") == {"existed": False}
    assert zoom.refusal("/users/email")[:2] == zoom.refusal("/users/vanity_name")[:2] == (400, 300)


def test_summary_and_permissions(zoom: Caller) -> None:
    account = zoom.server.account
    body = zoom.ok("/users/summary")
    assert set(body) == {
        "licensed_users_count", "basic_users_count", "on_prem_users_count", "room_users_count", "pending_users_count",
        "join_only_users_count", "total_users_count",
    }  # fmt: skip
    assert body["total_users_count"] == len(account.users)
    assert body["pending_users_count"] == len(account.with_status("pending"))
    member = next(user for user in account.users if user.role_id == "2")
    assert zoom.ok(f"/users/{member.id}/permissions") == {"permissions": []}
    assert "User:Edit" in zoom.ok("/users/me/permissions")["permissions"]


def test_groups_and_their_members(zoom: Caller) -> None:
    account = zoom.server.account
    body = zoom.ok("/groups", page_size=300)
    assert set(body) == {"groups", "total_records", "next_page_token"}
    assert body["total_records"] == len(body["groups"]) == len(account.groups)
    people = {user["id"]: user for user in zoom.all("/users", "users", page_size=300)}
    for group in body["groups"]:
        assert types_of(group) == {"id": str, "name": str, "total_members": int}
        assert zoom.ok(f"/groups/{group['id']}") == group
        page = zoom.ok(f"/groups/{group['id']}/members", page_size=300)
        assert set(page) == PAGE | {"members"}
        assert page["total_records"] == group["total_members"]
        assert {member["id"] for member in page["members"]} == {
            key for key, user in people.items() if group["id"] in user.get("group_ids", ())
        }
        for member in page["members"]:
            assert set(member) <= {"id", "email", "first_name", "last_name", "type"}
            assert member["email"] == people[member["id"]]["email"]


def test_groups_in_one_piece_as_in_2022(start: StartSimulator) -> None:
    zoom = start(build_account(users=30, groups=60), groups_paged=False)
    assert set(zoom.ok("/groups", page_size=10)) == {"total_records", "groups"}
    assert len(zoom.ok("/groups", page_size=10)["groups"]) == 60


def test_group_admins_come_without_id(zoom: Caller) -> None:
    account = zoom.server.account
    group = next(group for group in account.groups.values() if group.admins)
    body = zoom.ok(f"/groups/{group.id}/admins")
    assert set(body) == {"admins", "next_page_token", "page_size", "total_records"}
    people = [account.require_user(key) for key in group.admins]
    assert body["admins"] == [{"email": user.email, "name": user.name} for user in people]
    zoom.server.control.set_options(group_admin_ids=True)
    assert zoom.ok(f"/groups/{group.id}/admins")["admins"][0]["id"] == people[0].id


def test_channels_of_a_group_are_not_paged(start: StartSimulator) -> None:
    zoom = start(build_account(users=60, groups=30))
    counts = []
    for group in zoom.server.account.groups.values():
        body = zoom.ok(f"/groups/{group.id}/channels", page_size=1)
        assert set(body) == {"group_id", "channels"}
        assert body["group_id"] == group.id
        for channel in body["channels"]:
            assert types_of(channel) == {"channel_id": str, "channel_name": str, "member_count": int}
            assert channel["member_count"] >= zoom.ok(f"/groups/{group.id}")["total_members"]
        counts.append(len(body["channels"]))
    assert {0, 1, 2} <= set(counts)
    assert zoom.refusal("/groups/nope/channels")[:2] == (404, 4130)


def test_inactive_people_in_member_lists_by_switch(start: StartSimulator) -> None:
    account = build_account(users=300)
    zoom = start(account)
    without, with_them = zoom.ok("/groups"), None
    zoom.server.control.set_options(inactive_in_members=True)
    with_them = zoom.ok("/groups")
    total = [sum(group["total_members"] for group in body["groups"]) for body in (without, with_them)]
    inactive = sum(len(user.group_ids or ()) for user in account.with_status("inactive"))
    assert total[1] - total[0] == inactive > 0
    assert len(zoom.all("/roles/2/members", "members")) == sum(user.role_id == "2" for user in account.users)


def test_missing_things_differ(start: StartSimulator) -> None:
    zoom = start(build_account(users=30, im_groups=1))
    text = "A group with this nope does not exist."
    assert zoom.refusal("/groups/nope") == (404, 4130, text)
    assert zoom.refusal("/groups/nope/members") == (404, 4130, text)
    assert zoom.refusal("/groups/nope/admins") == (404, 4130, 'A group with the "nope" ID does not exist.')
    contact = (400, 300, "A group with this groupId: dir.nope does not exist.")
    assert zoom.refusal("/contacts/groups/dir.nope") == contact
    assert zoom.refusal("/contacts/groups/dir.nope/members") == contact
    assert zoom.refusal("/roles/nope") == (400, 1034, "Provided role_id does not exist.")
    assert zoom.refusal("/roles/nope/members") == (400, 1034, "Provided role_id does not exist.")
    assert zoom.refusal("/im/groups/nope") == (404, 4130, "IM Group not exist:nope")
    assert zoom.refusal("/accounts/other/settings") == (
        404,
        2001,
        "This account does not exist or does not belong to you: other.",
    )
    assert zoom.refusal("/accounts/other")[:2] == zoom.refusal("/accounts/me")[:2] == (404, 2001)
    assert zoom.refusal("/nonsense")[0] == 404
    zoom.server.control.set_options(role_missing="300")
    assert zoom.refusal("/roles/nope") == (404, 300, "Role not found")
    group_id = next(iter(zoom.server.account.groups))
    zoom.server.control.delete_group(group_id)
    assert zoom.refusal(f"/groups/{group_id}")[:2] == (404, 4130)
    zoom.server.account.in_other_accounts.add("foreign")
    assert zoom.refusal("/groups/foreign") == (400, 1010, "Group does not belong to your account.")


def test_contact_groups(start: StartSimulator) -> None:
    zoom = start(build_account(users=200, contact_groups=30))
    pages = zoom.pages("/contacts/groups")
    assert [len(page["groups"]) for page in pages] == [10, 10, 10]
    assert set(pages[0]) == {"groups", "next_page_token", "page_size"}
    kinds = set()
    for group in (group for page in pages for group in page["groups"]):
        assert types_of(group) == {"group_id": str, "group_name": str, "group_privacy": int, "description": str}
        assert ID.fullmatch(group["group_id"].removeprefix("dir."))
        assert group["group_privacy"] in (1, 2, 3)
        members = zoom.all(f"/contacts/groups/{group['group_id']}/members", "group_members", page_size=50)
        assert zoom.ok(f"/contacts/groups/{group['group_id']}") == group | {"total_members": len(members)}
        for member in members:
            assert types_of(member) == {"type": int, "id": str, "name": str}
            kinds.add(member["type"])
            known = zoom.server.account.groups if member["type"] == 2 else zoom.server.account.user(member["id"])
            assert known
    assert kinds == {1, 2}
    zoom.server.control.set_options(contact_members_key="members")
    assert "members" in zoom.ok(f"/contacts/groups/{pages[0]['groups'][0]['group_id']}/members")


def test_im_groups_only_on_older_accounts(start: StartSimulator) -> None:
    assert start().ok("/im/groups") == {"total_records": 0, "groups": []}
    zoom = start(build_account(users=100, im_groups=3))
    body = zoom.ok("/im/groups")
    assert body["total_records"] == len(body["groups"]) == 3
    fields = {"id", "name", "total_members", "search_by_account", "search_by_domain", "search_by_ma_account", "type"}
    for group in body["groups"]:
        assert set(group) == fields
        assert group["type"] in ("normal", "shared", "restricted")
        assert zoom.ok(f"/im/groups/{group['id']}") == group
        assert len(zoom.all(f"/im/groups/{group['id']}/members", "members")) == group["total_members"] > 0


def test_roles(zoom: Caller) -> None:
    account = zoom.server.account
    body = zoom.ok("/roles")
    assert set(body) == {"roles", "total_records"}
    assert [role["id"] for role in body["roles"]][:3] == ["0", "1", "2"]
    assert [role["name"] for role in body["roles"]][:3] == ["Owner", "Admin", "Member"]
    for role in body["roles"]:
        assert types_of(role) == dict.fromkeys(("id", "name", "description", "type"), str) | {"total_members": int}
        one = zoom.ok(f"/roles/{role['id']}")
        assert role.items() <= one.items()
        assert set(one) - set(role) <= {"privileges", "sub_account_privileges", "privilege_scopes"}
        assert all(re.fullmatch(r"\w+:(Read|Edit)", privilege) for privilege in one["privileges"])
        members = zoom.all(f"/roles/{role['id']}/members", "members", page_size=300)
        assert len(members) == role["total_members"] > 0
        for member in members:
            assert set(member) <= {"id", "email", "first_name", "last_name", "department", "type"}
            assert account.require_user(member["id"]).role_id == role["id"]
    assert body["roles"][0]["total_members"] == 1
    assert zoom.ok("/roles", type="iq")["roles"] == []
    assert zoom.refusal("/roles", type="other")[:2] == (400, 300)
    limited = [role for role in account.roles.values() if role.privilege_scopes]
    assert zoom.ok(f"/roles/{limited[0].id}")["privilege_scopes"][0].keys() == {"permission_id", "group_ids"}


def test_account_domains_and_settings(zoom: Caller) -> None:
    for account in ("me", zoom.server.account_id):
        domains = zoom.ok(f"/accounts/{account}/managed_domains")
        assert set(domains) == {"domains", "total_records"}
        assert all(set(row) == {"domain", "status"} for row in domains["domains"])
        assert set(zoom.ok(f"/accounts/{account}/trusted_domains")) == {"trusted_domains"}
        assert "security" in zoom.ok(f"/accounts/{account}/settings")
        assert set(zoom.ok(f"/accounts/{account}/settings", option="security")) == {"security"}
        assert zoom.ok(f"/accounts/{account}/lock_settings")
    assert zoom.refusal("/accounts/me/settings", option="bogus")[:2] == (400, 300)


@pytest.mark.parametrize(
    ("plan", "code"), [("pro", "monthly"), ("business", "business_yearly"), ("enterprise", "enterprise_yearly")]
)
def test_plan_usage(start: StartSimulator, plan: str, code: str) -> None:
    account = build_account(users=60, plan=plan)
    zoom = start(account)
    body = zoom.ok("/accounts/me/plans/usage")
    base = body["plan_base"]
    assert types_of(base) == {"type": str, "hosts": int, "usage": int, "pending": int}
    assert base["type"] == code
    assert base["usage"] == sum(user.type == 2 for user in account.with_status("active")) <= base["hosts"]
    assert all(isinstance(body[key], list) for key in ("plan_large_meeting", "plan_webinar"))
    assert {"type", "free_storage", "free_storage_usage", "plan_storage"} <= set(body["plan_recording"])
    zoom.server.control.set_options(plan_base="array")
    assert zoom.ok("/accounts/me/plans/usage")["plan_base"] == [base]


def test_ids_that_need_encoding(start: StartSimulator) -> None:
    zoom = start(build_account(users=60, hostile=True))
    slash, double, marks, *_ = zoom.server.account.groups.values()
    assert slash.id.startswith("/")
    assert "//" in double.id
    assert zoom.ok(f"/groups/{slash.id.replace('/', '%252F')}")["id"] == slash.id
    assert zoom.ok(f"/groups/{double.id.replace('/', '%252F')}/members")["members"] is not None
    assert zoom.ok(f"/groups/{marks.id.replace('?', '%3F').replace('#', '%23')}")["id"] == marks.id
    assert zoom.get(f"/groups/{double.id}").status_code == 404


def test_every_answer_has_a_tracking_id_and_a_date(start: StartSimulator, clock: Clock) -> None:
    zoom = start(clock=clock, clock_skew_seconds=3600)
    answers = [zoom.ask_token(), zoom.get("/users"), zoom.get("/groups/nope")]
    tracking = [answer.headers["x-zm-trackingid"] for answer in answers]
    assert len(set(tracking)) == 3
    assert all(re.fullmatch(r"v=2\.0;clid=us04;rid=WEB_[0-9a-f]+", text) for text in tracking)
    assert answers[0].headers["date"] == "Sat, 21 Nov 2026 13:00:00 GMT"
    assert "server" not in answers[0].headers


def test_compressed_answers_hold_the_same(start: StartSimulator) -> None:
    plain, packed = start(), start(gzip=True)
    answer = packed.get("/users", page_size=300)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == plain.ok("/users", page_size=300)


def test_other_methods_and_paths_are_not_recognised(zoom: Caller) -> None:
    token = zoom.fresh_token()
    answer = zoom.http.post("/v2/groups", headers={"authorization": f"Bearer {token}"}, json={"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, 2300)
    assert zoom.http.get("/").status_code == 404
    assert zoom.http.get("/oauth/token").status_code == 404
