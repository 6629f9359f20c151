"""The list of what is fuzzed: each target names what it draws and checks one example."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

MODULES: Final = sorted(path.stem for path in Path(__file__).parent.glob("of_*.py"))
"""Each declares its targets when it is imported."""


@dataclass(frozen=True)
class Target:
    """One parser, or several that must agree, and what has to hold for whatever they are given."""

    name: str
    draws: dict[str, SearchStrategy[Any]]  # Any: whatever the check takes
    check: Callable[..., None]
    cost: int
    """How many examples of the cheapest target one of this takes; the suite and the runner try fewer of a dear one."""


_DECLARED: Final[dict[str, Target]] = {}


def fuzzes(*, cost: int = 1, **draws: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare the decorated function as a target of its name, called with one example of each of `draws`."""

    def declare(check: Callable[..., None]) -> Callable[..., None]:
        name = check.__name__.replace("_", "-")
        if name in _DECLARED:
            raise ValueError(f"two targets are called {name}")
        _DECLARED[name] = Target(name, draws, check, cost)
        return check

    return declare


def all_targets() -> dict[str, Target]:
    """Every target by name."""
    for module in MODULES:
        importlib.import_module(f"tests.fuzz.{module}")
    return dict(sorted(_DECLARED.items()))
