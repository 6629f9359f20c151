"""Charts of logins and licences, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled, TwoSyncs

import subprocess
import sys

import pytest

from tests.screens.company import SIZE, press
from zoomgov.model.licences import Charts
from zoomgov.screens.browse.charts import ChartsScreen, licence_words
from zoomgov.screens.browse.licences import LicencesScreen


@pytest.mark.parametrize("theme", ["zoomgov-dark", "zoomgov-light", "ansi-dark", "ansi-light"])
async def test_charts_have_their_numbers_beside_them(two_syncs: TwoSyncs, settled: Settled, theme: str) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        app.theme = theme
        await settled(pilot)
        await press(pilot, settled, "6")
        await press(pilot, settled, "c")
        assert isinstance(app.screen, ChartsScreen)
        text = app.text()
        assert "Within 4 weeks" in text
        assert "never 12." in text
        assert "20 on 2026-03-04, 20 on 2026-03-04 (+0); least 20, most 20." in text
        assert any(set("▀▄█▌▐▖▗▘▙▚▛▜▝▞▟") & set(line) for line in app.lines()[3:9])
        await press(pilot, settled, "escape")
        assert isinstance(app.screen, LicencesScreen)


async def test_charts_count_each_person_once(company: Company) -> None:
    with company().store.reader() as reader:
        found = reader.charts()
    assert sum(found.logins) + found.earlier + found.never == 60
    assert found.licensed == ((1, "2026-03-04T10:05:00Z", 20),)
    assert licence_words(found) == "20 on 2026-03-04. The next sync makes it a line."


def test_how_licences_went() -> None:
    licensed = ((1, "2026-01-01T00:00:00Z", 40), (2, "2026-01-02T00:00:00Z", 35), (3, "2026-01-03T00:00:00Z", 38))
    words = licence_words(Charts((), 0, 0, licensed))
    assert words == "40 on 2026-01-01, 38 on 2026-01-03 (-2); least 35, most 40."


def test_the_library_that_draws_is_not_read_at_the_start() -> None:
    pages = "zoomgov.app, zoomgov.screens.browse.browse, zoomgov.screens.browse.licences"
    code = f"import sys, {pages}; sys.exit('plotext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
