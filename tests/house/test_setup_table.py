"""`docs/setup-table.md`: the words it says stand in the program, and no step of the wizard is without a line."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from zoomgov.widgets.rail import TITLES

ROOT: Final = Path(__file__).resolve().parents[2]
ROWS: Final = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs" / "setup-table.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| ConductorOne's page")
]


def texts_of(file: Path) -> str:
    """Every text that the file may show, on one line; texts that the compiler joins are one."""
    found = (node.value for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Constant))
    text = " ".join(value for value in found if isinstance(value, str))
    return " ".join(text.replace("**", "").split())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_the_words_stand_where_the_table_says(row: list[str]) -> None:
    _, _, words, file = row
    assert words in texts_of(ROOT / file.strip("`"))


def test_every_step_that_mirrors_the_page_has_a_line() -> None:
    named = {row[1] for row in ROWS}
    # The page has no Verify: it learns from a failed sync what this program asks beforehand.
    assert {f"{int(step)} {title}" for step, title in TITLES.items() if title != "Verify"} <= named
    assert len(ROWS) == 35


def test_the_clicks_in_zoom_keep_the_numbers_of_the_page() -> None:
    for line, _, words, _ in ROWS:
        if line.startswith(("Step 1.", "Step 2.")):
            assert words.startswith(line.removeprefix("Step ").split()[0] + " "), line
