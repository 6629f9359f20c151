"""Every answer against the types of Zoom's published client (RIVET 0.4.0): no other field, and no other type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import pytest

from zoomgov.sim import build_account

if TYPE_CHECKING:
    from tests.sim.conftest import Caller, StartSimulator

UserType = Literal[1, 2, 4, 99]
# those beyond 2**53 are published rounded, as JavaScript prints them
LICENCE_OPTIONS: Final = frozenset(
    {2, 4, 8, 16, 32, 64, 128, 33554432, 134217728, 268435456, 536870912, 1073741824, 4294967296, 8589934592}
    | {17179869184, 34359738368, 68719476736, 137438953472, 274877906944, 549755813888, 1099511627776, 2199023255552}
    | {4398046511104, 18014398509481984, 72057594037927940, 144115188075855870, 576460752303423500}
)


class Strict(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Fields with a default may be left out; without one they are required."""


class Page(Strict):
    next_page_token: str = ""
    page_count: int = 0
    page_number: int = 0
    page_size: int = 0
    total_records: int = 0


class Licence(Strict):
    license_type: Literal["MEETING", "ZOOM_WORKPLACE_BUNDLE"] = "MEETING"
    license_option: int = 2
    subscription_id: str = ""


class User(Strict, kw_only=True):
    email: str
    type: UserType
    id: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    status: Literal["active", "inactive", "pending"] = "active"
    role_id: str = ""
    dept: str = ""
    group_ids: list[str] = []
    im_group_ids: list[str] = []
    division_ids: list[str] = []
    pmi: int = 0
    timezone: str = ""
    verified: Literal[0, 1] = 0
    created_at: str = ""
    user_created_at: str = ""
    last_login_time: str = ""
    last_client_version: str = ""
    employee_unique_id: str = ""
    plan_united_type: str = ""
    license_info_list: list[Licence] = []


class Users(Page):
    users: list[User] = []


class Group(Strict):
    id: str = ""
    name: str = ""
    total_members: int = 0


class Groups(Strict):
    groups: list[Group] = []
    total_records: int = 0
    next_page_token: str = ""


class Member(Strict):
    id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    type: int = 0


class Members(Page):
    members: list[Member] = []


class Admin(Strict):
    email: str = ""
    name: str = ""


class Admins(Strict):
    admins: list[Admin] = []
    next_page_token: str = ""
    page_size: int = 0
    total_records: int = 0


class Channel(Strict):
    channel_id: str
    channel_name: str
    member_count: int


class Channels(Strict):
    channels: list[Channel]
    group_id: str


class ContactGroup(Strict):
    group_id: str = ""
    group_name: str = ""
    group_privacy: Literal[1, 2, 3] = 1
    description: str = ""


class ContactGroups(Strict):
    groups: list[ContactGroup] = []
    next_page_token: str = ""
    page_size: int = 0


class OneContactGroup(ContactGroup):
    total_members: int = 0


class ContactMember(Strict):
    type: Literal[1, 2] = 1
    id: str = ""
    name: str = ""


class ContactMembers(Strict):
    group_members: list[ContactMember] = []
    next_page_token: str = ""
    page_size: int = 0


class ImGroup(Group):
    search_by_account: bool = False
    search_by_domain: bool = False
    search_by_ma_account: bool = False
    type: Literal["normal", "shared", "restricted"] = "normal"


class ImGroups(Strict):
    total_records: int = 0
    groups: list[ImGroup] = []


class Summary(Strict):
    licensed_users_count: int = 0
    basic_users_count: int = 0
    on_prem_users_count: int = 0
    room_users_count: int = 0
    pending_users_count: int = 0
    join_only_users_count: int = 0
    total_users_count: int = 0


class TakenEmail(Strict):
    existed_email: bool = False


class TakenName(Strict):
    existed: bool = False


@pytest.fixture
def zoom(start: StartSimulator) -> Caller:
    return start(build_account(users=250, groups=8, contact_groups=5, im_groups=3, divisions=3))


def of_type(zoom: Caller, kind: Any, path: str, **query: Any) -> Any:
    return msgspec.convert(zoom.ok(path, **query), kind)


def test_users(zoom: Caller) -> None:
    people = [
        user for status in ("active", "inactive", "pending")
        for user in of_type(zoom, Users, "/users", status=status, page_size=300).users
    ]  # fmt: skip
    licences = [licence for user in people for licence in user.license_info_list]
    assert licences
    assert {licence.license_option for licence in licences} <= LICENCE_OPTIONS
    im_groups = {group.id for group in of_type(zoom, ImGroups, "/im/groups").groups}
    assert {key for user in people for key in user.im_group_ids} == im_groups
    assert len({key for user in people for key in user.division_ids}) == 3
    assert any(not user.division_ids for user in people)
    of_type(zoom, Summary, "/users/summary")
    of_type(zoom, TakenEmail, "/users/email", email=people[0].email)
    of_type(zoom, TakenName, "/users/vanity_name", vanity_name="ann")


def test_groups(zoom: Caller) -> None:
    channels = 0
    for group in of_type(zoom, Groups, "/groups").groups:
        assert of_type(zoom, Group, f"/groups/{group.id}") == group
        of_type(zoom, Members, f"/groups/{group.id}/members")
        of_type(zoom, Admins, f"/groups/{group.id}/admins")
        channels += len(of_type(zoom, Channels, f"/groups/{group.id}/channels").channels)
    assert channels


def test_contact_groups(zoom: Caller) -> None:
    for group in of_type(zoom, ContactGroups, "/contacts/groups").groups:
        assert of_type(zoom, OneContactGroup, f"/contacts/groups/{group.group_id}").total_members >= 0
        of_type(zoom, ContactMembers, f"/contacts/groups/{group.group_id}/members")


def test_im_groups(zoom: Caller) -> None:
    for group in of_type(zoom, ImGroups, "/im/groups").groups:
        assert of_type(zoom, ImGroup, f"/im/groups/{group.id}") == group
        members = of_type(zoom, Members, f"/im/groups/{group.id}/members", page_size=300).members
        assert len(members) == group.total_members > 0


def test_settings_of_the_account_have_no_waiting_room_outside_of_security(zoom: Caller) -> None:
    settings = zoom.ok("/accounts/me/settings")
    assert "waiting_room" not in settings["in_meeting"]
    assert "waiting_room" in zoom.ok("/accounts/me/settings", option="meeting_security")["meeting_security"]


def test_divisions_change_nothing_else_of_the_account() -> None:
    plain, with_them = build_account(users=90), build_account(users=90, divisions=4)
    assert any(user.division_ids for user in with_them.users)
    for user in with_them.users:
        user.division_ids = None
    assert msgspec.json.encode(plain.users) == msgspec.json.encode(with_them.users)
