"""Answers in the older and looser shapes that Zoom's types allow: fields left out, numbers in other forms.

In Zoom's published types every field of a list's answer is optional (RIVET).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.sim.world.answers import SimAnswer, encode

if TYPE_CHECKING:
    from zoomgov.sim.world.endpoints import Endpoint
    from zoomgov.sim.world.options import Options

_LIST_KEYS: Final = ("users", "groups", "roles", "members", "group_members", "admins")
_COUNTS: Final = ("total_records", "total_members", "page_count")
_MISCOUNTS: Final = {"negative": -1, "huge": 2**63}
_IDS: Final = frozenset({"id", "group_id", "role_id"})


def shape(options: Options, endpoint: Endpoint, answer: SimAnswer) -> SimAnswer:
    """The answer as the switches `leave_out`, `counts` and `numbers` want it; refusals as they are."""
    plain = not options.leave_out and options.numbers == "plain" and options.counts == "right"
    if answer.status != 200 or plain:
        return answer
    body: dict[str, Any] = msgspec.json.decode(answer.body)
    if options.counts != "right":
        _miscount(body, _MISCOUNTS[options.counts])
    if options.numbers != "plain":
        body = _numbers(body, options.numbers)
    for entry in options.leave_out:
        if entry.call in ("*", endpoint.id):
            _leave_out(body, entry.field, entry.whose, options.left_out_as)
    return answer._replace(body=encode(body))


def _leave_out(body: dict[str, Any], field: str, whose: str, instead: str) -> None:
    rows = [row for key in _LIST_KEYS for row in body.get(key) or () if isinstance(row, dict) and _is_meant(row, whose)]
    for place in rows if whose else [*rows, body]:
        if field in place:
            if instead == "absent":
                del place[field]
            else:
                place[field] = None if instead == "null" or field in _LIST_KEYS else " "


def _miscount(body: dict[str, Any], number: int) -> None:
    for place in (body, *(row for key in _LIST_KEYS for row in body.get(key) or ())):
        for field in _COUNTS:
            if field in place:
                place[field] = number


def _is_meant(row: dict[str, Any], whose: str) -> bool:
    if whose == "some":  # every other one, the same ones at each call
        return zlib.crc32(str(row.get("email") or row.get("id") or row.get("group_id")).encode()) % 2 == 0
    return not whose or row.get("status") == whose


def _numbers(value: Any, form: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _numbers(item, form, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item, form, name) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if form == "fraction" else f" {value} " if form == "blanks" else str(value)
    if form == "fraction" and name in _IDS and isinstance(value, str) and value.isdigit() and len(value) < 15:
        return float(value)
    return value
