"""One format for the goals of all benchmarks: what was measured, its baseline of the same run, their ratio, the goal.

A goal is a ratio wherever it is about time, so that it holds on a fast machine and on a slow one alike; milliseconds
are there to be read.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

Values = float | Sequence[float]
"""One value, or those of several rounds."""

_WIDTH: Final = 118
_NAME: Final = 46
_GOAL: Final = ("measured", "baseline", "ratio", "goal")


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the options that all benchmarks have."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--no-gate", action="store_true", help="end with code 0 even where a goal is missed")
    return options


@dataclass
class Report:
    """Prints lines as they are told, and remembers which goals were missed."""

    missed: list[str] = field(default_factory=list)
    told: int = 0
    """Lines with a goal."""
    _part: str = ""

    def title(self, text: str, *columns: str) -> None:
        """Begin a table: of goals, or with `columns` one that has none."""
        self._part = text
        heads = "".join(f"{column:>10}" for column in columns or _GOAL)
        print(f"\n{text:<{_NAME}}{heads}\n{'─' * _WIDTH}", flush=True)

    def line(self, what: str, values: Sequence[float | str], note: str = "") -> None:
        """Print a line without a goal."""
        cells = "".join(f"{value if isinstance(value, str) else _number(value):>10}" for value in values)
        print(f"{what[:_NAME]:<{_NAME}}{cells}  {note}".rstrip(), flush=True)

    def ratio(self, what: str, above: Values, below: Values, goal: float, note: str = "") -> None:
        """Print a goal: `above`, at most `goal` times `below`.

        Of several rounds the ratio is the median of each round's own, as what disturbs a machine disturbs both.
        """
        measured, baseline = _rounds(above), _rounds(below)
        ratio = median([_divided(*pair) for pair in zip(measured, baseline, strict=True)])
        cells: list[float | str] = [median(measured), median(baseline), _shown(ratio), f"≤ {_shown(goal)}"]
        self._goal(what, cells, ratio <= goal, note)

    def limit(self, what: str, value: float, goal: float, note: str = "") -> None:
        """Print a goal that does not depend on how fast a machine is: `value`, at most `goal`."""
        self._goal(what, [value, "-", "-", f"≤ {goal:g}"], value <= goal, note)

    def _goal(self, what: str, cells: Sequence[float | str], met: bool, note: str) -> None:
        self.told += 1
        if not met:
            self.missed.append(f"{self._part}: {what}")
        self.line(what, cells, f"{'ok' if met else 'MISSED':<8}{note}")

    def end(self, *, gate: bool = True) -> int:
        """Print how many goals were met; return the code to exit with: 1 where one was missed, if that is asked for."""
        print(f"\n{self.told - len(self.missed)} of {self.told} goals met.", flush=True)
        for what in self.missed:
            print(f"  MISSED  {what}", flush=True)
        return 1 if self.missed and gate else 0


def _rounds(values: Values) -> Sequence[float]:
    return values if isinstance(values, Sequence) else [values]


def _divided(above: float, below: float) -> float:
    return above / below if below else float("inf")


def _number(value: float) -> str:
    return f"{value:,.{1 if value >= 10 else 2}f}"


def _shown(ratio: float) -> str:
    """Two digits, or what it is a fraction of: 1/50."""
    return f"{ratio:.2f}" if ratio >= 0.3 or ratio <= 0 else f"1/{1 / ratio:.0f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
