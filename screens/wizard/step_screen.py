"""What every step of the wizard has: rail, title, body, and one main action."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from zoomgov.connectors.model import Connector, ConnectorStatus, Draft, Step
from zoomgov.connectors.rows import RegistryError
from zoomgov.connectors.standing import standings
from zoomgov.widgets.banner import Banner
from zoomgov.widgets.button_row import ButtonRow
from zoomgov.widgets.key_footer import KeyFooter
from zoomgov.widgets.rail import RAIL_HELP, TITLES, Rail
from zoomgov.widgets.terminal.key_queue import COMPLETES, OPENS

from ..shared.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.worker import Worker


def draft_of(connector: Connector) -> Draft:
    """Return the form of steps 1 and 2, filled in from an existing connector."""
    return Draft(
        uses_identity_provider=connector.app.from_identity_provider or None,
        app_id=connector.app.id,
        name=connector.name,
        cloud=connector.cloud,
        ownership="several" if len(connector.owners) > 1 else "me",
        owners=connector.owners,
        step=connector.step,
    )


class StepScreen(Page[None]):
    """One step of the wizard.

    All it shows comes from the connector, or from the draft while there is none, and is saved there as it is typed. So
    a step can be made again at any time: by going back, by a click on the rail, or at the next start.
    """

    STEP: ClassVar[Step]
    LEAD: ClassVar[str] = ""
    """One or two lines under the title: the purpose of the step."""
    NEXT: ClassVar[str] = ""
    """Label of the main action; the next step's name when empty."""
    PALETTE_IN_FOOTER: ClassVar[bool] = True
    """False where the step's own keys fill the footer."""
    ASIDE: ClassVar[bool] = False
    """Whether it has a second pane where there is room: a sketch of the page in Zoom, and below it the explanation."""
    TWO_PANES_FROM: ClassVar[int] = 120
    """Columns of the terminal."""
    SAVE_AFTER: ClassVar[float] = 0.3
    """Seconds without a key after which what was typed is saved (debounce)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", show=False, tooltip="Check this step and go on"),
        Binding("escape", "back", "Back", tooltip="Return to the step before; nothing typed is lost"),
    ]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "HELP" in cls.__dict__:
            cls.HELP = f"{(cls.HELP or '').rstrip()}\n{RAIL_HELP}"

    def __init__(self, connector: Connector | None, draft: Draft | None = None) -> None:
        super().__init__()
        self.connector = connector
        self.draft = draft or (draft_of(connector) if connector is not None else Draft())
        self._mover: Worker[None] | None = None
        self._save_timer: Timer | None = None
        self._unsaved = False
        self._drawn = Content("")

    # What a step fills in

    def body(self) -> ComposeResult:
        """The step's own widgets."""
        yield from ()

    def extra_actions(self) -> ComposeResult:
        """Buttons after the main one."""
        yield from ()

    async def save(self) -> None:
        """Save what was typed so far, valid or not."""

    async def finish(self) -> bool:
        """Check and complete the step. False: it stays open, and the reason is on screen."""
        await self.save()
        return True

    # Drawing

    @property
    def lead(self) -> str:
        """The lines under the title."""
        return self.LEAD

    @property
    def visiting(self) -> bool:
        """True when the connector is set up already: Esc then leaves the wizard instead of opening the step before."""
        return self.connector is not None and self.connector.step is Step.DONE

    def compose(self) -> ComposeResult:
        connector = self.connector
        reached = connector.step if connector is not None else self.draft.step
        yield Banner(connector.name if connector else "Add connector", connector.status if connector else None)
        with Container(id="step-row"):
            yield Rail(current=self.STEP, reached=reached, standings=standings(connector, self.draft))
            with Vertical(id="page"):
                number = f"{int(self.STEP)} of {len(TITLES)}  "
                yield Static(Content.assemble((number, "not bold dim"), self.heading), classes="title")
                if self.lead:
                    yield Static(Content(self.lead), classes="lead")
                with VerticalScroll(id="body", can_focus=False):
                    yield from self.body()
                yield Static(id="problem")
                with ButtonRow(id="actions"):
                    yield Button(Content(self.next_label), id="next", classes="action -primary", compact=True)
                    yield from self.extra_actions()
            if self.ASIDE:
                self._set_panes()
                with VerticalScroll(id="aside", can_focus=False):
                    yield Static(id="sketch")
                    yield Static(id="aside-detail")
        yield KeyFooter(show_command_palette=self.PALETTE_IN_FOOTER)

    def on_resize(self) -> None:
        self._set_panes()

    def _set_panes(self) -> None:
        self.set_class(self.ASIDE and self.app.size.width >= self.TWO_PANES_FROM, "-panes")

    def explain(self, text: Content, drawn: Content) -> None:
        """Show what to know about the line under the cursor, and the sketch of its page in Zoom."""
        for place in self.query("#detail, #aside-detail"):
            if isinstance(place, Static):
                place.update(text)
        self._drawn = drawn
        self.query_one("#sketch", Static).update(drawn)

    def action_sketch(self) -> None:
        """Show the sketch where there is no room for it beside the page."""
        from ..shared.text_dialog import TextDialog

        self.app.push_screen(TextDialog("The page in Zoom", self._drawn.plain))

    @property
    def heading(self) -> str:
        """The title line."""
        return TITLES[self.STEP]

    @property
    def next_label(self) -> str:
        """Label of the main action, with its key."""
        following = Step(self.STEP + 1)
        return f"{self.NEXT or 'Next: ' + TITLES.get(following, 'Done')}  ⏎"

    def show_problem(self, text: str) -> None:
        """Say under the body why the step cannot be completed; an empty text clears it."""
        problem = self.query_one("#problem", Static)
        problem.update(Content(f"✗ {text}" if text else ""))
        problem.set_class(bool(text), "-shown")

    def show_status(self, status: ConnectorStatus) -> None:
        """Change the label in the top line."""
        self.query_one(Banner).show_status(status)

    def sync_ended(self, connector_id: str) -> None:
        if self.connector is not None and self.connector.id == connector_id:
            self.run_worker(self._show_new_status(connector_id), group="status", exclusive=True)

    async def _show_new_status(self, connector_id: str) -> None:
        with suppress(RegistryError):  # what needs it next says so
            self.connector = await self.services.run(self.services.registry.connector, connector_id)
            self.show_status(self.connector.status)
            self.show_standings()

    # Keeping what is typed

    # Steps set the focus with `set_focus` in `on_mount`. `Widget.focus` takes effect a turn of the loop later; what is
    # typed until then would be lost.
    def on_mount(self) -> None:
        self.host.save_place(self.connector.id if self.connector else "", self.STEP)

    def changed(self) -> None:
        """Note that something was typed or chosen; it is saved after `SAVE_AFTER`."""
        self._unsaved = True
        if self._save_timer is not None:
            self._save_timer.stop()
        self._save_timer = self.set_timer(self.SAVE_AFTER, self.flush, name="save")

    async def flush(self) -> None:
        """Save at once what is not saved yet."""
        if self._save_timer is not None:
            self._save_timer.stop()
            self._save_timer = None
        if self._unsaved:
            self._unsaved = False
            try:
                await self.save()
            except RegistryError as error:
                self._unsaved = True
                self.show_problem(str(error))

    async def settle(self) -> None:
        await self.flush()

    async def change_connector(self, connector: Connector, **changes: Any) -> None:
        """Change `connector` in the registry, and show it as it is then; `changes` are fields of `Connector`."""
        self.connector = await self.services.run(partial(self.services.registry.update, connector.id, **changes))
        self.show_standings()

    def show_standings(self) -> None:
        """Show on the rail how far the steps are by now."""
        for rail in self.query(Rail):  # none once the page is being left
            rail.show(standings(self.connector, self.draft))

    # Moving

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_next()

    @on(Button.Pressed, "#next")
    def _next_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_next()

    def action_next(self) -> None:
        """Complete this step and open the next, which gets the keys that are typed meanwhile."""
        self._move(self._complete, COMPLETES)

    async def _complete(self) -> None:
        self.show_problem("")
        if await self.finish():
            self._unsaved = False
            await self.advance()

    async def advance(self) -> None:
        """Open the next step."""
        await self.go(Step(self.STEP + 1))

    def action_back(self) -> None:
        """Stop completing the step, if it is being completed; else open the step before, or leave the wizard."""
        if self.moving:
            self.workers.cancel_group(self, COMPLETES)
        else:
            self._move(self._return)

    async def _return(self) -> None:
        await self.flush()
        if self.STEP is Step.APP or self.visiting:
            await self.leave()
        else:
            await self.go(Step(self.STEP - 1))

    @on(Rail.Chosen)
    def _rail_chosen(self, event: Rail.Chosen) -> None:
        event.stop()

        async def jump() -> None:
            await self.flush()
            await self.go(event.step)

        self._move(jump)

    @property
    def moving(self) -> bool:
        """True while a step is being completed or left."""
        return self._mover is not None and not self._mover.is_finished

    def _move(self, how: Callable[[], Coroutine[Any, Any, None]], group: str = OPENS) -> None:
        """Run `how` in a worker, unless one runs: the screen stays alive while a keyring waits for its password."""
        if not self.moving:
            self._mover = self.run_worker(self._guarded(how), group=group, exit_on_error=True)

    async def _guarded(self, how: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await how()
        except RegistryError as error:
            self.show_problem(f"{error} Nothing on this screen is lost.")

    async def leave(self) -> None:
        """Close the wizard."""
        self.host.save_place("", None)
        if self.is_current:
            self.app.pop_screen()

    async def go(self, step: Step, *, start: bool = False) -> None:
        """Replace this step by another of the same connector; `start` begins the sync at once."""
        if not self.is_current:
            return
        if self.connector is not None and self.connector.step < step:
            await self.change_connector(self.connector, step=step)
        draft = self.draft if self.connector is None else None
        self.host.open_step(step, self.connector, draft, start=start, replace=True)


class ConnectorStep(StepScreen):
    """A step of a connector that exists: each after Owners."""

    connector: Connector

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)

    async def update_connector(self, **changes: Any) -> None:
        """Change the connector in the registry and here; `changes` are fields of `Connector`."""
        await self.change_connector(self.connector, **changes)
