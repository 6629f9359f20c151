"""The footer is rebuilt only when its keys change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Button
from textual.widgets._footer import FooterKey

from zoomgov.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    import pytest


class Special(Button):
    BINDINGS = [Binding("x", "app.bell", "Special")]


class FooterApp(App[None]):
    BINDINGS = [Binding("a", "first", "First"), Binding("b", "second", "Second")]
    possible = True

    def compose(self) -> ComposeResult:
        yield Button("One", id="one")
        yield Button("Two", id="two")
        yield Special("Three", id="three")
        yield KeyFooter(show_command_palette=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (self.possible or None) if action == "second" else True


async def test_the_keys_follow_the_focus_and_what_is_possible_and_stay_otherwise() -> None:
    app = FooterApp()
    async with app.run_test() as pilot:

        async def keys(focus: str) -> list[FooterKey]:
            app.query_one(f"#{focus}").focus()
            app.screen.refresh_bindings()
            await pilot.pause()
            await pilot.pause()
            return list(app.query(FooterKey))

        one = await keys("one")
        assert [key.description for key in one] == ["First", "Second"]
        assert await keys("two") == one
        assert [key.description for key in await keys("three")] == ["Special", "First", "Second"]
        again = await keys("one")
        assert [key.description for key in again] == ["First", "Second"]
        app.possible = False
        assert [key._disabled for key in await keys("one")] == [False, True]


async def test_no_key_begins_as_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change of a key's classes styles it again."""
    changed: list[bool] = []
    monkeypatch.setattr(FooterKey, "_watch_compact", lambda key, compact: changed.append(compact))
    async with FooterApp().run_test() as pilot:
        await pilot.pause()
        keys = pilot.app.query(FooterKey)
        assert len(keys) > 1
        assert changed == [key.compact for key in keys]
