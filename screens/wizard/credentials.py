"""Step 6: Account ID, Client ID and Client secret; they go into the keyring and nowhere else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from zoomgov.connectors.hints import credential_hints
from zoomgov.connectors.model import Connector, Step
from zoomgov.connectors.paste import FIELDS, parse_credentials_block
from zoomgov.connectors.steps import StepContext, can_leave
from zoomgov.secret import Credentials
from zoomgov.services.problems import as_problem
from zoomgov.text import printable
from zoomgov.widgets.field import Field, SecretInput, TextInput
from zoomgov.widgets.terminal.key_queue import FILLS

from .step_screen import ConnectorStep

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from zoomgov.services.credentials import VaultError

_VARIABLES: Final = "ZOOMGOV_ACCOUNT_ID, ZOOMGOV_CLIENT_ID and ZOOMGOV_CLIENT_SECRET"
_BY_ENVIRONMENT: Final = """\
Leave zoomgov, set these three where you start it, and start it again:

    ZOOMGOV_ACCOUNT_ID
    ZOOMGOV_CLIENT_ID
    ZOOMGOV_CLIENT_SECRET

When all three are set they are used, for every connector, and win over the keyring.
Everything else you typed is kept.
"""


class CredentialsScreen(ConnectorStep):
    """Three fields; one paste can fill all."""

    STEP = Step.CREDENTIALS
    LEAD = (
        "From the app's App Credentials page in Zoom. Paste the three values one by one, or the whole page at once"
        " into any field."
    )
    NEXT = "Save and verify"
    CSS_PATH = "credentials.tcss"
    HELP = """
# Step 6: Credentials

Open the app in the Zoom App Marketplace, page **App Credentials**. It shows three values:

- **Account ID**: 22 letters, digits, dashes or underscores. Not the account number, not an e-mail;
- **Client ID**;
- **Client secret**: not the *Secret Token* or *Verification Token* of the Feature page.

Mark the whole block on Zoom's page, copy it and paste it into any field: labels and values in any order fill all
three.

The secret goes into your system's keyring, is read back to be sure, and is written nowhere else. It is never copied
to the clipboard. `ctrl+r` shows it while the field has the focus.

Without a keyring you can keep it for this session only, or give all three values in the environment variables
`ZOOMGOV_ACCOUNT_ID`, `ZOOMGOV_CLIENT_ID` and `ZOOMGOV_CLIENT_SECRET`.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "reveal", "Show secret", tooltip="Show or mask the Client secret", priority=True),
        Binding("ctrl+d", "demo", "Fill in demo", tooltip="Fill in the demo account's credentials", priority=True),
    ]

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._known: tuple[Credentials, str] | None = None

    def body(self) -> ComposeResult:
        yield Static(id="source")
        yield Field("Account ID", TextInput(self.connector.account_id, id="account-id"), id="account-id-field")
        yield Field("Client ID", TextInput(self.connector.client_id, id="client-id"), id="client-id-field")
        yield Field(
            "Client secret", SecretInput(id="client-secret"), hint="Masked; ctrl+r shows it.", id="client-secret-field"
        )
        yield Static(id="where")

    def on_mount(self) -> None:
        for entry in self.query(TextInput):
            entry.on_block = partial(self._take_block, entry)
        self._fill(None, None, None)
        self._warn()
        self.look_for_known()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name.replace('_', '-')}-field", Field)

    @work(exclusive=True, group=FILLS)
    async def look_for_known(self) -> None:
        """Say where credentials come from, if there are some already."""
        from zoomgov.services.credentials import VaultError

        try:
            self._known = await self.services.credentials.find(self.connector)
        except VaultError as error:
            self._say_source(f"! {as_problem(error).text}", "$text-warning")
            return
        if self._known is None:
            self._say_source("")
            return
        source = self._known[1]
        if source == "environment":
            self._say_source(f"✓ {_VARIABLES} are set: they are used and win over the keyring. Enter goes on.")
        elif source == "session":
            self._say_source("✓ Credentials are kept for this session only. Leave the secret empty to go on with them.")
        else:
            name = await self.services.credentials.vault.probe()
            self._say_source(f"✓ A Client secret is stored in {name}. Leave it empty to keep it.")

    def _say_source(self, text: str, style: str = "$text-success") -> None:
        note = self.query_one("#source", Static)
        note.update(Content.styled(printable(text), style))
        note.set_class(bool(text), "-shown")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "demo":
            return self.services.demo is not None
        return super().check_action(action, parameters)

    # Filling in

    def _take_block(self, entry: TextInput, text: str) -> bool:
        """Fill the fields from a paste that labels its values. False: it is one value, for this field."""
        pasted = parse_credentials_block(text)
        # A secret that was broken into lines on the way is still one value.
        if not pasted.found and (not pasted.warnings or (isinstance(entry, SecretInput) and not pasted.labelled)):
            return False
        for warning in pasted.warnings:
            self.notify(warning, severity="warning", timeout=10, markup=False)
        if pasted.found:
            secret = pasted.client_secret.reveal() if pasted.client_secret else None
            self._fill(pasted.account_id, pasted.client_id, secret)
            self.notify("Filled in: " + ", ".join(FIELDS[name] for name in pasted.found) + ".", markup=False)
        return True

    def _fill(self, *values: str | None) -> None:
        """Fill in the values that are given, and move the focus to the first empty field."""
        fields = [self._field(name) for name in FIELDS]
        for field, value in zip(fields, values, strict=True):
            if value:
                field.input.value = value
                field.input.cursor_position = len(value)
        self.set_focus(next((field for field in fields if not field.value), fields[-1]).input)

    def action_demo(self) -> None:
        demo = self.services.demo
        if demo is None:
            return
        given = demo.credentials
        self._fill(given.account_id, given.client_id, given.client_secret.reveal())

    def action_reveal(self) -> None:
        entry = self.query_one(SecretInput)
        entry.focus()
        shown = entry.toggle()
        self._field("client_secret").say("Readable now; ctrl+r masks it." if shown else "Masked; ctrl+r shows it.")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._warn()
        if not isinstance(event.input, SecretInput):
            self.changed()

    def _warn(self) -> None:
        """Warn of values that look wrong; they may still be right."""
        hints = credential_hints(
            self._field("account_id").value, self._field("client_id").value, self.query_one(SecretInput).secret
        )
        for name in FIELDS:
            self._field(name).warn(hints.get(name, ""))

    # Keeping and storing

    async def save(self) -> None:
        await self.update_connector(
            account_id=self._field("account_id").value, client_id=self._field("client_id").value
        )

    def _collect(self) -> Credentials | None:
        """Return what to store; None when something is missing, which its field then says."""
        secret = self.query_one(SecretInput).secret
        if not secret and self._known is not None and self._known[1] != "environment":
            secret = self._known[0].client_secret
        credentials = Credentials(self._field("account_id").value, self._field("client_id").value, secret)
        refusal = can_leave(Step.CREDENTIALS, StepContext(credentials=credentials))
        if refusal is not None:
            self._field(refusal.field).problem(refusal.text)
            self._field(refusal.field).input.focus()
            return None
        return credentials

    async def finish(self) -> bool:
        await self.save()
        entry = self.query_one(SecretInput)
        if self._known is not None and not entry.secret:
            known, source = self._known
            same = (known.account_id, known.client_id) == (
                self._field("account_id").value,
                self._field("client_id").value,
            )
            if source == "environment" or same:
                return True
        credentials = self._collect()
        return credentials is not None and await self._store(credentials)

    async def _store(self, credentials: Credentials) -> bool:
        from zoomgov.services.credentials import VaultError

        session_only = False
        while True:
            self._say_where("Storing …")
            try:
                where = await self.services.credentials.save(self.connector, credentials, session_only=session_only)
            except VaultError as error:
                self._say_where("")
                answer = await self._ask(error)
                if answer == "environment":
                    from ..shared.text_dialog import TextDialog

                    self.app.push_screen(TextDialog("Credentials from the environment", _BY_ENVIRONMENT))
                if answer not in ("retry", "session"):
                    return False
                session_only = answer == "session"
                continue
            break
        entry = self.query_one(SecretInput)
        entry.clear()
        entry.mask()
        self.connector = await self.services.run(self.services.registry.connector, self.connector.id)
        self.notify(f"Stored in {where}." if session_only else f"Stored in {where} and read back.", markup=False)
        return True

    def _say_where(self, text: str) -> None:
        self.query_one("#where", Static).update(Content(text))

    async def _ask(self, error: VaultError) -> str:
        from zoomgov.services.credentials import VaultChoice

        from ..shared.ask import AskScreen, DialogAnswer

        labels = {
            VaultChoice.RETRY: DialogAnswer("retry", "Try again"),
            VaultChoice.SESSION: DialogAnswer("session", "This session only"),
            VaultChoice.ENVIRONMENT: DialogAnswer("environment", "Environment variables"),
        }
        answers = (DialogAnswer("back", "Back"), *(labels[choice] for choice in error.choices))
        text = (
            f"{printable(error.reason)}\n\n"
            "Nothing was stored and nothing you typed is lost. You can try again, keep the credentials in this"
            " program's memory until you leave it, or give them in environment variables."
        )
        return await self.app.push_screen_wait(AskScreen(printable(error.title), text, answers, error=True))
