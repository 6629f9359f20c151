"""Terminals of 256 colours, as most are over ssh: each colour becomes the one of theirs that looks most like it.

Rich rounds each of red, green and blue for itself, which makes a dark grey-blue teal, and several quiet grounds one
black.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from rich.color import Color as TerminalColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color, rgb_to_lab
from textual.filter import LineFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
"""Of red, green and blue in the cube of 216 colours."""
_CUBE_FROM: Final = 16
"""Its number; those before are for the person to choose, so nobody knows how they look."""
_GREYS_FROM: Final = 232
_GREYS: Final = 24


def _palette() -> Iterator[tuple[int, Color]]:
    """The numbers whose colour is the same in every terminal."""
    for number in range(_GREYS_FROM - _CUBE_FROM):
        red, green, blue = number // 36, number // 6 % 6, number % 6
        yield _CUBE_FROM + number, Color(_LEVELS[red], _LEVELS[green], _LEVELS[blue])
    for number in range(_GREYS):
        yield _GREYS_FROM + number, Color(*(8 + 10 * number,) * 3)


@cache
def _looks() -> list[tuple[int, tuple[float, float, float]]]:
    """The palette as eyes tell colours apart."""
    return [(number, _look(color)) for number, color in _palette()]


def _look(color: Color) -> tuple[float, float, float]:
    lab = rgb_to_lab(color)
    return lab.L, lab.a, lab.b


@cache
def nearest(color: TerminalColor) -> TerminalColor:
    """The colour of 256 that looks most like `color`; those of the person's own palette stay."""
    if color.type is not ColorType.TRUECOLOR:
        return color
    look = _look(Color.from_rich_color(color))
    number, _ = min(_looks(), key=lambda one: sum((a - b) ** 2 for a, b in zip(one[1], look, strict=True)))
    return TerminalColor.from_ansi(number)


@lru_cache(4096)
def _in_few_colours(style: Style) -> Style:
    color, ground = style.color, style.bgcolor
    return style + Style(color=color and nearest(color), bgcolor=ground and nearest(ground))


class Ansi256(LineFilter):
    """Draws in 256 colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, style and _in_few_colours(style), control)  # what is drawn without a style has no colours
            for text, style, control in segments
        ]
