"""The import contracts of pyproject.toml hold, and each one bites: a forbidden import breaks it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Bite(NamedTuple):
    """An import that must not be."""

    importer: str
    imported: str

    @property
    def told(self) -> str:
        """What the linter says of it: of other projects' packages it knows the outermost only."""
        inside = self.imported.startswith("zoomgov.")
        return f"{self.importer} -> {self.imported if inside else self.imported.partition('.')[0]}"


ATTIC = Bite("zoomgov.attic", "")
"""A room that nobody has placed."""

BITES = {
    "Floors": [
        Bite("zoomgov.preferences.views", "zoomgov.screens.routes"),
        Bite("zoomgov.model.kinds", "zoomgov.store.schema"),
        Bite("zoomgov.sync.engine", "zoomgov.export.write"),
        Bite("zoomgov.widgets.rail", "zoomgov.screens.routes"),
        ATTIC,
    ],
    "Pages know no other page": [
        Bite("zoomgov.screens.wizard.owners", "zoomgov.screens.browse.browse"),
        Bite("zoomgov.screens.findings.findings", "zoomgov.screens.routes"),
        Bite("zoomgov.screens.shared.ask", "zoomgov.screens.synced.words"),
    ],
    "The store from the inside": [
        Bite("zoomgov.store.read.ranks", "zoomgov.store.history.diff"),
        Bite("zoomgov.store.reader", "zoomgov.store.write.writer"),
    ],
    "The simulator from the inside": [
        Bite("zoomgov.sim.world.limits", "zoomgov.sim.api.reads"),
        Bite("zoomgov.sim.api.listing", "zoomgov.sim.simulator"),
    ],
    "Fronts reach what works through services": [
        Bite("zoomgov.cli.demo", "zoomgov.store.store"),
        Bite("zoomgov.screens.export.export", "zoomgov.vault"),
    ],
    "Nothing below services knows textual or rich": [
        Bite("zoomgov.preferences.session", "textual.color"),
        Bite("zoomgov.services.services", "rich.text"),
        Bite("zoomgov.words.times", "rich.text"),
    ],
    "HTTP only in zoom": [
        Bite("zoomgov.findings.model", "aiohttp"),
        Bite("zoomgov.export.about", "httpx"),
    ],
    "Zoom's API knows no storage, storage knows no HTTP": [
        Bite("zoomgov.zoom.limits", "zoomgov.store.schema"),
        Bite("zoomgov.store.sync_info", "zoomgov.zoom.errors"),
    ],
    "The simulator shares only the scope catalogue with the client": [
        Bite("zoomgov.sim.world.paging", "zoomgov.zoom.limits"),
        Bite("zoomgov.sim.server.control", "zoomgov.model.kinds"),
    ],
}
"""By contract."""


def contracts() -> list[str]:
    """Names of all contracts."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return [contract["name"] for contract in found]


def lint(tree: Path) -> str:
    """What the linter prints of the tree, in one line."""
    program = Path(sys.executable).with_name("lint-imports")
    # Without PYTHONPATH an editable installation would be looked at instead of the tree.
    environment = os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "400"}
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    return " ".join(done.stdout.split())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the linter reads."""
    for name in ("zoomgov", "screens"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(tree: Path, bite: Bite) -> None:
    """Write the forbidden import behind the `__future__` one, where any import may stand."""
    if bite is ATTIC:
        (tree / "zoomgov" / "attic").mkdir()
        (tree / "zoomgov" / "attic" / "__init__.py").write_text('"""A room that nobody has placed."""\n', "utf-8")
        return
    path = tree / f"{bite.importer.replace('.', '/')}.py"
    future = "from __future__ import annotations\n"
    before, found, after = path.read_text("utf-8").partition(future)
    assert found, path
    path.write_text(f"{before}{future}import {bite.imported}\n{after}", "utf-8")


def test_every_contract_is_kept(tree: Path) -> None:
    said = lint(tree)
    assert re.findall(r"(\d+) kept, (\d+) broken", said) == [(str(len(contracts())), "0")], said


def test_every_contract_bites(tree: Path) -> None:
    assert set(BITES) == set(contracts()), "a contract without a bite may hold nothing"
    bites = [(name, bite) for name, listed in BITES.items() for bite in listed if bite is not ATTIC]
    for _, bite in bites:
        plant(tree, bite)
    said = lint(tree)
    for name, bite in bites:
        assert f"{name} BROKEN" in said, name
        assert bite.told in said, bite


def test_a_room_that_nobody_has_placed_is_red(tree: Path) -> None:
    plant(tree, ATTIC)
    said = lint(tree)
    assert "Floors BROKEN" in said
    assert ATTIC.importer in said
