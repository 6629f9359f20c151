"""Replacing the Client secret: the new one is tried at Zoom before the old one is dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zoomgov.services.credentials import CredentialSource, NoCredentials
from zoomgov.services.problems import Problem
from zoomgov.text import printable
from zoomgov.zoom.clouds import parse_cloud

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.connectors.model import Connector
    from zoomgov.secret import Credentials, Secret
    from zoomgov.services.credentials import ConnectorCredentials
    from zoomgov.verify.model import Report
    from zoomgov.zoom.client import ZoomClient

_TRIED = ("credentials.token",)


@dataclass(frozen=True, slots=True)
class Guide:
    """Where to click in Zoom, in order, and the address of the page."""

    link: str
    steps: tuple[str, ...]


def rotation_guide(connector: Connector) -> Guide:
    """What to do in Zoom before the new secret is pasted here.

    The page is documented; what its button is called is not. That both secrets may work for a while is from Zoom's
    changelog of 2025-09-22 and the reference of `rotate_client_secret`.
    """
    link = f"{parse_cloud(connector.cloud).marketplace_url}/user/build"
    return Guide(
        link,
        (
            f"Open {link} and click your Server-to-Server OAuth app.",
            "Click App Credentials.",
            "Beside Client Secret click Regenerate; it may be called Rotate.",
            "If Zoom asks when the old secret ends, leave it an hour: other programs may use this app.",
            "Copy the new Client Secret with the button beside it.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new secret is the one that is used from now on."""

    where: str
    """Where it is kept: the keyring's name, or this session's memory."""
    session_only: bool


class Rotation:
    """Rotates the Client secret of connectors."""

    def __init__(
        self, credentials: ConnectorCredentials, client_of: Callable[[Connector, Credentials], ZoomClient]
    ) -> None:
        """Try new secrets through `client_of`."""
        self._credentials = credentials
        self._client_of = client_of

    async def before(self, connector: Connector) -> CredentialSource:
        """Say where the secret that would be replaced is kept, before anybody makes a new one in Zoom.

        Raises:
            Problem: it cannot be replaced from here: the environment holds it.
            NoCredentials: there is none.
            VaultError: the keyring could not be asked.
        """
        return (await self._stored(connector))[1]

    async def rotate(self, connector: Connector, secret: Secret) -> Rotated:
        """Try `secret` at Zoom, with the ids that are stored, then keep it in the place of the old one.

        Until Zoom has given a token for the new one and its API has taken that token, the old one stays; so it does
        when the task is cancelled before, and when the keyring refuses.

        Raises:
            Problem: it cannot be replaced from here, is empty or the one that is stored, or Zoom does not take it.
            NoCredentials: there is none to replace.
            VaultError: the keyring could not be asked, or refused; it holds the old secret.
            RegistryError: the connector is not there any more, and nothing was stored; or the list of connectors
                cannot be written, and the new secret is stored.
        """
        old, source = await self._stored(connector)
        if not secret:
            raise Problem("There is no new secret.", "Nothing was pasted or typed. The one that is stored stays.")
        if secret == old.client_secret:
            raise Problem(
                "That is the secret that is stored already.",
                "Zoom's page may still have shown the old one when you copied it.",
                "Make a new one in Zoom, load the page App Credentials again, and copy it from there.",
            )
        new = replace(old, client_secret=secret)
        await self._try(connector, new)
        session_only = source is CredentialSource.SESSION
        where = await self._credentials.save(connector, new, session_only=session_only)
        return Rotated(where, session_only)

    async def _stored(self, connector: Connector) -> tuple[Credentials, CredentialSource]:
        found = await self._credentials.find(connector)
        if found is None:
            raise NoCredentials(connector)
        if found[1] is CredentialSource.ENVIRONMENT:
            raise Problem(
                "The environment holds the credentials, so zoomgov cannot replace the secret.",
                "ZOOMGOV_ACCOUNT_ID, ZOOMGOV_CLIENT_ID and ZOOMGOV_CLIENT_SECRET are set where zoomgov was started; "
                "they win over the keyring.",
                "Make the new secret in Zoom, put it into ZOOMGOV_CLIENT_SECRET there, and run Verify.",
            )
        return found

    async def _try(self, connector: Connector, new: Credentials) -> None:
        from zoomgov.verify.checks import verify
        from zoomgov.verify.model import CheckStatus, KnownFacts

        facts = KnownFacts(credentials=new, scope_kind=connector.scope_kind)
        async with self._client_of(connector, new) as client:
            report = await verify(client, facts, lambda line: None, only=_TRIED)
        token = report.line("credentials.token")
        if token is None or token.status is not CheckStatus.OK:
            raise _refused(connector, report)


def _refused(connector: Connector, report: Report) -> Problem:
    """Why the new secret was not taken, from the first line that failed."""
    line = next(iter(report.problems), None) or report.line("credentials.token")
    kept = f"The secret that is stored for {printable(connector.name)} was not touched."
    if line is None or not line.advice:
        found = f" ({printable(line.result)})" if line is not None and line.result else ""
        return Problem(f"The new secret could not be tried at Zoom{found}.", kept, "Try again.")
    advice, *others = line.advice
    return Problem(
        f"Zoom did not take the new secret: {advice.title}.",
        f"{printable(line.result)}. {kept}",
        *advice.remedy,
        others=tuple(f"{other.title}. {other.cause}" for other in others),
    )
