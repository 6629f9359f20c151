"""The nearest of 256 colours for every colour."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as ScreenColor

from zoomgov.widgets.terminal.ansi256 import Ansi256, nearest
from zoomgov.widgets.theme import DARK


@pytest.mark.parametrize(
    ("colour", "number"),
    [
        ("#12161c", 233),  # grey with a little blue: black for Rich
        ("#2b3b52", 237),  # teal for Rich
        ("#e0e5ec", 254),  # lilac for Rich
        ("#5fafff", 75),
        ("#ffffff", 231),
        ("#000000", 16),
    ],
)
def test_a_colour_becomes_what_looks_most_like_it(colour: str, number: int) -> None:
    found = nearest(Color.parse(colour))
    assert found.number == number
    assert found.downgrade(ColorSystem.EIGHT_BIT) == found


def test_the_grounds_of_the_dark_theme_differ() -> None:
    grounds = [DARK.background, DARK.surface, DARK.panel, DARK.variables["block-cursor-background"]]
    assert len({nearest(Color.parse(ground or "")).number for ground in grounds}) == len(grounds)


def test_colours_of_the_persons_own_palette_stay() -> None:
    for colour in (Color.default(), Color.parse("red"), Color.from_ansi(200)):
        assert nearest(colour) is colour


def test_text_and_the_rest_of_its_style_stay() -> None:
    style = Style(color="#2b3b52", bold=True, underline=True, link="https://zoom.us")
    ((text, drawn, control),) = Ansi256().apply([Segment("Ada", style)], ScreenColor(0, 0, 0))
    assert (text, control) == ("Ada", None)
    assert drawn is not None
    assert (drawn.bold, drawn.underline, drawn.link, drawn.bgcolor) == (True, True, "https://zoom.us", None)
    assert Ansi256().apply([Segment("Ada")], ScreenColor(0, 0, 0)) == [Segment("Ada")]
