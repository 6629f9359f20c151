"""Step 1: the app that the connector adds its data to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content
from textual.widgets import Input, Static

from zoomgov.connectors.model import App, Connector, Draft, Step
from zoomgov.text import printable
from zoomgov.widgets.field import Field, TextInput
from zoomgov.widgets.radio_group import Alternative, RadioGroup
from zoomgov.widgets.terminal.key_queue import FILLS

from .step_screen import StepScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

_NEW = "new"
_PROVIDED = "provided"
_QUESTION = "Do you SSO into Zoom using your identity provider (IdP)?"
_RECOMMEND = (
    "Then add the connector to the Zoom app that was created automatically when you integrated your IdP,"
    " rather than creating a new app."
)
_NO_SUCH_APP = " None is known here yet: type its name below, as your governance platform shows it."
_WHAT_SSO_IS = "That is: people sign in to Zoom through Okta, Entra ID, Google or the like."


class AppScreen(StepScreen):
    """An existing app as a data source, or a new one."""

    STEP = Step.APP
    LEAD = (
        "An app stands for Zoom in your governance: connectors add their data to it.\n"
        "You need Zoom Pro or higher (Basic is not supported), and its Account Owner."
    )
    CSS_PATH = "app_choice.tcss"
    HELP = """
# Step 1: App

An **app** is the entry for Zoom in your list of governed applications. The connector adds its data to one:

- an **existing app**: the data joins what is already there. If people sign in to Zoom through your identity
  provider (SSO), choose the app that came from it, so that each person appears once;
- **an app my identity provider made**, if you answer *Yes* and it is not listed: type its name;
- a **new app**, when there is none.

**SSO**: people sign in to Zoom through Okta, Entra ID, Google or the like instead of a password of Zoom's. When that
was set up in your governance platform, an app for Zoom was made there.

What is needed in all: Zoom on the **Pro, Business, Business Plus or Enterprise** plan (Basic is not supported); the
**Integration Administrator** or **Super Administrator** role in the governance platform; **Account Owner** status in
Zoom.

Arrow keys choose, `tab` moves on, `enter` goes to the next step.
"""

    def body(self) -> ComposeResult:
        yield Static(Content(_QUESTION), classes="question first")
        answer = {True: "yes", False: "no", None: None}[self.draft.uses_identity_provider]
        yield RadioGroup([Alternative("yes", "Yes"), Alternative("no", "No")], chosen=answer, id="sso")
        yield Static(Content(_WHAT_SSO_IS), id="advice", classes="hint")
        yield Static(Content("Add the connector to"), classes="question")
        offered = self._alternatives([])
        yield RadioGroup(offered, chosen=_PROVIDED if self.draft.provided else _NEW, id="app")
        yield Field(
            "Name of the app",
            TextInput(self.draft.new_app, placeholder="for example Zoom", id="new-app"),
            id="new-app-field",
        )

    def __init__(self, connector: Connector | None, draft: Draft | None) -> None:
        super().__init__(connector, draft)
        self._apps: list[App] = []

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#sso", RadioGroup))
        self._advise()
        self.load_apps()

    @work(exclusive=True, group=FILLS)
    async def load_apps(self) -> None:
        """List the apps there are."""
        self._apps = await self.services.run(self.services.registry.apps)
        choice = self.query_one("#app", RadioGroup)
        choice.offer(self._alternatives(self._apps))
        chosen = self.draft.app_id if any(app.id == self.draft.app_id for app in self._apps) else None
        choice.choose(chosen or (_PROVIDED if self.draft.provided and self._sso else _NEW))
        self._advise()

    @property
    def _sso(self) -> bool | None:
        if not self.is_mounted:
            return self.draft.uses_identity_provider
        return {"yes": True, "no": False}.get(self.query_one("#sso", RadioGroup).chosen or "")

    def _alternatives(self, apps: list[App]) -> list[Alternative]:
        listed = sorted(apps, key=lambda app: (not app.from_identity_provider, app.name.casefold()))
        notes = {True: "from your identity provider", False: "existing app"}
        provided: list[Alternative] = []
        if self._sso:
            notes[True] = "from your identity provider · recommended"
            known = any(app.from_identity_provider for app in apps)
            note = "" if known else "recommended: type its name"
            provided = [Alternative(_PROVIDED, "An app my identity provider made", note)]
        return [
            *(Alternative(app.id, printable(app.name), notes[app.from_identity_provider]) for app in listed),
            *provided,
            Alternative(_NEW, "Create a new app"),
        ]

    def _advise(self) -> None:
        """Say what the answer about SSO means, and show the field for a name only where one is needed."""
        text = _WHAT_SSO_IS if self._sso is None else ""
        if self._sso:
            text = _RECOMMEND
            if not any(app.from_identity_provider for app in self._apps):
                text += _NO_SUCH_APP
        advice = self.query_one("#advice", Static)
        advice.update(Content(text))
        advice.display = bool(text)
        chosen = self.query_one("#app", RadioGroup).chosen
        field = self.query_one("#new-app-field", Field)
        field.display = chosen in (_NEW, _PROVIDED)
        field.relabel("Name of that app" if chosen == _PROVIDED else "Name of the app")

    @on(RadioGroup.Chosen, "#sso")
    def _sso_answered(self, event: RadioGroup.Chosen) -> None:
        event.stop()
        choice = self.query_one("#app", RadioGroup)
        choice.offer(self._alternatives(self._apps))
        from_provider = [app for app in self._apps if app.from_identity_provider]
        if choice.chosen is None:  # it was the identity provider's, and the answer is No now
            choice.choose(_NEW)
        elif self._sso and choice.chosen == _NEW and not self.query_one("#new-app", Input).value:
            choice.choose(from_provider[0].id if from_provider else _PROVIDED)
        self._advise()
        self.changed()

    @on(RadioGroup.Chosen, "#app")
    def _app_chosen(self, event: RadioGroup.Chosen) -> None:
        event.stop()
        self._advise()
        self.changed()

    @on(Input.Changed, "#new-app")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(Field).problem("")
        self.changed()

    def _collect(self) -> None:
        chosen = self.query_one("#app", RadioGroup).chosen
        typed = self.query_one(Field).value
        follows = self.draft.name == self.draft.new_app  # the connector takes the app's name until it is given its own
        self.draft = replace(
            self.draft,
            name=typed if follows and self.connector is None else self.draft.name,
            uses_identity_provider=self._sso,
            app_id=None if chosen in (_NEW, _PROVIDED) else chosen,
            new_app=typed,
            provided=chosen == _PROVIDED,
        )

    async def save(self) -> None:
        self._collect()
        if self.connector is None:
            await self.services.run(self.services.registry.save_draft, self.draft)

    async def finish(self) -> bool:
        from zoomgov.connectors.steps import StepContext, can_leave  # not before the first frame

        self._collect()
        refusal = can_leave(Step.APP, StepContext(draft=self.draft, apps=self._apps))
        if refusal is not None:
            self.query_one(Field).problem(refusal.text)
            self.query_one("#new-app").focus()
            return False
        if self.connector is None:
            self.draft = replace(self.draft, step=max(self.draft.step, Step.OWNERS))
            await self.save()
        else:
            await self._change_app(self.connector)
        return True

    async def _change_app(self, connector: Connector) -> None:
        """Give an existing connector another app."""
        registry = self.services.registry
        app = next((app for app in self._apps if app.id == self.draft.app_id), None)
        if app is None:
            app = await self.services.run(registry.create_app, self.draft.new_app, self.draft.provided is True)
        await self.change_connector(connector, app=app)
