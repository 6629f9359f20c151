"""Hints about credentials that look wrong, before Zoom is asked. Zoom does not publish their formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoomgov.secret import Secret

ACCOUNT_ID_LENGTH: Final = 22
"""Of every Account ID observed; Zoom does not document it."""

_WHERE: Final = "Copy it from the App Credentials page of your app."


def credential_hints(account_id: str, client_id: str, client_secret: Secret) -> dict[str, str]:
    """Return a hint by field name for each filled field that looks mistaken."""
    secret = client_secret.reveal()
    hints = {
        "account_id": _account_id_hint(account_id),
        "client_id": _common_hint(client_id, "a Client ID"),
        "client_secret": _common_hint(secret, "a Client secret"),
    }
    if client_id and client_id == account_id:
        hints["client_id"] = f"This is the same text as the Account ID. {_WHERE}"
    if secret and secret in (account_id, client_id):
        hints["client_secret"] = f"This is the same text as one of the two IDs. {_WHERE}"
    return {field: hint for field, hint in hints.items() if hint}


def _account_id_hint(value: str) -> str:
    if hint := _common_hint(value, "an Account ID"):
        return hint
    if re.fullmatch(r"[\d\s-]+", value):
        return f"This looks like the account number of your profile, which is not the Account ID. {_WHERE}"
    if value and len(value) != ACCOUNT_ID_LENGTH:
        return f"An Account ID usually has {ACCOUNT_ID_LENGTH} characters, this has {len(value)}. {_WHERE}"
    return ""


def _common_hint(value: str, label: str) -> str:
    if "@" in value:
        return f"This looks like an e-mail address, not like {label}. {_WHERE}"
    if re.search(r"\s", value):
        return f"There is a blank in it, and {label} has none. {_WHERE}"
    if value and not re.fullmatch(r"[\w.~+/=-]+", value, re.ASCII):
        return f"There is a character in it that {label} does not have. {_WHERE}"
    return ""
