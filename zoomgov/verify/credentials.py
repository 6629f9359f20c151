"""Checks of the credentials: form of the values, token, state of the app, cloud."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zoomgov.verify.context import (
    Context,
    Outcome,
    evidence_of,
    line_of_api_failure,
    line_of_token_failure,
    ok,
    skipped,
)
from zoomgov.verify.model import CheckStatus
from zoomgov.zoom.errors import ErrorKind, ZoomError

if TYPE_CHECKING:
    from zoomgov.secret import Credentials

ACCOUNT_ID_LENGTH: Final = 22
"""As observed; Zoom does not document it, so it is only a hint once Zoom has refused the values."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something odd about one of the values. Never holds the value."""

    field: str
    """`account`, `client` or `secret`."""
    advice_id: str
    text: str


def shape_hints(credentials: Credentials) -> list[Hint]:
    """What looks wrong about the values, the surest first. Never quotes the secret."""
    account, client, secret = credentials.account_id, credentials.client_id, credentials.client_secret.reveal()
    hints = []
    for field, name, value in (("account", "Account ID", account), ("client", "Client ID", client)):
        hints += _id_hints(field, name, value)
    if account and account.strip() == client.strip():
        hints.insert(0, Hint("account", "account-id-is-client-id", "Account ID and Client ID are the same text"))
    if not secret:
        hints.append(Hint("secret", "credentials-missing", "The Client secret is empty"))
    elif secret.strip() in (account.strip(), client.strip()):
        hints.append(Hint("secret", "credentials-malformed", "The Client secret is the same text as an ID"))
    elif re.search(r"\s", secret):
        hints.append(Hint("secret", "credentials-malformed", "The Client secret holds a blank or a line break"))
    return hints


def _id_hints(field: str, name: str, value: str) -> list[Hint]:
    number = bool(re.fullmatch(r"[\d\s-]+", value) and re.search(r"\d", value))
    if not value:
        return [Hint(field, "credentials-missing", f"The {name} is empty")]
    if "@" in value:
        entry = "account-id-email" if field == "account" else "credentials-malformed"
        return [Hint(field, entry, f"The {name} is an e-mail address")]
    if number and len(value) < ACCOUNT_ID_LENGTH:
        entry = "account-id-number" if field == "account" else "credentials-malformed"
        what = "the account number" if field == "account" else "a number"
        return [Hint(field, entry, f"The {name} looks like {what}")]
    if re.search(r"\s", value):
        return [Hint(field, "credentials-malformed", f"The {name} holds a blank or a line break")]
    if not re.fullmatch(r"[\w-]+", value, re.ASCII):
        return [Hint(field, "credentials-malformed", f"The {name} holds signs that Zoom's never have")]
    if field == "account" and len(value) != ACCOUNT_ID_LENGTH:
        text = f"The {name} has {len(value)} characters; Zoom's have {ACCOUNT_ID_LENGTH}"
        return [Hint(field, "credentials-malformed", text)]
    return []


def _blamed(hint: Hint, error: ZoomError) -> bool:
    """Whether Zoom's error is about the value that looks odd."""
    if hint.advice_id == "credentials-missing":
        return True
    if error.code == "invalid_client":
        return hint.field in ("client", "secret")
    return error.code != "invalid_request" or hint.field == "account"


async def shape(context: Context) -> Outcome:
    """Whether the values look like Zoom's, which says more than Zoom's short error."""
    token = await context.answers.token()
    if not isinstance(token, ZoomError):
        return ok("Zoom took them")
    hints = shape_hints(context.facts.credentials)
    if not hints:
        return ok("Nothing odd about their form")
    refused = token.kind is ErrorKind.CREDENTIALS and any(_blamed(hint, token) for hint in hints)
    return Outcome(
        CheckStatus.PROBLEM if refused else CheckStatus.WARNING,
        "; ".join(hint.text for hint in hints),
        advice=context.advise(*(hint.advice_id for hint in hints)),
    )


async def token(context: Context) -> Outcome:
    """Whether Zoom gives a token and its API accepts it."""
    info = await context.answers.token()
    if not isinstance(info, ZoomError):
        error = await context.answers.in_the_way()
        if error is not None and line_of_api_failure(context, error) == "credentials.token":
            return context.failed(error)
        return ok("Zoom gave a token")
    if (line := line_of_token_failure(context, info)) != "credentials.token":
        return skipped("No token: the app is not running" if line == "credentials.app" else "Not checked: no answer")
    if info.kind is not ErrorKind.CREDENTIALS:
        return context.failed(info)
    blamed = [hint for hint in shape_hints(context.facts.credentials) if _blamed(hint, info)]
    first = [hint.advice_id for hint in blamed]
    if not context.facts.activated and any(cause.id == "app-not-active" for cause in context.explain(info)):
        first.append("app-not-active")
    causes = context.explain(info, *first)
    result = blamed[0].text if blamed else f"Zoom refuses them: {info.message}"
    return Outcome(CheckStatus.PROBLEM, result, (evidence_of(info),), causes)


async def app(context: Context) -> Outcome:
    """Whether the app is activated, as far as Zoom's answer tells."""
    info = await context.answers.token()
    if not isinstance(info, ZoomError):
        return ok("Activated: Zoom gives it tokens")
    if line_of_token_failure(context, info) == "credentials.app":
        return context.failed(info)
    possible = context.advise("app-not-active")
    if any(cause.id == "app-not-active" for cause in context.explain(info)):
        return skipped("Zoom's answer does not say whether the app is activated", *possible)
    return skipped("Not known: no token")


async def cloud(context: Context) -> Outcome:
    """Whether the app is of this cloud: zoom.us and zoomgov.com refuse each other's apps with ambiguous errors."""
    info = await context.answers.token()
    if isinstance(info, ZoomError):
        if any(cause.id == "wrong-cloud" for cause in context.explain(info)):
            text = "Zoom answers the same for wrong values and for an app of the other cloud"
            return skipped(text, *context.advise("wrong-cloud"))
        return skipped("Not known: no token")
    error = await context.answers.in_the_way()
    if error is None:
        if info.note:
            return Outcome(CheckStatus.WARNING, info.note)
        return ok(context.cloud.name)
    if line_of_api_failure(context, error) == "credentials.cloud":
        return context.failed(error)
    return skipped("Not known: the API did not answer")
