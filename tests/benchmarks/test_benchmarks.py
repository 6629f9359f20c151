"""The benchmarks run; what they measure is not looked at here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_export_benchmark_runs_at_a_tiny_size() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.export_bench", "--users", "60", "--memberships", "120"]
    done = subprocess.run(
        [*command, "--groups", "10", "--rounds", "1", "--formats", "csv"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "whole sync, csv" in done.stdout
    assert "bare loop" in done.stdout
