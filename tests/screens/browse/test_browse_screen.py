"""Browsing a real store at 80x24, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

from textual.widgets import Tabs

from zoomgov.widgets.table.row_table import RowTable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.company import BrowseApp, Company, Settled

import asyncio
import queue

import pytest
from textual.widgets import Input

from tests.screens.company import SIZE, press
from zoomgov.model.kinds import Kind
from zoomgov.model.syncs import NotRead
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.item_pane import ItemPane
from zoomgov.screens.browse.person import PersonScreen
from zoomgov.screens.browse.resource import ResourceScreen
from zoomgov.screens.synced.opened_sync import OpenedSync
from zoomgov.widgets.fact_sheet import FactSheet
from zoomgov.widgets.table.identity_table import IdentityTable

WIDE = (160, 48)


async def test_it_opens_on_everyone_with_time_and_completeness(company: Company, settled: Settled) -> None:
    app = company(120)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        text = app.text()
        assert "1 Users 120" in text
        assert "4 Roles 3" in text
        assert "120 users" in text
        assert "Synced 1 hour ago, ● complete" in text
        assert isinstance(app.focused, IdentityTable)
        assert any(line.startswith("▌ Ana García") for line in app.lines())


async def test_search_narrows_as_one_types_and_esc_undoes_it(company: Company, settled: Settled) -> None:
    app = company(120)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *"angs")
        assert "12 of 120 users" in app.text()
        await press(pilot, settled, "enter")
        assert isinstance(app.focused, IdentityTable)
        await press(pilot, settled, "escape")
        assert "120 users" in app.text()
        assert "of 120" not in app.text()
        assert isinstance(app.screen, BrowseScreen)
        await press(pilot, settled, "slash")
        assert isinstance(app.focused, Input)
        await press(pilot, settled, "escape")
        assert isinstance(app.focused, IdentityTable)
        await press(pilot, settled, "escape")
        assert not isinstance(app.screen, BrowseScreen)


async def test_a_search_that_finds_nobody_says_so(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *"zzzz")
        assert "No users match “zzzz”. Esc clears the search." in app.text()
        assert "0 of 60 users" in app.text()


async def test_enter_stays_in_a_search_that_finds_nobody_and_the_footer_says_what_it_does(
    company: Company, settled: Settled
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "/ Search" in app.lines()[-1]
        await pilot.press("slash", *"dubiose")
        await settled(pilot)
        assert "To the rows" in app.lines()[-1]
        assert "/ Search" not in app.lines()[-1]
        await pilot.press("enter", *["backspace"] * 4, *"ois", "enter", "enter")
        await settled(pilot)
        assert isinstance(app.screen, PersonScreen)


async def test_any_column_sorts_and_the_tabs_keep_their_place(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, *["right"] * 6, "s")
        await press(pilot, settled, "r")
        assert "Last login ▼" in app.text()
        first = next(line for line in app.lines() if line.startswith("▌"))
        assert first.rstrip().endswith("2026-02-27") or "2026-02-27" in first
        await press(pilot, settled, "down", "down")
        kept = app.in_focus(RowTable).cursor_id
        await press(pilot, settled, "2")
        assert any(line.startswith("▌ Field Sales EMEA") for line in app.lines())
        await press(pilot, settled, "1")
        assert app.in_focus(RowTable).cursor_id == kept
        assert "Last login ▼" in app.text()


async def test_every_kind_has_its_table(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key, shown in (("2", "Finance"), ("3", "Everyone in EMEA"), ("4", "Owner"), ("1", "Ana García")):
            await press(pilot, settled, key)
            assert shown in app.text()


async def test_keys_typed_faster_than_tables_are_made_end_on_the_last_one(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, settled, "2", "4", "3", "1", "2", "3", "4")
        await press(pilot, settled, "2", "4", "3", "1", "2", "3", "4")
        assert "3 roles" in app.text()
        assert app.screen.query_one("#kinds", Tabs).active == "roles"


async def test_a_persons_page_shows_each_way_in_and_leads_on_to_the_thing_and_back(
    company: Company, settled: Settled
) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, PersonScreen)
        text = app.text()
        assert "person000@acme.example" in text
        assert "5 grants" in text
        rows = [line.split() for line in app.lines() if line.rstrip().endswith(("role", "member", "admin", "Finance"))]
        assert ["▌", "Owner", "Role", "holds", "the", "role"] in rows
        assert ["Finance", "Group", "member"] in rows
        assert ["Finance", "Group", "admin"] in rows
        assert ["Field", "Sales", "EMEA", "Group", "member"] in rows
        assert ["Everyone", "in", "EMEA", "Contact", "group", "through", "Finance"] in rows
        await press(pilot, settled, "slash", *"e adm")
        await press(pilot, settled, "enter", "enter")
        assert isinstance(app.screen, ResourceScreen)
        assert "12 people" in app.text()
        assert "member, admin" in app.text()
        await press(pilot, settled, "down", "enter")
        assert isinstance(app.screen, PersonScreen)
        assert "person010@acme.example" in app.text()
        await press(pilot, settled, "escape")
        await press(pilot, settled, "escape")
        assert isinstance(app.screen, PersonScreen)
        assert "1 of 5 grants" in app.text()
        await press(pilot, settled, "escape", "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_a_contact_group_shows_who_is_in_it_and_through_which_group(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "3")
        await press(pilot, settled, "down", "enter")
        text = app.text()
        assert "13, of them 1 directly" in text
        assert "Groups in it" in text
        assert "13 people" in text
        assert "through Finance" in text
        await press(pilot, settled, "slash", *"bjorn")
        assert "1 of 13 people" in app.text()


async def test_a_role_says_what_it_may_do(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "4")
        await press(pilot, settled, "enter")
        lines = [line.split("│")[0].split() for line in app.lines()]
        flat = [" ".join(line) for line in lines]
        assert any(line.startswith("User view and edit") for line in flat)
        assert any(line.startswith("IM groups view") for line in flat)


async def test_wide_screens_show_the_item_beside_the_table(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        app.screen.query_one(ItemPane).show_item(Kind.USERS, app.in_focus(RowTable).cursor_id)
        await settled(pilot)
        sheet = app.screen.query_one(FactSheet)
        assert sheet.display
        assert sheet.sheet is not None
        assert sheet.sheet.title == "Ana García"
        facts = {fact.label: fact.value for section in sheet.sheet.sections for fact in section.facts}
        assert facts["Last login"] == "2026-02-01 09:12 (31 days ago)"
        assert facts["Everyone in EMEA"] == "through Finance"
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert not app.screen.query_one(FactSheet).display


async def test_what_was_not_read_is_never_shown_as_none(
    company: Company, settled: Settled, gaps: tuple[NotRead, ...]
) -> None:
    app = company(60, gaps=gaps)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "Contact groups not read" in app.text()
        assert "▲ not complete: 2 parts not read  n why" in app.text()
        await press(pilot, settled, "3")
        assert "Not read: Zoom refused (4711): the app lacks a scope." in app.text()
        assert "0 contact groups" not in app.text()
        await press(pilot, settled, "2")
        assert "▲ Not read: group admins." in app.text()
        await press(pilot, settled, "n")
        assert "Group admins of Finance" in app.text()
        assert "contact_group:read:list_groups:admin" in app.text()
        await press(pilot, settled, "escape")
        await press(pilot, settled, "1")
        await press(pilot, settled, "enter")
        sheet = app.screen.query_one(FactSheet).sheet
        assert sheet is not None
        assert "There may be more" in {section.title for section in sheet.sections}


async def test_before_the_first_sync_it_says_what_to_press(unsynced: BrowseApp, settled: Settled) -> None:
    async with unsynced.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "Nothing has been synced yet." in unsynced.text()
        assert "Press f5" in unsynced.text()
        await press(pilot, settled, "1", "slash", "n", "enter", "escape")
        assert not isinstance(unsynced.screen, BrowseScreen)


async def test_an_empty_account_is_empty_not_broken(company: Company, settled: Settled) -> None:
    app = company(0)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key, text in (("1", "no users"), ("2", "no groups"), ("3", "no contact groups"), ("4", "no roles")):
            await press(pilot, settled, key, "enter")
            assert f"The account has {text}." in app.text()


HOSTILE = "[/] \x1b[31mred\u202e [link=x]👩\u200d💻 =cmd()"


@pytest.mark.parametrize("size", [SIZE, WIDE])
async def test_a_hostile_name_is_text_everywhere(company: Company, settled: Settled, size: tuple[int, int]) -> None:
    app = company(60, rename={0: HOSTILE})
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *"n000")
        await press(pilot, settled, "enter")
        for _ in range(3):
            await settled(pilot)
            assert "[/] �[31mred�" in app.text()
            assert "\x1b" not in app.text()
            await press(pilot, settled, "enter")


async def test_a_newer_sync_is_shown_when_one_comes_back(company: Company, settled: Settled, tmp_path: Path) -> None:
    from zoomgov.model.rows import GroupRow
    from zoomgov.model.syncs import ListKey

    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "2")
        await press(pilot, settled, "enter")
        with app.store.begin("2026-03-04T11:00:00Z") as writer:
            writer.stage(ListKey("groups"), groups=[GroupRow("g9", "Newcomers", None)])
            writer.finish(ListKey("groups"), None)
            writer.publish("2026-03-04T11:55:00Z")
        await press(pilot, settled, "escape")
        await settled(pilot)
        assert "Newcomers" in app.text()
        assert "Synced 5 minutes ago" in app.text()


async def test_the_list_of_syncs_says_what_each_did_not_read(
    company: Company, settled: Settled, gaps: tuple[NotRead, ...]
) -> None:
    app = company(60, gaps=gaps)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "5")
        unread = {gap.part for gap in gaps if not gap.target}
        (line,) = [line for line in app.lines() if "not complete" in line]
        assert unread & {"groups", "contact-groups", "roles"}
        assert line.count("not read") == len(unread & {"groups", "contact-groups", "roles"})


async def test_who_has_each_thing_is_counted_ahead_for_every_sync_that_is_shown(
    company: Company, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: queue.Queue[int | None] = queue.Queue()
    monkeypatch.setattr(OpenedSync, "count_grants", lambda self: counted.put(self.sync and self.sync.number))
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert await asyncio.to_thread(counted.get, timeout=60) == 1
        await press(pilot, settled, "enter")
        with app.store.begin("2026-03-04T11:00:00Z") as writer:
            writer.publish("2026-03-04T11:55:00Z")
        await press(pilot, settled, "escape")
        assert await asyncio.to_thread(counted.get, timeout=60) == 2


async def test_a_store_that_cannot_be_read_says_so(
    company: Company, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoomgov.disk.errors import StoreError

    app = company()

    def broken() -> Never:
        raise StoreError("c1.db: file is not a database. Move it away and sync again.")

    monkeypatch.setattr(app.store, "reader", broken)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "✗ c1.db: file is not a database." in app.text()
        assert "Nothing was lost." in app.text()
        await press(pilot, settled, "escape")
        assert not isinstance(app.screen, BrowseScreen)


@pytest.mark.parametrize("size", [SIZE, WIDE])
async def test_no_row_is_drawn_beyond_the_screen(
    company: Company, settled: Settled, size: tuple[int, int], gaps: tuple[NotRead, ...]
) -> None:
    from rich.cells import cell_len

    app = company(60, gaps=gaps)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        for key in ("1", "2", "3", "4", "enter"):
            await press(pilot, settled, key)
            strips = app.screen._compositor.render_strips()
            assert {cell_len("".join(segment.text for segment in strip)) for strip in strips} == {size[0]}


@pytest.mark.parametrize("width", [80, 100, 126, 160])
async def test_the_last_line_has_room_for_all_its_keys(company: Company, settled: Settled, width: int) -> None:
    app = company()
    async with app.run_test(size=(width, 30)) as pilot:
        await settled(pilot)
        line = app.lines()[-2]
        assert "● complete" in line
        assert "x export  5 syncs  6 licences  f5 sync" in line
