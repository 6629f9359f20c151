"""docs/architecture.md names only modules and functions that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PATHS = sorted(set(re.findall(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py|(?:[a-z_]+/)+)`", PAGE)))
STEPS = re.findall(r"^\| `([^`]+\.py)` `([A-Za-z_.]+)` \|", PAGE, re.MULTILINE)


def place(path: str) -> Path:
    """The file or folder of a path as the page writes it: below zoomgov/, or of the repository."""
    return next((found for found in (ROOT / "zoomgov" / path, ROOT / path) if found.exists()), ROOT / path)


def names(path: Path) -> set[str]:
    """Classes, functions and methods (`Class.method`) of a module."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return found


def test_the_page_has_its_four_walks() -> None:
    assert len(STEPS) > 25
    assert len(PATHS) > 30


@pytest.mark.parametrize("path", PATHS)
def test_what_is_named_is_there(path: str) -> None:
    assert place(path).exists()


@pytest.mark.parametrize(("path", "name"), STEPS)
def test_each_step_of_a_walk_is_there(path: str, name: str) -> None:
    assert name in names(place(path))


def test_every_room_is_named() -> None:
    rooms = {path.stem for path in (ROOT / "zoomgov").iterdir() if path.is_dir() or path.suffix == ".py"}
    named = set(re.findall(r"`([a-z]+)(?:\.py)?`", PAGE.partition("## Rooms")[2].partition("## Four walks")[0]))
    assert rooms - {"__init__", "__main__", "__pycache__"} <= named
