"""Step 2: the owners. Completing it creates the connector."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from zoomgov.connectors.model import ConnectorStatus, Owner, Step
from zoomgov.connectors.steps import Refusal, StepContext, can_leave, is_email
from zoomgov.text import printable
from zoomgov.widgets.field import Field, TextInput
from zoomgov.widgets.radio_group import Alternative, RadioGroup
from zoomgov.words.kinds import count
from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, parse_cloud

from .step_screen import StepScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

_OTHER: Final = "other"
_MOST_ASKED: Final = 8
"""Most owners among whom the person is asked to find themselves: each is a button."""
_ASKED: Final = {
    "me": ("Your e-mail", "enter your e-mail, as you@example.com"),
    "someone": ("Their e-mail", "enter their e-mail, as owner@example.com"),
    "several": ("Their e-mails", "you@example.com, owner@example.com"),
}
_NEEDED: Final = """\
• Integration Administrator or Super Administrator role
  in the governance platform
• Account Owner status in Zoom"""


class OwnersScreen(StepScreen):
    """Owners, the connector's name, and which Zoom it is."""

    STEP = Step.OWNERS
    LEAD = "Choose who manages this connector and knows the Zoom account."
    NEXT = "Create and add details"
    CSS_PATH = "owners.tcss"
    HELP = """
# Step 2: Owners

The **integration owner** finishes the set-up in Zoom and is asked when something breaks. It can be you, someone
else, or several people. Whoever it is needs two things:

- the **Integration Administrator** or **Super Administrator** role in the governance platform;
- **Account Owner** status in Zoom. Other Zoom admins may lack rights that the scopes need.

If it is someone else, the next screen writes the e-mail that tells them what to do. If there are several, you are asked
which of them you are, and may write to the others.

**Zoom cloud**: zoom.us is the usual one. zoomgov.com is Zoom for Government, a separate service with separate
accounts. *Other address* is for a proxy or a simulator.

*Create and add details* creates the connector as **Not connected**.
"""

    _was_there = False
    """Whether the connector existed before this step was completed."""

    def body(self) -> ComposeResult:
        draft, demo = self.draft, self.services.demo
        if demo is not None and draft.cloud == ZOOM_US.name:
            draft = replace(draft, cloud=demo.cloud)  # the demo account is nowhere else
        with Horizontal(classes="choice-line"):
            yield Static(Content("Owner"), classes="field-label")
            yield RadioGroup(
                [
                    Alternative("me", "I am the owner"),
                    Alternative("someone", "Someone else is the owner"),
                    Alternative("several", "Several owners"),
                ],
                chosen=draft.ownership or "me",
                id="ownership",
            )
        yield Field("", TextInput(", ".join(owner.email for owner in draft.owners), id="owners"), id="owners-field")
        with Horizontal(id="needed"):
            yield Static(Content("An owner needs"), classes="field-label")
            yield Static(Content(_NEEDED), id="needed-text")
        yield Field("Connector name", TextInput(draft.name, placeholder="for example Zoom", id="name"), id="name-field")
        known = draft.cloud in (ZOOM_US.name, ZOOM_GOV.name)
        with Horizontal(classes="choice-line", id="cloud-line"):
            yield Static(Content("Zoom cloud"), classes="field-label")
            yield RadioGroup(
                [
                    Alternative(ZOOM_US.name, "zoom.us", "the usual one"),
                    Alternative(ZOOM_GOV.name, "zoomgov.com", "Zoom for Government"),
                    Alternative(_OTHER, "Other address", "advanced: a proxy or a simulator"),
                ],
                chosen=draft.cloud if known else _OTHER,
                id="cloud",
            )
        yield Field(
            "Address",
            TextInput("" if known else draft.cloud, placeholder="https://zoom-proxy.example.com", id="address"),
            id="address-field",
        )

    def on_mount(self) -> None:
        self._adapt()
        if self.connector is None and not self.draft.name:
            # The app's name suits most accounts: they have one connector.
            self.query_one("#name", Input).value = self.draft.new_app or "Zoom"
        self.set_focus(self.query_one("#ownership" if not self.draft.owners else "#owners"))

    @property
    def next_label(self) -> str:
        return "Save and go on  ⏎" if self.connector is not None else f"{self.NEXT}  ⏎"

    def _adapt(self) -> None:
        """Label and show the fields that the choices need."""
        label, placeholder = _ASKED[self.query_one("#ownership", RadioGroup).chosen or "me"]
        field = self.query_one("#owners-field", Field)
        field.relabel(label)
        field.input.placeholder = placeholder
        self.query_one("#address-field").display = self.query_one("#cloud", RadioGroup).chosen == _OTHER

    @on(RadioGroup.Chosen)
    def _chosen(self, event: RadioGroup.Chosen) -> None:
        event.stop()
        self._adapt()
        address = self.query_one("#address-field")
        if event.radio_group.id == "cloud" and address.display:
            self.call_after_refresh(address.scroll_visible, animate=False)  # it may be below the screen
        self.changed()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        for field in self.query(Field):
            if field.input is event.input:
                field.problem("")
        self.changed()

    def _emails(self) -> list[str]:
        """Return what was typed, address by address: blanks divide only what are addresses on both sides."""
        found: list[str] = []
        for piece in re.split(r"[,;]", self.query_one("#owners", Input).value):
            words = piece.split()
            found += words if all(is_email(word) for word in words) else [" ".join(words)]
        return found

    def _cloud(self) -> str:
        chosen = self.query_one("#cloud", RadioGroup).chosen or ZOOM_US.name
        return self.query_one("#address-field", Field).value if chosen == _OTHER else chosen

    def _collect(self) -> None:
        self.draft = replace(
            self.draft,
            ownership=self.query_one("#ownership", RadioGroup).chosen or "me",
            owners=tuple(Owner(email) for email in dict.fromkeys(self._emails())),
            name=self.query_one("#name-field", Field).value,
            cloud=self._cloud(),
            step=max(self.draft.step, Step.OWNERS),
        )

    async def save(self) -> None:
        self._collect()
        if self.connector is None:
            await self.services.run(self.services.registry.save_draft, self.draft)

    def _refuse(self, refusal: Refusal) -> bool:
        place = self.query_one(f"#{'address' if refusal.field == 'cloud' else refusal.field}-field", Field)
        place.problem(refusal.text)
        place.input.focus()
        self.call_after_refresh(place.scroll_visible, animate=False)  # once the problem has its line
        return False

    async def finish(self) -> bool:
        self._collect()
        context = StepContext(
            draft=self.draft,
            connectors=await self.services.run(self.services.registry.connectors),
            connector=self.connector,
        )
        refusal = can_leave(Step.OWNERS, context)
        if refusal is not None:
            return self._refuse(refusal)
        await self._create(parse_cloud(self.draft.cloud).name)
        return True

    async def _create(self, cloud: str) -> None:
        registry = self.services.registry
        self._was_there = self.connector is not None
        self.draft = draft = replace(self.draft, cloud=cloud)
        if self.connector is None:
            self.connector = await self.services.run(registry.create, draft)
            await self.services.run(registry.clear_draft)
            if draft.ownership != "someone":  # there it would cover the buttons of the hand-off
                self.notify(
                    f"Created. Its label is {ConnectorStatus.NOT_CONNECTED.value} until the first sync.", markup=False
                )
        else:
            await self.change_connector(self.connector, name=draft.name, owners=draft.owners, cloud=cloud)

    async def advance(self) -> None:
        """Open the next step, or the hand-off when an owner is someone else who is to be told."""
        me = ""
        hands_off = self.draft.ownership == "someone"
        if self.draft.ownership == "several" and not self._was_there:
            me, hands_off = await self._ask_who_is_me()
        if self.connector is not None and hands_off and self.is_current:
            if self.connector.step < Step.ZOOM_APP:
                await self.change_connector(self.connector, step=Step.ZOOM_APP)
            self.host.save_place("", None)
            self.host.open_hand_off(self.connector, me=me, replace=True)
        else:
            await super().advance()

    async def _ask_who_is_me(self) -> tuple[str, bool]:
        """Ask which of several owners the person is, and whether to write to the others."""
        from ..shared.ask import AskScreen, DialogAnswer

        emails = [owner.email for owner in self.draft.owners]
        who = AskScreen(
            "Which of the owners are you?",
            "The others can be told by e-mail what to do in Zoom. Nothing is sent by itself.",
            (
                DialogAnswer("none", "None of them"),
                *(DialogAnswer(str(number), printable(email)) for number, email in enumerate(emails[:_MOST_ASKED])),
            ),
        )
        answer = await self.app.push_screen_wait(who)
        if answer == "none":
            return "", True
        me = emails[int(answer)]
        others = count(len(emails) - 1, "other owner")
        write = AskScreen(
            f"Write to the {others}?",
            f"{', '.join(printable(email) for email in emails if email != me)}\n\nOne of you does the steps in Zoom."
            " The e-mail says what to click, and its file opens these steps on another machine. h in the list writes it"
            " later.",
            (DialogAnswer("on", "Go on: Zoom app"), DialogAnswer("write", f"Write to the {others}")),
        )
        return me, await self.app.push_screen_wait(write) == "write"
