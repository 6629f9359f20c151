"""The state of one simulated Zoom, shared by all requests."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from zoomgov.sim.account.account import Role, User
from zoomgov.sim.account.churn import churn
from zoomgov.sim.world.app_state import App, Counts, SimClock, Token, credentials
from zoomgov.sim.world.faults import Faults
from zoomgov.sim.world.limits import RateLimits
from zoomgov.sim.world.options import Options
from zoomgov.sim.world.paging import Pager
from zoomgov.zoom.scopes import ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zoomgov.sim.account.account import Account


class World:
    """One account, one app, and all state between requests. Hold `lock` while reading or changing it."""

    def __init__(
        self, account: Account, options: Options | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.account = account
        self.options = options or Options()
        self.clock = SimClock(clock)
        self.url = "http://127.0.0.1"
        """Base URL; set once the port is known."""
        self.lock = threading.RLock()
        self.faults = Faults()
        self.limits = RateLimits()
        self.pager = Pager(account.seed)
        self.counts = Counts()
        self.in_flight = 0
        self.tokens: dict[str, Token] = {}
        self.users_listed = False
        """Whether the last page of active users was answered since the last churn."""
        self.perform: Callable[..., Any] = lambda name, **_: None
        """Performs an operation by name; set by `Control`."""
        self.app = self._make_app()
        if self.options.owner_privileges is not None or self.options.owner_groups is not None:
            self.restrict_app_owner(self.options.owner_privileges, self.options.owner_groups)

    def _make_app(self) -> App:
        options = self.options
        _, client_id, client_secret = credentials(self.account)
        scopes = options.scopes
        return App(
            client_id=client_id,
            client_secret=client_secret,
            scopes=set(scopes_to_tick(ScopeKind(options.scope_kind)) if scopes is None else scopes),
            activated=options.activated,
            active_from=self.clock.now() + options.activation_after_seconds,
            requests_until_active=options.activation_after_requests,
        )

    def churn_between_syncs(self) -> None:
        """Change `churn_percent` of the people, if the active users were listed to the end since the last time."""
        if self.users_listed and self.options.churn_percent:
            self.users_listed = False
            churn(self.account, self.options.churn_percent, self.counts.tokens_issued, now=self.clock.now())

    # The person behind the app

    @property
    def app_owner(self) -> User:
        """The person that `me` means: the app's owner, else the account's."""
        return self.app.owner or self.account.owner

    def owner_role(self) -> Role | None:
        """Return the role that limits the app; None: nothing limits it."""
        return None if self.app.owner is None else self.account.roles.get(self.app.owner.role_id or "")

    def owner_may(self, privilege: str) -> bool:
        """Whether the role of the app's owner holds `privilege`."""
        role = self.owner_role()
        return role is None or role.id in ("0", "1") or privilege in role.privileges

    def visible_groups(self) -> frozenset[str] | None:
        """Return the groups whose users the app sees; None: all users."""
        role = self.owner_role()
        groups = role.privilege_scopes.get("User:Read") if role else None
        return None if groups is None else frozenset(groups)

    def restrict_app_owner(self, privileges: Sequence[str] | None = None, groups: Sequence[str] | None = None) -> Role:
        """Make the app's owner somebody whose role holds only `privileges` and sees only users of `groups`.

        None means an admin's privileges, or users of all groups. Returns the role.
        """
        account = self.account
        held = list(account.roles["1"].privileges if privileges is None else privileges)
        scopes = {} if groups is None else {"User:Read": list(groups)}
        role = Role("RsimRestrictedAppOwner1", "App developer", "", privileges=held, privilege_scopes=scopes)
        account.roles[role.id] = role
        owner = next((user for user in account.with_status("active") if user.role_id not in ("0", "1")), account.owner)
        owner.role_id = role.id
        self.app.owner = owner
        account.touch()
        return role
