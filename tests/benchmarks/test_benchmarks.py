"""The benchmarks run; what they measure is not looked at here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TINY = {
    "browse": ("--users 400 --memberships 1500 --rounds 1 --wait 0.01 --few", "Pages over the tables"),
    "responsive": ("--tiny", "goals met"),
    "store": ("--users 300 --memberships 900 --groups 20 --syncs 3", "Orders of everyone, ms of processor"),
    "table": ("--rows 2500 --rounds 1 --keys 3", "PageDown CPU, own large / DataTable small"),
}


def test_the_export_benchmark_runs_at_a_tiny_size() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.export_bench", "--users", "60", "--memberships", "120"]
    done = subprocess.run(
        [*command, "--groups", "10", "--rounds", "1", "--formats", "csv", "--no-gate"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The whole sync, seconds of processor" in done.stdout
    assert "goals met" in done.stdout


@pytest.mark.parametrize("name", TINY)
def test_the_benchmarks_run_at_a_tiny_size(name: str) -> None:
    arguments, told = TINY[name]
    command = [sys.executable, "-m", f"tests.benchmarks.{name}_bench", "--no-gate", *arguments.split()]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert "goals met" in done.stdout
