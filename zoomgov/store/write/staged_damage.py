"""Tells whether what is staged is damaged, once publishing it has gone wrong: see `store.damage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoomgov.store.damage import MAY_FOLLOW
from zoomgov.store.grant_codes import target_of
from zoomgov.store.schema import USER_FIELDS
from zoomgov.store.write.pages import ids_of, unpack, unpack_grants, unpack_renamed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_MOST_PAGES: Final = 1 << 31


def staged_damage(connection: sqlite3.Connection) -> str:
    """What is wrong with what is staged, as part of a sentence; empty for nothing. Reads all of it."""
    known = {number for (number,) in connection.execute("SELECT id FROM things")}
    lists = {number for (number,) in connection.execute("SELECT id FROM stage_lists")}
    for page, of, *columns in connection.execute("SELECT id, list, seen, grants, renamed, payload FROM stage_pages"):
        if not 0 < page < _MOST_PAGES or of not in lists:
            return "a page belongs to no list"
        try:
            if not all(is_sound(column, known) for is_sound, column in zip(_SOUND, columns, strict=True)):
                return f"page {page} names what there is not"
        except MAY_FOLLOW:
            return f"page {page} cannot be read"
    return ""


def _seen(blob: bytes, known: set[int]) -> bool:
    return known.issuperset(ids_of(blob))


def _grants(blob: bytes, known: set[int]) -> bool:
    if not blob:
        return True
    people, _, facts = unpack_grants(blob)
    return known.issuperset(people) and known.issuperset(map(target_of, facts))


def _renamed(blob: bytes, known: set[int]) -> bool:
    return all(person.id in known and len(person.content) == len(USER_FIELDS) for person in unpack_renamed(blob))


def _payload(blob: bytes, known: set[int]) -> bool:
    page = unpack(blob)
    resources = (*page.groups, *page.contact_groups, *page.roles, *page.role_details)
    named = (
        *(person.id for person in page.users),
        *(login[0] for login in page.logins),
        *(one[0] for one in resources),
    )
    return known.issuperset(named) and all(len(person.content) == len(USER_FIELDS) for person in page.users)


_SOUND: Final[tuple[Callable[[bytes, set[int]], bool], ...]] = (_seen, _grants, _renamed, _payload)
"""For each of the columns."""
