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
    options = world.options
    largest = options.page_max or maximum or endpoint.page_max or 300
    return world.pager.page(
        request,
        items,
        default=min(endpoint.page_default or 30, largest),
        maximum=largest,
        refuse_too_big=options.page_size_too_big == "refuse",
        now=world.clock.now(),
        tokens=options.paging == "tokens",
    )


def members_seen(world: World, users: list[User], cache_key: tuple[str, ...]) -> list[User]:
    """Return those of the `users` of a member list whom the app may see."""
    return users if world.options.limited_owner == "users" else visible(world, users, cache_key)


def counted(world: World, users: list[User], cache_key: tuple[str, ...]) -> int:
    """Return how many of `users` a total counts: all of them, also those the app may not see, but for one option."""
    return len(visible(world, users, cache_key) if world.options.limited_owner == "everything" else users)


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
