"""The footer of every browse screen, as it is drawn at 80 columns and in half a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.screens.company import Settled, TwoSyncs


import pytest
from textual.screen import ModalScreen

from tests.screens.company import SIZE, press
from zoomgov.widgets.key_footer import KeyFooter


@pytest.mark.parametrize(
    "keys",
    [
        (), ("slash",), ("enter",), ("enter", "h"), ("2", "enter"), ("3", "enter"), ("4", "enter"), ("c",), ("c", "2"),
        ("c", "2", "enter"), ("c", "f"), ("f",), ("f", "enter"), ("x",), ("5",), ("6",), ("6", "l"), ("6", "c"),
        ("n",), ("o",), ("ctrl+s",), ("f1",),
    ],
)  # fmt: skip
async def test_every_footer_shows_six_keys_at_most_and_none_is_cut(
    two_syncs: TwoSyncs, settled: Settled, keys: tuple[str, ...]
) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        if not keys:
            assert "4 Roles" in app.text()
        before = app.screen
        for key in keys:
            await press(pilot, settled, key)
        assert not keys or app.screen is not before or keys == ("slash",)
        for width, height in (SIZE, (60, 20)):
            await pilot.resize_terminal(width, height)
            await settled(pilot)
            drawn = app.screen.query_one(KeyFooter).drawn
            assert 1 <= len(drawn) <= 6, [shown.label for shown in drawn]
            assert len(app.lines()) == height
            line = app.lines()[-1]
            for shown in drawn:
                assert shown.place + shown.width <= width, shown.label
                assert line[shown.place :].startswith(f"{shown.before}{shown.key} {shown.label}")
            if not isinstance(app.screen, ModalScreen):
                assert "f1 Help" in line


@pytest.mark.parametrize(("keys", "opens"), [(("5",), True), (("enter", "h"), False), (("6", "l"), True)])
async def test_a_footer_offers_to_open_only_what_can_be_opened(
    two_syncs: TwoSyncs, settled: Settled, keys: tuple[str, ...], opens: bool
) -> None:
    app = two_syncs()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in keys:
            await press(pilot, settled, key)
        await pilot.pause()
        assert ("⏎ Open" in app.lines()[-1]) is opens
