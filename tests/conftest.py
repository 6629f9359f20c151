"""What every test stands on: an empty home, no keyring, no colours or credentials from outside."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.secret_service import keyring_program, secret_service  # noqa: F401 (fixtures)

if TYPE_CHECKING:
    from pathlib import Path

# Read when keyring is first imported; tests of the real one undo it for themselves.
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A profile of its own for each test; returns its data folder."""
    for name in [name for name in os.environ if name.startswith("ZOOMGOV_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "profile"
    monkeypatch.setenv("ZOOMGOV_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    return home
