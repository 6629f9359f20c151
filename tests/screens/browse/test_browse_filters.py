"""Fields in the search line, completion, and saved filters, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.screens.company import Company, Settled

import stat
from typing import Any

import pytest
from textual.widgets import Input

from tests.screens.company import SIZE, press
from zoomgov.preferences.views import read_preferences
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.saved_filters import SavedFiltersScreen


async def type_text(pilot: Any, settled: Settled, text: str) -> None:
    names = {" ": "space", ":": "colon", '"': "quotation_mark", "-": "minus", ">": "greater_than_sign"}
    await press(pilot, settled, *(names.get(letter, letter) for letter in text))


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("status:pending", "9 of 60"),
        ("role:admin", "1 of 60"),
        ('dept:"Field Sales"', "15 of 60"),
        ("last-login:never", "12 of 60"),
        ("group:none", "32 of 60"),
        ("-status:pending dept:finance ana", "3 of 60"),
    ],
)
async def test_fields_narrow_the_table(company: Company, settled: Settled, typed: str, count: str) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash")
        assert "role:admin  status:inactive  last-login:>90d" in app.text()
        await type_text(pilot, settled, typed)
        assert f"{count} users" in app.text()


async def test_what_is_not_understood_is_said_under_the_line(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash")
        await type_text(pilot, settled, "colour:red")
        assert "▲ There is no field “colour”; there are role, status" in app.text()
        assert "email, domain. In quotes it is searched as a word." in " ".join(app.text().split())
        await press(pilot, settled, "escape")
        assert "no field" not in app.text()


async def test_right_takes_the_completion(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash")
        for typed, taken in (("ro", "role:"), ("Ad", "role:Admin")):
            await type_text(pilot, settled, typed)
            await settled(pilot)
            await press(pilot, settled, "right")
            assert app.in_focus(Input).value == taken
        assert "1 of 60 users" in app.text()


async def test_the_key_that_completes_is_told_where_something_is_offered(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash")
        footer = app.lines()[-1]
        for typed, offered in (("r", True), ("o", True), ("x", False), ("backspace", True), ("right", False)):
            await press(pilot, settled, typed)
            await settled(pilot)
            assert ("→ takes the completion" in app.text()) is offered, typed
        assert app.in_focus(Input).value == "role:"
        await press(pilot, settled, *"ow")
        assert "→ takes the completion" in app.text()
        assert app.lines()[-1] == footer
        await press(pilot, settled, "down")
        assert "→ takes the completion" not in app.text()


async def test_a_filter_is_saved_chosen_and_removed(company: Company, settled: Settled) -> None:
    app = company()
    path = app.store.path.with_name("kept.json")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "ctrl+s")
        assert "None saved yet. Type a filter first." in app.text()
        assert "Remove" not in app.text()
        await press(pilot, settled, "escape", "slash")
        await type_text(pilot, settled, "status:pending")
        await press(pilot, settled, "ctrl+s")
        assert isinstance(app.focused, Input)
        await press(pilot, settled, *"invited", "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert read_preferences(path).filters == {"users": {"invited": "status:pending"}}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await press(pilot, settled, "escape")
        assert "60 users" in app.text()
        await press(pilot, settled, "ctrl+s")
        assert "invited  status:pending" in app.text()
        assert "Remove" in app.text()
        await press(pilot, settled, "enter")
        assert "9 of 60 users" in app.text()
        await press(pilot, settled, "ctrl+s", "tab", "delete")
        assert isinstance(app.screen, SavedFiltersScreen)
        assert read_preferences(path).filters == {"users": {}}
        assert "Remove" not in app.text()


async def test_the_help_names_every_key_of_what_has_several(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "f1", "end")
        line = next(line for line in app.lines() if "Save what is typed" in line)
        assert "^s f2 Filters" in line
