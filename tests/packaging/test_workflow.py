"""The workflow for three systems and .ci/run name the same Pythons as the project, and only what exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, Final

import yaml

from tests.conftest import FRONTS
from tests.packaging.test_locked import PROJECT, PYTHONS

ROOT: Final = Path(__file__).resolve().parents[2]
# YAML: any type
JOBS: Final[dict[str, Any]] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]


def commands(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def test_three_systems_run_each_python_that_the_project_names() -> None:
    assert {job["runs-on"] for job in JOBS.values()} == {"ubuntu-latest", "macos-latest", "windows-latest"}
    for job in JOBS.values():
        assert job["strategy"]["matrix"]["python"] == PYTHONS
        (python,) = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/setup-python@")]
        assert python == {"python-version": "${{ matrix.python }}"}


def test_ci_runs_the_cores_tests_on_each_python_that_the_project_names() -> None:
    (named,) = re.findall(r"\$\{CORE_PYTHONS-([^}]+)\}", (ROOT / ".ci/run").read_text(encoding="utf-8"))
    assert named.split() == PYTHONS
    assert PROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"


def test_the_folders_that_are_not_the_cores_exist() -> None:
    """A folder that was renamed would count as the core's unnoticed."""
    assert {name for name in FRONTS if (ROOT / "tests" / name).is_dir()} == FRONTS


def test_linux_runs_what_every_change_must_pass() -> None:
    assert commands("linux") == ["bash .ci/run"]


def test_what_the_jobs_call_exists() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    called = [shlex.split(command) for job in JOBS for command in commands(job)]
    assert {words[1] for words in called if words[0] == "make"} <= set(phony.split())
    files = {word for words in called for word in words if "/" in word}
    assert ".ci/run" in files
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_windows_installs_as_the_makefile_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [command.partition("-m pip ")[2] for command in commands("windows") if " -m pip " in command]
    assert len(installs) == 2
    assert all(f"$(PIP) {install}\n" in makefile for install in installs)
