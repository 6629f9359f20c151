"""Asking Zoom what works and what does not, and saying why."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from zoomgov.connectors.model import Proof
from zoomgov.connectors.standing import ACTIVATED
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

        What the whole report proves is kept; after a part of it call `keep_proof` with the report it belongs to.

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
        if only is None:
            await self.keep_proof(connector, report)
        if report.ready and report.held is not None:
            # Only then: a report with gaps would forget what was there before they came.
            await asyncio.to_thread(
                partial(self._registry.update, connector.id, held_scopes=frozenset(report.held)),
            )
        return report

    async def keep_proof(self, connector: Connector, report: Report) -> Connector:
        """Keep what a whole report proves about the stored credentials, or take it back; the connector as it is then.

        Raises:
            RegistryError: the connector is not there any more, or the list of connectors cannot be written.
        """
        from zoomgov.verify.model import CheckStatus

        token, app = report.line("credentials.token"), report.line("credentials.app")
        proved = frozenset[str]()
        if not any(line is not None and line.status is CheckStatus.PROBLEM for line in (token, app)):
            if token is None or token.status is not CheckStatus.OK:  # Zoom was not asked
                return await asyncio.to_thread(self._registry.connector, connector.id)
            proved = frozenset({Proof.TOKEN.value, *((Proof.READY.value,) if report.ready else ())})
        return await asyncio.to_thread(partial(self._registry.update, connector.id, proved=proved))

    def explain(self, error: ZoomError, connector: Connector | None = None) -> Advice:
        """The most likely cause of `error` and what to click, with links to the connector's cloud."""
        return likeliest_cause(error, parse_cloud(connector.cloud) if connector else ZOOM_US)
