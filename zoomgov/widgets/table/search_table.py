"""A table with a search line and a count above it, for pages of people, resources and access."""

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


_COMPLETION_HINT: Final = Content.assemble(("→", "bold $footer-key-foreground"), " takes the completion")


class _Search(Input):
    """The search line. Enter and Down move the focus to the rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "rows", "To the rows", tooltip="Go from the search line to what it found"),
        Binding("down", "rows", show=False),
    ]

    def action_rows(self) -> None:
        """Move the focus to the rows, unless the search has found none."""
        if (search_table := self._search_table) is not None:
            table = search_table.table
            found_nothing = table.displayed_query.text == table.requested_query.text and not table.row_count
            if not (found_nothing and self.value):  # the text has to be corrected
                table.focus()

    def watch_value(self, value: str) -> None:
        """Search at once. A message would arrive after the letter was drawn, and the rows a frame later."""
        if (search_table := self._search_table) is not None:
            search_table.search_for(value)

    def on_suggestion_ready(self, event: SuggestionReady) -> None:
        """Show how to accept the completion; Textual shows the completion itself."""
        if (search_table := self._search_table) is not None and event.value == self.value:
            search_table.show_completion(event.suggestion)

    @property
    def _search_table(self) -> SearchTable | None:
        line = self.parent
        return line.parent if isinstance(line, Horizontal) and isinstance(line.parent, SearchTable) else None


class SearchTable(Vertical):
    """Searches as one types; the count says how many of all rows are shown.

    There is no debounce: the table answers only the last query, so typing quickly costs no more.
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
        opens_rows: bool = True,
        id: str | None = None,
    ) -> None:
        """Make the table.

        Args:
            source: where the rows come from.
            order: the first order.
            widths: cells of the resized columns, by column key.
            noun: what the rows are, in the plural, e.g. `users`.
            placeholder: what can be searched.
            total: number of all rows, if it is known already.
            empty: what is shown when there are no rows without a search.
            notice: a warning about these rows, shown above them.
            unknown: whether these rows were not read: the count says so when there are none.
            hint: what can be typed; shown while the search line is focused and empty.
            problem: returns what of a text is not understood, or an empty text.
            suggester: completes what is typed.
            opens_rows: whether Enter opens a row.
            id: as for any widget.
        """
        super().__init__(id=id)
        self.search: Input = _Search(placeholder=placeholder, compact=True, select_on_focus=False, suggester=suggester)
        """The search line."""
        self.table = IdentityTable(source, order, empty=empty, widths=widths, opens_rows=opens_rows)
        self._noun = noun
        self._total = total
        self._found_rows: int | None = None
        """Number of rows that the search has found; None: there is no search."""
        self._empty = empty
        self._notice = notice
        self._unknown = unknown
        self._hint = hint
        self._problem = problem
        self._completion = ""
        """The whole text with the completion that is shown; empty: none is shown."""
        self._shown_help = ("", Content(""))
        """Problem and hint that are on screen."""

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
        """Whether the search line has the focus."""
        return self.search.has_focus

    @property
    def text(self) -> str:
        """The text in the search line."""
        return self.search.value

    def clear(self) -> bool:
        """Clear the search; return whether there was one."""
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
        """Show under the search line what is wrong with its text, or what can be typed."""
        problem = self._problem(self.text)
        hint = Content("")
        if self.search.has_focus:
            hint = _COMPLETION_HINT if self._completion else Content("" if self.text else self._hint)
        shown = (problem, hint)
        if shown == self._shown_help:  # a change costs a layout of the screen
            return
        self._shown_help = shown
        line = self.query_one(".search-help", Static)
        line.set_class(bool(problem), "-problem")
        line.update(Content(printable(f"▲ {problem}")) if problem else hint)

    def search_for(self, value: str) -> None:
        """Search for the text of the search line."""
        text = value.strip()
        if value == self._completion or not self._completion.startswith(value):  # else its next letter was typed
            self._completion = ""
        self._help()
        nothing = f"No {self._noun} match “{text}”. Esc clears the search."
        self.table.set_empty_text(nothing if text else self._empty)
        self.table.search(text)

    def show_completion(self, text: str) -> None:
        """Show how to accept a completion; `text` is the whole text with it."""
        self._completion = text
        self._help()

    @on(Input.Changed)
    def _search_changed(self, event: Input.Changed) -> None:
        event.stop()  # `watch_value` has searched already

    @on(IdentityTable.ViewChanged)
    def _view_changed(self, event: IdentityTable.ViewChanged) -> None:
        if not event.query.text:
            self._total = event.rows
        self._found_rows = event.rows if event.query.text else None
        self._update_count()

    @on(IdentityTable.MarksChanged)
    def _update_count(self) -> None:
        """Show how many rows there are, were found and are marked."""
        marked = f"{len(self.table.marked):,} marked · " if self.table.marked else ""
        if self._unknown and not self._total:
            self._show_count("not read")
            return
        noun = self._noun if self._total != 1 else "person" if self._noun == "people" else self._noun.removesuffix("s")
        counts = [f"{count:,}" for count in (self._found_rows, self._total) if count is not None]
        words = f"{marked}{' of '.join(counts)} {noun}".strip()
        self._show_count(words)

    def _show_count(self, text: str) -> None:
        for label in self.query(".count").results(Static):  # gone if the page was left meanwhile
            label.update(Content(text), layout=False)
