"""The app on real services (registry, vault, files) whose Zoom is scripted: what verify and sync say is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.screen import ModalScreen, Screen

from tests.textual_apps import idle, until
from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.screens.connectors.connectors import ConnectorsScreen
from zoomgov.screens.connectors.welcome import Welcome
from zoomgov.secret import Credentials, Secret
from zoomgov.services.checking import Checking
from zoomgov.services.demonstration import Demo
from zoomgov.services.services import Services, open_client
from zoomgov.services.syncing import Syncing
from zoomgov.settings import Settings
from zoomgov.sync.events import SyncEvent, SyncSummary
from zoomgov.vault import MemoryVault, Vault, VaultError
from zoomgov.verify.model import CheckLine, Report
from zoomgov.verify.model import CheckStatus as LineStatus

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

S = TypeVar("S", bound=Screen[Any])

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ACCOUNT_ID = "AbCdEfGhIjKlMnOpQrStUv"
CLIENT_ID = "cL13nTiDxYz0123456789"
SECRET = "T0pS3cr3tNobodyMaySeeIt0123456789"


def lines_of(app: App[Any]) -> list[str]:
    """The screen as text."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


def type_at_once(app: App[Any], *keys: str) -> None:
    """Send all keys before any of them is dealt with; a text is typed letter by letter."""
    for key in keys:
        for one in [key] if key in ("tab", "enter", "escape", "down", "ctrl+u", "ctrl+g") else key:
            app.post_message(
                events.Key(_character_to_key(one) if len(one) == 1 else one, one if len(one) == 1 else None)
            )


class LockedVault(MemoryVault):
    """Refuses to store until it is unlocked."""

    locked = True

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = lambda: True) -> None:
        if self.locked:
            raise VaultError("The keyring is locked.", "Its password prompt was closed. Unlock the keyring.")
        super().store(connector_id, credentials, wanted)


class ScriptedServices(Services):
    """Real but for Zoom: `rounds` are what verifications find, `events` and `outcome` what the next sync does."""

    def __init__(self, settings: Settings, *, vault: Vault | None = None, demo: Demo | None = None) -> None:
        super().__init__(settings, vault=vault or MemoryVault(), demo=demo, now=lambda: NOW)
        self.rounds: list[Report | Exception] = []
        self.asked: list[frozenset[str] | None] = []
        self.events: list[SyncEvent] = []
        self.outcome: SyncSummary | Exception | None = None
        self.syncs: list[Connector] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.checking = ScriptedChecking(self)
        self.syncing = ScriptedSyncing(self)


class ScriptedChecking(Checking):
    """Finds what the services' `rounds` say."""

    def __init__(self, services: ScriptedServices) -> None:
        super().__init__(services.registry, services.credentials, open_client)
        self._script = services

    async def verify(self, connector: Connector, on_line: Callable[[CheckLine], None], *, only: Any = None) -> Report:
        script = self._script
        script.asked.append(None if only is None else frozenset(only))
        found = script.rounds.pop(0) if len(script.rounds) > 1 else script.rounds[0]
        if isinstance(found, Exception):
            raise found
        for line in found.lines:
            on_line(replace(line, status=LineStatus.WAITING))
        for line in found.lines:
            on_line(line)
        await script.gate.wait()
        return found


class ScriptedSyncing(Syncing):
    """Tells the services' `events`, waits for their `gate`, and ends as their `outcome`."""

    def __init__(self, services: ScriptedServices) -> None:
        super().__init__(services.registry, services.stores, services.credentials, open_client, now=lambda: NOW)
        self._script = services

    async def sync(
        self, connector: Connector, on_event: Callable[[SyncEvent], None], *, thorough: bool = False
    ) -> SyncSummary:
        script = self._script
        script.syncs.append(connector)
        before = connector.status
        await self._label(connector, ConnectorStatus.SYNCING)
        for event in script.events:
            on_event(event)
        try:
            await script.gate.wait()
        except asyncio.CancelledError:
            await self._label(connector, before)
            raise
        if isinstance(script.outcome, Exception):
            await self._label(connector, ConnectorStatus.ERROR, str(script.outcome))
            raise script.outcome
        assert script.outcome is not None
        script.registry.update(connector.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=NOW)
        return script.outcome


def add_connector(services: Services, *, name: str = "Zoom", step: Step = Step.ZOOM_APP, **changes: Any) -> Connector:
    """A connector that stands at `step`; `changes` are other fields of `Connector`."""
    known = services.registry.connectors()
    draft = Draft(
        app_id=known[0].app.id if known else None,
        new_app="Zoom",
        name=name,
        owners=(Owner("mona@example.com"),),
    )
    connector = services.registry.create(draft)
    return services.registry.update(connector.id, step=step, **changes)


class Stage:
    """One profile on disk, and the app on it as often as it is started."""

    NOW = NOW
    ACCOUNT_ID, CLIENT_ID, SECRET = ACCOUNT_ID, CLIENT_ID, SECRET
    BLOCK = f"App Credentials\n\nAccount ID\n{ACCOUNT_ID}\nClient ID\n{CLIENT_ID}\nClient Secret\n{SECRET}\n"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: list[ScriptedServices] = []
        self.services = self.restart()

    def restart(
        self, *, environment: Credentials | None = None, vault: Vault | None = None, demo: Demo | None = None
    ) -> ScriptedServices:
        """New services on the same folder: what the next start of the program sees."""
        settings = Settings(data_dir=self.folder, environment_credentials=environment)
        self.services = ScriptedServices(settings, vault=vault, demo=demo)
        self._opened.append(self.services)
        return self.services

    def close(self) -> None:
        for services in self._opened:
            services.close()

    def app(self) -> ZoomgovApp:
        """An app whose clock stands still and which animates nothing."""
        app = ZoomgovApp(self.services, now=lambda: NOW)
        app.animation_level = "none"
        return app

    @asynccontextmanager
    async def run(self, *, size: tuple[int, int] = (80, 24), welcome: bool = False) -> AsyncIterator[Pilot[int]]:
        """The app, running at 80x24. From the welcome it goes on to the form, unless with `welcome`."""
        async with self.app().run_test(size=size) as pilot:
            await self.until(pilot, lambda: self.list_of(pilot).ready)
            await self.settled(pilot)
            if not welcome and isinstance(pilot.app.screen, ConnectorsScreen) and pilot.app.screen.query(Welcome):
                await pilot.press("a")
                await self.until(pilot, lambda: not isinstance(pilot.app.screen, ConnectorsScreen))
                await self.settled(pilot)
            yield pilot

    @asynccontextmanager
    async def at(self, step: Step, *, size: tuple[int, int] = (80, 24), **changes: Any) -> AsyncIterator[Pilot[int]]:
        """The app on a step of a connector that has come so far."""
        self.add_connector(step=step, **changes)
        async with self.run(size=size) as pilot:
            await pilot.press("enter")
            await self.until(pilot, lambda: getattr(pilot.app.screen, "STEP", None) is step)
            await self.settled(pilot)
            yield pilot

    @staticmethod
    def page(pilot: Pilot[int], kind: type[S]) -> S:
        """The page on top, which is one of this class."""
        screen = pilot.app.screen
        assert isinstance(screen, kind)
        return screen

    @staticmethod
    def list_of(pilot: Pilot[int]) -> ConnectorsScreen:
        screen = pilot.app.screen_stack[0]
        assert isinstance(screen, ConnectorsScreen)
        return screen

    def add_connector(self, *, name: str = "Zoom", step: Step = Step.ZOOM_APP, **changes: Any) -> Connector:
        """A connector that stands at `step`."""
        return add_connector(self.services, name=name, step=step, **changes)

    @property
    def connector(self) -> Connector:
        """The only connector, as it is stored now."""
        (connector,) = self.services.registry.connectors()
        return connector

    @staticmethod
    def credentials() -> Credentials:
        return Credentials(ACCOUNT_ID, CLIENT_ID, Secret(SECRET))

    @staticmethod
    async def until(pilot: Pilot[int], condition: Callable[[], object]) -> None:
        """Let the app work until `condition` holds."""
        await until(condition, lambda: Stage.text(pilot))

    @staticmethod
    async def settled(pilot: Pilot[int]) -> None:
        """Let what was started finish, save for syncs and checks that wait for their gate."""

        def quiet() -> bool:
            busy = (w for w in pilot.app.workers if not w.is_finished and w.group not in ("sync", "verify"))
            return not any(busy) or isinstance(pilot.app.screen, ModalScreen)

        while True:
            await until(quiet, lambda: Stage.text(pilot))
            await pilot.pause()
            await idle()
            if quiet():
                return

    async def on(self, pilot: Pilot[int], kind: type[S]) -> S:
        """Wait until a screen of just this class is on top and has settled; returns it."""
        await self.until(pilot, lambda: type(pilot.app.screen) is kind and pilot.app.screen.is_mounted)
        await self.settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, kind)
        return screen

    async def press(self, pilot: Pilot[int], *keys: str) -> None:
        """Press keys and let the app act on them."""
        await pilot.press(*keys)
        await self.settled(pilot)

    async def type(self, pilot: Pilot[int], text: str) -> None:
        """Type text, key by key but without waiting for the screen after each."""
        type_at_once(pilot.app, text)
        await self.settled(pilot)

    async def paste(self, pilot: Pilot[int], text: str) -> None:
        """Paste into whatever has the focus."""
        focused = pilot.app.screen.focused
        assert focused is not None
        focused.post_message(events.Paste(text))
        await self.settled(pilot)

    @staticmethod
    def text(pilot: Pilot[int]) -> str:
        """What is on the screen, as lines of text."""
        return "\n".join(lines_of(pilot.app))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path / "data")
    yield stage
    stage.close()


async def no_browser(address: str) -> bool:
    """In place of `browser.opened` where there is none."""
    return False
