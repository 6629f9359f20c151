"""requirements/ holds what pyproject.toml asks for, on every system and Python: a forgotten `make lock` fails here."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))  # TOML: any type
EXTRAS: Final[dict[str, list[str]]] = PROJECT["project"]["optional-dependencies"]
SYSTEMS: Final = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
PYTHONS: Final = [
    name.rpartition(" ")[2]
    for name in PROJECT["project"]["classifiers"]
    if name.startswith("Programming Language :: Python :: ")
]
"""The Pythons that the project says it runs on, such as 3.11."""
_LINE: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
_VIA: Final = re.compile(r"    #(?: via)? +(?P<source>\S.*)")


@dataclass(frozen=True)
class Locked:
    """One pinned package of a lock file."""

    name: str
    version: Version
    marker: Marker | None
    hashes: int
    direct: bool
    """Asked for by pyproject.toml itself, as uv notes below each package."""

    def applies(self, environment: dict[str, str]) -> bool:
        return self.marker is None or self.marker.evaluate(environment)


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group and of the groups that it includes."""
    found: list[str] = []
    for entry in PROJECT["dependency-groups"][name]:
        found += [entry] if isinstance(entry, str) else group(entry["include-group"])
    return found


DEPENDENCIES: Final[list[str]] = PROJECT["project"]["dependencies"]
ASKED_FOR: Final = {
    "run.txt": [*DEPENDENCIES, *EXTRAS["sim"], *EXTRAS["xlsx"], *EXTRAS["c1z"], *group("build")],
    "dev.txt": [*DEPENDENCIES, *(line for lines in EXTRAS.values() for line in lines), *group("dev")],
    "audit.txt": group("audit"),
}


def environments() -> list[dict[str, str]]:
    """Return what markers are evaluated in: each system with each Python."""
    return [
        {
            "sys_platform": system,
            "platform_system": SYSTEMS[system][0],
            "os_name": SYSTEMS[system][1],
            "python_version": python,
            "python_full_version": f"{python}.1",
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
        }
        for system, python in product(SYSTEMS, PYTHONS)
    ]


def read(name: str) -> list[Locked]:
    """Read a lock file; fail on a line that is no pin, no hash and no comment."""
    found: list[Locked] = []
    pin: re.Match[str] | None = None
    hashes, direct = 0, False

    def finish() -> None:
        if pin:
            marker = Marker(pin["marker"]) if pin["marker"] else None
            found.append(
                Locked(canonicalize_name(pin["name"]), Version(pin["version"]), marker, hashes=hashes, direct=direct)
            )

    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        text = line.removesuffix("\\").rstrip()
        if start := _LINE.fullmatch(text):
            finish()
            pin, hashes, direct = start, 0, False
        elif re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", text):
            hashes += 1
        elif source := _VIA.fullmatch(text):
            direct |= source["source"].startswith("zoomgov (pyproject.toml")
        else:
            assert text.startswith("#"), f"{name}: {line!r} is neither a pinned version nor a hash"
    finish()
    return found


@pytest.mark.parametrize("name", ASKED_FOR)
def test_each_requirement_of_the_project_is_locked_in_its_range_on_every_system_and_python(name: str) -> None:
    locked = read(name)
    for environment in environments():
        here = {pin.name: pin.version for pin in locked if pin.applies(environment)}
        for asked in map(Requirement, ASKED_FOR[name]):
            if asked.marker and not asked.marker.evaluate(environment):
                continue
            version = here.get(canonicalize_name(asked.name))
            assert version, f"{asked} is not in requirements/{name} for {environment}: run make lock"
            assert version in asked.specifier, f"requirements/{name} has {version} for {asked}: run make lock"


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_is_locked_for_the_project_is_what_it_asks_for(name: str) -> None:
    asked = {canonicalize_name(Requirement(line).name) for line in ASKED_FOR[name]}
    assert {pin.name for pin in read(name) if pin.direct} == asked, "run make lock"


@pytest.mark.parametrize("name", ASKED_FOR)
def test_every_version_has_hashes_and_no_system_has_two(name: str) -> None:
    locked = read(name)
    assert [pin.name for pin in locked if not pin.hashes] == []
    for environment in environments():
        names = [pin.name for pin in locked if pin.applies(environment)]
        assert len(names) == len(set(names))


def test_development_runs_on_the_versions_that_users_install() -> None:
    for environment in environments():
        developed = {pin.name: pin.version for pin in read("dev.txt") if pin.applies(environment)}
        for pin in read("run.txt"):
            if pin.applies(environment):
                assert developed[pin.name] == pin.version


@pytest.mark.parametrize("name", ASKED_FOR)
def test_no_address_and_no_path_stands_in_a_lock_file(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(?:extra-)?index|--find-links|--trusted-host|^-[ifr] ", text, re.MULTILINE)
    words = {word for word in text.split() if "/" in word or word.startswith("file:")}
    assert words <= {"requirements/run.txt"}  # uv notes where the versions of dev.txt come from


def test_the_locked_build_backend_is_the_one_that_the_build_asks_for() -> None:
    assert group("build") == PROJECT["build-system"]["requires"]
