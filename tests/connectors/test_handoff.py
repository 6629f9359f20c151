"""Hand-off files: their content, what they never contain, and what an import refuses."""

from __future__ import annotations

import email
import email.policy
import json
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.connectors.handoff import FILE_NAME, Handoff, HandoffError, read_handoff, write_handoff, write_mail
from zoomgov.connectors.model import ConnectorStatus, Owner, Step
from zoomgov.connectors.registry import Registry
from zoomgov.zoom.scopes import Capability, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from pathlib import Path

HANDOFF = Handoff(
    name="Zoom EMEA",
    app_name="Zoom (Okta)",
    app_from_identity_provider=True,
    owners=(Owner("owner@example.com", "Zoë Öwner"), Owner("second@example.com")),
    cloud="zoomgov.com",
    scope_kind=ScopeKind.CLASSIC,
    without=frozenset({Capability.LICENCES.value}),
)


def changed(**changes: object) -> bytes:
    content: dict[str, Any] = json.loads(write_handoff(HANDOFF)) | changes
    return json.dumps(content).encode()


def test_the_file_comes_back_as_it_was() -> None:
    assert read_handoff(write_handoff(HANDOFF).encode()) == HANDOFF
    assert read_handoff(b"\xef\xbb\xbf" + write_handoff(HANDOFF).encode()) == HANDOFF


def test_opens_the_wizard_at_step_3_on_the_other_machine(registry: Registry, tmp_path: Path) -> None:
    there = registry.create(HANDOFF.draft([], []))
    registry.update(there.id, account_id="typed before", client_id="typed before")
    sent = write_handoff(Handoff.of(registry.connector(there.id)))
    assert "typed before" not in sent
    with closing(Registry(tmp_path / "other" / "connectors.sqlite3")) as other:
        handoff = read_handoff(sent.encode())
        made = other.create(handoff.draft(other.apps(), other.connectors()))
        assert (made.name, made.cloud, made.owners) == (HANDOFF.name, HANDOFF.cloud, HANDOFF.owners)
        assert (made.step, made.status) == (Step.ZOOM_APP, ConnectorStatus.NOT_CONNECTED)
        assert (made.app.name, made.app.from_identity_provider) == ("Zoom (Okta)", True)
        assert made.id != there.id
        again = other.create(handoff.draft(other.apps(), other.connectors()))
        assert (again.name, again.app) == ("Zoom EMEA 2", made.app)


def test_the_file_holds_what_it_says_and_no_more() -> None:
    content = json.loads(write_handoff(HANDOFF))
    assert set(content) == {"kind", "version", "connector", "app", "owners", "cloud", "scopes", "without"}


@pytest.mark.parametrize("cloud", ["https://zoom.us.evil.example", "http://127.0.0.1:8080", "zoom.us ", "", None, 7])
def test_no_file_sends_the_secret_to_another_server(cloud: Any) -> None:
    with pytest.raises(HandoffError, match=r"only name zoom\.us or zoomgov\.com"):
        read_handoff(changed(cloud=cloud))
    with pytest.raises(HandoffError, match=r"only name zoom\.us or zoomgov\.com"):
        write_handoff(replace(HANDOFF, cloud=cloud))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b"[]", "not a hand-off file"),
        (b'"text"', "not a hand-off file"),
        (b"{}", "not a hand-off file"),
        (b" " * 70_000, "too large"),
        (changed(kind="other"), "not a hand-off file"),
        (changed(version="1"), "not a hand-off file"),
        (changed(version=2), "newer zoomgov"),
        (changed(app="Zoom"), "damaged"),
        (changed(app={}), "name for the app"),
        (changed(connector=""), "name for the connector"),
        (changed(connector="x" * 201), "name for the connector"),
        (changed(connector=["x"]), "name for the connector"),
        (changed(owners=None), "damaged"),
        (changed(owners=[]), "0 owners"),
        (changed(owners=[{"email": "a@b.c"}] * 51), "51 owners"),
        (changed(owners=["a@b.c"]), "e-mail"),
        (changed(owners=[{"email": "a@b.c\r\nBcc: x@y.z"}]), "e-mail"),
        (changed(without="all"), "damaged"),
    ],
)
def test_hostile_and_damaged_files_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(HandoffError, match=words):
        read_handoff(data)


def test_names_cannot_carry_escape_sequences_and_unknown_parts_are_dropped() -> None:
    data = changed(
        connector="a\x1b[2J\u202eb\n c", scopes="all of them", without=["Users", {}, 3, "Everything"], secret="x",
        owners=[{"email": "a@b.c", "name": "\x1b]0;x\x07"}],
    )  # fmt: skip
    handoff = read_handoff(data)
    assert handoff.name == "a\ufffd[2J\ufffdb c"
    assert handoff.owners[0].name.isprintable()
    assert handoff.scope_kind is ScopeKind.GRANULAR
    assert handoff.without == {"Users"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda x: st.lists(x, max_size=3)
)


@given(st.dictionaries(st.sampled_from(list(json.loads(write_handoff(HANDOFF)))), JSON))
def test_any_content_is_read_or_refused_never_a_crash(changes: dict[str, object]) -> None:
    try:
        handoff = read_handoff(changed(**changes))
    except HandoffError:
        return
    assert handoff.cloud in ("zoom.us", "zoomgov.com")
    assert handoff.name.isprintable()
    assert read_handoff(write_handoff(handoff).encode()) == handoff


def test_the_letter_says_what_is_needed_and_what_to_click() -> None:
    mail = write_mail(HANDOFF, sender="Ada Admin")
    assert mail.to == ("owner@example.com", "second@example.com")
    assert "Zoom EMEA" in mail.subject
    for words in (
        "Integration Administrator or Super Administrator role",
        "Account Owner status in Zoom",
        "https://marketplace.zoomgov.com",
        "Server-to-Server OAuth option",
        "Activate your app",
        f"zoomgov connectors import {FILE_NAME}",
        "Please send nobody",
        "Ada Admin",
    ):
        assert words in mail.body
    wanted = scopes_to_tick(ScopeKind.CLASSIC, capabilities={Capability.USERS, Capability.GROUPS, Capability.ROLES})
    assert all(scope in mail.body for scope in wanted)


def test_where_no_file_may_go_the_letter_says_how_to_add_the_connector_by_hand() -> None:
    mail = write_mail(replace(HANDOFF, cloud="https://zoom.corp.example", name="Zoom; rm -rf ~"))
    assert "connectors import" not in mail.body
    assert (
        "zoomgov connectors add 'Zoom; rm -rf ~' --new-app 'Zoom (Okta)' --cloud https://zoom.corp.example" in mail.body
    )
    assert "--owner owner@example.com --owner second@example.com" in mail.body


def test_the_link_opens_a_letter_to_the_owners_and_stays_short() -> None:
    link = write_mail(HANDOFF).mailto()
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    assert parts.scheme == "mailto"
    assert unquote(parts.path) == "owner@example.com,second@example.com"
    assert "Zoom EMEA" in query["subject"][0]
    assert query["body"][0].startswith("Hello,\r\n")
    assert len(link) <= 1900


def test_the_e_mail_file_opens_as_a_draft_with_the_hand_off_attached() -> None:
    mail = write_mail(HANDOFF)
    data = mail.eml(write_handoff(HANDOFF))
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message["To"] == "owner@example.com, second@example.com"
    assert message["X-Unsent"] == "1"
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == mail.body.splitlines()
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == FILE_NAME
    assert read_handoff(attachment.get_content()) == HANDOFF
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))


def test_a_name_cannot_add_headers_or_recipients() -> None:
    mail = write_mail(replace(HANDOFF, name="x\r\nBcc: evil@example.com"))
    message = email.message_from_bytes(mail.eml(), policy=email.policy.default)
    assert message["Bcc"] is None
    assert "\n" not in mail.subject
    assert "bcc=" not in write_mail(replace(HANDOFF, name="x&bcc=evil@example.com")).mailto().lower()


def test_addresses_in_other_scripts_survive() -> None:
    mail = write_mail(replace(HANDOFF, owners=(Owner("jörg@example.com"),)))
    message = email.message_from_bytes(mail.eml(), policy=email.policy.default)
    assert "example.com" in message["To"]
    assert "j%C3%B6rg@example.com" in mail.mailto()
