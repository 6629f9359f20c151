"""What kinds of resources are called, and counts of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zoomgov.model.kinds import Kind
from zoomgov.text import printable
from zoomgov.words.syncs import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

NOUNS: Final = {
    Kind.USERS: "users",
    Kind.GROUPS: "groups",
    Kind.CONTACT_GROUPS: "contact groups",
    Kind.ROLES: "roles",
}
ONE: Final = {Kind.USERS: "User", Kind.GROUPS: "Group", Kind.CONTACT_GROUPS: "Contact group", Kind.ROLES: "Role"}


def printable_lines(text: str) -> str:
    """`printable`, line by line."""
    return "\n".join(printable(line) for line in text.split("\n"))


def privileges_in_words(privileges: Iterable[str]) -> list[tuple[str, str]]:
    """`User:Read`, `User:Edit` as (`User`, `view and edit`), sorted by area."""
    areas: dict[str, set[str]] = {}
    for privilege in privileges:
        area, _, right = privilege.partition(":")
        areas.setdefault(area, set()).add({"Read": "view", "Edit": "edit", "": "yes"}.get(right, right.lower()))
    return [
        (_spaced(area), listed(sorted(rights, key=lambda right: (right != "view", right))))
        for area, rights in sorted(areas.items())
    ]


def _spaced(name: str) -> str:
    """`AccountSetting` as `Account setting`; abbreviations stay as they are."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    return " ".join(word if word.isupper() or place == 0 else word.lower() for place, word in enumerate(words))


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 group`, `2,000 groups`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
