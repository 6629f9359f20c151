"""Reads responses: every one becomes an `Answer` or raises one typed `ZoomError`.

Zoom's error answers come in several shapes and its texts vary over time, so texts are matched loosely, and
code and text together: numbers like 200 and 300 mean different things per call (Zoom's error docs).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from zoomgov.secret import scrubbed
from zoomgov.text import printable
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.retry import retry_moment
from zoomgov.zoom.values import as_count, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from zoomgov.secret import Secret
    from zoomgov.zoom.endpoints import Endpoint
    from zoomgov.zoom.transport import Response

T = TypeVar("T")

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)
"""What decoding bytes that are not JSON may raise."""
_EXCERPT: Final = 400
SEARCHED: Final = 20_000
"""Characters of a text that are searched for what it means; Zoom's are shorter than 1,000."""
_CLEANED: Final = 50_000
"""Characters of a text from which secrets are removed; the rest is dropped."""


class _Envelope(msgspec.Struct, gc=False):
    """The keys that tell an error, or the next page, whatever else there is. Any type: nothing is promised."""

    code: object = None
    message: object = None
    error_code: object = None
    errorCode: object = None
    errorMessage: object = None
    errorDescription: object = None
    error_description: object = None
    status: object = None
    reason: object = None
    error: object = None
    errors: object = None
    next_page_token: object = msgspec.UNSET
    total_records: object = None
    page_size: object = None
    page_count: object = None
    page_number: object = None


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])  # Any: Zoom's fields are whatever Zoom sends


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. The body is a JSON object, or empty (204)."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    milliseconds: float = 0.0
    tracking_id: str | None = None
    next_page_token: str = ""
    total_records: int | None = None
    attempts: int = 1
    ends: bool = True
    """Whether it says that no page follows: it has a next page token, which is empty. Such a token may be left out."""
    page_count: int | None = None
    page_number: int | None = None
    page_size: int | None = None
    by_number: bool = False
    """Whether the next page is asked for by its number, if there is one: it may turn out that this one was the last."""
    at_least: int | None = None
    """Rows the list has at least, by its number of pages."""
    no_counts: Mapping[str, str] = field(default_factory=dict)
    """Numbers of the answer that cannot be counts, by their names: they are ignored."""

    def json(self) -> dict[str, Any]:
        """The body as a plain object; `{}` when empty. Any: Zoom's fields are whatever Zoom sends."""
        try:
            return decode_leniently(_OBJECT, self.body) if self.body else {}
        except UNREADABLE:
            return {}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a call beside its response."""

    endpoint: str
    milliseconds: float
    attempts: int
    now: datetime
    """UTC, for Retry-After."""
    hide: tuple[Secret, ...] = ()
    """What must not appear in an error even if the server sends it back: the token, and `secret.sent_forms`."""


def read_answer(endpoint: Endpoint, response: Response, at: Circumstances) -> Answer:
    """Turn a response to a REST call into an `Answer`.

    Raises:
        ZoomError: the response is a refusal, or is not Zoom's.
    """
    envelope = _envelope(response.body)
    tracking_id = response.headers.get("x-zm-trackingid")
    if 200 <= response.status < 300 and envelope is not None and not _tells_error(envelope):
        token = as_text(envelope.next_page_token)
        return Answer(
            response.status,
            response.headers,
            response.body,
            at.milliseconds,
            tracking_id,
            next_page_token=token,
            total_records=as_count(envelope.total_records),
            attempts=at.attempts,
            ends=envelope.next_page_token is not msgspec.UNSET and not token,
            page_count=as_count(envelope.page_count),
            page_number=as_count(envelope.page_number),
            page_size=as_count(envelope.page_size),
            no_counts=_no_counts(envelope),
        )
    if response.status == 204 and not response.body:
        return Answer(204, response.headers, b"", at.milliseconds, tracking_id, attempts=at.attempts)
    raise refusal(response, envelope, at)


def _no_counts(envelope: _Envelope) -> dict[str, str]:
    told = {"total_records": envelope.total_records, "page_count": envelope.page_count}
    return {name: _shown(value) for name, value in told.items() if value is not None and as_count(value) is None}


def _shown(value: object) -> str:
    try:
        return printable(str(value)[:80])
    except ValueError:  # of more digits than Python writes
        return "a number without end"


def refusal(response: Response, envelope: _Envelope | None, at: Circumstances) -> ZoomError:
    """The typed error for a response that is not a success."""
    text = _clean(response.body[: 4 * _CLEANED].decode("utf-8", "replace"), at.hide)
    message = _message(envelope, at.hide)
    code = _code(envelope)
    if isinstance(code, str):
        code = _clean(code, at.hide)[:80]
    missing = missing_scopes(message or text)
    kind = _kind(response, envelope, code, message, text)
    return ZoomError(
        kind,
        at.endpoint,
        message or _unreadable(response),
        status=response.status,
        code=code,
        tracking_id=_header(response, "x-zm-trackingid", at.hide),
        missing_scopes=missing if kind is ErrorKind.SCOPE else (),
        retry_at=retry_moment(response.headers, at.now, daily=kind is ErrorKind.DAILY_LIMIT),
        milliseconds=at.milliseconds,
        attempts=at.attempts,
        body_excerpt=None if message else text[:_EXCERPT],
    )


def token_refusal(response: Response, at: Circumstances) -> ZoomError:
    """The typed error for a token answer that holds no token: `{"reason", "error"}`, judged by `error` only."""
    envelope = _envelope(response.body)
    error = refusal(response, envelope, at)
    if envelope is None and not response.body.strip() and response.status in _REFUSALS:
        error.kind = ErrorKind.CREDENTIALS
    if envelope is None or error.kind in (ErrorKind.RATE_LIMIT, ErrorKind.DAILY_LIMIT, ErrorKind.SERVER):
        return error
    word = envelope.error if isinstance(envelope.error, str) and envelope.error else None
    told = (envelope.reason, envelope.errorDescription, envelope.error_description, envelope.message)
    reason = next((text for text in told if isinstance(text, str) and text), "")
    if word in ("server_error", "temporarily_unavailable"):
        error.kind = ErrorKind.SERVER
    elif word is not None or response.status in _REFUSALS or (error.code is not None and response.status < 500):
        error.kind = ErrorKind.CREDENTIALS
    else:
        error.kind = ErrorKind.UNEXPECTED
    if word is not None:
        error.code = _clean(word, at.hide)
        error.message = _clean(reason or word, at.hide)
        error.body_excerpt = None
    return error


_REFUSALS: Final = (400, 401)
"""Statuses of a token answer that refuse the credentials or the app, also where nothing else is said."""

# Patterns here are linear: no two repetitions that may take the same characters follow each other, and none that runs
# to the end of the text begins at many places. tests/house/test_linear.py holds all patterns of the program to that.

# `does not contain scopes:[a, b].`, the same as broken JSON with unescaped quotes, `does not contain a scope.`
_NOT_CONTAINED: Final = re.compile(r"does not contain\b", re.IGNORECASE | re.ASCII)
_SCOPE: Final = re.compile(r"\bscope", re.IGNORECASE)
_SCOPE_LIST: Final = re.compile(r"scopes? ?:? ?\[([^\[\]]*)\]", re.IGNORECASE)
_SCOPE_WORDS: Final = re.compile(r"[\w:., ]+")


def missing_scopes(text: str) -> tuple[str, ...]:
    """The scopes named by a missing-scope text, any one of which would do; empty when it names none."""
    text = one_line(text)
    if not _tells_missing_scope(text):
        return ()
    found = _SCOPE_LIST.search(text)
    named = found.group(1) if found is not None else _before_scope(text)
    names = (name.strip(" \"'\\") for name in named.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def one_line(text: str) -> str:
    """`text` as far as it is searched, with one blank for each run of white space."""
    return " ".join(text[:SEARCHED].split())


def _tells_missing_scope(text: str) -> bool:
    """Whether a text of `one_line` says that a scope is missing."""
    begin = _NOT_CONTAINED.search(text)
    return begin is not None and _SCOPE.search(text, begin.end()) is not None


def _before_scope(text: str) -> str:
    """What stands between *contain* and *scope*; empty where that is no name."""
    folded = text.lower()
    if len(folded) != len(text):  # one letter has two in lower case
        text = folded
    begin = folded.index("does not contain")
    end = folded.find(" scope", begin)
    contain = folded.rfind("contain ", begin, end) if end > 0 else -1
    named = text[contain + len("contain ") : end] if contain > 0 else ""
    return named if _SCOPE_WORDS.fullmatch(named) else ""


_NOT_FOUND_CODES: Final = frozenset({1001, 1010, 1034, 1120, 2001, 4130, 4131})
_TOKEN_CODES: Final = frozenset({124, 4735, 4737, 4738, 4740, 4741})
_CREDENTIAL_TEXT: Final = re.compile(
    r"invalid api key or secret|not enabled? rest api|app has been disabled", re.IGNORECASE
)
_PAGE_TOKEN_TEXT: Final = re.compile(r"next.?page.?token", re.IGNORECASE)
_PAGE_SIZE_TEXT: Final = re.compile(r"\bpage.?size\b", re.IGNORECASE)
_PAID_TEXT: Final = re.compile(r"\bpaid\b", re.IGNORECASE)
_PRIVILEGE_TEXT: Final = re.compile(r"permission|privilege|not permitted", re.IGNORECASE)
_MISSING_TEXT: Final = re.compile(r"not exist|not found|not belong", re.IGNORECASE)


def _kind(response: Response, envelope: _Envelope | None, code: int | str | None, message: str, text: str) -> ErrorKind:
    status = response.status
    if status < 400 or (envelope is not None and envelope.status is False and status < 500):
        # a refusal that calls its status a code; Zoom's own codes of three digits are no such statuses
        status = code if isinstance(code, int) and 401 <= code < 600 else status
    if status < 500 and status != 429 and _tells_missing_scope(one_line(message or text)):
        return ErrorKind.SCOPE
    if status == 429 or (code == 429 and status < 500):
        return _limit_kind(response, message or text)
    if status >= 500:
        return ErrorKind.SERVER
    if status == 407:
        return ErrorKind.UNREACHABLE
    if code in _TOKEN_CODES or (code == 4700 and _tells_error(envelope)):
        return ErrorKind.TOKEN
    if _CREDENTIAL_TEXT.search(message):
        return ErrorKind.CREDENTIALS
    if envelope is None and status == 403 and "<" not in text and _PRIVILEGE_TEXT.search(text):
        return ErrorKind.PRIVILEGE  # plain text has been seen
    if envelope is None or (code is None and not message):
        return ErrorKind.UNEXPECTED
    if status == 401:
        return ErrorKind.TOKEN
    if _PAGE_TOKEN_TEXT.search(message):
        return ErrorKind.PAGE_TOKEN
    if _PAGE_SIZE_TEXT.search(message):
        return ErrorKind.REQUEST  # whatever its status and code say: a smaller page may be taken
    if code in (200, None) and status != 404 and _PAID_TEXT.search(message):
        return ErrorKind.PLAN
    if (code == 200 or status == 403) and _PRIVILEGE_TEXT.search(message):
        return ErrorKind.PRIVILEGE
    if status == 404 or code in _NOT_FOUND_CODES or (code == 300 and _MISSING_TEXT.search(message)):
        return ErrorKind.NOT_FOUND
    return ErrorKind.PRIVILEGE if status == 403 else ErrorKind.REQUEST


def _limit_kind(response: Response, text: str) -> ErrorKind:
    kind = response.headers.get("x-ratelimit-type", "").lower()
    daily = "daily" in kind or (not kind.startswith("qps") and re.search(r"\bdaily\b", text, re.IGNORECASE))
    return ErrorKind.DAILY_LIMIT if daily else ErrorKind.RATE_LIMIT


def _envelope(body: bytes) -> _Envelope | None:
    try:
        return decode_leniently(_ENVELOPE, body)
    except UNREADABLE:
        return None


_LONE_SURROGATE: Final = re.compile(
    rb"\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}", re.IGNORECASE
)


def decode_leniently(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode JSON; bytes that are not UTF-8 and lone surrogates become U+FFFD, numbers without end null.

    A name cut in the middle of an emoji has one, and must not cost the other people of the page; nor must a number.

    Raises:
        UNREADABLE: it is not JSON, or not what the decoder is for.
    """
    try:
        return decoder.decode(body)
    except UNREADABLE:
        body = _repaired(body)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        if "out of range" not in str(error):
            raise
    return decoder.decode(_NUMBER.sub(_null_if_endless, body))


_NUMBER: Final = re.compile(rb'"(?:[^"\\]|\\.?)*+"?|-?[0-9][0-9.eE+-]*', re.DOTALL)
"""A number, or a text, within which there is none."""


def _null_if_endless(match: re.Match[bytes]) -> bytes:
    """A number that is larger than any float is taken for none; a text stays."""
    found = match.group()
    if found.startswith(b'"'):
        return found
    try:
        return b"null" if math.isinf(float(found)) else found
    except ValueError:
        return found


def _repaired(body: bytes) -> bytes:
    return _LONE_SURROGATE.sub(rb"\\ufffd", body.decode("utf-8", "replace").encode())


def _tells_error(envelope: _Envelope | None) -> bool:
    """Whether it has the shape of an error, whatever the HTTP status: one with HTTP 200 has been seen."""
    if envelope is None:
        return False
    if envelope.status is False or envelope.errorCode is not None or envelope.error_code is not None:
        return True
    return envelope.code is not None and (isinstance(envelope.message, str) or envelope.errors is not None)


def _code(envelope: _Envelope | None) -> int | str | None:
    if envelope is None:
        return None
    for value in (envelope.code, envelope.errorCode, envelope.error_code):
        if isinstance(value, bool):
            continue
        if isinstance(value, int):
            return value
        if isinstance(value, str) and value:
            return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
    return None


def _message(envelope: _Envelope | None, hide: tuple[Secret, ...]) -> str:
    if envelope is None:
        return ""
    texts = (envelope.message, envelope.errorMessage, envelope.errorDescription, envelope.error_description)
    for value in (*texts, envelope.reason, envelope.error):
        if isinstance(value, str) and value.strip():
            text = value
            break
    else:
        return ""
    if isinstance(envelope.errors, list):
        details = [item for item in envelope.errors if isinstance(item, dict)]
        text += "".join(f" {item.get('field', '')}: {item.get('message', '')}" for item in details[:3])
    return _clean(text, hide)[:1000]


def _clean(text: str, hide: tuple[Secret, ...]) -> str:
    is_cut = len(text) >= _CLEANED
    text = text[:_CLEANED]
    text = scrubbed(text, hide, "…")
    if is_cut:  # what was cut through is not known again
        text = text[: -max((len(secret.reveal()) for secret in hide), default=0) or None]
    return printable(text[: 10 * _EXCERPT]).strip()


def _header(response: Response, name: str, hide: tuple[Secret, ...]) -> str | None:
    value = response.headers.get(name)
    return _clean(value, hide)[:200] if value else None


def _unreadable(response: Response) -> str:
    """The message for a response that says nothing that can be quoted."""
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if 300 <= response.status < 400:
        return "The answer is a redirect, which is not followed: the access token would go along."
    if not response.body.strip():
        return "The answer is empty."
    if "html" in kind or response.body.lstrip()[:1] == b"<":
        return "The answer is a web page, not Zoom's API: a gateway or a proxy sent it."
    return "The answer is not the JSON that Zoom's docs describe."
