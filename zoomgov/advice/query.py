"""Parses what is asked about: a number, Zoom's text, pasted JSON, a log line, or a `ZoomError`.

What is pasted was printed by somebody's program: JSON in JSON, a Python or JavaScript object, or the words in which
requests, axios, Guzzle, PowerShell, curl and their like report an HTTP error. Matching takes time linear in the text.
"""

from __future__ import annotations

import ast
import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zoomgov.zoom.answers import SEARCHED, missing_scopes, one_line
from zoomgov.zoom.auth import TOKEN_ENDPOINT
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_OBJECTS: Final = 40
"""Objects that are looked for in a query, and how deep they may be nested in texts."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a query tells of an error; None for what it does not."""

    kind: str | None = None
    status: int | None = None
    code: str | None = None
    text: str | None = None
    body: str | None = None
    """The answer itself, where it is not JSON."""
    call: str | None = None
    """`token` for the token endpoint; None when another call was made, or it is not known."""
    scopes: tuple[str, ...] = ()
    raw: str = ""


def clues_in(query: ZoomError | int | str) -> Clues:
    """Parse a query of any form; never raises."""
    if isinstance(query, ZoomError):
        return Clues(
            kind=query.kind.value,
            status=query.status,
            code=None if query.code is None else str(query.code).lower(),
            text=query.message,
            body=query.body_excerpt,
            call="token" if query.endpoint == TOKEN_ENDPOINT else None,
            scopes=query.missing_scopes,
        )
    text = str(query)[: 2 * SEARCHED].strip()[:SEARCHED]
    if _NUMBER_ALONE.fullmatch(text) or _OAUTH_WORD.fullmatch(text):
        code = _without_separators(text)
        status = int(code) if re.fullmatch(r"[1-5]\d\d", code) else None
        return Clues(code=code, status=status if code not in _CODES_LIKE_STATUS else None, raw=text)
    return _from_text(text)


_NUMBER_ALONE: Final = re.compile(r"[\d\s,.'\u2019_]+")
_OAUTH_WORD: Final = re.compile(r"[a-z]+(?:_[a-z]+)+")
_CODES_LIKE_STATUS: Final = ("104", "124", "200", "300")
"""Zoom's codes that could be taken for an HTTP status."""

_NUMBER: Final = r"(\d[,.'\u2019 ]\d{3}|\d{3,5})(?!\w|[,.]\d)"
_NAMED: Final = r"[\"'\]]{0,2}\s{0,4}(?:=>|->|[:=])?\s{0,4}[\"'(\[]{0,2}"
_CODE: Final = re.compile(
    r"(?<!status )(?<!status_)(?<!status-)(?<!status)(?<!response )"
    rf"\b(?:zoom_?code|code|errorCode|error_code|error code)\b{_NAMED}{_NUMBER}",
    re.IGNORECASE,
)
_ERROR_NUMBER: Final = re.compile(
    rf"\b(?:error|fehler|erreur|erro|errno)\b[ #:(]{{1,4}}(?:no\.? ?|nr\.? ?)?{_NUMBER}", re.IGNORECASE
)
_WORDS: Final = (
    "invalid_client|invalid_request|invalid_grant|invalid_scope|unsupported_grant_type|unauthorized_client"
    "|server_error|temporarily_unavailable"
)
_WORD: Final = re.compile(rf"""["']error["']\s{{0,4}}[:=]\s{{0,4}}["'](\w{{1,60}})["']|\b({_WORDS})\b""", re.IGNORECASE)
_PHRASES: Final = (
    "client error|server error|bad request|unauthori[sz]ed|forbidden|not found|method not allowed|proxy auth|conflict"
    "|gone|too many requests|internal server error|not implemented|bad gateway|service unavailable|gateway time-?out"
)
_PHRASE: Final = re.compile(_PHRASES, re.IGNORECASE)
_STATUS: Final = re.compile(
    r"""\b(?:HTTP(?:[ /][\d.]{1,4})?|http_?(?:status|code)|status(?:[ _-]?code)?|http error|response code)"""
    rf"""["']?\s{{0,4}}(?:=>|[:=])?\s{{0,4}}["'(]?([1-5]\d\d)\b"""
    rf"""|\b([1-5]\d\d)\b[)\]:,]?\s{{0,3}}[(]?(?:{_PHRASES})"""
    rf"""|\(([1-5]\d\d)\)\s{{0,3}}(?:{_PHRASES})"""
    r"""|(?:returned(?: an?)?(?: error)?|indicate success|responded with(?: a)?(?: status)?)"""
    r"""\s{0,3}:?\s{0,3}\(?([1-5]\d\d)\b""",
    re.IGNORECASE,
)
_LIBRARY: Final = re.compile(
    r"request failed with status|remote server returned an error|does not indicate success|client error|server error"
    r"|requested url returned error|http error \d|server returned http response code|responded with status|httperror",
    re.IGNORECASE,
)
"""The words of HTTP libraries, which say no more than the status does."""
_ANSWERED: Final = re.compile(
    r"""[\["']?\b(?:message|reason|errorMessage|error_description|errorDescription)\b["'\]]?\s{0,4}(?:=>|[:=])\s{0,4}(["'])"""
)
_CODE_KEYS: Final = ("code", "errorCode", "error_code", "errorcode", "error")
_TEXT_KEYS: Final = (
    "message", "errorMessage", "error_message", "errorDescription", "error_description", "reason", "detail", "details",
    "description", "msg", "error", "title",
)  # fmt: skip
_STATUS_KEYS: Final = ("status", "statusCode", "status_code", "httpStatus", "http_status")
_TOKEN_CALL: Final = re.compile(r"/oauth/token|\btoken (?:request|endpoint|call)\b", re.IGNORECASE)
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]{0,20}m")
_WRAP: Final = re.compile(r"(?:(?<!\s)[ \t]{1,8})?\n[ \t]{0,8}")
"""A line end within a message: a console's, which breaks lines within words."""
_CUT: Final = re.compile(r"scopes?\s{0,4}:?\s{0,4}\[([^\[\]]{1,2000})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one object tells."""

    code: str | None
    text: str | None
    status: int | None

    @property
    def weight(self) -> int:
        """How telling it is: Zoom's own answer outweighs the object of the library around it."""
        return 4 * (self.code is not None) + 2 * (self.text is not None) + (self.status is not None)


def _from_text(text: str) -> Clues:
    plain = _unescaped(_COLOUR.sub("", text))
    told = max(map(_told, _objects(plain)), key=lambda one: one.weight, default=_Told(None, None, None))
    flat = one_line(plain.replace("\\", ""))
    code, message, status = told.code, told.text, told.status
    if code is None and (match := _CODE.search(flat) or _WORD.search(flat) or _ERROR_NUMBER.search(flat)):
        code = _without_separators(next(group for group in match.groups() if group))
    if message is None:
        message = _quoted(flat)
    said = next((int(group) for match in _STATUS.finditer(flat) for group in match.groups() if group), None)
    status = said if said is not None else status
    if code is not None and _is_status(code):
        status = status or int(code)
        code = code if code == "429" else None
    leading = re.match(r"([1-5]\d\d)\b", flat)
    if status is None and leading is not None and code is not None:
        status = int(leading[1])
    if status == 429:
        code = code or "429"
    words = _words_of(flat)
    if message is None and words is not None and status is not None and _LIBRARY.search(flat):
        words = None
    return Clues(
        status=status,
        code=code.lower() if code is not None else None,
        text=message if message is not None else words,
        body=plain if plain.startswith("<") else None,
        call="token" if _TOKEN_CALL.search(flat) else None,
        scopes=_scopes(message or flat) or _scopes(flat),
        raw=text,
    )


def _unescaped(text: str) -> str:
    """HTML's entities as characters; the text as it is where one stands for a number that Python does not read."""
    try:
        return html.unescape(text)
    except ValueError:
        return text


def _is_status(code: str) -> bool:
    """Whether it is an HTTP status that somebody calls a code, as Zoom itself does in places."""
    return re.fullmatch(r"[45]\d\d", code) is not None


def _without_separators(text: str) -> str:
    return re.sub(r"[\s,.'\u2019]", "", text) if text[:1].isdigit() else text


def _scopes(text: str) -> tuple[str, ...]:
    """The scopes a text names, also where a log cut it within the list: then without the last one."""
    if (named := missing_scopes(text)) or (match := _CUT.search(text[-4000:])) is None:
        return named
    return tuple(one.strip(" \"'") for one in match[1].split(",")[:-1] if one.strip(" \"'"))


def _words_of(text: str) -> str | None:
    """The query as Zoom's words; None when it holds only numbers, or is a web page."""
    rest = _STATUS.sub("", _ERROR_NUMBER.sub("", _CODE.sub("", text))).strip(" :,.;{}\"'")
    return text if re.search(r"[A-Za-z]{3}", rest) and not text.startswith("<") else None


def _quoted(text: str) -> str | None:
    """What stands in quotes after `message` or its like, to the end of the text where a log cut it."""
    match = _ANSWERED.search(text)
    if match is None:
        return None
    end = _ENDS[match[1]].search(text, match.end())
    found = text[match.end() : end.start() if end else len(text)].strip().rstrip(match[1])
    return found or None


_AFTER_QUOTED: Final = r"\s{0,4}(?:[})]|,\s{0,4}[\"']?\w{1,40}[\"']?\s{0,4}(?::|=>))"
_DOUBLE_END: Final = re.compile(f'"{_AFTER_QUOTED}')
_SINGLE_END: Final = re.compile(f"'{_AFTER_QUOTED}")
_ENDS: Final = {'"': _DOUBLE_END, "'": _SINGLE_END}
"""By the quote it began with: where a quoted text ends, which may hold such quotes itself."""


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every object in the text and in its texts, however it was printed."""
    left = [_MOST_OBJECTS]
    for form in dict.fromkeys((text, text.replace("\r", "").replace("\n", ""), text.replace('\\"', '"'))):
        found = False
        for value in _values_in(form, left):
            found = True
            yield from _nested(value, left)
        if found:
            return


def _values_in(text: str, left: list[int]) -> Iterator[object]:
    """The JSON values in a text; Python's own form where the whole is one."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    while at >= 0 and left[0] > 0:
        left[0] -= 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            value = _python_object(text, at)
            at += 1
        if value is not None:
            yield value
        at = text.find("{", at)


def _python_object(text: str, at: int) -> object:
    """The object from `at` to the last brace in Python's form; None when it is not one."""
    end = text.rfind("}")
    if end < at or end - at > 4000 or not text[at + 1 : at + 3].strip().startswith(("'", '"')):
        return None
    try:
        return ast.literal_eval(text[at : end + 1])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _nested(value: object, left: list[int], depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6 or left[0] <= 0:
        return
    if isinstance(value, dict):
        left[0] -= 1
        yield value
        for inner in value.values():
            yield from _nested(inner, left, depth + 1)
    elif isinstance(value, list):
        for inner in value[:10]:
            yield from _nested(inner, left, depth + 1)
    elif isinstance(value, str) and "{" in value:
        for found in _values_in(value, left):
            yield from _nested(found, left, depth + 1)


def _told(fields: dict[str, Any]) -> _Told:
    """What an object tells. Any: what was pasted may hold anything."""
    code = text = None
    status = next((number for key in _STATUS_KEYS if (number := _number(fields.get(key))) is not None), None)
    for key in _CODE_KEYS:
        given = _without_separators(_code_text(fields.get(key)))
        if not given:
            continue
        if given.isascii() and given.isdigit() and _is_status(given):
            status, code = status or int(given), (given if given == "429" else code)
        elif given.isascii() and (given.isdigit() or _OAUTH_WORD.fullmatch(given)):
            code = code or given
    for key in _TEXT_KEYS:
        value = fields.get(key)
        if not isinstance(value, str) or not value.strip() or value.lstrip().startswith(("{", "[")):
            continue
        if key in ("error", "title") and (_OAUTH_WORD.fullmatch(value.strip()) or _PHRASE.fullmatch(value.strip())):
            continue  # a code, or the words of the HTTP status
        if not _LIBRARY.search(value[:2000]):
            text = _WRAP.sub(lambda match: " " if match.group() != "\n" else "", value.strip())
            break
    return _Told(code, text, status)


def _number(value: object) -> int | None:
    """An HTTP status, as a number or as text."""
    text = _code_text(value)
    return int(text) if re.fullmatch(r"[1-5]\d\d", text, re.ASCII) else None


def _code_text(value: object) -> str:
    """A text, or a number as text; empty for anything else, and for numbers too long for a code."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64 else ""
