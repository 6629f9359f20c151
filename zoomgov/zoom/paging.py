"""How far a list is read: what its pages tell of those that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from zoomgov.zoom.answers import UNREADABLE
from zoomgov.zoom.errors import ErrorKind
from zoomgov.zoom.values import as_count

if TYPE_CHECKING:
    from zoomgov.zoom.answers import Answer
    from zoomgov.zoom.endpoints import Endpoint
    from zoomgov.zoom.errors import ZoomError


SMALLEST_PAGE: Final = 10
"""The smallest page that Zoom gives where more follow: its smallest default."""


FALLBACK_PAGE_SIZE: Final = 30
"""Asked for when Zoom refuses all of an endpoint's page sizes: its default for most lists. Then none is asked for."""


class Sizes:
    """The page sizes to ask for, one after the other, while Zoom refuses them."""

    def __init__(self, endpoint: Endpoint, wanted: int | None, known: int | None) -> None:
        """`wanted`: the largest to ask for; None: the endpoint's, or `known`, the one that is known to be taken."""
        sizes: tuple[int, ...] = (*endpoint.page_sizes, FALLBACK_PAGE_SIZE, 0)
        if wanted is not None:
            sizes = (wanted, *(size for size in sizes if size < wanted))
        elif known is not None:
            sizes = tuple(size for size in sizes if size <= known)
        self._waiting = list(dict.fromkeys(sizes))
        self.refused: ZoomError | None = None
        """The first refusal."""

    @property
    def next(self) -> int:
        """The size to ask for; 0: none."""
        return self._waiting[0]

    @property
    def failed(self) -> bool:
        """Whether the server failed, so that a smaller page is one last try."""
        return self.refused is not None and self.refused.kind is ErrorKind.SERVER

    def refused_with(self, error: ZoomError) -> None:
        """Go on to the next size, or raise where none would be taken.

        Raises:
            ZoomError: `error`, or the first of the refusals.
        """
        if not _may_be_the_size(error):
            raise self.refused if self.refused and self.failed and error.kind is ErrorKind.RATE_LIMIT else error
        size = self._waiting.pop(0)
        if error.kind is ErrorKind.SERVER:  # too much for it, perhaps: one smaller page tells
            self._waiting = [one for one in self._waiting if one == FALLBACK_PAGE_SIZE < size]
        self.refused = self.refused or error
        if not self._waiting:
            raise self.refused


def _may_be_the_size(error: ZoomError) -> bool:
    """Whether a smaller page may be taken where this answer refused one: some refuse with no reason, or a web page."""
    if error.kind is ErrorKind.UNEXPECTED:
        return 400 <= (error.status or 0) < 500
    return error.kind in (ErrorKind.REQUEST, ErrorKind.SERVER) and error.status is not None


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
        if answer.next_page_token:
            self._rows = None
            return True
        rows = count_rows(self._endpoint, answer)
        if self._rows is not None:
            self._rows += rows or 0
        total, pages = answer.total_records, answer.page_count
        size = answer.page_size or self._size or 0
        if pages is not None and pages > 1 and rows:
            full = answer.page_size or (rows if self.read < pages else 0)
            least = as_count((pages - 1) * full + 1)
            self.at_least = max(least or 0, self.at_least or 0) or None
        if not rows:
            return False
        if total is not None:
            if self._rows is not None:
                return self._rows < total
            return size > 0 and -(-total // size) > self.read
        if pages is not None:
            return pages > self.read
        if self._size is None:
            return False
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
