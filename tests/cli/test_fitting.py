"""Tables in narrow terminals: columns are left out from the right, and said; what is shown can be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from zoomgov.cli.fitting import ENOUGH, GAP, fitted
from zoomgov.cli.output import print_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

TITLES = ("Name", "Status", "Last sync", "Owners", "App")
ROWS = [
    ("Zoom", "Not connected", "2026-11-30 08:00", "ada@example.com, bob@example.com", "Zoom Workplace"),
    ("Company", "Connected", "", "c@example.com", "Zoom"),
]


def taken(widths: list[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(1, 200), st.sets(st.integers(0, 11)))
def test_the_columns_that_are_shown_fit_and_can_be_read(wanted: list[int], room: int, whole: set[int]) -> None:
    widths = fitted(wanted, room, frozenset(whole))
    assert 1 <= len(widths) <= len(wanted)
    assert taken(widths) <= room
    for index, width in enumerate(widths):
        assert width <= wanted[index]
        if index:
            assert width >= (wanted[index] if index in whole else min(wanted[index], ENOUGH))
    cut = [index for index, width in enumerate(widths) if width < wanted[index] and index not in whole]
    if cut:
        assert taken(widths) == room, "no room is left empty where something is cut"
    if len(widths) < len(wanted):
        following = len(widths)
        least = wanted[following] if following in whole else min(wanted[following], ENOUGH)
        least_before = [wanted[i] if i in whole else min(wanted[i], ENOUGH) for i in range(following)]
        assert taken([*least_before, least]) > room, "none is left out without need"


@pytest.mark.parametrize(
    ("columns", "left_out"),
    [(100, ""), (80, ""), (60, "App"), (40, "Owners, App"), (30, "Last sync, Owners, App")],
)
def test_columns_are_left_out_from_the_right_and_said_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int, left_out: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    print_rows(TITLES, ROWS, "table")
    told = capsys.readouterr()
    expected = f"No room for {left_out}: in a wider terminal, or with --format csv.\n" if left_out else ""
    assert told.err == expected
    head, _, *rows = told.out.splitlines()
    shown = [title for title in TITLES if title not in left_out.split(", ")]
    assert head.split("   ")[0].strip() == "Name"
    assert [title for title in TITLES if title in head] == shown
    assert all(len(line) <= columns for line in told.out.splitlines())
    assert "Not connected" in rows[0]
    assert rows[1].startswith("Company   ")


def test_a_terminal_narrower_than_one_column_cuts_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "5")
    print_rows(TITLES, ROWS, "table")
    assert capsys.readouterr().out.split()[-1] == "Comp…"


def test_numbers_are_left_out_rather_than_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    print_rows(("Group", "Members"), [("Finance", "1,234,567,890,123,456")], "table", right=frozenset({1}))
    told = capsys.readouterr()
    assert "1,2" not in told.out
    assert "No room for Members" in told.err


def test_wide_characters_are_counted_as_the_terminal_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    print_rows(("Name", "City"), [("佐藤花子佐藤花子佐藤花子", "東京都千代田区丸の内")], "table")
    told = capsys.readouterr()
    assert told.err == ""
    assert "City" in told.out


@pytest.fixture
def lists(cli: Callable[..., Result], connector: str) -> list[tuple[str, ...]]:
    """Every command that prints a table, on what was synced."""
    assert cli("sync", connector, "--quiet").code == 0
    person = json.loads(cli("list", "users", connector, "--format", "json").out)[0]["email"]
    group = json.loads(cli("list", "groups", connector, "--format", "json").out)[0]["id"]
    return [
        *(("list", kind, connector) for kind in ("users", "groups", "contact-groups", "roles")),
        ("members", connector, "groups", group), ("access", connector, person), ("syncs", connector),
        ("connectors", "list"), ("settings",),
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [60, 45, 30])
def test_every_table_of_the_program_fits_and_says_what_it_leaves_out(
    cli: Callable[..., Result], lists: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    for words in lists:
        monkeypatch.setenv("COLUMNS", "400")
        everything = heads(cli(*words).out)[0].split("  ")
        monkeypatch.setenv("COLUMNS", str(columns))
        done = cli(*words)
        head, *rows = heads(done.out)
        assert max(map(cell_len, [head, *rows])) <= columns, words
        titles = [title.strip() for title in everything if title.strip()]
        left_out = [title for title in titles if title not in head]
        notes = [line for line in done.err.splitlines() if "No room for" in line]
        assert notes == [f"No room for {', '.join(left_out)}: {WAY[words[0] == 'settings']}"] * bool(left_out), words
        assert titles[0] in head


WAY = ("in a wider terminal, or with --format csv.", "in a wider terminal, or with --json.")


def heads(printed: str) -> list[str]:
    """The titles of a table, and its rows."""
    lines = printed.splitlines()
    rule = next(number for number, line in enumerate(lines) if line.startswith("─"))
    return [lines[rule - 1], *lines[rule + 1 :]]
