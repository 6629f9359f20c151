"""App, owner, connector and its status, and the steps of the wizard."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from zoomgov.zoom.scopes import ScopeKind

if TYPE_CHECKING:
    from datetime import datetime


class ConnectorStatus(StrEnum):
    """A connector's label; the value is the text that is shown and stored."""

    NOT_CONNECTED = "Not connected"
    SYNCING = "Syncing"
    CONNECTED = "Connected"
    ERROR = "Error"


NOT_FINISHED: Final = "The last sync did not finish: it was killed, or the computer stopped."
"""The reason of *Error* where the sync could not say it itself. The next one goes on where it stopped."""


class Step(IntEnum):
    """The wizard's steps in order."""

    APP = 1
    OWNERS = 2
    ZOOM_APP = 3
    SCOPES = 4
    ACTIVATION = 5
    CREDENTIALS = 6
    VERIFY = 7
    SYNC = 8
    DONE = 9


class Proof(StrEnum):
    """What Zoom's answers have shown about the stored credentials; storing others takes it back."""

    TOKEN = "token"
    """Zoom gave a token: the app is there and activated, and the three values belong to it."""
    READY = "ready"
    """A whole verification was ready: every required scope is there, or left out by choice."""


@dataclass(frozen=True, slots=True)
class App:
    """An application that connectors add data to."""

    id: str
    name: str
    from_identity_provider: bool
    """Whether the identity provider's integration made it: the one to choose where people sign in through it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A person responsible for a connector."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Connector:
    """One Zoom account under governance. Holds no secret: its credentials are in the vault, under `id`."""

    id: str
    name: str
    app: App
    owners: tuple[Owner, ...]
    cloud: str
    """A name that `parse_cloud` takes."""
    status: ConnectorStatus
    reason: str
    """Why the status is Error, or why it is Not connected where it was connected before; empty otherwise."""
    step: Step
    """The step at which the wizard continues."""
    created_at: datetime
    scope_kind: ScopeKind = ScopeKind.GRANULAR
    account_id: str = ""
    """Not secret; stored so that the form can be filled in again."""
    client_id: str = ""
    checked: frozenset[str] = field(default_factory=frozenset)
    """Ids of the ticked lines of the check lists in steps 3 to 5."""
    without: frozenset[str] = field(default_factory=frozenset)
    """Capabilities left out (values of `Capability`): unticked in step 4, or missing and accepted in step 7."""
    held_scopes: frozenset[str] = field(default_factory=frozenset)
    """Scopes of the token in the last report that was ready; one that is missing later was taken away."""
    reason_line: str = ""
    """Id of the verification line that explains the reason; empty when none does."""
    proved: frozenset[str] = field(default_factory=frozenset)
    """Values of `Proof`."""
    last_sync_at: datetime | None = None
    """When the last published sync ended."""
    credentials_at: datetime | None = None
    """When the keyring last took its credentials; None when it holds none, and where an older version stored them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The form of steps 1 and 2 before *Create and add details*, stored so that quitting loses nothing."""

    uses_identity_provider: bool | None = None
    app_id: str | None = None
    """An existing app, or None with `new_app` for one to create."""
    new_app: str = ""
    provided: bool | None = None
    """Whether the identity provider's integration made the new app; None: where people sign in through it and no such
    app is known."""
    name: str = ""
    """The connector's name."""
    cloud: str = "zoom.us"
    ownership: str = "me"
    """`me`, `someone` or `several`."""
    owners: tuple[Owner, ...] = ()
    step: Step = Step.APP
