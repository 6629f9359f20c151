"""Alters what the simulated Zoom answers, between its handlers and the client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zoomgov.sim.world import endpoints
from zoomgov.sim.world.answers import SimAnswer, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sync.conftest import Bench
    from zoomgov.sim.world.answers import Request

    Alter = Callable[[str, Request, dict[str, Any]], dict[str, Any] | SimAnswer | None]
    Before = Callable[[str, Request], dict[str, Any] | SimAnswer | None]

LISTS = ("users", "groups", "members", "admins", "roles", "group_members")


def rows_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an answer that is a list."""
    return next((body[key] for key in LISTS if isinstance(body.get(key), list)), [])


def alter(bench: Bench, change: Alter) -> None:
    """Give what `change(endpoint id, request, body)` makes of each success; None: as it is."""

    def after(name: str, request: Request, answer: SimAnswer) -> dict[str, Any] | SimAnswer | None:
        return change(name, request, json.loads(answer.body)) if answer.status == 200 else None

    _instead(bench, lambda name, request: None, after)


def before(bench: Bench, answer: Before) -> None:
    """Give what `answer(endpoint id, request)` gives in place of Zoom's; None: Zoom's."""
    _instead(bench, answer, lambda name, request, answered: None)


def _instead(bench: Bench, first: Before, then: Callable[[str, Request, SimAnswer], Any]) -> None:
    simulator = bench.zoom.simulator
    real = type(simulator).answer

    def instead(request: Request) -> object:
        found = endpoints.find(request.segments[1:]) if request.segments[:1] == ("v2",) else None
        if found is None:
            return real(simulator, request)
        with simulator.world.lock:
            new = first(found[0].id, request)
            fault = None
            if new is None:
                answer, fault = real(simulator, request)
                new = then(found[0].id, request, answer)
                new = answer if new is None else new
        return (new if isinstance(new, SimAnswer) else SimAnswer(200, encode(new))), fault

    simulator.answer = instead  # type: ignore[method-assign, assignment]
