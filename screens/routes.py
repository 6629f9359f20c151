"""The way to every page: the only module that knows them all. Each is imported when it is first opened."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import ReturnType

from zoomgov.connectors.model import Connector, Draft, Step
from zoomgov.model.kinds import Kind
from zoomgov.widgets.terminal.key_queue import KeyQueue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from textual.command import Provider
    from textual.screen import Screen

    from zoomgov.model.changes import Changes
    from zoomgov.model.syncs import SyncInfo
    from zoomgov.services.running import SyncRun
    from zoomgov.services.services import Services

    from .browse.browse import BrowseScreen
    from .connectors.connectors import ConnectorsScreen
    from .overview.overview import OverviewScreen
    from .synced.opened_sync import OpenedSync
    from .synced.shown_table import ShownTable
    from .synced.sync_page import SyncPage
    from .wizard.step_screen import StepScreen


def step_screen(
    step: Step, connector: Connector | None, draft: Draft | None = None, *, start: bool = False
) -> StepScreen:
    """Make the page of `step`; `start` begins the sync at once.

    Raises:
        ValueError: a step after Owners, without the connector it needs.
    """
    if step is Step.APP:
        from .wizard.app_choice import AppScreen

        return AppScreen(connector, draft)
    if step is Step.OWNERS:
        from .wizard.owners import OwnersScreen

        return OwnersScreen(connector, draft)
    if connector is None:
        raise ValueError(f"step {step.name} needs a connector")
    if step is Step.ZOOM_APP:
        from .wizard.zoom_app import ZoomAppScreen

        return ZoomAppScreen(connector)
    if step is Step.SCOPES:
        from .wizard.scopes import ScopesScreen

        return ScopesScreen(connector)
    if step is Step.ACTIVATION:
        from .wizard.activation import ActivationScreen

        return ActivationScreen(connector)
    if step is Step.CREDENTIALS:
        from .wizard.credentials import CredentialsScreen

        return CredentialsScreen(connector)
    if step is Step.VERIFY:
        from .wizard.verify import VerifyScreen

        return VerifyScreen(connector)
    from .wizard.sync import SyncScreen

    return SyncScreen(connector, start=start)


def item_screen(opened_sync: OpenedSync, kind: Kind, key: str) -> SyncPage:
    """Make the page of a person, or of a group, contact group or role."""
    if kind is Kind.USERS:
        from .browse.person import PersonScreen

        return PersonScreen(opened_sync, key)
    from .browse.resource import ResourceScreen

    return ResourceScreen(opened_sync, kind, key)


def first_page() -> ConnectorsScreen:
    """Make the page that lies under all others."""
    from .connectors.connectors import ConnectorsScreen

    return ConnectorsScreen()


def people_commands() -> type[Provider]:
    """Return what offers people in the command palette."""
    from .browse.people_commands import PeopleCommands

    return PeopleCommands


class Routes(KeyQueue[ReturnType]):
    """An app that opens every page. Pages see it as their `Host` and `SyncHost`, which say what each method does."""

    services: Services
    now: Callable[[], datetime]

    def _open(self, page: Screen[None], *, replace: bool) -> Awaitable[None]:
        return self.switch_screen(page) if replace else self.push_screen(page)

    # The wizard

    def open_step(
        self,
        step: Step,
        connector: Connector | None,
        draft: Draft | None = None,
        *,
        start: bool = False,
        replace: bool = False,
    ) -> Awaitable[None]:
        return self._open(step_screen(step, connector, draft, start=start), replace=replace)

    def open_verify(self, connector: Connector, *, line: str = "", replace: bool = False) -> Awaitable[None]:
        from .wizard.verify import VerifyScreen

        return self._open(VerifyScreen(connector, line=line), replace=replace)

    def open_hand_off(self, connector: Connector, *, me: str = "", replace: bool = False) -> Awaitable[None]:
        from .wizard.hand_off import HandOffScreen

        return self._open(HandOffScreen(connector, me=me), replace=replace)

    # What was synced

    def saw_sync(self, run: SyncRun) -> None:
        raise NotImplementedError

    def _saw_what_was_read(self, connector: Connector) -> None:
        """Note that the person looks at what the last sync has read."""
        known = self.services.running_if_any
        run = known.of(connector.id) if known is not None else None
        if run is not None and run.summary is not None:
            self.saw_sync(run)

    async def open_overview(self, connector: Connector) -> None:
        from .overview.overview import OverviewScreen

        await self._open_prepared(OverviewScreen(connector))

    def switch_to_overview(self, connector: Connector, *, changes: bool = False) -> Awaitable[None]:
        from .overview.overview import OverviewScreen

        self._saw_what_was_read(connector)
        return self.switch_screen(OverviewScreen(connector, changes=changes))

    async def open_browse(self, connector: Connector, kind: Kind = Kind.USERS, text: str = "") -> None:
        from .browse.browse import BrowseScreen

        await self._open_prepared(BrowseScreen(connector, kind=kind, text=text))

    async def _open_prepared(self, page: OverviewScreen | BrowseScreen) -> None:
        self._saw_what_was_read(page.connector)
        asked_by = self.screen
        await page.prepare()
        if self.screen is asked_by:
            self.push_screen(page)

    def load_browsing(self) -> None:
        from zoomgov.services.stores import load_store

        from .browse import browse  # noqa: F401
        from .overview import overview  # noqa: F401

        load_store()

    def open_item(self, opened_sync: OpenedSync, kind: Kind, key: str) -> Awaitable[None]:
        return self.push_screen(item_screen(opened_sync, kind, key))

    def open_changes(self, opened_sync: OpenedSync) -> Awaitable[None]:
        from .compare.changes import ChangesScreen

        return self.push_screen(ChangesScreen(opened_sync))

    def open_findings(self, opened_sync: OpenedSync) -> Awaitable[None]:
        from .findings.findings import FindingsScreen

        thresholds = self.services.settings.thresholds
        return self.push_screen(FindingsScreen(opened_sync, opened_sync.cloud, self.now(), thresholds))

    async def open_finding(self, opened_sync: OpenedSync, check: str) -> bool:
        from .findings.findings import FindingScreen, read_finding

        thresholds = self.services.settings.thresholds
        finding = await asyncio.to_thread(read_finding, opened_sync, check, self.now(), thresholds)
        if finding is None:
            return False
        await self.push_screen(FindingScreen(opened_sync, finding))
        return True

    def open_licences(self, opened_sync: OpenedSync, show_users: Callable[[str], None]) -> Awaitable[None]:
        from .browse.licences import LicencesScreen

        return self.push_screen(LicencesScreen(opened_sync, show_users))

    def open_export(self, opened_sync: OpenedSync, shown: ShownTable) -> Awaitable[None]:
        from .export.export import ExportScreen

        return self.push_screen(ExportScreen.of_table(opened_sync, shown))

    def open_export_of_changes(
        self, opened_sync: OpenedSync, changes: Changes, found: Changes, typed: str
    ) -> Awaitable[None]:
        from .export.export import ExportScreen

        return self.push_screen(ExportScreen.of_changes(opened_sync, changes, found, typed))

    def open_sync_notes(self, sync: SyncInfo, names: Mapping[str, str]) -> Awaitable[None]:
        from .synced.sync_notes import SyncNotesScreen

        return self.push_screen(SyncNotesScreen(sync, names))

    # From anywhere

    async def open_help(self) -> None:
        """Explain the page on top."""
        from .shared.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            await self.push_screen(HelpScreen(self.screen))

    async def open_go_to(self) -> None:
        """Find a person, those of the connector on screen first."""
        from .browse.go_to import GoToScreen

        if not any(isinstance(screen, GoToScreen) for screen in self.screen_stack):
            pages = (getattr(screen, "connector", None) for screen in reversed(self.screen_stack))
            beginning = next((page.id for page in pages if isinstance(page, Connector)), "")
            await self.push_screen(GoToScreen(self.services, beginning))
