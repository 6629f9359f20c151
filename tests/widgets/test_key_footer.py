"""The footer: which keys it shows, where, and what a click and the mouse do."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Button

from zoomgov.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from textual.pilot import Pilot


class Special(Button):
    BINDINGS = [Binding("x", "app.bell", "Special")]


class FooterApp(App[None]):
    CSS = "KeyFooter { dock: bottom; height: 1; text-wrap: nowrap; }"
    BINDINGS = [
        Binding("a", "first", "First", tooltip="The first thing"),
        Binding("b", "second", "Second"),
        Binding("c", "second", "Second, by another key"),
        Binding("escape", "leave", "Leave"),
        Binding("f1", "help", "Help"),
    ]
    possible = True
    palette = False

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        yield Button("One", id="one")
        yield Button("Two", id="two")
        yield Special("Three", id="three")
        yield KeyFooter(show_command_palette=self.palette)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (self.possible or None) if action == "second" else True

    def action_first(self) -> None:
        self.done.append("first")

    def action_second(self) -> None:
        self.done.append("second")

    def bell(self) -> None:
        self.done.append("bell")


class WithPalette(FooterApp):
    palette = True


def footer(pilot: Pilot[None]) -> KeyFooter:
    return pilot.app.query_one(KeyFooter)


def labels(pilot: Pilot[None]) -> list[str]:
    return [key.label for key in footer(pilot).drawn]


async def settled(pilot: Pilot[None], focus: str) -> None:
    pilot.app.query_one(f"#{focus}").focus()
    pilot.app.screen.refresh_bindings()
    await pilot.pause()
    await pilot.pause()


async def test_the_keys_follow_the_focus_and_what_is_possible() -> None:
    app = FooterApp()
    async with app.run_test() as pilot:
        await settled(pilot, "one")
        assert labels(pilot) == ["First", "Second", "Leave", "Help"]
        await settled(pilot, "three")
        assert labels(pilot) == ["Special", "First", "Second", "Leave", "Help"]
        app.possible = False
        await settled(pilot, "one")
        assert [key.enabled for key in footer(pilot).drawn] == [True, False, True, True]


async def test_nothing_is_drawn_again_while_the_keys_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FooterApp().run_test() as pilot:
        await settled(pilot, "one")
        drawn: list[object] = []
        monkeypatch.setattr(footer(pilot), "refresh", lambda *_, **__: drawn.append(1))
        await settled(pilot, "two")
        assert drawn == []
        await settled(pilot, "three")
        assert drawn


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, ["First", "Second", "Leave", "Help", "palette"]),
        (50, ["First", "Second", "Leave", "Help"]),
        (35, ["First", "Leave", "Help"]),
        (25, ["Leave", "Help"]),
        (12, ["Help"]),
    ],
)
async def test_keys_that_have_no_room_are_left_out_the_palette_first_and_help_last(
    width: int, shown: list[str]
) -> None:
    async with WithPalette().run_test(size=(width, 10)) as pilot:
        await settled(pilot, "one")
        assert labels(pilot) == shown
        drawn = footer(pilot).drawn
        for left, right in pairwise(drawn):
            assert left.place + left.width <= right.place
        assert drawn[-1].place + drawn[-1].width <= width
        if "palette" in shown:
            assert drawn[-1].place + drawn[-1].width == width


async def test_a_click_presses_the_key_it_is_on_and_one_that_is_impossible_rings() -> None:
    app = FooterApp()
    async with app.run_test() as pilot:
        await settled(pilot, "one")
        first, second, *_ = footer(pilot).drawn
        await pilot.click(KeyFooter, offset=(first.place + 1, 0))
        await pilot.click(KeyFooter, offset=(second.place + second.width - 1, 0))
        await pilot.click(KeyFooter, offset=(70, 0))  # where there is none
        await pilot.pause()
        assert app.done == ["first", "second"]
        app.possible = False
        await settled(pilot, "one")
        await pilot.click(KeyFooter, offset=(second.place + 1, 0))
        assert app.done == ["first", "second", "bell"]


async def test_the_key_under_the_mouse_is_marked_and_tells_more() -> None:
    async with FooterApp().run_test() as pilot:
        await settled(pilot, "one")
        first, second, *_ = footer(pilot).drawn
        plain = footer(pilot).render().spans
        await pilot.hover(KeyFooter, offset=(first.place + 1, 0))
        assert footer(pilot).render().spans != plain
        assert footer(pilot).tooltip == "The first thing"
        await pilot.hover(KeyFooter, offset=(second.place + 1, 0))
        assert footer(pilot).tooltip is None
        await pilot.hover("#two")
        assert footer(pilot).render().spans == plain
