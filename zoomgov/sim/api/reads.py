"""The handler of each endpoint, called with world, request, endpoint and the value of the path's parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.sim.api import reads_account, reads_groups, reads_users

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.sim.world.answers import Request, SimAnswer
    from zoomgov.sim.world.endpoints import Endpoint
    from zoomgov.sim.world.world import World

    Handler = Callable[[World, Request, Endpoint, str], SimAnswer]

HANDLERS: Final[dict[str, Handler]] = {
    "list_users": reads_users.list_users,
    "users_summary": reads_users.users_summary,
    "check_email": reads_users.check_email,
    "check_vanity_name": reads_users.check_vanity_name,
    "read_user": reads_users.read_user,
    "user_permissions": reads_users.user_permissions,
    "list_groups": reads_groups.list_groups,
    "read_group": reads_groups.read_group,
    "list_group_members": reads_groups.list_group_members,
    "list_group_admins": reads_groups.list_group_admins,
    "list_group_channels": reads_groups.list_group_channels,
    "list_contact_groups": reads_groups.list_contact_groups,
    "read_contact_group": reads_groups.read_contact_group,
    "list_contact_group_members": reads_groups.list_contact_group_members,
    "list_im_groups": reads_groups.list_im_groups,
    "read_im_group": reads_groups.read_im_group,
    "list_im_group_members": reads_groups.list_im_group_members,
    "list_roles": reads_account.list_roles,
    "read_role": reads_account.read_role,
    "list_role_members": reads_account.list_role_members,
    "account_settings": reads_account.account_settings,
    "lock_settings": reads_account.lock_settings,
    "managed_domains": reads_account.managed_domains,
    "trusted_domains": reads_account.trusted_domains,
    "plan_usage": reads_account.plan_usage,
}
"""By endpoint id. `read_account` has none: an account that is not a primary one is always refused (2001)."""
