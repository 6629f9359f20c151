"""What all lists share: cutting them into pages, and leaving out people that the app may not see."""

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
    """Return one page of `items`. `maximum` page size, where it is not the endpoint's."""
    return world.pager.page(
        request,
        items,
        default=endpoint.page_default or 30,
        maximum=maximum or endpoint.page_max or 300,
        refuse_too_big=world.options.page_size_too_big == "refuse",
        now=world.clock.now(),
    )


def visible(world: World, users: list[User], cache_key: tuple[str, ...]) -> list[User]:
    """Return those of `users` that the role of the app's owner sees; Zoom leaves out others silently (PARABLE).

    `cache_key` identifies `users`: the result is cached until the account changes.
    """
    groups = world.visible_groups()
    if groups is None:
        return users
    owner = world.app.owner
    return world.account.cached(
        ("visible", cache_key, groups),
        lambda: [user for user in users if user is owner or not groups.isdisjoint(user.group_ids or ())],
    )
