"""A release is refused until tree, version and changelog agree, and the tag comes after everything else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from tests.packaging import release
from zoomgov import __version__

ROOT: Final = Path(__file__).resolve().parents[2]
TODAY: Final = date(2020, 3, 9)
CHANGELOG: Final = """\
# Changelog

## [Unreleased]

### Added

## [1.2.0] - 2020-03-08

### Added

- A thing.

## [1.1.9] - 2020-02-01

- An older thing.
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of git with nothing but a version and a changelog, ready to be released."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A releaser")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "releaser@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = tmp_path / "repository"
    (root / "zoomgov").mkdir(parents=True)
    (root / "zoomgov" / "__init__.py").write_text('"""Made up."""\n\n__version__: Final = "1.2.0"\n')
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    release.git(root, "init", "--quiet")
    commit(root)
    return root


def commit(root: Path) -> None:
    release.git(root, "add", "--all")
    release.git(root, "commit", "--quiet", "--message", "As it is")


def change(root: Path, name: str, old: str, new: str) -> None:
    """Replace a text that is there and commit."""
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    commit(root)


def test_what_is_ready_can_be_released(repository: Path) -> None:
    assert release.problems(repository, TODAY) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("### Added\n\n## [1.2.0]", "### Added\n\n- New.\n\n## [1.2.0]", "entries under [Unreleased]"),
        ("## [Unreleased]\n", "", "'## [Unreleased]' must be the first section"),
        (" - 2020-03-08", "", "must be '## [1.2.0] - YYYY-MM-DD'"),
        ("2020-03-08", "2020-02-30", "2020-02-30 is no day"),
        ("2020-03-08", "20200308", "must be '## [1.2.0] - YYYY-MM-DD'"),
        ("2020-03-08", "2020-03-10", "2020-03-10 is in the future"),
        ("2020-03-08", "2020-01-31", "dated before [1.1.9]"),
        ("[1.2.0]", "[1.2.1]", "the newest section must be [1.2.0]"),
        ("- A thing.\n", "", "[1.2.0] has no entries"),
        ("[1.1.9]", "[1.10.0]", "[1.2.0] follows [1.10.0] and is not newer"),
        ("[1.1.9]", "[0.99.99]", None),
        ("[1.1.9]", "[1.2.0]", "is not newer"),
        ("## [1.2.0] - 2020-03-08", "## 1.2.0", "the newest section must be [1.2.0]"),
    ],
)
def test_a_changelog_that_does_not_fit_is_named(repository: Path, old: str, new: str, told: str | None) -> None:
    change(repository, "CHANGELOG.md", old, new)
    found = release.problems(repository, TODAY)
    assert [told in problem for problem in found] == [True] if told else found == []


@pytest.mark.parametrize("version", ["1.2", "1.2.0rc1", "v1.2.0", "01.2.0"])
def test_a_version_is_three_numbers(repository: Path, version: str) -> None:
    change(repository, "zoomgov/__init__.py", '"1.2.0"', f'"{version}"')
    assert f"zoomgov/__init__.py: version {version} is not three numbers, such as 1.2.3." in release.problems(
        repository, TODAY
    )


@pytest.mark.parametrize("name", ["CHANGELOG.md", "forgotten.txt"])
def test_what_is_not_committed_is_named(repository: Path, name: str) -> None:
    with (repository / name).open("a") as file:
        file.write("\n")
    (problem,) = release.problems(repository, TODAY)
    assert problem.startswith("Not committed:\n")
    assert name in problem


def test_the_tag_is_annotated_with_the_changelogs_section_and_made_once(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["tag"], repository) == 0
    assert "as v1.2.0" in capsys.readouterr().out
    assert release.git(repository, "cat-file", "-t", "v1.2.0") == "tag"
    assert release.git(repository, "rev-parse", "v1.2.0^{commit}") == release.git(repository, "rev-parse", "HEAD")
    message = release.git(repository, "tag", "--list", "--format=%(contents)", "v1.2.0")
    assert message == "zoomgov 1.2.0\n\n### Added\n\n- A thing."
    assert release.main(["tag"], repository) == 1
    assert "The tag v1.2.0 exists already" in capsys.readouterr().err


def test_a_dry_run_tags_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["tag", "--dry-run"], repository) == 0
    assert "would be tagged v1.2.0" in capsys.readouterr().out
    assert release.git(repository, "tag", "--list") == ""


def test_nothing_is_tagged_that_is_not_ready(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "forgotten.txt").touch()
    assert release.main(["tag"], repository) == 1
    assert "forgotten.txt" in capsys.readouterr().err
    assert release.git(repository, "tag", "--list") == ""


def test_the_changelog_of_this_project_is_in_order() -> None:
    found = release.sections((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert release.version_of(ROOT) == __version__
    assert found[0].name == release.UNRELEASED
    released = found[1:]
    assert released
    assert all(release.numbers(section.name) for section in released)
    assert all(section.has_entries for section in released)
    assert [section.date for section in released] == sorted((section.date for section in released), reverse=True)
    assert [date.fromisoformat(section.date).isoformat() for section in released] == [
        section.date for section in released
    ]
    versions = [release.numbers(section.name) for section in released]
    assert versions == sorted(set(versions), reverse=True)
    assert versions[0] <= release.numbers(__version__)


class Recipe:
    """`make release` in the made-up repository, with tools that only note that they ran."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.repository, self.log = repository, folder / "ran"
        venv = folder / "venv"
        (venv / "bin").mkdir(parents=True)
        for name in ("python", "ruff", "mypy", "lint-imports"):
            tool = venv / "bin" / name
            tool.write_text(
                f'#!/bin/sh\necho "{name} $*" >> "{self.log}"\n'
                f'case "{name} $*" in\n'
                f'*"$BREAKS"*) test -z "$BREAKS" || exit 1 ;; esac\n'
                f'case "$*" in\n*tests.packaging.release*) PYTHONPATH="{ROOT}" exec "{sys.executable}" "$@" ;;\nesac\n'
            )
            tool.chmod(0o755)
        (repository / "requirements").mkdir()
        for name in ("pyproject.toml", "requirements/run.txt", "requirements/dev.txt"):
            (repository / name).touch()
        shutil.copy(ROOT / "Makefile", repository)
        commit(repository)
        for stamp in (".demo", ".dev"):
            (venv / stamp).touch()
        self._command = ["make", "release", f"VENV={venv}"]

    def run(self, *options: str, breaks: str = "") -> subprocess.CompletedProcess[str]:
        """Run make; `breaks` is a part of the command line that is to fail."""
        # The suite itself may have been started by make, whose variables would reach this one.
        clean = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        return subprocess.run(
            [*self._command, *options], cwd=self.repository, env=clean | {"BREAKS": breaks},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def ran(self) -> list[str]:
        """Name what ran, in order."""
        lines = self.log.read_text().splitlines()
        return [" ".join(word for word in line.split() if word != "-m") for line in lines]


@pytest.fixture
def recipe(repository: Path, tmp_path: Path) -> Recipe:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    return Recipe(repository, tmp_path)


def test_make_release_checks_builds_and_tags_in_this_order(recipe: Recipe) -> None:
    done = recipe.run()
    assert done.returncode == 0, done.stderr
    assert recipe.ran() == [
        "python tests.packaging.release check",
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "python tests.packaging.audit",
        "python pytest -n auto",
        "python tests.packaging.check --keep dist",
        "python tests.packaging.release tag",
    ]
    assert release.git(recipe.repository, "tag", "--list") == "v1.2.0"


def test_a_dry_make_release_does_all_but_the_tag(recipe: Recipe) -> None:
    done = recipe.run("DRY=1", "ARGS=-k nothing")
    assert done.returncode == 0, done.stderr
    ran = recipe.ran()
    assert len(ran) == 9
    assert "python pytest -n auto" in ran  # ARGS do not choose a part of the tests
    assert release.git(recipe.repository, "tag", "--list") == ""


@pytest.mark.parametrize("step", ["ruff check", "mypy", "pytest", "tests.packaging.check"])
def test_no_tag_after_a_step_that_failed(recipe: Recipe, step: str) -> None:
    done = recipe.run(breaks=step)
    assert done.returncode != 0
    assert step in recipe.ran()[-1]
    assert release.git(recipe.repository, "tag", "--list") == ""


def test_make_release_stops_at_once_where_nothing_can_be_released(recipe: Recipe) -> None:
    (recipe.repository / "forgotten.txt").touch()
    done = recipe.run()
    assert done.returncode != 0
    assert "forgotten.txt" in done.stderr
    assert recipe.ran() == ["python tests.packaging.release check"]
