"""The report as JSON for programs, and as Markdown for a support ticket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import pytest

from zoomgov.verify.model import Report
from zoomgov.verify.redact import redact
from zoomgov.verify.report import as_dict, as_markdown

if TYPE_CHECKING:
    from zoomgov.sim.server.server import SimServer

Verify = Callable[..., Coroutine[Any, Any, Report]]


async def test_json_has_the_documented_keys(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.withdraw_scope("role:read:list_roles:admin")
    report = json.loads(json.dumps(as_dict(await run_verify())))
    documented = set(re.findall(r"`(\w+)`", as_dict.__doc__ or ""))
    assert set(report) <= documented
    assert all(set(line) <= documented for line in report["lines"])
    assert all(set(item) <= documented for line in report["lines"] for item in line["evidence"])
    assert report["ready"] is False
    assert report["missing_scopes"] == ["role:read:list_roles:admin"]
    line = next(line for line in report["lines"] if line["id"] == "scope.list_roles")
    assert line["status"] == "problem"
    assert line["advice"][0]["id"] == "missing-scope"
    assert "role:read:list_roles:admin" in line["advice"][0]["cause"]


async def test_markdown_names_the_trouble_and_hides_who_it_is(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.restrict_app_owner(("User:Read",))
    zoom.control.set_options(no_privilege="200")
    report = await run_verify(facts={"owners": ("jane.doe@private.example",)})
    text = as_markdown(report)
    tracking = next(item.tracking_id for line in report.problems for item in line.evidence)
    assert tracking is not None
    assert tracking in text, "Zoom's support needs it whole"
    assert "No permission." in text
    assert "role:read:list" in text
    assert "jane.doe" not in text
    for hidden in (zoom.account_id, zoom.client_id, zoom.client_secret):
        assert hidden not in text
    for user in zoom.account.users:
        assert user.email not in text
        assert user.id is None or user.id not in text
    assert re.search(r"\*\*\*@[\w.\\-]+\.example", text.replace("\\", ""))


async def test_the_evidence_does_not_show_a_paid_account_id(zoom: SimServer, run_verify: Verify) -> None:
    zoom.control.change_plan("basic")
    report = await run_verify()
    assert any(zoom.account_id in item.text for line in report.lines for item in line.evidence)
    assert zoom.account_id not in as_markdown(report)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada.osei@example.com and BEN@sub.example.org", "***@example.com and ***@sub.example.org"),
        ("id Kd3nUqvTRy6Wk0aZb1cD2E.", "id Kd3n…."),
        ("dir.b7WkXyQ2Rf6sT0aLmN4pOg", "dir.b7Wk…"),
        ("scopes:[user:read:list_users:admin]", "scopes:[user:read:list_users:admin]"),
        ("user:read:list_collaboration_devices:admin", "user:read:list_collaboration_devices:admin"),
        ("Authorization: Bearer abcdef1234567890", "Authorization: [removed]"),
        ("the Basic information page", "the Basic information page"),
        ("token eyJzdiI6IjAwMDAwMSJ9.payload.signature end", "token [removed] end"),
        ("access_token%3DeyJzdiI6IjAwMDAwMSJ9.payload.signature&x", "access_token%3D[removed]&x"),
        ("a\\neyJzdiI6IjAwMDAwMSJ9.payload.signature", "a\\n[removed]"),
        ("a moneyJournal of a monkeyJumble.txt", "a moneyJournal of a monkeyJumble.txt"),
        ("unsupported_grant_type stays", "unsupported_grant_type stays"),
    ],
)
def test_redaction(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_known_ids_are_hidden_whatever_they_look_like() -> None:
    assert redact("account plainlowercaseletters here", ("plainlowercaseletters",)) == "account plai… here"
    assert redact("account abc here", ("abc",)) == "account *** here"


async def test_text_from_outside_cannot_write_markdown(zoom: SimServer, run_verify: Verify) -> None:
    from zoomgov.sim.world.faults import FaultRule

    evil = "[click](https://evil.example) <img src=x> `code`\n# heading"
    zoom.control.add_fault(FaultRule(path="/v2/groups", status=400, body={"code": 9, "message": evil}, times=None))
    text = as_markdown(await run_verify())
    assert "[click]" not in text
    assert "\\<img" in text
    assert "\n# heading" not in text
