"""Licences and logins on screen, by keys alone at 80x24."""

from __future__ import annotations

from typing import Any

import pytest

from zoomgov.screens.browse import BrowseScreen
from zoomgov.screens.licences import LicencesScreen, bar
from zoomgov.store.model import NotRead

SIZE = (80, 24)


async def press(pilot: Any, settled: Any, *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


async def test_lines_count_people_and_lead_to_them(company: Any, settled: Any) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        assert isinstance(app.screen, LicencesScreen)
        text = app.text()
        for name, number in (("Basic", "40"), ("Licensed", "20"), ("Never logged in", "12")):
            (line,) = [line for line in app.lines() if line.lstrip("▌ ").startswith(name)]
            assert number in line.split()
            assert "█" in line
        assert "Bought licences were not read." in text
        await press(pilot, settled, "down", "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert "20 of 60 users" in app.text()
        await press(pilot, settled, "escape", "6", "end", "enter")
        assert "12 of 60 users" in app.text()


async def test_every_line_of_logins_leads_to_as_many_people(company: Any, settled: Any) -> None:
    app = company()
    with app.store.reader() as reader:
        found = reader.licences()
    for place, one in enumerate(found.logins):
        async with company().run_test(size=SIZE) as pilot:
            await settled(pilot)
            await press(pilot, settled, "6", *["down"] * (len(found.tiers) + place), "enter")
            assert f"{one.people} of 60 users" in pilot.app.text()


async def test_what_was_bought_and_what_is_free(company: Any, settled: Any) -> None:
    app = company()
    with app.store.begin("2026-03-04T11:00:00Z") as writer:
        usage = b'{"plan_base": {"type": "business_yearly", "hosts": 50, "usage": 41, "pending": 2}}'
        writer.stage(_key("plan-usage"), blobs={"plan-usage": usage})
        writer.finish(_key("plan-usage"), None)
        writer.publish("2026-03-04T11:30:00Z")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        (line,) = [line for line in app.lines() if "Base plan" in line]
        assert "41 of 50" in line
        assert "7 free" in line
        assert "not read" not in app.text()


def _key(part: str) -> Any:
    from zoomgov.store.model import ListKey

    return ListKey(part)


async def test_why_the_plan_is_not_known_is_said(company: Any, settled: Any) -> None:
    app = company(60, gaps=(NotRead("plan-usage", "", "Zoom refused (4711).", required=False),))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        assert "Bought licences were not read. Zoom refused (4711)." in app.text()


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 10, ""), (10, 10, "█" * 14), (1, 10**6, "▏"), (5, 0, ""), (5, 10, "█" * 7)]
)
def test_bars(part: int, whole: int, text: str) -> None:
    assert bar(part, whole) == text
