"""A small chart of bars or a line. Import it only to show one: it imports plotext."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.color import Color
from textual_plotext import PlotextPlot

if TYPE_CHECKING:
    from collections.abc import Sequence


class Chart(PlotextPlot):
    """Bars or a line in the theme's colours, or in the terminal's own with an ANSI theme."""

    DEFAULT_CSS = """
    Chart { height: 8; }
    """

    def __init__(
        self, values: Sequence[int], marks: Sequence[tuple[int, str]], *, line: bool = False, id: str | None = None
    ) -> None:
        """Draw `values` from left to right; `marks` are (index, text) of the labels below them."""
        super().__init__(id=id)
        self._values, self._marks, self._line = list(values), list(marks), line

    def on_mount(self) -> None:
        super().on_mount()
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._draw())
        self._draw()

    def _draw(self) -> None:
        variables = self.app.theme_variables
        plain = Color.parse(variables["foreground"]).ansi is not None
        self.theme = "clear" if plain else "auto"
        colour = "blue" if plain else Color.parse(variables["primary"]).rgb
        plot, places = self.plt, list(range(len(self._values)))
        plot.clear_figure()
        most = max(self._values, default=0)
        if self._line:
            plot.plot(places, self._values, marker="hd", color=colour)
        else:
            plot.bar(places, self._values, marker="hd", color=colour, width=0.6)
        least = min(self._values, default=0) if self._line else 0
        room = max((most - least) * 0.1, 1) if self._line else 0
        plot.ylim(max(least - room, 0), max(most + room, 1))
        ticks = [float(tick) for tick in sorted({least, most})]
        plot.yticks(ticks, [f"{tick:,.0f}" for tick in ticks])
        plot.xticks([place for place, _ in self._marks], [word for _, word in self._marks])
        plot.xaxes(True, False)
        plot.yaxes(True, False)
        self.refresh()
