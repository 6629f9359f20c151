"""Asking Zoom what works and what does not, and saying why."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from zoomgov.services.problems import likeliest_cause
from zoomgov.zoom.clouds import ZOOM_US, parse_cloud

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from zoomgov.advice.knowledge import Advice
    from zoomgov.connectors.model import Connector
    from zoomgov.connectors.registry import Registry
    from zoomgov.secret import Credentials
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.verify.model import CheckLine, Report
    from zoomgov.zoom.client import ZoomClient
    from zoomgov.zoom.errors import ZoomError


ACTIVATED: Final = "activate"
"""Key of the wizard's line about the activation, kept with the scopes that were ticked."""


class Checking:
    """Verifies connectors."""

    def __init__(
        self,
        registry: Registry,
        credentials: ConnectorCredentials,
        client_of: Callable[[Connector, Credentials], ZoomClient],
    ) -> None:
        """Ask Zoom through `client_of`, and keep in `registry` which scopes were found."""
        self._registry = registry
        self._credentials = credentials
        self._client_of = client_of

    async def verify(
        self, connector: Connector, on_line: Callable[[CheckLine], None], *, only: Collection[str] | None = None
    ) -> Report:
        """Run all checks, or those named in `only`; each line is given to `on_line` as it finishes.

        The scopes that a ready report found are kept, so that a later one can tell which were taken away.

        Raises:
            NoCredentials: there are none to verify.
            VaultError: the keyring could not be asked.
            RegistryError: the connector is not there any more, or the list of connectors cannot be used.
        """
        from zoomgov.verify.checks import verify
        from zoomgov.verify.model import KnownFacts
        from zoomgov.zoom.scopes import SCOPES

        credentials = await self._credentials.required(connector)
        known = await asyncio.to_thread(self._registry.connector, connector.id)  # as an earlier check left it
        facts = KnownFacts(
            credentials=credentials,
            owners=tuple(owner.email for owner in connector.owners),
            without=connector.without,
            scope_kind=connector.scope_kind,
            ticked=connector.checked.intersection(SCOPES),
            held_before=known.held_scopes,
            activated=ACTIVATED in connector.checked,
        )
        async with self._client_of(connector, credentials) as client:
            report = await verify(client, facts, on_line, only=only)
        if report.ready and report.held is not None:
            # Only then: a report with gaps would forget what was there before they came.
            await asyncio.to_thread(
                partial(self._registry.update, connector.id, held_scopes=frozenset(report.held)),
            )
        return report

    def explain(self, error: ZoomError, connector: Connector | None = None) -> Advice:
        """The most likely cause of `error` and what to click, with links to the connector's cloud."""
        return likeliest_cause(error, parse_cloud(connector.cloud) if connector else ZOOM_US)
