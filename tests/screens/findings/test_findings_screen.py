"""The findings of a real store, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled


import pytest

from tests.screens.company import SIZE, press
from zoomgov.findings import find
from zoomgov.model.syncs import NotRead
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.person import PersonScreen
from zoomgov.screens.findings.findings import FindingScreen, FindingsScreen
from zoomgov.settings import Settings, Thresholds
from zoomgov.widgets.table.table_source import SourceError


async def test_findings_lead_to_why_whom_and_where(company: Company, settled: Settled) -> None:
    app = company()
    with app.store.reader() as reader:
        audit = find(reader, app.now())
    idle = next(place for place, finding in enumerate(audit.findings) if finding.id == "licensed-never")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f")
        assert isinstance(app.screen, FindingsScreen)
        assert f"{len(audit.findings)} findings" in app.text()
        await press(pilot, settled, *["down"] * idle, "enter")
        assert isinstance(app.screen, FindingScreen)
        text = app.text()
        assert "Why" in text
        assert "To fix" in text
        assert f"{len(audit.findings[idle].subjects)} names" in text
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, PersonScreen)
        await press(pilot, settled, "escape", "escape", "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_a_finding_leads_to_the_page_of_zooms_where_it_is_put_right(
    company: Company, settled: Settled, opened_pages: list[str]
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f", "enter")
        assert "w Zoom's page" in app.lines()[-1]
        await press(pilot, settled, "w")
        (link,) = opened_pages
        assert link.startswith("https://zoom.us/")


async def test_to_leave_the_findings_ends_their_reading(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f")
        page = app.screen
        assert isinstance(page, FindingsScreen)
        page.read_so_far(1, 16)
        await press(pilot, settled, "escape")
        with pytest.raises(SourceError):
            page.read_so_far(2, 16)


async def test_what_was_not_read_is_said(company: Company, settled: Settled, gaps: tuple[NotRead, ...]) -> None:
    app = company(60, gaps=gaps)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f")
        assert "could not be answered: parts were not read" in app.text()
        await press(pilot, settled, "end", "enter")
        assert "Not known" in app.text()
        assert "Not seen" in app.text()


async def test_nothing_to_find_says_how_much_was_asked(company: Company, settled: Settled) -> None:
    app = company(0)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f", "enter")
        with app.store.reader() as reader:
            found = find(reader, app.now()).findings
        assert ("Nothing looks wrong: 16 questions were asked" in app.text()) is (not found)


async def test_thresholds_are_settings_and_shown(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f")
        assert "Idle: no login for 90 days, plus 3 by which Zoom may be late." in app.text()
        assert "logged in for 9 days" not in app.text()
        await press(pilot, settled, "escape")
        app.services.settings = Settings(app.store.path.parent, thresholds=Thresholds(licence_idle_days=9))
        await press(pilot, settled, "f")
        assert "Idle: no login for 90 days as an admin, 9 with a licence" in app.text()
        assert "licensed people have not logged in for 9 days" in app.text()
