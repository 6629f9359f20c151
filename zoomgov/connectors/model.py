"""App, owner, connector and status: the nouns of the setup page."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from zoomgov.zoom.scopes import ScopeKind

if TYPE_CHECKING:
    from datetime import datetime


class ConnectorStatus(StrEnum):
    """A connector's label, in the seed's words."""

    NOT_CONNECTED = "Not connected"
    SYNCING = "Syncing"
    CONNECTED = "Connected"
    ERROR = "Error"


class Step(IntEnum):
    """The wizard's steps in order."""

    APP = 1
    OWNERS = 2
    ZOOM_APP = 3
    SCOPES = 4
    CREDENTIALS = 5
    VERIFY = 6
    SYNC = 7
    DONE = 8


@dataclass(frozen=True, slots=True)
class App:
    """An application that connectors add data to."""

    id: str
    name: str
    from_identity_provider: bool
    """True when the identity provider's integration made it: the one to choose for people who SSO."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A person responsible for a connector."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Connector:
    """One Zoom account under governance. Holds no secret: those are in the vault under `id`."""

    id: str
    name: str
    app: App
    owners: tuple[Owner, ...]
    cloud: str
    """Name for `parse_cloud`."""
    status: ConnectorStatus
    reason: str
    """Why the status is Error; empty otherwise."""
    step: Step
    """Where the wizard goes on."""
    created_at: datetime
    scope_kind: ScopeKind = ScopeKind.GRANULAR
    account_id: str = ""
    """Not secret; kept so that a half-filled form comes back."""
    client_id: str = ""
    checked: frozenset[str] = field(default_factory=frozenset)
    """Ids of the ticked lines of the check lists in steps 3 and 4."""
    without: frozenset[str] = field(default_factory=frozenset)
    """Capabilities left out (values of `Capability`): not wanted in step 4, or gone on without in step 6."""
    held_scopes: frozenset[str] = field(default_factory=frozenset)
    """Scopes of the token when everything was last ready: what Zoom may take away again."""
    reason_line: str = ""
    """Id of the line of a verification that explains the reason; empty when none does."""
    last_sync_at: datetime | None = None
    """End of the last published sync."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Steps 1 and 2 before *Create and add details*: everything typed so far, so that quitting loses nothing."""

    uses_identity_provider: bool | None = None
    app_id: str | None = None
    """An existing app, or None with `new_app` for one to create."""
    new_app: str = ""
    name: str = ""
    """The connector's name."""
    cloud: str = "zoom.us"
    ownership: str = "me"
    """`me`, `someone` or `several`."""
    owners: tuple[Owner, ...] = ()
    step: Step = Step.APP
