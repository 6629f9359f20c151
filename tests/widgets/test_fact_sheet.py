"""Facts wrap with a hanging indent, and names are never markup."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import App, ComposeResult

from zoomgov.widgets.fact_sheet import Fact, FactSheet, Section, Sheet


class SheetApp(App[None]):
    def compose(self) -> ComposeResult:
        yield FactSheet()


async def test_facts_are_shown_as_text_and_wrap() -> None:
    app = SheetApp()
    async with app.run_test(size=(40, 24)) as pilot:
        facts = (
            Fact("Status", "active", "good"),
            Fact("Department", "Research and Development of Everything [/]"),
            Fact("Name", "\x1b[31m\u202eevil 日本語"),
        )
        access = Section("Access", (Fact("[red]Finance", "member"),), is_list=True)
        app.query_one(FactSheet).show(Sheet("[b]Ana", "ana@example.com", (Section("", facts), access)))
        await pilot.pause()
        lines = ["".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()]
        assert all(cell_len(line) == 40 for line in lines)
        text = " ".join(" ".join(lines).split())
        assert "[b]Ana ana@example.com" in text
        assert "Status active" in text
        assert "Department Research and Development of Everything [/]" in text
        assert "[red]Finance member" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        app.query_one(FactSheet).show(None)
        await pilot.pause()
        assert not any(segment.text.strip() for line in app.screen._compositor.render_strips() for segment in line)


async def test_another_sheet_of_as_many_lines_needs_no_layout() -> None:
    app = SheetApp()
    async with app.run_test(size=(40, 8)) as pilot:
        sheet = app.query_one(FactSheet)
        sheet.show(Sheet("Ana", "ana@example.com", (Section("", (Fact("Status", "active"),)),)))
        await pilot.pause()
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(sheet, layouts.append, immediate=True)
        sheet.show(Sheet("Bea", "bea@example.com", (Section("", (Fact("Status", "pending"),)),)))
        await pilot.pause()
        text = "".join(segment.text for line in app.screen._compositor.render_strips() for segment in line)
        assert "Bea" in text
        assert "pending" in text
        assert "Ana" not in text
        assert not layouts


async def test_a_long_sheet_is_scrolled_and_the_next_begins_at_its_top() -> None:
    app = SheetApp()
    async with app.run_test(size=(40, 8)) as pilot:
        sheet = app.query_one(FactSheet)
        facts = tuple(Fact(f"Fact {number}", "so") for number in range(30))
        sheet.show(Sheet("Ana", "", (Section("", facts),)))
        await pilot.pause()
        sheet.focus()
        await pilot.press("end")
        await pilot.pause()
        assert sheet.scroll_offset.y == sheet.max_scroll_y == 32 - 8
        sheet.show(Sheet("Bea", "", (Section("", facts),)))
        await pilot.pause()
        assert sheet.scroll_offset.y == 0
