"""A report of goals: ratios by turns, what was missed, and the code that a benchmark ends with."""

from __future__ import annotations

import pytest

from tests.benchmarks.report import Report


def told(report: Report, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The words of the last line that was printed."""
    return capsys.readouterr().out.splitlines()[-1].split()


def test_a_goal_is_told_with_what_was_measured_its_baseline_and_their_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.title("Keys")
    assert capsys.readouterr().out.split()[:5] == ["Keys", "measured", "baseline", "ratio", "goal"]
    report.ratio("down", 12.5, 5.0, 4, "ms")
    assert told(report, capsys) == ["down", "12.5", "5.00", "2.50", "≤", "4.00", "ok", "ms"]


def test_the_ratio_is_the_median_of_each_rounds_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A busy machine slows both halves of a round; the ratio of the medians would be 30 / 10."""
    report = Report()
    report.ratio("down", [10.0, 30.0, 60.0], [10.0, 30.0, 5.0], 2)
    assert told(report, capsys) == ["down", "30.0", "10.0", "1.00", "≤", "2.00", "ok"]


def test_a_small_ratio_is_told_as_a_fraction(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.ratio("grants", 1.0, 100.0, 1 / 50)
    assert told(report, capsys)[3:] == ["1/100", "≤", "1/50", "ok"]


def test_a_missed_goal_makes_a_benchmark_fail(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.title("Keys")
    report.ratio("down", 4.0, 1.0, 4)
    assert report.end() == 0
    report.ratio("up", 4.1, 1.0, 4)
    assert told(report, capsys)[-1] == "MISSED"
    report.limit("memory", 61, 60)
    assert report.end() == 1
    assert capsys.readouterr().out.endswith("1 of 3 goals met.\n  MISSED  Keys: up\n  MISSED  Keys: memory\n")
    assert report.end(gate=False) == 0


def test_without_a_baseline_no_goal_is_met() -> None:
    report = Report()
    report.ratio("down", 1.0, 0.0, 4)
    assert report.end() == 1
