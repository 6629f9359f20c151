"""A table with its search line and count above it: what every page of people or access is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestionReady
from textual.widgets import Input, Static

from zoomgov.text import printable
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.table.table_source import TableQuery, TableSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.suggester import Suggester


_TAKES_IT: Final = Content.assemble(("→", "bold $footer-key-foreground"), " takes the completion")


class _Search(Input):
    """Down and Enter go to the rows, because that is where one goes after searching."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "rows", "To the rows", tooltip="Go from the search line to what it found"),
        Binding("down", "rows", show=False),
    ]

    def action_rows(self) -> None:
        if (found := self._found) is not None:
            table = found.table
            found_nothing = table.view_shown.text == table.query_shown.text and not table.row_count
            if not (found_nothing and self.value):  # then it is the text that is to be mended
                table.focus()

    def watch_value(self, value: str) -> None:
        """Search at once: a message would arrive after the letter has been drawn, and what it finds a frame later."""
        if (found := self._found) is not None:
            found.typed(value)

    def on_suggestion_ready(self, event: SuggestionReady) -> None:
        """Say how to take a completion; Textual shows it."""
        if (found := self._found) is not None and event.value == self.value:
            found.offered(event.suggestion)

    @property
    def _found(self) -> SearchTable | None:
        line = self.parent
        return line.parent if isinstance(line, Horizontal) and isinstance(line.parent, SearchTable) else None


class SearchTable(Vertical):
    """Searches as one types; the count says how much of the whole is shown.

    There is no pause after a key: the table answers only the last question, so quick typing costs no more.
    """

    DEFAULT_CSS = """
    SearchTable {
        height: 1fr;

        & > .search-line { height: 1; padding: 0 2 0 2; }
        & > .search-help { height: 1; padding: 0 3; color: $text-disabled; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .search-help.-problem { color: $text-warning; height: auto; max-height: 3; text-wrap: wrap; }
        & > .search-line > Input { width: 1fr; max-width: 56; background: $surface; padding: 0 1; }
        & > .search-line > Input:focus { background: $panel; background-tint: transparent; }
        & > .search-line > .count { width: 1fr; text-align: right; color: $text-muted; height: 1; }
        & > .notice { height: auto; max-height: 3; padding: 0 2; margin-bottom: 1; color: $text-warning; }
        & > .notice { display: none; }
        & > .notice.-shown { display: block; }
    }
    """

    def __init__(
        self,
        source: TableSource,
        order: TableQuery = TableQuery(),  # noqa: B008 (frozen)
        *,
        widths: Mapping[str, int] | None = None,
        noun: str,
        placeholder: str = "Search",
        total: int | None = None,
        empty: str = "Nothing here.",
        notice: str = "",
        unknown: bool = False,
        hint: str = "",
        problem: Callable[[str], str] = lambda text: "",
        suggester: Suggester | None = None,
        leads_on: bool = True,
        id: str | None = None,
    ) -> None:
        """Make the table.

        Args:
            source: The rows.
            order: What to sort by at first.
            widths: Cells of columns that somebody resized, by their keys.
            noun: What the rows are, many of them, e.g. `users`.
            placeholder: What can be searched.
            total: All rows there are, when that is known already.
            empty: Why there are no rows when nothing was searched.
            notice: What to know about these rows: shown above them.
            hint: What can be typed; shown while the search line is empty and has the focus.
            problem: Says what of a text cannot be understood.
            suggester: Completes what is typed.
            leads_on: Enter opens a row.
            unknown: That there are no rows means only that nothing was read.
            id: As for any widget.
        """
        super().__init__(id=id)
        self.search: Input = _Search(placeholder=placeholder, compact=True, select_on_focus=False, suggester=suggester)
        """The search line."""
        self.table = IdentityTable(source, order, empty=empty, widths=widths, leads_on=leads_on)
        self._noun = noun
        self._total = total
        self._found: int | None = None
        self._empty = empty
        self._notice = notice
        self._unknown = unknown
        self._hint = hint
        self._problem = problem
        self._offer = ""
        """What the text would be with the completion that is shown."""
        self._said = ("", Content(""))
        """The problem and the hint that are on screen."""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="search-line"):
            yield self.search
            yield Static(classes="count")
        yield Static(classes="search-help")
        notice = Static(classes="notice")
        notice.set_class(bool(self._notice), "-shown")
        notice.update(Content(f"▲ {printable(self._notice)}"))
        yield notice
        yield self.table

    @property
    def is_searching(self) -> bool:
        """Whether the cursor is in the search line."""
        return self.search.has_focus

    @property
    def text(self) -> str:
        """What is searched."""
        return self.search.value

    def clear(self) -> bool:
        """Empty the search; return whether there was anything in it."""
        had_text = bool(self.search.value)
        self.search.value = ""
        return had_text

    def type(self, text: str) -> None:
        """Search for `text` as if it had been typed."""
        self.search.value = text
        self.search.cursor_position = len(text)

    def on_descendant_focus(self) -> None:
        self._help()

    def on_descendant_blur(self) -> None:
        self._help()

    def _help(self) -> None:
        problem = self._problem(self.text)
        hint = Content("")
        if self.search.has_focus:
            hint = _TAKES_IT if self._offer else Content("" if self.text else self._hint)
        said = (problem, hint)
        if said == self._said:  # a line that changes lays the screen out again
            return
        self._said = said
        line = self.query_one(".search-help", Static)
        line.set_class(bool(problem), "-problem")
        line.update(Content(printable(f"▲ {problem}")) if problem else hint)

    def typed(self, value: str) -> None:
        """Search for `value`, which is in the search line."""
        text = value.strip()
        if value == self._offer or not self._offer.startswith(value):  # else the next letter of it was typed
            self._offer = ""
        self._help()
        nothing = f"No {self._noun} match “{text}”. Esc clears the search."
        self.table.explain_empty(nothing if text else self._empty)
        self.table.search(text)

    def offered(self, completion: str) -> None:
        """The search line shows what its text would be when it is completed."""
        self._offer = completion
        self._help()

    @on(Input.Changed)
    def _told(self, event: Input.Changed) -> None:
        event.stop()  # it was heard before

    @on(IdentityTable.ViewChanged)
    def _counted(self, event: IdentityTable.ViewChanged) -> None:
        if not event.query.text:
            self._total = event.rows
        self._found = event.rows if event.query.text else None
        self._tell_count()

    @on(IdentityTable.MarksChanged)
    def _tell_count(self) -> None:
        """Say how many rows there are, were found and are marked."""
        marked = f"{len(self.table.marked):,} marked · " if self.table.marked else ""
        if self._unknown and not self._total:
            self._show_count("not read")
            return
        noun = self._noun if self._total != 1 else "person" if self._noun == "people" else self._noun.removesuffix("s")
        counts = [f"{count:,}" for count in (self._found, self._total) if count is not None]
        words = f"{marked}{' of '.join(counts)} {noun}".strip()
        self._show_count(words)

    def _show_count(self, text: str) -> None:
        for place in self.query(".count").results(Static):  # gone when the page is left as its rows arrive
            place.update(Content(text), layout=False)
