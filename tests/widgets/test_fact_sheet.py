"""Facts wrap under themselves and names are never markup."""

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
