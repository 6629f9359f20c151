"""Questions to a store: columns, filters, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zoomgov.model.kinds import Kind

if TYPE_CHECKING:
    from zoomgov.model.filters import Condition


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind: the same on screens, in commands and in exports."""

    key: str
    title: str
    width: int
    """In cells, where there is enough room."""
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Target:
    """A group, contact group or role, by Zoom's id."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order."""

    text: str = ""
    """Words that must all be in the row; case and accents do not count."""
    sort: tuple[tuple[str, bool], ...] = ()
    """(Column, descending), the most important first; ties by name."""
    conditions: tuple[Condition, ...] = ()
    """Conditions that must hold as well; `filters.parse_filter` makes them from what was typed."""
    within: Target | None = None
    """Only the people in this resource, directly or through a group; adds the column `how`."""
