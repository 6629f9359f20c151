"""The guards of the wizard's steps, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from zoomgov.connectors.model import App, Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.connectors.steps import StepContext, can_leave, is_email
from zoomgov.secret import Credentials, Secret

ME, YOU = Owner("me@example.com"), Owner("you@example.com")
APP = App("a1", "Zoom", False)
DRAFT = Draft(app_id="a1", name="Zoom EMEA", owners=(ME,))
CONNECTOR = Connector(
    id="c1", name="Zoom EMEA", app=APP, owners=(ME,), cloud="zoom.us", status=ConnectorStatus.NOT_CONNECTED, reason="",
    step=Step.ZOOM_APP, created_at=datetime(2026, 3, 1, tzinfo=UTC),
)  # fmt: skip
WHOLE = Credentials("account", "client", Secret("secret"))


def refused(step: Step, context: StepContext) -> tuple[str, str]:
    refusal = can_leave(step, context)
    assert refusal is not None
    return refusal.field, refusal.text


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (Draft(), "new_app", "Give the new app a name"),
        (Draft(new_app="  "), "new_app", "Give the new app a name"),
        (Draft(new_app="ZOOM "), "new_app", "exists"),
        (Draft(app_id="gone"), "app", "not there any more"),
    ],
)
def test_step_1_needs_an_app(draft: Draft, field: str, words: str) -> None:
    found, text = refused(Step.APP, StepContext(draft, apps=[APP]))
    assert found == field
    assert words in text


@pytest.mark.parametrize("draft", [Draft(app_id="a1"), Draft(new_app="Another")])
def test_step_1_is_left_with_an_app(draft: Draft) -> None:
    assert can_leave(Step.APP, StepContext(draft, apps=[APP])) is None


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"owners": ()}, "owners", "always has an owner"),
        ({"owners": (Owner("me"),)}, "owners", "“me” is not an e-mail"),
        ({"owners": (ME, YOU)}, "owners", "Several owners"),
        ({"ownership": "several"}, "owners", "two or more"),
        ({"name": " "}, "name", "Give the connector a name"),
        ({"name": "zoom  emea"}, "name", "exists"),
        ({"name": "Mine", "cloud": " "}, "cloud", "Enter the address"),
        ({"name": "Mine", "cloud": "http://example.com"}, "cloud", "unencrypted"),
    ],
)
def test_step_2_needs_owners_a_name_and_a_cloud(change: dict[str, object], field: str, words: str) -> None:
    draft = replace(DRAFT, **change)  # type: ignore[arg-type]
    found, text = refused(Step.OWNERS, StepContext(draft, connectors=[CONNECTOR]))
    assert found == field
    assert words in text


def test_step_2_is_left_when_all_is_there() -> None:
    assert can_leave(Step.OWNERS, StepContext(DRAFT)) is None
    assert can_leave(Step.OWNERS, StepContext(replace(DRAFT, owners=(ME, YOU), ownership="several"))) is None
    own_name_again = StepContext(DRAFT, connectors=[CONNECTOR], connector=CONNECTOR)
    assert can_leave(Step.OWNERS, own_name_again) is None


@pytest.mark.parametrize("step", [Step.ZOOM_APP, Step.SCOPES, Step.DONE])
def test_what_happens_at_zoom_is_taken_on_trust(step: Step) -> None:
    assert can_leave(step, StepContext(connector=CONNECTOR)) is None


def test_step_5_names_the_first_value_that_is_missing() -> None:
    assert refused(Step.CREDENTIALS, StepContext())[0] == "account_id"
    assert refused(Step.CREDENTIALS, StepContext(credentials=replace(WHOLE, client_id="")))[0] == "client_id"
    field, text = refused(Step.CREDENTIALS, StepContext(credentials=replace(WHOLE, client_secret=Secret(""))))
    assert (field, "Client secret" in text) == ("client_secret", True)
    assert can_leave(Step.CREDENTIALS, StepContext(credentials=WHOLE)) is None


@pytest.mark.parametrize("text", ["a@b.c", "first.last+tag@sub.example.com", "ü@exämple.org"])
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@c.d", "a@b.c,d@e.f", "a@b.c\n", "<a@b.c>", "a\x1b@b.c", "a" * 250 + "@b.cd"]
)
def test_no_addresses(text: str) -> None:
    assert not is_email(text)
