"""Comparing syncs, opening older ones, and histories, by keys alone at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.company import Company, Settled, TwoSyncs

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.screens.company import SIZE, person, press
from zoomgov.model.changes import Changes, FieldChange, ItemChange
from zoomgov.model.kinds import GrantKind, Kind
from zoomgov.model.rows import GrantRow
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.browse.history import HistoryScreen
from zoomgov.screens.browse.person import PersonScreen
from zoomgov.screens.browse.resource import ResourceScreen
from zoomgov.screens.browse.syncs import SyncsScreen
from zoomgov.screens.compare.access_changes import AccessChangesScreen
from zoomgov.screens.compare.changes import ChangesScreen
from zoomgov.screens.compare.changes_words import ITEMS, is_cut, lines_of


def row(app: Any, text: str) -> list[str]:
    """The words of the one line with `text`."""
    (line,) = [line for line in app.lines() if text in line]
    return str(line).removeprefix("▌").split()


def read_csv(folder: Path, pattern: str) -> list[dict[str, str]]:
    """The rows of the one file of this name."""
    (path,) = folder.glob(pattern)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_changes_tell_who_came_went_and_changed_with_old_and_new(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert isinstance(app.screen, ChangesScreen)
        text = app.text()
        assert "From sync 1, 2026-03-04 10:05  ›  t to sync 2, 2026-03-04 11:30" in text
        assert "1 People and things  +1 −1 ~2" in text
        assert row(app, "Newcomer Nia")[2] == "came"
        assert row(app, "Ana García")[2] == "went"
        await press(pilot, settled, "slash", *"chloe", "enter")
        assert "Status: active → inactive" in " ".join(row(app, "Chloé"))
        await press(pilot, settled, "escape", "slash", *"emea", "enter")
        assert "Name: Field Sales EMEA → Field" in app.text()
        await press(pilot, settled, "escape", "slash", *"newcomer", "enter", "enter")
        assert isinstance(app.screen, PersonScreen)
        assert "person060@acme.example" in app.text()


async def test_access_in_effect_tells_what_came_through_a_user_group(
    two_syncs: TwoSyncs, settled: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert "e In effect" in app.lines()[-1]
        await press(pilot, settled, "e")  # the page of people and things tells nothing of access
        assert "2 In effect by person  4   3 by thing  5" in app.text()
        assert "e As granted" in app.lines()[-1]
        assert row(app, "Fatima Haddad")[2:8] == ["−2", "−Finance,", "−Everyone", "in", "EMEA", "(thr…"]
        await press(pilot, settled, "down", "down", "enter")
        assert row(app, "Everyone in EMEA") == [
            "lost",
            "through",
            "Finance",
            "Everyone",
            "in",
            "EMEA",
            "Contact",
            "group",
        ]
        await press(pilot, settled, "escape", "3", "slash", *"everyone", "enter")
        assert row(app, "Everyone in EMEA")[3:5] == ["+1", "−2"]
        await press(pilot, settled, "x", "tab", "down", "enter")
        told = read_csv(tmp_path, "*-found.csv")
        assert [(one["change"], one["name"], one["through"]) for one in told] == [
            ("lost", "Ana García", "Finance"),
            ("lost", "Fatima Haddad", "Finance"),
            ("gained", "Newcomer Nia", "Finance"),
        ]
        await press(pilot, settled, "escape", "e")
        assert "2 Access by person  4   3 by thing  4" in app.text()


async def test_what_is_still_reached_another_way_is_no_change_in_effect(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    inside, kind = ListKey("contact-group-members", "dir.1"), GrantKind.CONTACT_GROUP_MEMBER
    for people in (["u010"], []):  # who is in Finance, too, and that is in it
        with app.store.begin("2026-03-04T11:40:00Z") as writer:
            granted = [GrantRow(kind, "dir.1", "user", key) for key in people]
            writer.stage(inside, grants=[GrantRow(kind, "dir.1", "group", "g1"), *granted])
            writer.finish(inside, None)
            writer.publish("2026-03-04T11:50:00Z")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert "2 Access by person  1" in app.text()
        await press(pilot, settled, "e")
        assert "Nothing changed in effect between sync 3 and sync 4." in app.text()
        assert "e As granted" in app.lines()[-1]
        await press(pilot, settled, "e")
        assert "2 Access by person  1" in app.text()


async def test_changes_of_access_by_person_and_by_thing(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        await press(pilot, settled, "2")
        assert row(app, "Björn Ångström")[2:5] == ["+1", "+Field", "Sales"]
        assert row(app, "Ana García")[2:3] == ["−3"]
        await press(pilot, settled, "slash", *"ana garc", "enter")
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, AccessChangesScreen)
        assert {line.removeprefix("▌").split()[0] for line in app.lines() if "Finance" in line} == {"lost"}
        assert row(app, "Finance")[:3] == ["lost", "member", "Finance"]
        await press(pilot, settled, "o")
        assert isinstance(app.screen, PersonScreen)
        assert "as of sync 1" in app.text()
        await press(pilot, settled, "escape", "escape", "escape")
        await press(pilot, settled, "3")
        assert row(app, "Finance")[:3] == ["Finance", "+1", "−2"]
        await press(pilot, settled, "slash", *"finance", "enter")
        await press(pilot, settled, "enter")
        assert row(app, "Fatima Haddad")[:4] == ["lost", "member", "Fatima", "Haddad"]
        await press(pilot, settled, "o")
        assert isinstance(app.screen, ResourceScreen)
        assert "as of sync" not in app.text()


async def test_a_person_who_went_is_opened_as_they_were(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        await press(pilot, settled, "slash", *"went", "enter")
        await press(pilot, settled, "enter")
        assert isinstance(app.screen, PersonScreen)
        assert "as of sync 1" in app.text()
        assert "person000@acme.example" in app.text()
        await press(pilot, settled, "escape")
        assert isinstance(app.screen, ChangesScreen)


async def test_a_date_chooses_the_sync(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    with app.store.begin("2026-03-04T11:40:00Z") as writer:
        writer.publish("2026-03-04T11:50:00Z")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        await press(pilot, settled, "f", *"soon", "enter")
        assert "“soon” is no date that can be read: give 2026-11-20" in app.text()
        await press(pilot, settled, *["backspace"] * 4, *"60 min")
        assert "Sync 1, the last one finished by then. Enter takes it." in app.text()
        await press(pilot, settled, "enter")
        assert "From sync 1, 2026-03-04 10:05  ›  t to sync 3" in app.text()
        await press(pilot, settled, "t", *"2026-03-04t11:40", "enter")
        assert "From sync 1, 2026-03-04 10:05  ›  t to sync 2" in app.text()
        await press(pilot, settled, "f", *"2020-01-01")
        assert "Nothing was synced by 2020-01-01 00:00 UTC; compared" in app.text()
        await press(pilot, settled, "t", "escape")
        assert isinstance(app.screen, ChangesScreen)


async def test_what_the_table_shows_is_written(
    two_syncs: TwoSyncs, settled: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        await press(pilot, settled, "slash", *"went", "enter")
        await press(pilot, settled, "x")
        assert "(•) What the table shows: 1 change, found by went" in app.text()
        await press(pilot, settled, "tab", "down", "tab", "enter")
        assert "✓" in app.text()
        rows = read_csv(tmp_path, "*-sync-2-changes-since-1-found.csv")
        assert [(row["change"], row["name"]) for row in rows] == [("removed", "Ana García")]
        await press(pilot, settled, "shift+tab", "shift+tab", "up", "tab", "tab", "enter")
        assert len(read_csv(tmp_path, "*-sync-2-changes-since-1.csv")) > 10


async def test_nothing_to_export_when_nothing_changed(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    with app.store.begin("2026-03-04T11:40:00Z") as writer:
        writer.publish("2026-03-04T11:50:00Z")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        await press(pilot, settled, "x", "2", "enter")
        assert isinstance(app.screen, ChangesScreen)
        assert "f and t choose other syncs" in app.text()


async def test_what_was_not_read_is_not_compared(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs(gaps=(NotRead("contact-groups", "", "Refused."),))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert "▲ Not compared: contact groups. Sync 2 did not read all of it." in app.text()


async def test_one_sync_has_nothing_to_be_compared_with(company: Company, settled: Settled) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert "There is nothing to compare with yet" in app.text()
        await press(pilot, settled, "1", "2", "f", "t", "enter", "slash")
        await press(pilot, settled, "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_other_syncs_can_be_compared_and_the_same_again_is_nothing(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    with app.store.begin("2026-03-04T11:40:00Z") as writer:
        writer.publish("2026-03-04T11:50:00Z")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert "Nothing changed between sync 2 and sync 3." in app.text()
        await press(pilot, settled, "f")
        assert "Compare from which sync?" in app.text()
        await press(pilot, settled, "down", "enter")
        assert "From sync 1" in app.text()
        assert "+1 −1 ~2" in app.text()
        await press(pilot, settled, "t", "down", "enter")
        assert "to sync 2" in app.text()


async def test_an_older_sync_is_browsed_as_it_was(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert not any("Ana García " in line and "person000" in line for line in app.lines())
        await press(pilot, settled, "5")
        assert isinstance(app.screen, SyncsScreen)
        assert row(app, "11:30")[:5] == ["2026-03-04", "11:30", "2", "●", "complete"]
        assert "first sync" in app.text()
        await press(pilot, settled, "down", "enter")
        assert isinstance(app.screen, BrowseScreen)
        assert "Sync 1, as it was" in app.text()
        assert any("person000@acme.example" in line for line in app.lines())
        await press(pilot, settled, "2")
        assert "Field Sales EMEA" in app.text()
        await press(pilot, settled, "c")
        assert "This is the oldest sync that is kept" in app.text()
        assert "Sync again" not in app.text()
        await press(pilot, settled, "escape", "escape", "escape")
        assert "Sync 1, as it was" not in app.text()


async def test_what_was_before_the_oldest_kept_sync_says_so(company: Company, settled: Settled) -> None:
    app = company()
    leaving = next(person(number) for number in range(60) if person(number).status == "inactive")
    gap = NotRead("users-active", "", "Zoom refused (4711).")
    for number, dept in enumerate(("Law", "Sales", "Ops"), start=5):
        with app.store.begin(f"2026-03-0{number}T10:00:00Z") as writer:
            writer.stage(ListKey("users-inactive"), users=[leaving._replace(dept=dept)])
            writer.finish(ListKey("users-inactive"), 1)
            writer.publish(f"2026-03-0{number}T10:05:00Z", not_read=(gap,))
    app.store.prune(2)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *leaving.email, "enter")
        await press(pilot, settled, "enter")
        await press(pilot, settled, "h")

        def seen() -> list[str]:
            return [line[2:19].strip() for line in app.lines() if "→" in line or "already" in line]

        assert seen() == ["2026-03-07 10:05", "2026-03-06 10:05", "before 2026-03-06", "before 2026-03-06"]
        assert "before 2026-03-06       2  Department: " in app.text()
        await press(pilot, settled, "s")
        assert seen() == ["before 2026-03-06", "before 2026-03-06", "2026-03-06 10:05", "2026-03-07 10:05"]


async def test_histories_of_a_person_and_of_a_thing(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "slash", *"n002", "enter", "enter", "h")
        assert isinstance(app.screen, HistoryScreen)
        assert "Chloé Dubois  ›  History" in app.text()
        assert "Status: active → inactive" in app.text()
        assert "was there already" in app.text()
        await press(pilot, settled, "escape", "escape", "escape", "2")
        await press(pilot, settled, "enter", "h")
        assert "1 member more" in app.text() or "more" in app.text()
        assert "Name: Field Sales EMEA → Field Sales" in app.text()


def test_only_what_the_table_has_no_room_for_asks_for_room_below_it() -> None:
    def is_it_cut(name: str, width: int) -> bool:
        fields = (FieldChange("Name", "Old", name),)
        item = ItemChange(Kind.GROUPS, "g1", name, "", "changed", fields if name else ())
        (line,) = lines_of(ITEMS, Changes(1, 2, (item,), ()))
        return is_cut(line, width)

    assert [is_it_cut(name, 80) for name in ("", "x" * 28, "x" * 29, "名" * 14, "名" * 15)] == [
        False, False, True, False, True,
    ]  # fmt: skip
    assert [is_it_cut(name, 60) for name in ("", "x")] == [False, True]


async def test_what_is_cut_in_the_table_stands_whole_below_it(two_syncs: TwoSyncs, settled: Settled) -> None:
    app = two_syncs()
    whole = "Status  active → inactive   Department  Finance → Law"
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await press(pilot, settled, "c")
        assert "Department:…" in app.text()
        assert whole not in app.text()
        await press(pilot, settled, "down")
        assert whole in app.text()
        await press(pilot, settled, "down")
        assert whole not in app.text()
        await press(pilot, settled, "up", "2")
        assert whole not in app.text()
        await press(pilot, settled, "1", "down")
        assert whole in app.text()
    for size, shown in (((140, 40), False), ((60, 20), True)):
        app = two_syncs()
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await press(pilot, settled, "c", "end")
            assert ("Name  Field Sales EMEA → Field Sales" in app.text()) is shown
