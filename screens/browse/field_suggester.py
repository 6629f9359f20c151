"""Completion of what is typed into the search line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.suggester import Suggester

from zoomgov.model.filters import completed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from zoomgov.model.kinds import Kind


class FieldSuggester(Suggester):
    """Completes field names, and values of fields that have few."""

    def __init__(self, kind: Kind, values: Callable[[], Awaitable[Mapping[str, Sequence[str]]]]) -> None:
        """`values` returns the values known so far, by field."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._kind = kind
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        return completed(value, self._kind, await self._values())
