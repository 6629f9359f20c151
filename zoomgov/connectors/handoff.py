"""Handing the set-up over to somebody else: an e-mail that says what to click, and a file without secrets.

A file that is read comes from outside and is not trusted, so only a narrow schema is accepted. Above all it cannot
name a server of its own: the client secret would be sent there.
"""

from __future__ import annotations

import shlex
from codecs import BOM_UTF8
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from zoomgov.connectors.model import Connector, Draft, Owner, Step
from zoomgov.connectors.rows import free_name, name_key
from zoomgov.connectors.steps import is_email
from zoomgov.text import printable
from zoomgov.zoom.clouds import ZOOM_GOV, ZOOM_US, parse_cloud
from zoomgov.zoom.scopes import Capability, Importance, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Collection

    from zoomgov.connectors.model import App

FILE_NAME: Final = "zoomgov-hand-off.json"
VERSION: Final = 1
_KIND: Final = "zoomgov hand-off"
_OFFICIAL: Final = (ZOOM_US.name, ZOOM_GOV.name)
_MAX_BYTES: Final = 64 * 1024
_MAX_NAME: Final = 200
_MAX_OWNERS: Final = 50
_MAX_MAILTO: Final = 1900
"""Windows and some browsers cut longer links."""
_NO_ADDRESS: Final = "This hand-off file names an owner without a usable e-mail address: ask for it again."


class HandoffError(ValueError):
    """The hand-off file cannot be written or read; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """What another machine needs to open the wizard at step 3. Has no fields for credentials."""

    name: str
    app_name: str
    app_from_identity_provider: bool
    owners: tuple[Owner, ...]
    cloud: str
    scope_kind: ScopeKind = ScopeKind.GRANULAR
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, connector: Connector) -> Handoff:
        """The hand-off of `connector`."""
        return cls(
            name=connector.name,
            app_name=connector.app.name,
            app_from_identity_provider=connector.app.from_identity_provider,
            owners=connector.owners,
            cloud=connector.cloud,
            scope_kind=connector.scope_kind,
            without=connector.without,
        )

    def draft(self, apps: Collection[App], connectors: Collection[Connector]) -> Draft:
        """The form as `Registry.create` takes it on this machine; an app of the same name is used again."""
        app = next((app for app in apps if name_key(app.name) == name_key(self.app_name)), None)
        return Draft(
            uses_identity_provider=self.app_from_identity_provider,
            app_id=app.id if app else None,
            new_app="" if app else self.app_name,
            name=free_name(self.name, [connector.name for connector in connectors]),
            cloud=self.cloud,
            ownership="several" if len(self.owners) > 1 else "me",
            owners=self.owners,
            step=Step.OWNERS,
        )


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to the owners, as plain text."""

    to: tuple[str, ...]
    subject: str
    body: str
    brief: str
    """A shorter body for `mailto:` links: without the list of scopes."""

    def mailto(self) -> str:
        """A `mailto:` link with subject and body."""
        address = "mailto:" + ",".join(quote(one, safe="@") for one in self.to)
        links = [
            f"{address}?subject={quote(self.subject)}&body={quote(text.replace(chr(10), chr(13) + chr(10)))}"
            for text in (self.body, self.brief)
        ]
        return links[0] if len(links[0]) <= _MAX_MAILTO else links[1]

    def eml(self, attachment: str = "") -> bytes:
        """An .eml file that mail programs open as a draft; `attachment` is the text of the hand-off file."""
        message = EmailMessage(policy=SMTP)
        message["To"] = ", ".join(self.to)
        message["Subject"] = self.subject
        message["X-Unsent"] = "1"
        message.set_content(self.body)
        if attachment:
            message.add_attachment(attachment.encode(), maintype="application", subtype="json", filename=FILE_NAME)
        return message.as_bytes()


def write_handoff(handoff: Handoff) -> str:
    """Return the text of the hand-off file.

    Raises:
        HandoffError: the connector's cloud is an address of its own, which no file may carry.
    """
    _official(handoff.cloud)
    content = {
        "kind": _KIND,
        "version": VERSION,
        "connector": handoff.name,
        "app": {"name": handoff.app_name, "from_identity_provider": handoff.app_from_identity_provider},
        "owners": [{"email": owner.email, "name": owner.name} for owner in handoff.owners],
        "cloud": handoff.cloud,
        "scopes": handoff.scope_kind.value,
        "without": sorted(handoff.without),
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


class _Head(msgspec.Struct):
    kind: str
    version: int


class _App(msgspec.Struct):
    name: object = None
    from_identity_provider: object = False


class _Owner(msgspec.Struct):
    email: str
    name: object = ""


class _Content(msgspec.Struct):
    """A hand-off file as far as it can be decoded; what is an `object` is checked field by field, with words."""

    app: _App
    owners: list[_Owner]
    connector: object = None
    cloud: object = None
    scopes: object = None
    without: list[object] = []


def read_handoff(data: bytes) -> Handoff:
    """Read a hand-off file; unknown keys are ignored.

    Raises:
        HandoffError: it is not one, is damaged, is of a newer version, or names another server than Zoom's.
    """
    content = _decode(data)
    if not 1 <= len(content.owners) <= _MAX_OWNERS:
        raise HandoffError(f"This hand-off file names {len(content.owners)} owners; one to {_MAX_OWNERS} can be.")
    return Handoff(
        name=_name(content.connector, "connector"),
        app_name=_name(content.app.name, "app"),
        app_from_identity_provider=content.app.from_identity_provider is True,
        owners=tuple(_owner(owner) for owner in content.owners),
        cloud=_official(content.cloud),
        scope_kind=ScopeKind.CLASSIC if content.scopes == ScopeKind.CLASSIC.value else ScopeKind.GRANULAR,
        without=frozenset(part.value for part in Capability if part.value in content.without),
    )


def _decode(data: bytes) -> _Content:
    if len(data) > _MAX_BYTES:
        raise HandoffError("This file is too large to be a hand-off file.")
    try:
        content = msgspec.json.decode(data.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HandoffError("This is not a hand-off file of zoomgov: it is not JSON.") from None
    try:
        head = msgspec.convert(content, _Head)
    except msgspec.ValidationError:
        raise HandoffError("This is not a hand-off file of zoomgov.") from None
    if head.kind != _KIND:
        raise HandoffError("This is not a hand-off file of zoomgov.")
    if head.version > VERSION:
        raise HandoffError("This hand-off file was made by a newer zoomgov: update zoomgov, then open it again.")
    try:
        return msgspec.convert(content, _Content)
    except msgspec.ValidationError as error:
        if "$.owners[" in str(error):
            raise HandoffError(_NO_ADDRESS) from None
        raise HandoffError("This hand-off file is damaged: ask for it again.") from None


def _name(value: object, what: str) -> str:
    name = " ".join(printable(value).split()) if isinstance(value, str) else ""
    if not 1 <= len(name) <= _MAX_NAME:
        raise HandoffError(f"This hand-off file has no usable name for the {what}: ask for it again.")
    return name


def _owner(owner: _Owner) -> Owner:
    if not is_email(owner.email):
        raise HandoffError(_NO_ADDRESS)
    return Owner(
        owner.email, " ".join(printable(owner.name).split())[:_MAX_NAME] if isinstance(owner.name, str) else ""
    )


def _official(cloud: object) -> str:
    if cloud not in _OFFICIAL:
        raise HandoffError(
            "A hand-off file can only name zoom.us or zoomgov.com, because the Client secret is sent there."
            " For another address the owner adds the connector by hand."
        )
    return str(cloud)


def write_mail(handoff: Handoff, *, sender: str = "") -> Mail:
    """Write the e-mail that asks the owners for help, signed by `sender` when given."""
    name, sender = printable(handoff.name), printable(sender).strip()
    intro = _INTRO.format(name=name, begin=_beginning(handoff))
    marketplace = parse_cloud(handoff.cloud).marketplace_url
    without = {part for part in Capability if part.value in handoff.without}
    scopes = scopes_to_tick(
        handoff.scope_kind,
        capabilities=frozenset(Capability) - without,
        importances={Importance.REQUIRED, Importance.RECOMMENDED},
    )
    steps = _STEPS.format(marketplace=marketplace, scopes="\n".join(f"     {scope}" for scope in scopes))
    end = _END + (f"\n{sender}\n" if sender else "")
    return Mail(
        to=tuple(owner.email for owner in handoff.owners),
        subject=f"Your help is needed to complete the Zoom integration: {name}",
        body=f"{intro}\n{steps}\n{end}",
        brief=f"{intro}\nIt shows every click in Zoom, beginning at {marketplace}.\n\n{end}",
    )


def _beginning(handoff: Handoff) -> str:
    """The step that creates the connector on the other machine: from the file, or by hand for a cloud of one's own."""
    if handoff.cloud in _OFFICIAL:
        return f"Save the attached file, then run in its folder: zoomgov connectors import {FILE_NAME}"
    words = ["zoomgov", "connectors", "add", handoff.name, "--new-app", handoff.app_name, "--cloud", handoff.cloud]
    owners = [word for owner in handoff.owners for word in ("--owner", owner.email)]
    return f"Run: {shlex.join(printable(word) for word in (*words, *owners))}"


_INTRO: Final = """\
Hello,

You are an integration owner of the connector “{name}”, which brings our Zoom account under identity governance. Your help is needed to complete the integration.

You need:
  • Integration Administrator or Super Administrator role in the governance platform
  • Account Owner status in Zoom

On your machine:
  1. Install zoomgov.
  2. {begin}
  3. Run: zoomgov
     The set-up opens at the step “Create a Zoom OAuth app”.
"""  # noqa: E501  # mail programs break lines themselves

_STEPS: Final = """\
In Zoom (zoomgov shows the same, click by click):
  1. Navigate to the Zoom App Marketplace: {marketplace}
  2. Click Develop and select Build App.
  3. Locate the Server-to-Server OAuth option and click Create.
  4. Give your app a name, such as “ConductorOne”, and click Create.
  5. The page shows Account ID, Client ID and Client secret: they go into zoomgov. Click Continue.
  6. On the Basic information page, fill out the form and click Continue.
  7. On the Feature page, do not make any changes. Click Continue.
  8. On the Scopes page, click + Add Scopes. Give the app the following scopes:
{scopes}
  9. Click Done. Review the list of scopes and click Continue.
 10. On the Activation page, click Activate your app.
"""

_END: Final = """\
Please send nobody the Account ID, Client ID or Client secret, by e-mail least of all: enter them in zoomgov, which keeps them in your system's keyring.
"""  # noqa: E501
