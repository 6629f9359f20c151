"""Mutable state of the simulator: clock, app, access tokens, counters."""

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
    """A clock in Unix seconds: the real one or an injected one, plus an offset that `Control.advance` raises."""

    def __init__(self, base: Callable[[], float] = time.time) -> None:
        self._base = base
        self.offset = 0.0
        """Seconds."""

    def now(self) -> float:
        """The simulated time, in Unix seconds."""
        return self._base() + self.offset


class SimCredentials(NamedTuple):
    """The three values on the app's *App Credentials* page."""

    account_id: str
    client_id: str
    client_secret: str


def credentials(account: Account) -> SimCredentials:
    """The app's credentials, derived from the account's id; plainly fake."""
    digest = hashlib.blake2b(account.id.encode(), digest_size=20).hexdigest()
    return SimCredentials(account.id, f"SIMclient{digest[:13]}", f"SIMsecret{digest[13:36]}")


@dataclass(slots=True)
class App:
    """The Server-to-Server OAuth app, as the Marketplace knows it."""

    client_id: str
    client_secret: str
    scopes: set[str]
    activated: bool
    active_from: float
    """Simulated Unix seconds from which activation has taken effect."""
    requests_until_active: int
    """Token requests still refused before activation takes effect."""
    owner: User | None = None
    """The person whose role limits the app; None: the account's owner, who is not limited."""


@dataclass(slots=True)
class Token:
    """An access token that was issued."""

    scopes: frozenset[str]
    expires_at: float
    """Simulated Unix seconds."""
    grant: str = "account_credentials"


@dataclass(slots=True)
class Counts:
    """Counters since the start or the last reset."""

    requests: int = 0
    by_endpoint: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """429 answers, faults included."""
    tokens_issued: int = 0
    max_in_flight: int = 0
    """Most requests that were in flight at once."""
