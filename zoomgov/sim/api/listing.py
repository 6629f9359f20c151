"""One page of a list, and which people an app may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.sim.account.account import User
from zoomgov.sim.world.answers import Request

if TYPE_CHECKING:
    from zoomgov.sim.world.endpoints import Endpoint
    from zoomgov.sim.world.paging import PageOfRows, T
    from zoomgov.sim.world.world import World


def page_of(
    world: World, request: Request, endpoint: Endpoint, items: list[T], maximum: int | None = None
) -> PageOfRows[T]:
    """One page of `items`, with the endpoint's default and maximum size."""
    return world.pager.page(
        request,
        items,
        default=endpoint.page_default or 30,
        maximum=maximum or endpoint.page_max or 300,
        refuse_big=world.options.page_size_too_big == "refuse",
        now=world.clock.now(),
    )


def visible(world: World, users: list[User], name: tuple[str, ...]) -> list[User]:
    """Those of `users` whom the role of the app's owner lets it see: silently fewer (PARABLE)."""
    groups = world.visible_groups()
    if groups is None:
        return users
    owner = world.app.owner
    return world.account.cached(
        ("visible", name, groups),
        lambda: [user for user in users if user is owner or not groups.isdisjoint(user.group_ids or ())],
    )
