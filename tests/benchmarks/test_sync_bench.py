"""The benchmark of syncs runs to its end on a small account; what it measures there means nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import sync_bench


def test_it_measures_a_first_sync_and_two_more() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.sync_bench", "--tiny", "--no-gate"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert sum(line.startswith("First syncs: users 60") for line in lines) == 1
    assert sum(line.startswith("Second syncs (0 ms, Business): users 60") for line in lines) == 2
    requests = next(line for line in lines if "GET /users`" in line)
    assert requests.endswith("requests 3")  # one a status
    assert "refused 0" in done.stdout
    assert "60, 0 ms, Business" in done.stdout
    assert "goals met" in done.stdout


def run(*, users: int, parts: dict[str, tuple[int, int]]) -> sync_bench.Run:
    return sync_bench.Run(1.0, 1.0, 1.0, {}, 0, users, parts, "complete", 0.1, 1.0, 1)


@pytest.mark.parametrize(
    ("latency", "plan", "floor", "binding"),
    [
        (0, "business", 40 / 60, "medium limit"),
        (0, "pro", 40 / 20, "medium limit"),
        (150, "business", 0.15 + 10 * 0.15, "chain of 10 pages"),
        (50, "pro", 0.05 + 40 / 20 + 0.05, "medium limit"),
    ],
)
def test_the_floor(latency: int, plan: str, floor: float, binding: str) -> None:
    """10 pages of people and a page for each of 30 groups; the detail of a role is light, a plan is not counted."""
    parts = {"users-active": (1, 3000), "group-admins": (30, 12), "role": (3, 3), "plan-usage": (1, 1)}
    found, by = run(users=3000, parts=parts).floor(latency, plan)
    assert (round(found, 6), by) == (round(floor, 6), binding)


@pytest.mark.parametrize(
    ("page", "chains", "floor", "binding"),
    [
        (2000, 1, 0.15 + 32 / 60 + 0.15, "medium limit"),
        (300, 5, 0.15 + 41 / 60 + 0.15, "medium limit"),
        (60, 5, 0.15 + 11 * 0.15, "chain of 11 pages"),
    ],
)
def test_the_floor_where_the_chain_is_shorter(page: int, chains: int, floor: float, binding: str) -> None:
    """A first page, then side by side as many chains; or larger pages."""
    parts = {"users-active": (1, 3000), "group-admins": (30, 12)}
    found, by = run(users=3000, parts=parts).floor(150, "business", page, chains)
    assert (round(found, 6), by) == (round(floor, 6), binding)


def test_the_tables_replace_those_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "benchmarks.md"
    mark = "<!-- syncs: made by tests/benchmarks/sync_bench.py --write -->"
    readme.write_text(f"before\n{mark}\nold\n<!-- end of syncs -->\nafter\n")
    monkeypatch.setattr(sync_bench, "README", readme)
    monkeypatch.setattr(sync_bench, "PAGE_OF_FIGURES", page)
    report = sync_bench.Report()
    report.add(sync_bench.FIRST, users="1,000", wall_over_floor="1.05")
    report.add("Second syncs", users="1,000", CPU_over_first="0.40")
    for _ in range(2):
        report.write()
    table = "| users | wall over floor |\n|---|---|\n| 1,000 | 1.05 |"
    assert readme.read_text() == f"before\n{mark}\n{table}\n<!-- end of syncs -->\nafter\n"
    assert table in page.read_text()
    assert "| 1,000 | 0.40 |" in page.read_text()
