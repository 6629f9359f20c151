"""Which screen shows which step. Each is imported when first opened, so that the app starts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.connectors.model import Connector, Draft, Step
from zoomgov.model.kinds import Kind

if TYPE_CHECKING:
    from .synced.opened_sync import OpenedSync
    from .synced.table_page import TablePage

if TYPE_CHECKING:
    from .wizard.step_screen import StepScreen


def step_screen(
    step: Step, connector: Connector | None, draft: Draft | None = None, *, start: bool = False
) -> StepScreen:
    """Make the screen of `step`. Steps after Owners need the connector; `start` begins the sync at once."""
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
    if step is Step.CREDENTIALS:
        from .wizard.credentials import CredentialsScreen

        return CredentialsScreen(connector)
    if step is Step.VERIFY:
        from .wizard.verify import VerifyScreen

        return VerifyScreen(connector)
    from .wizard.sync import SyncScreen

    return SyncScreen(connector, start=start)


def item_screen(browser: OpenedSync, kind: Kind, key: str) -> TablePage:
    """The page of a person, or of a group, contact group or role."""
    if kind is Kind.USERS:
        from .browse.person import PersonScreen

        return PersonScreen(browser, key)
    from .browse.resource import ResourceScreen

    return ResourceScreen(browser, kind, key)
