"""User groups, contact groups and IM groups (zoom-api 3.5 to 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoomgov.sim.api.listing import page_of, visible
from zoomgov.sim.world.answers import Request, SimAnswer, ok, refuse

if TYPE_CHECKING:
    from zoomgov.sim.account.account import ContactGroup, Group, ImGroup, User
    from zoomgov.sim.simulator import Simulator
    from zoomgov.sim.world.endpoints import Endpoint


def _people(sim: Simulator, active: list[User], inactive: list[User]) -> list[User]:
    return active + inactive if sim.options.inactive_in_members else active


def group_members(sim: Simulator, group_id: str) -> list[User]:
    """Who is in a group, as member lists and totals count it."""
    account = sim.account
    return _people(sim, account.in_group("active", group_id), account.in_group("inactive", group_id))


def _group_row(sim: Simulator, group: Group) -> dict[str, Any]:
    return {"id": group.id, "name": group.name, "total_members": len(group_members(sim, group.id))}


def list_groups(sim: Simulator, request: Request, endpoint: Endpoint, _: str) -> SimAnswer:
    """The user groups, paged or, by the switch, in one piece as in 2022."""
    groups = list(sim.account.groups.values())
    if not sim.options.groups_paged:
        return ok({"total_records": len(groups), "groups": [_group_row(sim, group) for group in groups]})
    page = page_of(sim, request, endpoint, groups)
    return ok(
        {
            "total_records": page.total,
            "next_page_token": page.next_token,
            "groups": [_group_row(sim, group) for group in page.items],
        }
    )


def _group(sim: Simulator, group_id: str, text: str = "A group with this {id} does not exist.") -> Group:
    group = sim.account.groups.get(group_id)
    if group_id in sim.account.elsewhere:
        raise refuse(400, 1010, "Group does not belong to your account.")
    if group is None:
        raise refuse(404, 4130, text.format(id=group_id))
    return group


def read_group(sim: Simulator, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One group."""
    return ok(_group_row(sim, _group(sim, value)))


def member_row(user: User) -> dict[str, Any]:
    """A person in a member list; names are missing where the person has none."""
    row = {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "type": user.type,
    }
    return {name: value for name, value in row.items() if value is not None}


def list_group_members(sim: Simulator, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The members of one group whom the app may see."""
    members = group_members(sim, _group(sim, value).id)
    page = page_of(sim, request, endpoint, visible(sim, members, ("group", value)))
    return ok(page.envelope() | {"members": [member_row(user) for user in page.items]})


def list_group_admins(sim: Simulator, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The admins of one group: e-mail and name, no id (RIVET)."""
    group = _group(sim, value, 'A group with the "{id}" ID does not exist.')
    people = [user for key in group.admins if (user := sim.account.user(key))]
    page = page_of(sim, request, endpoint, people)
    admins = [
        ({"id": user.id} if sim.options.group_admin_ids else {}) | {"email": user.email, "name": user.name}
        for user in page.items
    ]
    envelope = {"page_size": page.size, "total_records": page.total, "next_page_token": page.next_token}
    return ok(envelope | {"admins": admins})


def list_group_channels(sim: Simulator, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The Team Chat channels of one group: this account has none, and the fields are not known here."""
    _group(sim, value)
    page = page_of(sim, request, endpoint, list[str]())
    return ok({"page_size": page.size, "total_records": 0, "next_page_token": "", "channels": []})


def _contact_row(group: ContactGroup) -> dict[str, Any]:
    return {
        "group_id": group.id,
        "group_name": group.name,
        "group_privacy": group.privacy,
        "description": group.description,
    }


def list_contact_groups(sim: Simulator, request: Request, endpoint: Endpoint, _: str) -> SimAnswer:
    """The contact groups; the answer has no total."""
    groups = list(sim.account.contact_groups.values())
    page = page_of(sim, request, endpoint, groups, sim.options.contact_page_max)
    rows = [_contact_row(group) for group in page.items]
    return ok({"page_size": page.size, "next_page_token": page.next_token, "groups": rows})


def _contact_group(sim: Simulator, group_id: str) -> ContactGroup:
    group = sim.account.contact_groups.get(group_id)
    if group is None:
        raise refuse(400, 300, f"A group with this groupId: {group_id} does not exist.")
    return group


def read_contact_group(sim: Simulator, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One contact group and how many members it has."""
    group = _contact_group(sim, value)
    return ok(_contact_row(group) | {"total_members": len(group.members)})


def list_contact_group_members(sim: Simulator, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """Users (type 1) and whole user groups (type 2); names, no e-mails."""
    group = _contact_group(sim, value)
    page = page_of(sim, request, endpoint, group.members, sim.options.contact_page_max)
    rows = [{"type": kind, "id": key, "name": _member_name(sim, kind, key)} for kind, key in page.items]
    envelope = {"page_size": page.size, "next_page_token": page.next_token}
    return ok(envelope | {sim.options.contact_members_key: rows})


def _member_name(sim: Simulator, kind: int, key: str) -> str:
    if kind == 1:
        user = sim.account.user(key)
        return user.name if user else ""
    group = sim.account.groups.get(key)
    return group.name if group else ""


def _im_row(sim: Simulator, group: ImGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "total_members": len(_im_members(sim, group.id)),
        "search_by_account": True,
        "search_by_domain": False,
        "search_by_ma_account": False,
        "type": group.type,
    }


def _im_members(sim: Simulator, group_id: str) -> list[User]:
    account = sim.account
    return _people(sim, account.in_im_group("active", group_id), account.in_im_group("inactive", group_id))


def _im_group(sim: Simulator, group_id: str) -> ImGroup:
    group = sim.account.im_groups.get(group_id)
    if group is None:
        raise refuse(404, 4130, f"IM Group not exist:{group_id}")
    return group


def list_im_groups(sim: Simulator, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """The IM groups of an older account, not paged; newer accounts have none."""
    rows = [_im_row(sim, group) for group in sim.account.im_groups.values()]
    return ok({"total_records": len(rows), "groups": rows})


def read_im_group(sim: Simulator, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One IM group."""
    return ok(_im_row(sim, _im_group(sim, value)))


def list_im_group_members(sim: Simulator, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The members of one IM group."""
    members = _im_members(sim, _im_group(sim, value).id)
    page = page_of(sim, request, endpoint, visible(sim, members, ("im", value)))
    return ok(page.envelope() | {"members": [member_row(user) for user in page.items]})
