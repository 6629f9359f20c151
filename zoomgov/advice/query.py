"""Parses what is asked about: a number, Zoom's text, pasted JSON, a log line, or a `ZoomError`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from zoomgov.zoom.answers import missing_scopes
from zoomgov.zoom.errors import ZoomError

_LONGEST: Final = 20_000
"""Characters of a query that are parsed; a message is shorter."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a query tells of an error; None for what it does not."""

    kind: str | None = None
    status: int | None = None
    code: str | None = None
    text: str | None = None
    body: str | None = None
    """The answer itself, where it is not JSON."""
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
            scopes=query.missing_scopes,
        )
    text = str(query).strip()[:_LONGEST]
    if re.fullmatch(r"[\d\s]+|[a-z]+(_[a-z]+)+", text):
        code = re.sub(r"\s", "", text)
        status = int(code) if re.fullmatch(r"[1-5]\d\d", code) else None
        return Clues(code=code, status=status if code not in ("104", "124", "200", "300") else None, raw=text)
    return _from_text(text)


_CODE: Final = re.compile(r"""["']?\b(?:code|errorCode|error_code)["']?\s*[:=]?\s*["']?(\d{3,5})\b""", re.IGNORECASE)
_WORDS: Final = "invalid_client|invalid_request|invalid_grant|unsupported_grant_type|unauthorized_client"
_WORD: Final = re.compile(rf"""["']error["']?\s*[:=]\s*["'](\w+)["']|\b({_WORDS})\b""", re.IGNORECASE)
_STATUS: Final = re.compile(
    r"""\b(?:HTTP(?:/[\d.]+)?|status(?:[ _]?code)?)["']?\s*[:=]?\s*([1-5]\d\d)\b""", re.IGNORECASE
)
_MESSAGE: Final = re.compile(r"""["'](?:message|reason|errorMessage)["']\s*:\s*["'](.*)["']\s*[,}]""", re.DOTALL)


def _from_text(text: str) -> Clues:
    fields = _json_in(text)
    code = _first(fields, "code", "errorCode", "error_code", "error")
    message = _first(fields, "message", "errorMessage", "reason", "error_description")
    if code is None and (match := _CODE.search(text) or _WORD.search(text)):
        code = next(group for group in match.groups() if group)
    if message is None and (match := _MESSAGE.search(text)):
        message = match.group(1)
    status = _STATUS.search(text)
    leading = re.match(r"\s*([1-5]\d\d)\b", text)
    said = status or (leading if code is not None else None)
    return Clues(
        status=int(said.group(1)) if said else None,
        code=code.lower() if code is not None else None,
        text=message if message is not None else _words_of(text),
        body=text if text.startswith("<") else None,
        scopes=missing_scopes(message or text),
        raw=text,
    )


def _words_of(text: str) -> str | None:
    """The query as Zoom's words; None when it holds only numbers, or is a web page."""
    rest = _STATUS.sub("", _CODE.sub("", text)).strip(" :,.;{}\"'")
    return text if re.search(r"[A-Za-z]{3}", rest) and not text.startswith("<") else None


def _json_in(text: str) -> dict[str, Any]:
    """The first JSON object in the text, nested under `error` or not; empty when there is none that can be read."""
    start = text.find("{")
    if start < 0:
        return {}
    try:
        value, _ = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    return value if isinstance(value, dict) else {}


def _first(fields: dict[str, Any], *keys: str) -> str | None:
    """The first of the keys that holds a text or a number. Any: what was pasted may hold anything."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None
