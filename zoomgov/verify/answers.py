"""The calls of a verification, each made once and shared by the checks that need it.

Checks run concurrently and wait for answers instead of for each other. Nothing here raises: an error is a result.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zoomgov.zoom.answers import UNREADABLE
from zoomgov.zoom.auth import TOKEN_ENDPOINT, TokenInfo
from zoomgov.zoom.client import Answer
from zoomgov.zoom.endpoints import ENDPOINTS_BY_ID
from zoomgov.zoom.errors import ErrorKind, ZoomError
from zoomgov.zoom.scopes import NEEDS_BY_ID, app_kind
from zoomgov.zoom.values import as_count

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from zoomgov.verify.model import KnownFacts
    from zoomgov.zoom.client import ZoomClient
    from zoomgov.zoom.scopes import ScopeKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotTried:
    """A call that was not made, and why."""

    reason: str
    nothing_there: bool = False
    """Whether it was not made because the account has no such resource, which is fine."""


CallResult = Answer | ZoomError | NotTried

ME: Final = "me"
_SMALLEST: Final[dict[str, dict[str, str | int]]] = {
    "list_users": {"page_size": 1},
    "list_groups": {"page_size": 1},
    "list_group_members": {"page_size": 1},
    "list_group_admins": {"page_size": 1},
    "list_contact_groups": {"page_size": 1},
    "list_contact_group_members": {"page_size": 1},
    "list_role_members": {"page_size": 30},
}
SENTINELS: Final = ("list_users", "read_user", "list_groups", "list_roles", "list_contact_groups", "account_settings")
"""Calls that need no id from another call; the first that is answered shows that the API answers."""
LISTED_BY: Final = {
    "list_group_members": "list_groups",
    "list_group_admins": "list_groups",
    "list_contact_group_members": "list_contact_groups",
}
"""By need: the call that gives the id it needs."""
MAY_BE_NOTHING: Final = frozenset({"list_groups"})
"""Calls that may answer `{}`: Zoom leaves out the list of groups on an account without any."""
IN_THE_WAY: Final = frozenset({ErrorKind.TOKEN, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.UNEXPECTED})
"""Errors with a common cause when every call meets them."""


def body(answer: CallResult) -> dict[str, Any]:
    """The answer as an object; empty for anything else. Any: whatever Zoom sends."""
    if not isinstance(answer, Answer):
        return {}
    try:
        return answer.json()
    except UNREADABLE:
        return {}


def rows(answer: CallResult, *keys: str) -> list[dict[str, Any]]:
    """The list under the first of `keys` that holds one, without what is not an object."""
    fields = body(answer)
    for key in keys:
        if isinstance(fields.get(key), list):
            return [row for row in fields[key] if isinstance(row, dict)]
    return []


def has_list(answer: CallResult, *keys: str) -> bool:
    """Whether the answer holds a list under one of `keys`, even an empty one."""
    fields = body(answer)
    return any(isinstance(fields.get(key), list) for key in keys)


def text_of(row: Mapping[str, Any], key: str) -> str:
    """A field as text; empty when it is missing or something else."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def number_of(row: Mapping[str, Any], key: str) -> int | None:
    """A field as a count; None when it is missing, negative or something else."""
    return as_count(row.get(key))


@dataclass
class SharedAnswers:
    """The calls of one verification. Use as a context manager: leaving it cancels what still runs."""

    client: ZoomClient
    facts: KnownFacts
    time_limit: float
    """Seconds after which one call, retries included, counts as not answered."""
    _tasks: dict[str, asyncio.Task[Any]] = field(default_factory=dict)

    async def __aenter__(self) -> SharedAnswers:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _once(self, key: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(ask(), name=f"verify-{key}")
        result: T = await asyncio.shield(self._tasks[key])
        return result

    async def _limited(self, endpoint: str, call: Awaitable[T]) -> T | ZoomError:
        try:
            async with asyncio.timeout(self.time_limit):
                return await call
        except ZoomError as error:
            return error
        except TimeoutError:
            text = f"No answer that could be used within {self.time_limit:.0f} seconds."
            return ZoomError(ErrorKind.TIMEOUT, endpoint, text)

    # The token

    async def token(self) -> TokenInfo | ZoomError:
        """A new token, which has the scopes the app has now."""
        return await self._once("token", self._token)

    async def _token(self) -> TokenInfo | ZoomError:
        return await self._limited(TOKEN_ENDPOINT, self.client.authenticate(fresh=True))

    async def held(self) -> frozenset[str] | None:
        """The token's scopes; None when there is no token, or it names none and only calls can tell."""
        token = await self.token()
        return token.scopes if isinstance(token, TokenInfo) and token.scopes else None

    async def scope_kind(self) -> ScopeKind:
        """Which sort of names to show: those of the app's scopes, else those the user chose."""
        return app_kind(await self.held() or ()) or self.facts.scope_kind

    # Calls

    async def get(self, key: str, endpoint_id: str, query: dict[str, str | int], **path: str) -> CallResult:
        """One call beside the probes, made once under `key`."""

        async def ask() -> CallResult:
            return await self._send(endpoint_id, query, path)

        return await self._once(key, ask)

    async def _send(self, endpoint_id: str, query: dict[str, str | int], path: dict[str, str]) -> CallResult:
        endpoint = ENDPOINTS_BY_ID[endpoint_id]
        rest = {name: value for name, value in query.items() if name != "page_size"}
        size = query.get("page_size")
        call = (
            self.client.get(endpoint, path=path, query=query)
            if size is None
            else self.client.first_page(endpoint, path=path, query=rest, page_size=int(size))
        )
        return await self._limited(endpoint.template, call)

    async def api(self) -> CallResult:
        """The first of `SENTINELS` that is answered; an error about a scope is an answer, too."""
        if isinstance(await self.token(), ZoomError):
            return NotTried("No token")
        first: CallResult | None = None
        for need_id in SENTINELS:
            found = await self.probe(need_id)
            if isinstance(found, Answer) or (isinstance(found, ZoomError) and found.kind not in IN_THE_WAY):
                return found
            if isinstance(found, ZoomError):
                first = first or found
        return first or await self.get("sentinel", "list_users", {"page_size": 1})

    async def in_the_way(self) -> ZoomError | None:
        """The error that keeps every call from being answered; None when there is none."""
        found = await self.api()
        return found if isinstance(found, ZoomError) and found.kind in IN_THE_WAY else None

    async def probe(self, need_id: str) -> CallResult:
        """The call of one need of the catalogue, with the smallest page."""
        return await self._once(f"probe.{need_id}", lambda: self._probe(need_id))

    async def _probe(self, need_id: str) -> CallResult:
        need = NEEDS_BY_ID[need_id]
        if isinstance(await self.token(), ZoomError):
            return NotTried("No token")
        if need.capability in self.facts.without:
            return NotTried(f"{need.capability}: left out, as you chose")
        held = await self.held()
        if need.classic_only and not (held or frozenset()).intersection(need.classic):
            return NotTried("Only older apps with classic scopes can ask this")
        if held is not None and not need.may_be_met_by(held):
            return NotTried("The scope is missing")
        path = await self._path(need_id)
        if isinstance(path, NotTried):
            return path
        if need_id == "read_user":
            found = await self._me()
            missing = isinstance(found, ZoomError) and found.kind is ErrorKind.NOT_FOUND
            return (await self._any_user() or found) if missing else found
        return await self._send(need_id, dict(_SMALLEST.get(need_id, {})), path)

    async def _me(self) -> CallResult:
        return await self.get("me", "read_user", {}, userId=ME)

    async def _path(self, need_id: str) -> dict[str, str] | NotTried:
        """The ids in the path of a call: those of the first resource that Zoom lists."""
        match need_id:
            case "plan_usage" | "account_settings":
                return {"accountId": ME}
            case "list_group_members" | "list_group_admins":
                return await self._first("list_groups", "groupId", "group", ("groups",), ("id",))
            case "list_contact_group_members":
                keys = ("group_id", "id")
                return await self._first("list_contact_groups", "groupId", "contact group", ("groups",), keys)
            case "list_role_members":
                return {"roleId": "0"}
            case "read_role":
                return {"roleId": text_of(await self.app_owner(), "role_id") or "0"}
        return {}

    async def _first(
        self, listing: str, parameter: str, what: str, lists: tuple[str, ...], keys: tuple[str, ...]
    ) -> dict[str, str] | NotTried:
        found = await self.probe(listing)
        if not isinstance(found, Answer):
            return NotTried(f"No {what} is known: see {NEEDS_BY_ID[listing].title}")
        for row in rows(found, *lists):
            for key in keys:
                if text_of(row, key).strip(". "):
                    return {parameter: text_of(row, key)}
        return NotTried("None to read", nothing_there=True)

    async def _any_user(self) -> CallResult | None:
        """The first user of the list, where Zoom knows no `me` for this sort of token."""
        for row in rows(await self.probe("list_users"), "users"):
            if text_of(row, "id").strip(". "):
                return await self._send("read_user", {}, {"userId": row["id"]})
        return None

    async def app_owner(self) -> dict[str, Any]:
        """The user behind the token as Zoom describes it; empty when Zoom does not say."""
        if isinstance(await self.probe("read_user"), NotTried):
            return {}
        return body(await self._me())
