"""What an empty list shows: what the program is for, what is needed, and three ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from zoomgov.widgets.paged_list import PagedList

if TYPE_CHECKING:
    from textual.app import ComposeResult

_PURPOSE: Final = (
    "zoomgov puts Zoom under identity governance: who is in your account, what each person can reach, and since when."
    " It changes nothing in Zoom."
)
_NEEDED: Final = (
    ("Account Owner", "in Zoom: you, or somebody who helps"),
    ("Pro or higher", "the plan; Basic is not supported"),
    ("Ten minutes", "and a browser"),
)
_TERM: Final = 15
"""Cells for what is needed, before what is said of it."""


class Way(NamedTuple):
    """One way on."""

    action: str
    """Of the page."""
    key: str
    title: str
    about: str


WAYS: Final = (
    Way("add", "a", "Set up Zoom", "Step by step, as in the guide. Stop when you like: all you typed is kept."),
    Way(
        "open_file",
        "o",
        "I was sent a hand-off file",
        "Somebody began the set-up and needs you for the steps in Zoom. The file holds no secret.",
    ),
    Way(
        "show_demo",
        "d",
        "Show me with made-up data",
        "A simulated account on this computer, with two syncs to compare. Nothing stays behind.",
    ),
)


class Welcome(Vertical):
    """Says what is needed, and lets a way be chosen."""

    class Chosen(Message):
        """A way was chosen; `action` is of the page."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def compose(self) -> ComposeResult:
        needed = [Content.assemble("\n", (f"  {term:<{_TERM}}", "bold"), (about, "dim")) for term, about in _NEEDED]
        yield Static(Content.assemble((_PURPOSE, ""), ("\n\nYou need", "dim"), *needed), id="purpose")
        lines = [
            Option(Content.assemble((way.key, "bold $footer-key-foreground"), f"  {way.title}"), id=way.action)
            for way in WAYS
        ]
        yield PagedList(*lines, id="ways", classes="lines", compact=True, markup=False)
        yield Static(id="way")

    def on_mount(self) -> None:
        ways = self.query_one("#ways", OptionList)
        ways.highlighted = 0
        self._explain(WAYS[0])
        self.screen.set_focus(ways)

    def _explain(self, way: Way) -> None:
        self.query_one("#way", Static).update(Content(way.about))

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._explain(WAYS[event.option_index])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(WAYS[event.option_index].action))
