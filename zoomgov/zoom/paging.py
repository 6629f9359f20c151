"""How far a list is read: what its pages tell of those that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from zoomgov.zoom.answers import UNREADABLE

if TYPE_CHECKING:
    from zoomgov.zoom.answers import Answer
    from zoomgov.zoom.endpoints import Endpoint


SMALLEST_PAGE: Final = 10
"""The smallest page that Zoom gives where more follow: its smallest default."""


class Place:
    """How far a list is read, and what its pages tell of their number."""

    def __init__(self, endpoint: Endpoint, size: int | None) -> None:
        """`size`: what was asked for; 0 for no size, None for a call that is not paged."""
        self._endpoint = endpoint
        self._size = size
        self._rows: int | None = 0
        """Rows so far; None once there was a page with a token, whose rows are not counted."""
        self.read = 0
        """Pages so far."""
        self.at_least: int | None = None
        """Rows the list has at least, by its number of pages."""

    def more(self, answer: Answer) -> bool | None:
        """Whether pages follow the page `answer`, which has no token; None when nothing tells."""
        self.read += 1
        if self._size is None:
            return False
        if answer.next_page_token:
            self._rows = None
            return True
        rows = count_rows(self._endpoint, answer)
        if self._rows is not None:
            self._rows += rows or 0
        total, pages = answer.total_records, answer.page_count
        size = answer.page_size or self._size
        if pages is not None and pages > 1 and rows:
            full = answer.page_size or (rows if self.read < pages else 0)
            self.at_least = max((pages - 1) * full + 1, self.at_least or 0)
        if not rows:
            return False
        if total is not None:
            if self._rows is not None:
                return self._rows < total
            return size > 0 and -(-total // size) > self.read
        if pages is not None:
            return pages > self.read
        return False if answer.ends or (self.read == 1 and rows < SMALLEST_PAGE) else None

    def is_same(self, before: Answer, answer: Answer) -> bool:
        """Whether Zoom gave another page than the one asked for by its number."""
        other = answer.page_number not in (None, self.read + 1)
        return other or answer.body == before.body


def count_rows(endpoint: Endpoint, answer: Answer) -> int | None:
    """How many rows a page has, without decoding them; None when the list is not where it should be."""
    try:
        page = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
        for key in endpoint.list_keys:
            if key in page:
                return len(msgspec.json.decode(page[key], type=list[msgspec.Raw]))
    except UNREADABLE:
        pass
    return None
