"""A report that a person can read: the value, the goal, and how far one is from the other."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH: Final = 118


@dataclass
class Report:
    """Prints lines as they are told, and remembers which goals were missed."""

    missed: list[str] = field(default_factory=list)
    told: int = 0
    """Lines with a goal."""

    def title(self, text: str, *columns: str) -> None:
        """Begin a part of the report."""
        heads = "".join(f"{column:>10}" for column in columns)
        print(f"\n{text:<46}{heads}\n{'─' * _WIDTH}", flush=True)

    def line(self, what: str, values: Sequence[float | str], goals: str = "", met: bool | None = None) -> None:
        """Print one line; `met` tells whether its goals are, None where there are none."""
        cells = "".join(f"{value:>10}" if isinstance(value, str) else f"{value:10.1f}" for value in values)
        verdict = "" if met is None else "  ok" if met else "  MISSED"
        print(f"{what[:46]:<46}{cells}  {goals}{verdict}".rstrip(), flush=True)
        if met is not None:
            self.told += 1
            if not met:
                self.missed.append(what)

    def ratio(self, what: str, above: float, below: float, goal: float, unit: str) -> None:
        """Print a ratio with the two values it comes from."""
        value = above / below if below else float("inf")
        raw = f"{above:,.1f} / {below:,.1f} {unit}"
        shown = f"{value:.2f}" if value >= 0.3 else f"1/{1 / value:.0f}" if value else "0"
        wanted = f"{goal:g}" if goal >= 0.3 else f"1/{1 / goal:g}"
        self.line(what, [shown], f"= {raw:<34} goal ≤ {wanted}", value <= goal)

    def end(self) -> bool:
        """Print how many goals were met; return whether all were."""
        missed = f": {', '.join(self.missed)}" if self.missed else ""
        print(f"\n{self.told - len(self.missed)} of {self.told} goals met{'; MISSED' + missed if missed else '.'}")
        return not self.missed


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
