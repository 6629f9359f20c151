"""What must be done in one way is done in one place."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[2]

ONLY_IN: Final = {
    "webbrowser.open": "zoomgov/widgets/terminal/browser.py",
    "copy_to_clipboard": "zoomgov/widgets/terminal/clipboard.py",
    "os.replace": "zoomgov/disk/files.py",
    "write_text": "zoomgov/disk/files.py",
    "write_bytes": "zoomgov/disk/files.py",
    "mkstemp": "zoomgov/disk/files.py",
}
"""A call, and the one module that may make it: others would block the loop, or write with the umask."""


def calls(source: str) -> set[str]:
    """Names of everything that is called or handed on to be called, with and without the module they are in."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            found |= {node.attr, f"{ast.unparse(node.value)}.{node.attr}"}
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize(("name", "place"), ONLY_IN.items())
def test_one_module_does_it(name: str, place: str) -> None:
    files = [*(ROOT / "zoomgov").rglob("*.py"), *(ROOT / "screens").rglob("*.py")]
    using = {file.relative_to(ROOT).as_posix() for file in files if name in calls(file.read_text("utf-8"))}
    assert using <= {place}


def test_a_call_in_another_place_would_be_seen() -> None:
    assert "webbrowser.open" in calls("def f():\n    if not webbrowser.open(link): pass")
    assert "webbrowser.open" in calls("from webbrowser import open")
    assert "write_text" in calls("run((folder / name).write_text, text)")
