"""User groups, contact groups and IM groups (zoom-api 3.5 to 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoomgov.sim.api.listing import counted, members_seen, page_of
from zoomgov.sim.world.answers import Request, SimAnswer, ok, refuse

if TYPE_CHECKING:
    from zoomgov.sim.account.account import ContactGroup, Group, ImGroup, User
    from zoomgov.sim.world.endpoints import Endpoint
    from zoomgov.sim.world.world import World


def _people(world: World, active: list[User], inactive: list[User]) -> list[User]:
    """Return the people that member lists include (option `inactive_in_members`)."""
    return active + inactive if world.options.inactive_in_members else active


def group_members(world: World, group_id: str) -> list[User]:
    """Return the members of a group, as member lists and totals count them."""
    account = world.account
    return _people(world, account.in_group("active", group_id), account.in_group("inactive", group_id))


def _group_row(world: World, group: Group) -> dict[str, Any]:
    total = counted(world, group_members(world, group.id), ("group", group.id))
    return {"id": group.id, "name": group.name, "total_members": total}


def list_groups(world: World, request: Request, endpoint: Endpoint, _: str) -> SimAnswer:
    """The user groups: paged, or all at once without the option `groups_paged`."""
    groups = list(world.account.groups.values())
    if (seen := world.visible_groups()) is not None and world.options.limited_owner == "everything":
        groups = [group for group in groups if group.id in seen]
    if not groups and world.options.no_groups == "nothing":
        return ok({})
    if not world.options.groups_paged:
        return ok({"total_records": len(groups), "groups": [_group_row(world, group) for group in groups]})
    page = page_of(world, request, endpoint, groups)
    return ok(
        {
            "total_records": page.total,
            **page.next_page(),
            "groups": [_group_row(world, group) for group in page.items],
        }
    )


def _group(world: World, group_id: str, text: str = "A group with this {id} does not exist.") -> Group:
    """Return the group; raises Refused, with `text` where there is none."""
    group = world.account.groups.get(group_id)
    if group_id in world.account.in_other_accounts:
        raise refuse(400, 1010, "Group does not belong to your account.")
    if group is None:
        raise refuse(404, 4130, text.format(id=group_id))
    return group


def read_group(world: World, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One group."""
    return ok(_group_row(world, _group(world, value)))


def member_row(user: User) -> dict[str, Any]:
    """A person in a member list; a name that is not set is left out."""
    row = {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "type": user.type,
    }
    return {name: value for name, value in row.items() if value is not None}


def list_group_members(world: World, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The members of one group that the app may see."""
    members = group_members(world, _group(world, value).id)
    page = page_of(world, request, endpoint, members_seen(world, members, ("group", value)))
    return ok(page.envelope() | {"members": [member_row(user) for user in page.items]})


def list_group_admins(world: World, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The admins of one group: e-mail and name, no id (RIVET)."""
    group = _group(world, value, 'A group with the "{id}" ID does not exist.')
    people = [user for key in group.admins if (user := world.account.user(key))]
    page = page_of(world, request, endpoint, people)
    admins = [
        ({"id": user.id} if world.options.group_admin_ids else {}) | {"email": user.email, "name": user.name}
        for user in page.items
    ]
    envelope = {"page_size": page.size, "total_records": page.total} | page.next_page()
    return ok(envelope | {"admins": admins})


def list_group_channels(world: World, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """The Team Chat channels of one group: not paged, and all fields are always there (RIVET)."""
    group = _group(world, value)
    members = len(group_members(world, group.id))
    rows = [
        {"channel_id": channel.id, "channel_name": channel.name, "member_count": members + channel.guests}
        for channel in group.channels
    ]
    return ok({"group_id": group.id, "channels": rows})


def _contact_row(group: ContactGroup) -> dict[str, Any]:
    return {
        "group_id": group.id,
        "group_name": group.name,
        "group_privacy": group.privacy,
        "description": group.description,
    }


def list_contact_groups(world: World, request: Request, endpoint: Endpoint, _: str) -> SimAnswer:
    """The contact groups; the answer has no total."""
    groups = list(world.account.contact_groups.values())
    page = page_of(world, request, endpoint, groups, world.options.contact_page_max)
    rows = [_contact_row(group) for group in page.items]
    return ok({"page_size": page.size} | page.next_page() | {"groups": rows})


def _contact_group(world: World, group_id: str) -> ContactGroup:
    group = world.account.contact_groups.get(group_id)
    if group is None:
        raise refuse(400, 300, f"A group with this groupId: {group_id} does not exist.")
    return group


def read_contact_group(world: World, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One contact group and how many members it has."""
    group = _contact_group(world, value)
    return ok(_contact_row(group) | {"total_members": len(group.members)})


def list_contact_group_members(world: World, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The members of one contact group: users (type 1) and user groups (type 2), without e-mail addresses."""
    group = _contact_group(world, value)
    page = page_of(world, request, endpoint, group.members, world.options.contact_page_max)
    rows = [{"type": kind, "id": key, "name": _member_name(world, kind, key)} for kind, key in page.items]
    envelope = {"page_size": page.size} | page.next_page()
    return ok(envelope | {world.options.contact_members_key: rows})


def _member_name(world: World, kind: int, key: str) -> str:
    if kind == 1:
        user = world.account.user(key)
        return user.name if user else ""
    group = world.account.groups.get(key)
    return group.name if group else ""


def _im_row(world: World, group: ImGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "total_members": len(_im_members(world, group.id)),
        "search_by_account": True,
        "search_by_domain": False,
        "search_by_ma_account": False,
        "type": group.type,
    }


def _im_members(world: World, group_id: str) -> list[User]:
    account = world.account
    return _people(world, account.in_im_group("active", group_id), account.in_im_group("inactive", group_id))


def _im_group(world: World, group_id: str) -> ImGroup:
    group = world.account.im_groups.get(group_id)
    if group is None:
        raise refuse(404, 4130, f"IM Group not exist:{group_id}")
    return group


def list_im_groups(world: World, _request: Request, _endpoint: Endpoint, _: str) -> SimAnswer:
    """The IM groups of an older account, not paged; newer accounts have none."""
    rows = [_im_row(world, group) for group in world.account.im_groups.values()]
    return ok({"total_records": len(rows), "groups": rows})


def read_im_group(world: World, _request: Request, _endpoint: Endpoint, value: str) -> SimAnswer:
    """One IM group."""
    return ok(_im_row(world, _im_group(world, value)))


def list_im_group_members(world: World, request: Request, endpoint: Endpoint, value: str) -> SimAnswer:
    """The members of one IM group."""
    members = _im_members(world, _im_group(world, value).id)
    page = page_of(world, request, endpoint, members_seen(world, members, ("im", value)))
    return ok(page.envelope() | {"members": [member_row(user) for user in page.items]})
