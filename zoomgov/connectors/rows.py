"""How connectors and drafts are stored in the registry's rows, and when two names are the same.

JSON by the standard library: the list of connectors is the first page, which must not wait for msgspec to be imported.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zoomgov.connectors.model import App, Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.text import compatible
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
    """The connector in a row of `SELECT`."""
    (id_, name, app_id, app_name, provided, owners, cloud, status, reason, step, created_at) = row[:11]
    scope_kind, account_id, client_id, checked, without, last_sync_at, held, reason_line, proved, credentials_at = row[
        11:
    ]
    return Connector(
        id=id_,
        name=name,
        app=App(app_id, app_name, bool(provided)),
        owners=tuple(Owner(owner["email"], owner["name"]) for owner in json.loads(owners)),
        cloud=cloud,
        status=ConnectorStatus(status),
        reason=reason,
        step=Step(step),
        created_at=datetime.fromisoformat(created_at),
        scope_kind=ScopeKind(scope_kind),
        account_id=account_id,
        client_id=client_id,
        checked=frozenset(json.loads(checked)),
        without=frozenset(json.loads(without)),
        held_scopes=frozenset(json.loads(held)),
        reason_line=reason_line,
        proved=frozenset(json.loads(proved)),
        last_sync_at=datetime.fromisoformat(last_sync_at) if last_sync_at else None,
        credentials_at=datetime.fromisoformat(credentials_at) if credentials_at else None,
    )


def draft_of(content: str) -> Draft:
    """Read a draft; of one by another version of the program, the fields that both know."""
    found = json.loads(content)
    known = {name: found[name] for name in Draft.__slots__ if name in found}
    known["owners"] = tuple(Owner(owner["email"], owner["name"]) for owner in known.get("owners", ()))
    known["step"] = Step(known.get("step", Step.APP))
    return Draft(**known)
