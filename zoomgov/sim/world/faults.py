"""Scripted faults: which requests fail, and how."""

from __future__ import annotations

import random
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal

from zoomgov.sim.world.answers import GATEWAY_PAGE, HTML, JSON, PROXY_PAGE, SimAnswer, encode, zoom_error
from zoomgov.sim.world.limits import PER_DAY_TEXT, PER_SECOND_TEXT

if TYPE_CHECKING:
    from zoomgov.sim.world.answers import Request
    from zoomgov.sim.world.options import Options

Action = Literal["respond", "drop", "stall", "delay", "truncate", "operate"]
_STATUSES: Final = frozenset(HTTPStatus)
_ACTIONS: Final = ("respond", "drop", "stall", "delay", "truncate", "operate")


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One fault. It fires for the `nth` matching request and the `times - 1` after it."""

    path: str = ""
    """Regular expression, searched in path and query as sent, e.g. `/groups/[^/]+/members`."""
    method: str = "*"
    action: Action = "respond"
    """respond: send `status`, `body` and `headers`; drop: close without an answer; stall: no answer until the client
    gives up or `seconds` have passed; delay: the real answer after `seconds`; truncate: half of the real answer, then
    close; operate: perform `operation`, then answer as usual."""
    status: int = 503
    body: Any = None
    """Text as it is, anything else as JSON; None: `default_answer`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    nth: int = 1
    times: int | None = 1
    """Matching requests that fail; None: all from the `nth` on."""
    probability: float = 1.0
    seed: int = 0
    operation: str = ""
    """The name of a `Control` method, for action operate."""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the values; raises ValueError."""
        if self.action not in _ACTIONS:
            raise ValueError(f"unknown fault action {self.action!r}: use {', '.join(_ACTIONS)}")
        if not 100 <= self.status <= 599:
            raise ValueError(f"a fault's status must be 100 to 599, not {self.status}")
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ValueError("a fault's nth and times count from 1")
        if (self.action == "operate") != bool(self.operation):
            raise ValueError("action operate and the name of an operation go together")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"{self.path!r} is not a regular expression: {error}") from None

    def answer(self, options: Options) -> SimAnswer:
        """Return what the action respond sends."""
        headers = tuple(self.headers.items())
        if self.body is None:
            plain = default_answer(self.status, options)
            return plain._replace(headers=headers)
        if not isinstance(self.body, str):
            return SimAnswer(self.status, encode(self.body), JSON, headers)
        return SimAnswer(self.status, self.body.encode(), HTML if self.body.startswith("<") else JSON, headers)


def default_answer(status: int, options: Options) -> SimAnswer:
    """Return the usual answer of a status: 429 as documented, 5xx as `server_error` says, else Zoom's envelope."""
    if status == 429:
        return zoom_error(429, 429, PER_SECOND_TEXT)
    phrase = HTTPStatus(status).phrase if status in _STATUSES else "Error"
    if status >= 500 and options.server_error == "html":
        return SimAnswer(status, GATEWAY_PAGE.format(status=status, phrase=phrase).encode(), HTML)
    if status >= 500 and options.server_error == "empty":
        return SimAnswer(status, b"", HTML)
    return zoom_error(status, status, phrase)


class _ArmedRule:
    """A rule and its counters."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.matched = 0
        self.fired = 0
        self._pattern = re.compile(rule.path)
        self._random = random.Random(rule.seed)

    def fires(self, request: Request) -> bool:
        """Count the request if it matches; return whether the fault applies to it."""
        rule = self.rule
        if rule.method not in ("*", request.method) or not self._pattern.search(request.target):
            return False
        self.matched += 1
        if self.matched < rule.nth or (rule.times is not None and self.fired >= rule.times):
            return False
        if rule.probability < 1.0 and self._random.random() >= rule.probability:
            return False
        self.fired += 1
        return True


class Faults:
    """The armed rules; the first that fires wins."""

    def __init__(self) -> None:
        self._armed: list[_ArmedRule] = []

    def add(self, rule: FaultRule) -> None:
        """Arm a rule, after those that are armed already."""
        self._armed.append(_ArmedRule(rule))

    def clear(self) -> None:
        """Disarm all rules."""
        self._armed.clear()

    def match(self, request: Request) -> tuple[list[FaultRule], FaultRule | None]:
        """Count the request; return the operations to perform first, and the fault that decides the answer or None."""
        operations: list[FaultRule] = []
        for armed in self._armed:
            if armed.fires(request):
                if armed.rule.action != "operate":
                    return operations, armed.rule
                operations.append(armed.rule)
        return operations, None

    def report(self) -> list[dict[str, Any]]:
        """Return how often each rule matched and fired."""
        return [
            {"path": armed.rule.path, "action": armed.rule.action, "matched": armed.matched, "fired": armed.fired}
            for armed in self._armed
        ]


FAULT_SYNTAX: Final = """\
[METHOD] PATH ACTION [key=value ...]

PATH    regular expression searched in path and query, or * for every request
ACTION  a status (500), drop, stall, delay, truncate, proxy (an HTML page for ever),
        or do:OPERATION (revoke_tokens, withdraw_scope, delete_group, change_plan ...), the operation's
        arguments given as arg.NAME=VALUE
keys    nth=N (from the Nth match, default 1)  times=N|forever (default 1)  p=0.1  seed=N  seconds=S
        body=html|empty|broken|daily|TEXT  header=NAME:VALUE

  "/v2/users 500 nth=2"                     the second request for users answers 500 once
  "GET /members 429 times=5 header=Retry-After:2"
  "* drop p=0.02 times=forever"             two in a hundred requests lose their connection
  "* proxy"                                 a proxy's page in place of Zoom
  "/contacts do:withdraw_scope arg.scope=contact_group:read:list_members:admin"
"""
_BODIES: Final = {
    "daily": zoom_error(429, 429, PER_DAY_TEXT).body.decode(),
    "html": PROXY_PAGE,
    "empty": "",
    "broken": '{"page_size":300,"users":[{"id":"Kd3nUq',
}


def parse_fault(text: str) -> FaultRule:
    """Parse a rule of the command line; see `FAULT_SYNTAX`.

    Raises:
        ValueError: one line that names the wrong word.
    """
    words = shlex.split(text)
    method = words.pop(0) if len(words) > 2 and re.fullmatch("[A-Z]+", words[0]) else "*"
    if len(words) < 2:
        raise ValueError(f"a fault needs a path and an action: {text!r}")
    path, action, *settings = words
    given: dict[str, Any] = {"path": "" if path == "*" else path, "method": method}
    if action.isdigit():
        given |= {"status": int(action)}
    elif action == "proxy":
        given |= {"status": 403, "body": PROXY_PAGE, "times": None}
    elif action.startswith("do:"):
        given |= {"action": "operate", "operation": action.removeprefix("do:")}
    else:
        given |= {"action": action}
    headers: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"{setting!r} is not key=value, in fault {text!r}")
        if key == "header":
            name, _, content = value.partition(":")
            headers[name.strip()] = content.strip()
        elif key.startswith("arg."):
            arguments[key.removeprefix("arg.")] = value
        else:
            given |= _setting(key, value, text)
    return FaultRule(**given, headers=headers, arguments=arguments)


def _setting(key: str, value: str, text: str) -> dict[str, Any]:
    """Return one setting as a field of `FaultRule`; `text` is the whole rule, for the error."""
    try:
        match key:
            case "nth" | "seed":
                return {key: int(value)}
            case "times":
                return {"times": None if value == "forever" else int(value)}
            case "p":
                return {"probability": float(value)}
            case "seconds":
                return {"seconds": float(value)}
            case "body":
                return {"body": _BODIES.get(value, value)}
    except ValueError:
        raise ValueError(f"{key}={value} is not a number, in fault {text!r}") from None
    raise ValueError(f"unknown setting {key!r} in fault {text!r}")
