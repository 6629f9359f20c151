"""Requests and answers, and the bodies of Zoom's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

encode: Final = msgspec.json.Encoder().encode
JSON: Final = "application/json;charset=UTF-8"
HTML: Final = "text/html"


class SimAnswer(NamedTuple):
    """One HTTP answer; `headers` without content type, date and length."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """Ends a call with an error answer."""

    def __init__(self, answer: SimAnswer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def ok(body: Any) -> SimAnswer:
    """200 with a JSON body."""
    return SimAnswer(200, encode(body))


def zoom_error(status: int, code: int, message: str, **more: Any) -> SimAnswer:
    """An error in Zoom's envelope of code and message (Z-ERR)."""
    return SimAnswer(status, encode({"code": code, "message": message, **more}))


def refuse(status: int, code: int, message: str, **more: Any) -> Refused:
    """The exception for `zoom_error`: `raise refuse(404, 1001, ...)`."""
    return Refused(zoom_error(status, code, message, **more))


def invalid(field: str, message: str) -> Refused:
    """The exception for a bad parameter: 400/300 that names the field (Z-ERR)."""
    return refuse(400, 300, "Validation Failed.", errors=[{"field": field, "message": message}])


def oauth_error(error: str, reason: str, status: int = 400) -> SimAnswer:
    """An error in the token endpoint's envelope, which has neither code nor message (zoom-api 1.5)."""
    return SimAnswer(status, encode({"reason": reason, "error": error}))


GATEWAY_PAGE: Final = (
    "<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n<center><h1>{status} {phrase}</h1></center>"
    "\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
PROXY_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Access blocked</title></head><body><h1>Your organisation blocks this page</h1>"
    "<p>Category: web conferencing. Contact the service desk.</p></body></html>"
)


class Request(NamedTuple):
    """One HTTP request; what the simulator does not read is left out."""

    method: str
    path: str
    """As sent, without the query, still percent-encoded."""
    segments: tuple[str, ...]
    """The path split at /, percent-decoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    query_string: str = ""

    @property
    def target(self) -> str:
        """Path and query as sent; faults match on it."""
        return f"{self.path}?{self.query_string}" if self.query_string else self.path
