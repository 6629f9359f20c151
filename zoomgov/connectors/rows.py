"""How connectors and drafts are stored in the registry's rows, and when two names are the same.

JSON by the standard library: the list of connectors is the first page, which must not wait for msgspec to be imported.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zoomgov.connectors.model import App, Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.text import compatible, printable
from zoomgov.zoom.scopes import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

SELECT: Final = """
SELECT connector.id, connector.name, app.id, app.name, app.from_identity_provider, owners, cloud, status, reason, step,
       created_at, scope_kind, account_id, client_id, checked, without, last_sync_at,
       held_scopes, reason_line, proved, credentials_at
FROM connector JOIN app ON app.id = connector.app_id
"""


class RegistryError(Exception):
    """The registry cannot do this; the text says what, why, and what to do instead."""


class DamagedRowError(Exception):
    """A row holds what this program did not write; the text says which row."""


_NOT_OURS: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What reading a value may raise that this program did not write."""


def name_key(name: str) -> str:
    """The key by which names are compared: without case, character width and extra blanks."""
    return " ".join(compatible(name).casefold().split())


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return `name`, or the first of `name 2`, `name 3` and so on that is not among `taken`."""
    keys = {name_key(other) for other in taken}
    number, candidate = 2, name
    while name_key(candidate) in keys:
        candidate, number = f"{name} {number}", number + 1
    return candidate


def clean(name: str) -> str:
    """The name on one line; bytes of a command line that are not UTF-8 are replaced."""
    return " ".join(name.encode("utf-8", "replace").decode().split())


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, which sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def owners_text(owners: Iterable[Owner]) -> str:
    """The column `owners`: a JSON array of objects."""
    return json.dumps([asdict(owner) for owner in owners])


def columns_of(field: str, value: Any) -> dict[str, str | int | None]:  # any field's value
    """The columns that hold the field `field` of a `Connector`, with `value` in them.

    Raises:
        RegistryError: a name or the owners would be empty.
        TypeError: there is no such field, or it never changes.
    """
    match field:
        case "name":
            name = clean(value)
            if not name:
                raise RegistryError("Give the connector a name, for example Zoom.")
            return {"name": name, "name_key": name_key(name)}
        case "app":
            return {"app_id": value.id}
        case "owners":
            if not value:
                raise RegistryError("A connector always has at least one owner.")
            return {"owners": owners_text(value)}
        case "status" | "scope_kind":
            return {field: value.value}
        case "cloud" | "reason" | "reason_line" | "account_id" | "client_id":
            return {field: str(value)}
        case "step":
            return {"step": int(value)}
        case "checked" | "without" | "held_scopes" | "proved":
            return {field: json.dumps(sorted(value))}
        case "last_sync_at" | "credentials_at":
            return {field: time_text(value) if value else None}
        case _:
            raise TypeError(f"a connector has no field {field!r} that can be changed")


def connector_of(row: tuple[Any, ...]) -> Connector:  # Any: the types follow from the columns
    """The connector in a row of `SELECT`.

    Raises:
        DamagedRowError: there is something in it that this program did not write.
    """
    (id_, name, app_id, app_name, provided, owners, cloud, status, reason, step, created_at) = row[:11]
    scope_kind, account_id, client_id, checked, without, last_sync_at, held, reason_line, *late = row[11:]
    proved, credentials_at = late
    try:
        return Connector(
            id=id_,
            name=name,
            app=App(app_id, app_name, bool(provided)),
            owners=_owners_of(json.loads(owners)),
            cloud=cloud,
            status=ConnectorStatus(status),
            reason=reason,
            step=Step(step),
            created_at=_moment_of(created_at),
            scope_kind=ScopeKind(scope_kind),
            account_id=account_id,
            client_id=client_id,
            checked=_names_of(checked),
            without=_names_of(without),
            held_scopes=_names_of(held),
            reason_line=reason_line,
            proved=_names_of(proved),
            last_sync_at=_moment_of(last_sync_at) if last_sync_at else None,
            credentials_at=_moment_of(credentials_at) if credentials_at else None,
        )
    except _NOT_OURS as error:
        raise DamagedRowError(f"what it holds of the connector {printable(name)!r} cannot be read") from error


def draft_of(content: str) -> Draft | None:
    """Read a draft; of one by another version of the program, the fields that both know; None for a damaged one."""
    try:
        found = json.loads(content)
        known = {name: found[name] for name in Draft.__slots__ if name in found}
        known["owners"] = _owners_of(known.get("owners", []))
        known["step"] = Step(known.get("step", Step.APP))
        draft = Draft(**known)
        texts = (draft.new_app, draft.name, draft.cloud, draft.ownership, draft.app_id or "")
    except _NOT_OURS:
        return None
    has_types = all(isinstance(text, str) for text in texts) and isinstance(draft.uses_identity_provider, bool | None)
    return draft if has_types else None


def _owners_of(listed: list[dict[str, str]]) -> tuple[Owner, ...]:
    owners = tuple(Owner(owner["email"], owner["name"]) for owner in listed)
    if not all(isinstance(owner.email, str) and isinstance(owner.name, str) for owner in owners):
        raise TypeError("an owner's address and name are texts")
    return owners


def _names_of(column: str) -> frozenset[str]:
    found = json.loads(column)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise TypeError("it is no list of texts")
    return frozenset(found)


def _moment_of(column: str) -> datetime:
    moment = datetime.fromisoformat(column)
    if moment.tzinfo is None:
        raise ValueError("it is a time of no zone")
    return moment.astimezone(UTC)
