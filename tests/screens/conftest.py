"""Fixtures of all tests of screens, each made where its parts are."""

from __future__ import annotations

from tests.screens.company import (  # noqa: F401 (fixtures)
    company,
    filled_once,
    gaps,
    opened_pages,
    settled,
    two_syncs,
    unsynced,
)
from tests.screens.stage import stage  # noqa: F401 (a fixture)
from tests.textual_apps import apps_without_a_clock  # noqa: F401 (a fixture)
