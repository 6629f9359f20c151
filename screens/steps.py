"""Which screen shows which step. Each is imported when first opened, so that the app starts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.connectors.model import Connector, Draft, Step

if TYPE_CHECKING:
    from .base import StepScreen


def step_screen(
    step: Step, connector: Connector | None, draft: Draft | None = None, *, start: bool = False
) -> StepScreen:
    """Make the screen of `step`. Steps after Owners need the connector; `start` begins the sync at once."""
    if step is Step.APP:
        from .app_choice import AppScreen

        return AppScreen(connector, draft)
    if step is Step.OWNERS:
        from .owners import OwnersScreen

        return OwnersScreen(connector, draft)
    if connector is None:
        raise ValueError(f"step {step.name} needs a connector")
    if step is Step.ZOOM_APP:
        from .zoom_app import ZoomAppScreen

        return ZoomAppScreen(connector)
    if step is Step.SCOPES:
        from .scopes import ScopesScreen

        return ScopesScreen(connector)
    if step is Step.CREDENTIALS:
        from .credentials import CredentialsScreen

        return CredentialsScreen(connector)
    if step is Step.VERIFY:
        from .verify import VerifyScreen

        return VerifyScreen(connector)
    from .sync import SyncScreen

    return SyncScreen(connector, start=start)
