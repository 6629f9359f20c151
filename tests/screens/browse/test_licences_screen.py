"""Licences and logins on screen, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled

from typing import Any

import pytest

from tests.screens.company import SIZE, press
from zoomgov.model.licences import Licences, Plan, Tier
from zoomgov.model.syncs import NotRead
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.licences import LicencesScreen, licence_rows
from zoomgov.screens.browse.logins import bar

USAGE = b'{"plan_base": {"type": "business_yearly", "hosts": 50, "usage": 41, "pending": 2}%s}'


def cells(app: Any, name: str) -> list[str]:
    """The cells of the line that begins with `name`."""
    (line,) = [line for line in app.lines() if line.lstrip("▌ ").startswith(name)]
    return str(line).strip("▌ ").removeprefix(name).split()


def buy(app: Any, usage: bytes) -> None:
    with app.store.begin("2026-03-04T11:00:00Z") as writer:
        writer.stage(_key("plan-usage"), blobs={"plan-usage": usage})
        writer.finish(_key("plan-usage"), None)
        writer.publish("2026-03-04T11:30:00Z")


async def test_lines_count_people_and_lead_to_them(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        assert isinstance(app.screen, LicencesScreen)
        assert cells(app, "Basic")[:4] == ["–", "–", "–", "40"]
        assert cells(app, "Licensed")[:7] == ["not", "read", "not", "read", "not", "read", "20"]
        assert "Bought licences were not read." in app.text()
        await press(pilot, settled, "down", "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert "20 of 60 users" in app.text()


LICENCES = [
    *((kind, "") for kind in (1, 2, 3, 4, 99)),
    *((kind, str(1 << bit)) for kind in (1, 2) for bit in range(18)),  # Zoom's documents, "Get a user"
]


async def test_no_two_licences_look_alike(company: Company, settled: Settled) -> None:
    app = company(len(LICENCES), licences=LICENCES)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "right", "right", "right", "right")
        at = next(line for line in app.lines() if line.startswith("  Name")).index("Licence")
        shown = set()
        for _ in LICENCES:
            (line,) = [line for line in app.lines() if line.startswith("▌")]
            shown.add(line[at : at + 14].strip())
            await press(pilot, settled, "down")
        assert len(shown) == len(LICENCES)
        assert {"Licensed", "Lic.+Biz US/CA", "Basic+Ent Glo…"} <= shown
        await press(pilot, settled, "6", "home")
        shown.clear()
        for _ in LICENCES:
            (line,) = [line for line in app.lines() if line.startswith("▌")]
            shown.add(line[2:24].strip())
            await press(pilot, settled, "down")
        assert len(shown) == len(LICENCES)


async def test_licences_are_sorted_by_any_number_and_that_is_remembered(company: Company, settled: Settled) -> None:
    app = company()
    buy(app, USAGE % b', "plan_webinar": [{"type": "webinar500", "hosts": 3, "usage": 0, "pending": 0}]')
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        await press(pilot, settled, "right", "s")

        def first() -> str:
            return "".join(line for line in app.lines() if "▌" in line)

        await press(pilot, settled, "home")
        assert "Webinar (webinar500)" in first()
        await press(pilot, settled, "s", "home")
        assert "Licensed" in first()
        await press(pilot, settled, "greater_than_sign", "escape", "6")
        assert "Bought ▼" in app.text()
        assert "Licensed" in first()
        assert app.rows().requested_query.keys == (("bought", True),)


async def test_a_plan_nobody_can_be_named_for_leads_nowhere(company: Company, settled: Settled) -> None:
    app = company()
    buy(app, USAGE % b', "plan_zoom_rooms": {"type": "zoomroom_yearly", "hosts": 3, "usage": 5, "pending": 0}')
    async with app.run_test(size=(160, 24)) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        await press(pilot, settled, "end")
        assert cells(app, "Zoom Rooms (zoomroom_yearly)")[:5] == ["3", "5", "-2", "–", "0"]
        assert "2 seats too many are taken" in app.text()
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, LicencesScreen)
        assert any("does not tell who uses these" in note.message for note in app._notifications)


async def test_every_line_of_logins_leads_to_as_many_people(company: Company, settled: Settled) -> None:
    app = company()
    with app.store.reader() as reader:
        found = reader.licences()
    counts = [*(one.people for one in found.logins), found.never]
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for place, people in enumerate(counts):
            await press(pilot, settled, "6")
            await press(pilot, settled, "l")
            await press(pilot, settled, *["down"] * place, "enter")
            assert isinstance(app.screen, BrowseScreen)
            assert f"{people} of 60 users" in app.text()
            await press(pilot, settled, "escape")


async def test_what_was_bought_and_what_is_free(company: Company, settled: Settled) -> None:
    app = company()
    buy(app, USAGE % b"")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        assert cells(app, "Licensed")[:5] == ["50", "41", "7", "20", "2"]
        assert "not read" not in app.text()


def test_several_base_plans_are_lines_of_their_own() -> None:
    plans = (Plan("Base plan (a)", 5, 4, 0, True), Plan("Base plan (b)", 7, 7, 0, True))
    rows = [row for _, row in licence_rows(Licences((Tier("Licensed", 9, 1, 1),), plans, (), 0))]
    assert [row[:5] for row in rows] == [
        ("Licensed", "", "", "", 11),
        ("Base plan (a)", 5, 4, 1, ""),
        ("Base plan (b)", 7, 7, 0, ""),
    ]


def _key(part: str) -> Any:
    from zoomgov.model.syncs import ListKey

    return ListKey(part)


async def test_why_the_plan_is_not_known_is_said(company: Company, settled: Settled) -> None:
    app = company(60, gaps=(NotRead("plan-usage", "", "Zoom refused (4711).", required=False),))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "6")
        assert "Bought licences were not read. Zoom refused (4711)." in app.text()


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 10, ""), (10, 10, "█" * 24), (1, 10**6, "▏"), (5, 0, ""), (5, 10, "█" * 12)]
)
def test_bars(part: int, whole: int, text: str) -> None:
    assert bar(part, whole) == text
