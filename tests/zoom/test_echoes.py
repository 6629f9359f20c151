"""Servers that send back what they were sent, over real HTTP: the secret is in nothing that can be shown."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from tests.zoom.conftest import TOKEN_BODY, Asked, Reply, ScriptedServer, as_json
from zoomgov.secret import Credentials, Secret, scrubbed, sent_forms
from zoomgov.verify.redact import Scrubber
from zoomgov.zoom.client import ZoomClient
from zoomgov.zoom.endpoints import LIST_GROUPS
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET: Final = "Zm9v/YmFy+c2Vj?cmV0>>>~"
CREDENTIALS: Final = Credentials("AccountIdOf22Characters", "client-id-of-app", Secret(SECRET))
PAIR: Final = f"{CREDENTIALS.client_id}:{SECRET}".encode()
BASIC: Final = base64.b64encode(PAIR).decode()

FORMS: Final = {
    "as it is": SECRET,
    "the header": f"Basic {BASIC}",
    "base64": BASIC,
    "base64 without padding": BASIC.rstrip("="),
    "base64 for addresses": base64.urlsafe_b64encode(PAIR).decode(),
    "base64 of the secret alone": base64.b64encode(SECRET.encode()).decode(),
    "in an address": quote(BASIC, safe=""),
    "the secret in an address": quote(SECRET, safe=""),
    "the secret in HTML": html.escape(SECRET),
    "in JSON": BASIC.replace("/", "\\/"),
}
WHERE: Final[dict[str, Callable[[str], Reply]]] = {
    "message": lambda text: as_json({"code": 4711, "message": f"You sent {text}."}, 400),
    "reason": lambda text: as_json({"error": "invalid_client", "reason": f"You sent {text}"}, 400),
    "error": lambda text: as_json({"error": text, "reason": ""}, 400),
    "errors": lambda text: as_json({"code": 300, "message": "No", "errors": [{"field": text, "message": text}]}, 400),
    "code": lambda text: as_json({"code": text, "message": "No"}, 400),
    "a page": lambda text: Reply(403, f"<html>{text}</html>".encode(), {"content-type": "text/html"}),
    "a header": lambda text: as_json({"code": 1, "message": "No"}, 400, x_zm_trackingid=text),
}


def expect_nothing_of_it(shown: str) -> None:
    for form in (*(secret.reveal() for secret in sent_forms(CREDENTIALS)), SECRET, BASIC[:-4]):
        assert form not in shown


async def refusal(server: ScriptedServer) -> ZoomError:
    with pytest.raises(ZoomError) as caught:
        async with ZoomClient(server.cloud, CREDENTIALS, sleep=no_wait) as client:
            await client.get(LIST_GROUPS)
    return caught.value


async def no_wait(seconds: float) -> None:
    pass


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("of", ["token", "call"])
async def test_an_echo_is_in_no_error(server: ScriptedServer, form: str, where: str, of: str) -> None:
    echo = WHERE[where](FORMS[form])

    def answer(asked: Asked) -> Reply:
        return echo if of == "token" or asked.method == "GET" else as_json(TOKEN_BODY)

    server.answer = answer
    error = await refusal(server)
    expect_nothing_of_it(f"{error} {error!r} {asdict(error)}")


async def test_an_echo_in_what_a_token_answer_tells_is_not_kept(server: ScriptedServer) -> None:
    body = {**TOKEN_BODY, "api_url": f"https://{SECRET}.example/{BASIC}", "scope": f"user:read {BASIC} group:read"}
    server.answer = lambda asked: as_json(body if asked.method == "POST" else {"groups": []})
    notes: list[str] = []
    async with ZoomClient(server.cloud, CREDENTIALS) as client:
        client.on_note = notes.append
        await client.get(LIST_GROUPS)
        token = await client.authenticate()
    expect_nothing_of_it(f"{token} {notes}")


async def test_the_access_token_is_in_no_error_either(server: ScriptedServer) -> None:
    server.answer = lambda asked: (
        as_json(TOKEN_BODY)
        if asked.method == "POST"
        else as_json({"code": 1, "message": f"You sent {asked.headers['authorization']}"}, 400)
    )
    assert "token-1" not in str(await refusal(server))


@pytest.mark.parametrize("form", FORMS)
def test_a_check_of_verify_is_scrubbed_by_the_same(form: str) -> None:
    text = json.dumps({"you sent": FORMS[form]})
    assert Scrubber(CREDENTIALS)(text) == scrubbed(text, sent_forms(CREDENTIALS))
    expect_nothing_of_it(Scrubber(CREDENTIALS)(text))


def test_a_mistyped_secret_of_a_few_letters_is_not_cut_out_of_every_word() -> None:
    forms = sent_forms(Credentials("account", "client", Secret("err")))
    assert scrubbed("an error", forms) == "an error"
    assert BASIC not in scrubbed(BASIC, sent_forms(CREDENTIALS))
