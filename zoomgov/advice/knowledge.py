"""The knowledge base: causes of Zoom's errors and their remedies, as data in `advice/*.toml`.

One entry per cause. The keys of an entry are the fields of `Advice`, plus

- `when`: symptoms, any one of which is enough. `code` (Zoom's number or OAuth word), `text` and `body` (regular
  expressions, case-insensitive, with bounded gaps so that they are linear), `status`, `kind` (of `ErrorKind`) and
  `call` (`token`: the token endpoint). All keys given must match, as far as the query tells: the same number means
  different things per call (Zoom's error docs).
- `seen`: what users would type who have no code to quote.

Entries that match equally well keep the order of the files: likelier causes first.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from zoomgov.advice.query import Clues, clues_in
from zoomgov.text import printable
from zoomgov.zoom.clouds import ZOOM_US
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import kind_of, scope_to_add, writes

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.zoom.clouds import Cloud

TOPICS: Final = ("credentials", "scopes", "roles", "tokens", "network", "requests", "setup")
"""Files of the knowledge base, in order of precedence between causes that match equally well."""

UNRECOGNISED: Final = "unrecognised"


class Trust(StrEnum):
    """How reliable an entry is; the value is what is shown."""

    ZOOM = "Zoom's documentation"
    REPORTED = "reported by users"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Advice:
    """One cause and its remedy, for readers who have never seen the Marketplace."""

    id: str
    title: str
    cause: str
    remedy: tuple[str, ...]
    """Clicks, in order."""
    link: str
    trust: Trust
    source: str
    unknown: str = ""
    """What nobody outside Zoom knows about it; empty when nothing is."""


_STATUS, _KIND, _CODE, _TEXT = 1, 2, 4, 8
"""Weights of what matches: each is more than all before it together."""


@dataclass(frozen=True, slots=True)
class _Symptom:
    kinds: frozenset[str]
    statuses: frozenset[int]
    codes: frozenset[str]
    text: re.Pattern[str] | None
    body: re.Pattern[str] | None
    call: str | None = None

    def score(self, clues: Clues) -> int:
        """How well the clues match; 0 for not at all. A text weighs more than a code, a code more than a status."""
        if (self.codes or self.text or self.body) and clues.code is clues.text is clues.body is None:
            return 0
        if self.call is not None and self.call != clues.call:
            return 0
        score = _STATUS if self.call is not None else 0
        for weight, given, known, fits in (
            (_KIND, self.kinds, clues.kind, clues.kind in self.kinds),
            (_STATUS, self.statuses, clues.status, clues.status in self.statuses),
            (_CODE, self.codes, clues.code, clues.code in self.codes),
        ):
            if given and known is not None:
                if not fits:
                    return 0
                score += weight
        for pattern, known_text in ((self.text, clues.text), (self.body, clues.body)):
            if pattern is not None and known_text is not None:
                if not pattern.search(known_text):
                    return 0
                score += _TEXT
        return score


@dataclass(frozen=True, slots=True)
class _Entry:
    advice: Advice
    when: tuple[_Symptom, ...]
    words: frozenset[str]
    """Of `seen`, for queries that hold no code or known text."""
    phrases: tuple[str, ...]


def _symptom(data: dict[str, Any]) -> _Symptom:
    def pattern(key: str) -> re.Pattern[str] | None:
        return re.compile(data[key], re.IGNORECASE | re.DOTALL) if key in data else None

    if unknown := set(data) - {"kind", "status", "code", "text", "body", "call"}:
        raise ValueError(f"a symptom has no key {sorted(unknown)}")
    return _Symptom(
        kinds=frozenset(data.get("kind", ())),
        statuses=frozenset(data.get("status", ())),
        codes=frozenset(str(code).lower() for code in data.get("code", ())),
        text=pattern("text"),
        body=pattern("body"),
        call=data.get("call"),
    )


@cache
def _entries() -> dict[str, _Entry]:
    """The whole base by id, in order; takes about 10 ms, once."""
    entries: dict[str, _Entry] = {}
    folder = files(__package__)
    for topic in TOPICS:
        for data in tomllib.loads((folder / f"{topic}.toml").read_text("utf-8"))["advice"]:
            when = tuple(_symptom(item) for item in data.pop("when", ()))
            seen = tuple(data.pop("seen", ()))
            trust = Trust[data.pop("trust").upper()]
            advice = Advice(trust=trust, remedy=tuple(data.pop("remedy")), **data)
            if advice.id in entries:
                raise ValueError(f"two entries are called {advice.id}")
            phrases = tuple(_plain(phrase) for phrase in (*seen, advice.title))
            entries[advice.id] = _Entry(advice, when, _words(" ".join(phrases)), phrases)
    return entries


def load() -> None:
    """Read the base now; to be called in a thread before it is first used on an event loop."""
    _entries()


def all_advice() -> list[Advice]:
    """Every entry, as written: with its `{placeholders}`."""
    return [entry.advice for entry in _entries().values()]


def advice(entry_id: str, *, cloud: Cloud = ZOOM_US, scopes: Collection[str] = ()) -> Advice:
    """The entry `entry_id`, written for `cloud` and naming `scopes`.

    Raises:
        KeyError: there is no such entry.
    """
    return _written(_entries()[entry_id].advice, cloud, scopes)


def explain(query: ZoomError | int | str, *, cloud: Cloud = ZOOM_US, scopes: Collection[str] = ()) -> list[Advice]:
    """What an error means, likeliest cause first; never empty.

    Args:
        query: an error of this program, a code, Zoom's words, or anything pasted that holds them (JSON, a log line).
        cloud: whose pages the links lead to.
        scopes: the missing scopes to name where the query itself names none.
    """
    clues = clues_in(query)
    named = _to_name(clues.scopes) or tuple(scopes)
    found = _by_clues(clues)
    if not found and not isinstance(query, ZoomError):
        found = _by_words(clues.raw)
    if not found and clues.code is not None and clues.text is not None:
        # a known code with an unknown text: say so first, then what the code means elsewhere
        found = [UNRECOGNISED, *_by_clues(replace(clues, text=None, body=None))]
    if not found and clues.status is not None:
        found = _by_clues(Clues(status=clues.status))
    if isinstance(query, ZoomError) and query.kind is ErrorKind.TOKEN and query.token_worked:
        # Zoom answered with such tokens before, so that neither app nor cloud can be wrong.
        found = [
            "token-replaced",
            *(entry_id for entry_id in found if entry_id not in ("token-replaced", "wrong-cloud")),
        ]
    if cloud.custom:
        found = [_AT_AN_ADDRESS.get(entry_id, entry_id) for entry_id in found]
    return [advice(entry_id, cloud=cloud, scopes=named) for entry_id in found or [UNRECOGNISED]]


def _to_name(listed: tuple[str, ...]) -> tuple[str, ...]:
    """Of the scopes a refusal lists, one of each kind to add; those that write only where nothing else is listed."""
    reading = [scope for scope in listed if not writes(scope)]
    kinds = dict.fromkeys(map(kind_of, reading))
    return tuple(scope for kind in kinds if (scope := scope_to_add(reading, kind))) or listed


_AT_AN_ADDRESS: Final = {"connection-blocked": "address-silent", "name-not-found": "address-not-found"}
"""Entries to give in place of others for a connector with an address of its own, which has none of Zoom's hosts."""


def _by_clues(clues: Clues) -> list[str]:
    plain = _plain(clues.raw)
    scored = []
    for entry in _entries().values():
        score = max((symptom.score(clues) for symptom in entry.when), default=0)
        quoted = any(phrase.count(" ") > 1 and phrase in plain for phrase in entry.phrases)
        scored.append((score, quoted, entry.advice.id))
    best = max(score for score, _, _ in scored)
    # weaker matches are dropped beside stronger ones: a status beside a code, a code beside code and text
    enough = next(
        (level for fits, level in ((_CODE + _TEXT, _TEXT), (_CODE, _CODE), (_KIND, _KIND)) if best >= fits), 1
    )
    scored.sort(key=lambda item: (-item[0], not item[1]))
    return [entry_id for score, _, entry_id in scored if score >= enough]


def _by_words(text: str) -> list[str]:
    """Entries whose phrases share words with the query, such as "no build app" or "scopes disappeared"."""
    plain = _plain(text)
    asked = _words(plain)
    if not asked:
        return []
    scored = []
    for entry in _entries().values():
        exact = any(len(phrase) > 3 and (phrase in plain or plain in phrase) for phrase in entry.phrases)
        share = len(asked & entry.words) / len(asked)
        best = max((len(asked & _words(phrase)) / len(asked | _words(phrase)) for phrase in entry.phrases), default=0)
        if exact or share >= 0.5:
            scored.append((exact, best, share, entry.advice.id))
    scored.sort(key=lambda item: item[:3], reverse=True)
    if scored and scored[0][0]:
        scored = [item for item in scored if item[0]]
    return [item[3] for item in scored[:5]]


_COMMON: Final = frozenset(
    """a an and are as at be but by can cannot do does for from get gets has have how i in is it its my no not of on or
    one that the there this to was what when where which who why with you your zoom""".split()  # noqa: SIM905
)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w:+]+", text.lower()))


def _words(plain: str) -> frozenset[str]:
    return frozenset(plain.split()) - _COMMON


def _hosts(cloud: Cloud) -> str:
    """The hosts and ports a firewall must allow."""
    ports: dict[int, list[str]] = {}
    for url in dict.fromkeys((cloud.token_url, cloud.api_base)):
        parts = urlsplit(url)
        names = ports.setdefault(parts.port or (443 if parts.scheme == "https" else 80), [])
        if parts.hostname and parts.hostname not in names:
            names.append(parts.hostname)
    return ", ".join(f"{' and '.join(names)} on port {port}" for port, names in ports.items())


def _written(entry: Advice, cloud: Cloud, scopes: Collection[str]) -> Advice:
    names = [printable(scope) for scope in scopes] or ["the scope named in the message"]
    values = {
        "{marketplace}": cloud.marketplace_url,
        "{portal}": cloud.portal_url,
        "{token_host}": urlsplit(cloud.token_url).hostname or cloud.name,
        "{api_host}": urlsplit(cloud.api_base).hostname or cloud.name,
        "{hosts}": _hosts(cloud),
        "{cloud}": cloud.name,
        "{scopes}": ", ".join(names),
        "{any_scope}": " or ".join(names),
    }

    def fill(text: str) -> str:
        return re.sub(r"\{\w+\}", lambda match: values[match.group()], text)

    return replace(
        entry,
        title=fill(entry.title),
        cause=fill(entry.cause),
        remedy=tuple(fill(step) for step in entry.remedy),
        link=fill(entry.link),
        unknown=fill(entry.unknown),
    )
