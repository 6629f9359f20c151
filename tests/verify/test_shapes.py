"""Hints about the shape of pasted credentials."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.secret import Credentials, Secret
from zoomgov.verify.credentials import shape_hints

ACCOUNT, CLIENT, SECRET = "Kd3nUqvTRy6Wk0aZb1cD2E", "t0GvQ9mXTvOa8PpL3rW1gA", "s3cr3tS3cr3tS3cr3tS3cr3tS3cr3t00"


def hints(account: str = ACCOUNT, client: str = CLIENT, secret: str = SECRET) -> list[tuple[str, str]]:
    found = shape_hints(Credentials(account, client, Secret(secret)))
    return [(hint.field, hint.advice_id) for hint in found]


def test_nothing_is_said_about_values_that_look_right() -> None:
    assert hints() == []
    assert hints(account="-_-_-_-_-_-_-_-_-_-_-_") == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"account": ""}, ("account", "credentials-missing")),
        ({"client": ""}, ("client", "credentials-missing")),
        ({"secret": ""}, ("secret", "credentials-missing")),
        ({"account": "ada@example.com"}, ("account", "account-id-email")),
        ({"client": "ada@example.com"}, ("client", "credentials-malformed")),
        ({"account": "555-123-0001"}, ("account", "account-id-number")),
        ({"account": "5551230001"}, ("account", "account-id-number")),
        ({"account": CLIENT}, ("account", "account-id-is-client-id")),
        ({"account": f" {ACCOUNT}"}, ("account", "credentials-malformed")),
        ({"account": f"{ACCOUNT}\n"}, ("account", "credentials-malformed")),
        ({"account": "https://zoom.us/account"}, ("account", "credentials-malformed")),
        ({"account": ACCOUNT[:-1]}, ("account", "credentials-malformed")),
        ({"client": "abc def"}, ("client", "credentials-malformed")),
        ({"secret": f"{SECRET} "}, ("secret", "credentials-malformed")),
        ({"secret": CLIENT}, ("secret", "credentials-malformed")),
    ],
)
def test_each_shape_of_mistake(values: dict[str, str], expected: tuple[str, str]) -> None:
    assert hints(**values)[0] == expected


@given(account=st.text(max_size=40), client=st.text(max_size=40), secret=st.text(min_size=8, max_size=40))
def test_a_hint_never_quotes_a_value(account: str, client: str, secret: str) -> None:
    for hint in shape_hints(Credentials(account, client, Secret(secret))):
        assert secret not in hint.text
