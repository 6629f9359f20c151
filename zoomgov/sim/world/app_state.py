"""What the simulator remembers: the clock, the app, the tokens it gave out, the counters."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoomgov.sim.account.account import Account, User


class SimClock:
    """Unix seconds of the simulation: a real or injected clock, which the control may push ahead."""

    def __init__(self, base: Callable[[], float] = time.time) -> None:
        self._base = base
        self.ahead = 0.0

    def now(self) -> float:
        """The simulated moment."""
        return self._base() + self.ahead


class SimCredentials(NamedTuple):
    """What the app's *App Credentials* page shows."""

    account_id: str
    client_id: str
    client_secret: str


def credentials(account: Account) -> SimCredentials:
    """The credentials of the app in this account: fixed by it, and plainly fake."""
    digest = hashlib.blake2b(account.id.encode(), digest_size=20).hexdigest()
    return SimCredentials(account.id, f"SIMclient{digest[:13]}", f"SIMsecret{digest[13:36]}")


@dataclass(slots=True)
class App:
    """The Server-to-Server app at its Marketplace page."""

    client_id: str
    client_secret: str
    scopes: set[str]
    activated: bool
    active_from: float
    """Simulated time before which activation has not taken effect."""
    requests_until_active: int
    owner: User | None = None
    """None: the account's owner. Else the person whose role limits the app."""


@dataclass(slots=True)
class Token:
    """An access token that was handed out."""

    scopes: frozenset[str]
    expires_at: float
    grant: str = "account_credentials"


@dataclass(slots=True)
class Counts:
    """What was asked of this Zoom since the start or the last reset."""

    requests: int = 0
    by_endpoint: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """429 answers, faults included."""
    tokens_issued: int = 0
    max_in_flight: int = 0
