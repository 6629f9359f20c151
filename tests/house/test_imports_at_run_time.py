"""Imports at run time, which the linter does not see: through other packages, in functions, by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORT_ALL = """
import importlib, sys
from pathlib import Path
import zoomgov
root = Path(zoomgov.__file__).parent
for file in sorted(root.rglob("*.py")):
    parts = ["zoomgov", *file.relative_to(root).with_suffix("").parts]
    if parts[1] not in {left_out!r}:
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
print(len([name for name in sys.modules if name.startswith("zoomgov.")]), *sorted({unwanted!r} & set(sys.modules)))
"""
FRONTS = {"__main__", "app", "cli", "screens", "web", "widgets"}


@pytest.mark.parametrize(
    ("left_out", "unwanted"),
    [
        (FRONTS, {"textual", "rich"}),
        (FRONTS | {"zoom", "conductorone", "services", "sync", "verify", "sim"}, {"httpx", "aiohttp", "httpx_aiohttp"}),
        (FRONTS | {"store", "connectors", "services", "sync", "export", "disk", "findings"}, {"sqlite3"}),
    ],
    ids=["no terminal below services", "no HTTP beside zoom", "no SQLite in nouns, words and Zoom's API"],
)
def test_importing_a_room_brings_in_no_other(left_out: set[str], unwanted: set[str]) -> None:
    code = IMPORT_ALL.format(left_out=left_out, unwanted=unwanted)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules, *found = done.stdout.split()
    assert int(modules) > 30
    assert found == []
