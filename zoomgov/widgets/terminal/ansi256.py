"""A filter for terminals of 256 colours: replaces each colour by the nearest one of the palette, in CIELAB.

Rich rounds red, green and blue separately, which makes a dark grey-blue teal, and all dark backgrounds black.
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
"""Levels of red, green and blue in the cube of 216 colours."""
_CUBE_FROM: Final = 16
"""Index of the cube's first colour. Terminals let people change the 16 before it, so those are not used."""
_GREYS_FROM: Final = 232
"""Index of the first grey."""
_GREYS: Final = 24


def _palette() -> Iterator[tuple[int, Color]]:
    """Yield index and colour of the palette's entries that are the same in every terminal."""
    for number in range(_GREYS_FROM - _CUBE_FROM):
        red, green, blue = number // 36, number // 6 % 6, number % 6
        yield _CUBE_FROM + number, Color(_LEVELS[red], _LEVELS[green], _LEVELS[blue])
    for number in range(_GREYS):
        yield _GREYS_FROM + number, Color(*(8 + 10 * number,) * 3)


@cache
def _palette_in_lab() -> list[tuple[int, tuple[float, float, float]]]:
    """Return the palette in CIELAB, where distance is perceived difference."""
    return [(number, _lab(color)) for number, color in _palette()]


def _lab(color: Color) -> tuple[float, float, float]:
    lab = rgb_to_lab(color)
    return lab.L, lab.a, lab.b


@cache
def nearest(color: TerminalColor) -> TerminalColor:
    """Return the palette's colour nearest to `color`; colours that are not RGB are returned as they are."""
    if color.type is not ColorType.TRUECOLOR:
        return color
    lab = _lab(Color.from_rich_color(color))
    number, _ = min(_palette_in_lab(), key=lambda one: sum((a - b) ** 2 for a, b in zip(one[1], lab, strict=True)))
    return TerminalColor.from_ansi(number)


@lru_cache(4096)
def _reduced(style: Style) -> Style:
    color, background = style.color, style.bgcolor
    return style + Style(color=color and nearest(color), bgcolor=background and nearest(background))


class Ansi256(LineFilter):
    """Draws everything in 256 colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, style and _reduced(style), control)  # without a style there are no colours
            for text, style, control in segments
        ]
