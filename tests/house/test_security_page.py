"""SECURITY.md: every line of its tables points at what exists."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


PROMISES: Final = table("What stops them")


@pytest.mark.parametrize("row", PROMISES, ids=lambda row: row[0])
def test_a_promise_names_tests_that_exist(row: list[str]) -> None:
    promise, attack, tests = row
    assert promise
    assert attack
    named = re.findall(r"`(tests/[\w/]+\.py)`", tests)
    assert named
    for path in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(r"^(async )?def test_", text, re.MULTILINE), path


def test_what_was_once_broken_is_promised() -> None:
    named = " ".join(row[2] for row in PROMISES)
    for path in (
        "export/test_planted", "zoom/test_bombs", "house/test_linear", "cli/test_terminal_lost",
        "cli/test_textual_variables", "disk/test_ownership", "cli/test_children", "zoom/test_echoes",
        "cli/test_json_on_a_terminal", "cli/test_no_core", "vault/test_keyring_vault", "zoom/test_clouds",
    ):  # fmt: skip
        assert f"tests/{path}.py" in named


def test_every_dependency_is_listed_with_its_licence_and_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = [re.split(r"[^\w-]", requirement, maxsplit=1)[0] for requirement in wanted]
    rows = {name: (licence, why) for name, licence, why in table("Dependencies")}
    assert list(rows) == names
    assert all(licence and why for licence, why in rows.values())


@pytest.mark.parametrize("row", table("Dependencies"), ids=lambda row: row[0])
def test_a_licence_is_what_the_package_says(row: list[str]) -> None:
    name, licence, _ = row
    told = metadata(name)
    fields = ("License-Expression", "License", "Classifier")
    said = " ".join(text for field in fields for text in told.get_all(field) or [])
    if name == "httpx-aiohttp":  # which says it in its licence file only
        assert licence == "BSD-3-Clause"
        return
    assert licence in said or licence.split("-")[0] in said


@pytest.mark.parametrize("target", ["audit", "check", "lock"])
def test_the_commands_it_names_are_there(target: str) -> None:
    assert f"`make {target}`" in PAGE
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
