"""For all tests: an empty home folder, no keyring, no variables of the environment that change results."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.secret_service import keyring_program, secret_service  # noqa: F401 (fixtures)

if TYPE_CHECKING:
    from collections.abc import Iterator

FRONTS: Final = {"acceptance", "benchmarks", "cli", "fuzz", "house", "packaging", "screens", "soak", "widgets"}
"""Folders of tests that need Textual, the installed program or the linter. `--core` runs all others."""

# Read when keyring is first imported; tests of a real keyring undo it.
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--core", action="store_true", help="run the core's tests only: all but tests of the user interface"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore `FRONTS` with `--core`; None: pytest decides."""
    is_front = collection_path.name in FRONTS and collection_path.parent == Path(__file__).parent
    return True if is_front and config.getoption("--core") else None


@pytest.fixture(autouse=True, scope="session")
def frozen_garbage_collector() -> Iterator[None]:
    """Exclude modules and test items from garbage collection, which took a quarter of the suite's time.

    The program does the same, see `zoomgov.process`. What tests leave behind is still collected.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give each test a profile of its own; return its data folder."""
    hints = {"TMUX", "TERM_PROGRAM", "SSH_CONNECTION", "SSH_TTY"}  # messages about copying depend on them
    for name in [name for name in os.environ if name.startswith("ZOOMGOV_") or name in hints]:
        monkeypatch.delenv(name)
    home = tmp_path / "profile"
    monkeypatch.setenv("ZOOMGOV_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    return home
