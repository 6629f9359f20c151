"""Conditions for leaving each step of the wizard, as pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zoomgov.connectors.model import Draft, Step
from zoomgov.connectors.paste import FIELDS
from zoomgov.connectors.rows import name_key
from zoomgov.text import printable
from zoomgov.zoom.clouds import CloudError, parse_cloud

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.connectors.model import App, Connector
    from zoomgov.secret import Credentials

_E_MAIL: Final = re.compile(r"[^\s@<>,;\"]+@([^\s@<>,;\"]+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be left yet: the text, and the field to show it at."""

    field: str
    """`new_app`, `app`, `owners`, `name`, `cloud` or a credential's name; empty for the step as a whole."""
    text: str


@dataclass(frozen=True, slots=True)
class StepContext:
    """What decides whether a step can be left; each step reads a part of it."""

    draft: Draft = field(default_factory=Draft)
    apps: Collection[App] = ()
    connectors: Collection[Connector] = ()
    connector: Connector | None = None
    """The one being set up; None before *Create and add details*."""
    credentials: Credentials | None = None
    """As typed, or from the vault or the environment."""


def is_email(text: str) -> bool:
    """Whether the text has the shape of an e-mail address; only sending proves more."""
    found = _E_MAIL.fullmatch(text) if len(text) <= 254 else None
    return found is not None and "." in found[1][1:-1] and text.isprintable()


def can_leave(step: Step, context: StepContext) -> Refusal | None:
    """Return why `step` cannot be left, or None when it can.

    Steps 3 to 5 happen on Zoom's site, so they cannot be checked here: their ticks are for the person. Step 7
    verifies the outcome, and its screen decides from the report.
    """
    match step:
        case Step.APP:
            return _app(context.draft, context.apps)
        case Step.OWNERS:
            return _owners(context.draft) or _name(context) or _cloud(context.draft)
        case Step.CREDENTIALS:
            return _credentials(context.credentials)
    return None


def _app(draft: Draft, apps: Collection[App]) -> Refusal | None:
    if draft.app_id is not None:
        known = any(app.id == draft.app_id for app in apps)
        return None if known else Refusal("app", "This app is not there any more: choose another one.")
    if not draft.new_app.strip():
        return Refusal("new_app", "Give the new app a name, for example Zoom.")
    if any(name_key(app.name) == name_key(draft.new_app) for app in apps):
        return Refusal("new_app", "An app of this name exists: choose it above, or use another name.")
    return None


def _owners(draft: Draft) -> Refusal | None:
    wrong = [owner.email for owner in draft.owners if not is_email(owner.email)]
    if wrong:
        return Refusal("owners", f"“{printable(wrong[0])}” is not an e-mail address.")
    if not draft.owners:
        whose = {"me": "your e-mail", "someone": "their e-mail"}.get(draft.ownership, "their e-mails")
        return Refusal("owners", f"Enter {whose}: a connector always has an owner.")
    if draft.ownership == "several" and len(draft.owners) < 2:
        return Refusal("owners", "Enter two or more e-mails, separated by commas.")
    if draft.ownership != "several" and len(draft.owners) > 1:
        return Refusal("owners", "That is more than one e-mail: choose Several owners above.")
    return None


def _name(context: StepContext) -> Refusal | None:
    name, own = context.draft.name, context.connector.id if context.connector else ""
    if not name.strip():
        return Refusal("name", "Give the connector a name, for example Zoom.")
    if any(name_key(other.name) == name_key(name) and other.id != own for other in context.connectors):
        return Refusal("name", "A connector of this name exists: use another name.")
    return None


def _cloud(draft: Draft) -> Refusal | None:
    if not draft.cloud.strip():
        return Refusal("cloud", "Enter the address of this Zoom.")
    try:
        parse_cloud(draft.cloud)
    except CloudError as error:
        return Refusal("cloud", str(error))
    return None


def _credentials(credentials: Credentials | None) -> Refusal | None:
    for name, label in FIELDS.items():
        if credentials is None or not getattr(credentials, name):
            return Refusal(name, f"Enter the {label} from the App Credentials page of your app.")
    return None
