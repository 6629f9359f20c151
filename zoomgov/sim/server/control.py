"""Operations on a running simulator: read counters, arm faults, change the account, advance the clock.

Called in-process (`SimServer.control`), over HTTP (`POST /__control/NAME` with the arguments as JSON) and by faults.
A real Zoom has nothing like it.
"""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zoomgov.sim.account.account import Plan, User
from zoomgov.sim.account.churn import churn, share_roles
from zoomgov.sim.account.people import stamp
from zoomgov.sim.world.app_state import Counts
from zoomgov.sim.world.endpoints import ENDPOINTS, Label
from zoomgov.sim.world.faults import FaultRule, parse_fault
from zoomgov.sim.world.limits import RateLimits
from zoomgov.sim.world.options import START_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zoomgov.sim.world.world import World

OPERATIONS: Final = frozenset(
    {
        "stats", "reset", "faults", "add_fault", "clear_faults", "advance", "set_options",
        "set_latency", "revoke_tokens", "expire_tokens", "expire_page_tokens", "withdraw_scope", "grant_scope",
        "set_scopes", "activate_app", "deactivate_app", "change_plan", "spend_day", "restrict_app_owner",
        "demote_app_owner", "add_user", "remove_user", "update_user", "move_user", "delete_group",
        "delete_contact_group", "churn", "share_roles",
    }
)  # fmt: skip
"""Names that may be called over HTTP and by a fault's `do:`."""


class ControlError(ValueError):
    """There is no such operation, or its arguments are not valid."""


def _listed(value: Sequence[str] | None) -> list[str] | None:
    """Return a list, also of a text like a,b,c from a command line."""
    if isinstance(value, str):
        return [part for part in value.split(",") if part]
    return None if value is None else list(value)


class Control:
    """Operations on one `World`. Each may be called from any thread."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.latency_ms = 0.0
        self.jitter = 0.0
        world.perform = self.perform

    def perform(self, name: str, /, **arguments: Any) -> Any:
        """Perform an operation by name; returns its result.

        Raises:
            ControlError: no such operation, or its arguments are not valid.
        """
        if name not in OPERATIONS:
            raise ControlError(f"unknown operation {name!r}; there are {', '.join(sorted(OPERATIONS))}")
        try:
            return getattr(self, name)(**arguments)
        except (TypeError, ValueError, msgspec.ValidationError) as error:
            raise ControlError(f"{name}: {error}") from None
        except KeyError as error:
            raise ControlError(f"{name}: there is no {error.args[0]!r}") from None

    # Counters

    def stats(self) -> dict[str, Any]:
        """Return the counters since the start or the last reset."""
        with self._world.lock:
            counts = self._world.counts
            return {
                "requests": counts.requests,
                "by_endpoint": dict(counts.by_endpoint),
                "by_status": dict(counts.by_status),
                "refused": counts.refused,
                "max_in_flight": counts.max_in_flight,
                "in_flight": self._world.in_flight,
                "tokens_issued": counts.tokens_issued,
                "used_today": {label.value: used for label, used in self._world.limits.used_today.items()},
                "faults": self._world.faults.report(),
            }

    def reset(self) -> None:
        """Reset counters, rate limits and faults; account, app, tokens, options and clock stay."""
        with self._world.lock:
            self._world.counts = Counts(max_in_flight=self._world.in_flight)
            self._world.limits = RateLimits()
            self._world.faults.clear()

    # Faults and options

    def add_fault(self, rule: FaultRule | str | Mapping[str, Any] | None = None, **settings: Any) -> None:
        """Arm a fault, given as a rule, as text (`FAULT_SYNTAX`) or as fields of `FaultRule`."""
        if isinstance(rule, str):
            rule = parse_fault(rule)
        elif not isinstance(rule, FaultRule):
            rule = msgspec.convert({**(rule or {}), **settings}, FaultRule)
        if rule.operation and rule.operation not in OPERATIONS:
            raise ControlError(f"unknown operation {rule.operation!r}")
        with self._world.lock:
            self._world.faults.add(rule)

    def faults(self, rules: Iterable[FaultRule | str | Mapping[str, Any]]) -> None:
        """Arm several faults."""
        for rule in list(rules):
            self.add_fault(rule)

    def clear_faults(self) -> None:
        """Disarm all faults."""
        with self._world.lock:
            self._world.faults.clear()

    def set_latency(self, milliseconds: float, jitter: float = 0.0) -> None:
        """Set the round-trip time of every request; a `jitter` of 0.2 varies it between 80 and 120 %."""
        self.latency_ms, self.jitter = float(milliseconds), float(jitter)

    def set_options(self, **changes: Any) -> None:
        """Change `Options`; those in `START_ONLY` have operations of their own."""
        if early := sorted(START_ONLY.intersection(changes)):
            raise ControlError(f"{', '.join(early)} only count at the start: use the operation for it")
        with self._world.lock:
            self._world.options = self._world.options.changed(**changes)
            self._world.account.touch()

    # Time, tokens, limits

    def advance(self, seconds: float) -> float:
        """Advance the simulated clock; returns the simulated Unix seconds."""
        with self._world.lock:
            self._world.clock.offset += float(seconds)
            return self._world.clock.now()

    def revoke_tokens(self) -> None:
        """Make every access token invalid (124, Invalid access token.)."""
        with self._world.lock:
            self._world.tokens.clear()

    def expire_tokens(self) -> None:
        """Make every access token expire (124, Access token is expired.)."""
        with self._world.lock:
            for token in self._world.tokens.values():
                token.expires_at = 0.0

    def expire_page_tokens(self) -> None:
        """Make every page token issued so far invalid or expired."""
        with self._world.lock:
            self._world.pager.invalidate_tokens()

    def spend_day(self, label: str, requests: int) -> None:
        """Use up requests of today's budget, as other apps of the account would."""
        with self._world.lock:
            self._world.limits.spend_day(Label(label.capitalize()), int(requests), self._world.clock.now())

    # The app

    def withdraw_scope(self, scope: str) -> None:
        """Take a scope from the app; tokens that were issued before lose it at once."""
        with self._world.lock:
            self._world.app.scopes.discard(scope)

    def grant_scope(self, scope: str) -> None:
        """Add a scope to the app; tokens that were issued before do not get it (STACK1)."""
        with self._world.lock:
            self._world.app.scopes.add(scope)

    def set_scopes(self, scopes: Sequence[str]) -> None:
        """Replace the scopes of the app."""
        with self._world.lock:
            self._world.app.scopes = set(_listed(scopes) or ())

    def activate_app(self, after_seconds: float = 0.0, after_requests: int = 0) -> None:
        """Activate the app; it takes effect after simulated seconds and a number of refused token requests."""
        with self._world.lock:
            app = self._world.app
            app.activated = True
            app.active_from = self._world.clock.now() + float(after_seconds)
            app.requests_until_active = int(after_requests)

    def deactivate_app(self) -> None:
        """Deactivate the app: no new tokens, and those issued before are invalid."""
        with self._world.lock:
            self._world.app.activated = False

    def restrict_app_owner(self, privileges: Sequence[str] | None = None, groups: Sequence[str] | None = None) -> str:
        """Make the app's owner somebody whose role holds only `privileges` and sees only users of `groups`.

        The scopes stay: calls that need more answer code 200, lists leave people out silently. Returns the role's id.
        """
        with self._world.lock:
            return self._world.restrict_app_owner(_listed(privileges), _listed(groups)).id

    def demote_app_owner(self, privileges: Sequence[str] = ("User:Read",)) -> list[str]:
        """Change the role of the app's owner; the app loses the scopes that it no longer covers (Z-BYB): returned."""
        with self._world.lock:
            privileges = _listed(privileges) or []
            self._world.restrict_app_owner(privileges)
            dropped = {
                scope
                for scope in self._world.app.scopes
                if not any(
                    endpoint.privilege in privileges for endpoint in ENDPOINTS if scope in endpoint.accepted(me=True)
                )
            }
            self._world.app.scopes -= dropped
            return sorted(dropped)

    # The account

    def change_plan(self, plan: Plan | str) -> None:
        """Change the plan of the account."""
        with self._world.lock:
            self._world.account.plan = Plan(plan)

    def add_user(self, email: str, *, position: int | None = None, status: str = "active", **values: Any) -> str | None:
        """Add a person, at the end of the lists or at `position`; returns the id (None while pending)."""
        with self._world.lock:
            account = self._world.account
            user = User(email=email, type=int(values.pop("type", 2)), status=status, verified=0)
            if status != "pending":
                rng = random.Random(f"{account.seed} {account.version} {email}")
                user.id = base64.urlsafe_b64encode(rng.randbytes(16))[:22].decode()
                user.first_name, user.last_name, user.role_id = email.split("@")[0], "Newcomer", "2"
                user.created_at = user.user_created_at = stamp(self._world.clock.now())
            account.add_user(user, position=None if position is None else int(position))
            if values:
                account.update_user(email, **values)
            return user.id

    def remove_user(self, key: str, *, to: str = "nowhere") -> None:
        """Remove a person by id or e-mail address.

        `to` decides how Zoom answers afterwards: nowhere (1001), elsewhere (another account, 1010), expired (1120).
        """
        with self._world.lock:
            user = self._world.account.remove_user(key)
            if to == "elsewhere":
                self._world.account.in_other_accounts |= {user.email.lower(), user.id or user.email.lower()}
            elif to == "expired":
                self._world.account.expired_invitations.add(user.email.lower())

    def update_user(self, key: str, **changes: Any) -> None:
        """Set fields of a person: role_id, group_ids, status, dept, type and others of a user list."""
        with self._world.lock:
            self._world.account.update_user(key, **changes)

    def move_user(self, key: str, group_id: str) -> None:
        """Make one group the only group of a person."""
        with self._world.lock:
            self._world.account.move_user(key, group_id)

    def delete_group(self, group_id: str) -> None:
        """Delete a user group."""
        with self._world.lock:
            self._world.account.delete_group(group_id)

    def delete_contact_group(self, group_id: str) -> None:
        """Delete a contact group."""
        with self._world.lock:
            self._world.account.delete_contact_group(group_id)

    def churn(self, percent: float, seed: int = 1) -> dict[str, int]:
        """Change `percent` of the people at random; returns the number of changes by kind."""
        with self._world.lock:
            return churn(self._world.account, float(percent), int(seed), now=self._world.clock.now())

    def share_roles(self) -> None:
        """Assign the roles round-robin to everybody but the owner."""
        with self._world.lock:
            share_roles(self._world.account)
