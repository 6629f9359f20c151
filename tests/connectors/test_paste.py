"""Pasted credentials: all values found, none mixed up, none guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoomgov.connectors.hints import credential_hints
from zoomgov.connectors.paste import FIELDS, Pasted, parse_credentials_block
from zoomgov.secret import Secret

A = "AbC_dEfGhIjKlMnOpQr-t1"
C = "tY6x0Zr9QmSdkVbWq_3LpA"
S = "Hh2bN8sQwErT5yUiOpAsDfGhJkLzXcV9"


def values(pasted: Pasted) -> tuple[str | None, str | None, str | None]:
    secret = pasted.client_secret.reveal() if pasted.client_secret else None
    return pasted.account_id, pasted.client_id, secret


STACKED = f"Account ID\n{A}\nClient ID\n{C}\nClient Secret\n{S}"
WHOLE = {
    "the page": f"App Credentials\n\nAccount ID\n{A}\nCopy\n\nClient ID\n{C}\nCopy\n\n"
    f"Client Secret\n{S}\nCopy\nRegenerate\n",
    "on one line each": f"Account ID: {A}\nClient ID: {C}\nClient secret: {S}",
    "all on one line": f"Account ID {A} Copy Client ID {C} Copy Client Secret {S} Copy Regenerate",
    "another order, other line ends": f"Client Secret\r\n{S}\r\nAccount ID\r\n{A}\r\nClient ID\r\n{C}\r\n",
    "old Mac line ends": f"Account ID\r{A}\rClient ID\r{C}\rClient secret\r{S}",
    "stray blanks": f"   Account ID  :\t {A}  \n\n\n   Client ID   \u00a0 {C}\u2003\n Client   Secret\n\n\n    {S}   ",
    "bullets": f"• Account ID: {A}\n• Client ID: {C}\n- Client secret: {S}",
    "numbers": f"1. Account ID: {A}\n2. Client ID: {C}\n3) Client secret: {S}",
    "markdown": f"- **Account ID:** `{A}`\n- **Client ID**: `{C}`\n- **Client Secret** — `{S}`",
    "markdown table": f"| Account ID | Client ID | Client Secret |\n|---|---|---|\n| {A} | {C} | {S} |",
    "spreadsheet": f"Account ID\tClient ID\tClient Secret\n{A}\t{C}\t{S}",
    "labels, then values": f"Account ID\nClient ID\nClient Secret\n{A}\n{C}\n{S}",
    "values before their labels": f"{A}\nAccount ID\n{C}\nClient ID\n{S}\nClient Secret",
    "values before their labels on a line": f"{A} Account ID\n{C} Client ID\n{S} Client Secret",
    "JSON": f'{{"account_id": "{A}", "client_id": "{C}", "client_secret": "{S}"}}',
    "JSON, pretty, camel case, nested": f'{{\n "zoom": {{\n  "accountId": "{A}",\n  "clientId": "{C}",\n'
    f'  "clientSecret": "{S}"\n }}\n}}',
    "variables": f"ZOOM_ACCOUNT_ID={A}\nZOOM_CLIENT_ID={C}\nZOOM_CLIENT_SECRET={S}\n",
    "exported": f"export ZOOMGOV_ACCOUNT_ID='{A}'\nexport ZOOMGOV_CLIENT_ID=\"{C}\"\nexport ZOOMGOV_CLIENT_SECRET={S}",
    "Windows": f'set ZOOM_ACCOUNT_ID={A}\r\n$env:ZOOM_CLIENT_ID = "{C}"\r\nset ZOOM_CLIENT_SECRET={S}',
    "Terraform": f'zoom_account_id    = "{A}"\nzoom_client_id     = "{C}"\nzoom_client_secret = "{S}"',
    "YAML": f"zoom:\n  account-id: {A}\n  client-id: {C}\n  client-secret: {S}  # keep it safe\n",
    "query": f"account_id={A}&client_id={C}&client_secret={S}",
    "prose before": f"Use the Account ID, Client ID, and Client secret to get a token.\n{STACKED}",
    "help texts between": f"Account ID (of your Server-to-Server OAuth app)\n{A}\nClient ID identifies your app\n{C}\n"
    f"Client Secret\nDo not share it with anyone\n{S}",
    "invisible characters": f"\ufeffAccount ID\u200b: {A[:9]}\u200b{A[9:]}\nClient ID: \u2060{C}\n"
    f"Client Secret: {S}\u200e\x00",
    "a full-width colon": f"Account ID：{A}\nClient ID：{C}\nClient Secret：{S}",
    "shown twice": f"Account ID: {A}\nClient ID: {C}\nClient Secret: {S}\nClient ID: {C}",
    "a web address": f"https://marketplace.zoom.us/develop/apps/Zx81AbCdEfGhIjKlMnOpQr/credentials\n{STACKED}",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_fills_all_three_without_a_word(text: str) -> None:
    pasted = parse_credentials_block(text)
    assert values(pasted) == (A, C, S)
    assert pasted.warnings == ()
    assert not pasted.by_position
    assert pasted.found == tuple(FIELDS)


@pytest.mark.parametrize(
    "text", ["", "   \n ", S, A, f"  {S}\n", "https://marketplace.zoom.us", "hello there, how are you"]
)
def test_what_is_no_block_gives_nothing(text: str) -> None:
    assert parse_credentials_block(text) == Pasted()


def test_a_part_fills_its_part() -> None:
    assert values(parse_credentials_block(f"Account ID\n{A}\nCopy")) == (A, None, None)
    assert values(parse_credentials_block(f"Client Secret: {S}")) == (None, None, S)
    assert values(parse_credentials_block(f"Account ID\n\nClient ID\n{C}\nClient Secret\n{S}"))[1:] == (C, S)


def test_an_app_without_account_id_is_said_to_be_another_kind() -> None:
    pasted = parse_credentials_block(f"Client ID\n{C}\nClient Secret\n{S}")
    assert values(pasted) == (None, C, S)
    assert any("Server-to-Server" in warning for warning in pasted.warnings)


@pytest.mark.parametrize("title", ["Secret Token", "Verification Token", "secret_token", "SECRET TOKEN"])
def test_webhook_tokens_are_never_the_secret(title: str) -> None:
    token = "WvUtSrQpOnMlKjIhGfEdC1"
    feature_page = parse_credentials_block(f"Token\n{title}\n{token}\nCopy\nRegenerate")
    assert values(feature_page) == (None, None, None)
    assert "webhooks" in feature_page.warnings[0]
    both = parse_credentials_block(f"{title}: {token}\nAccount ID: {A}\nClient ID: {C}\nClient secret: {S}")
    assert values(both) == (A, C, S)
    assert len(both.warnings) == 1
    alone = parse_credentials_block(f"Account ID: {A}\nClient ID: {C}\n{title}: {token}")
    assert values(alone) == (A, C, None)


@pytest.mark.parametrize("mask", ["••••••••••••", "********", "●●●●●●"])
def test_a_hidden_secret_is_noticed(mask: str) -> None:
    pasted = parse_credentials_block(f"Account ID\n{A}\nClient ID\n{C}\nClient Secret\n{mask}\nShow\nCopy")
    assert values(pasted) == (A, C, None)
    assert "hidden" in pasted.warnings[0]


def test_two_different_values_for_one_field_are_left_to_the_person() -> None:
    pasted = parse_credentials_block(f"Account ID: {A}\nClient ID: {C}\nClient Secret: {S}\nClient Secret: {S[::-1]}")
    assert values(pasted) == (A, C, None)
    assert "two different" in pasted.warnings[0]


@pytest.mark.parametrize("wrong", ["owner@example.com", "1234567890", "123-456-7890", "short1"])
def test_a_wrong_account_id_arrives_as_pasted(wrong: str) -> None:
    for text in (f"Account ID: {wrong}\nClient ID: {C}", f"Account ID\n{wrong}\nClient ID\n{C}"):
        assert values(parse_credentials_block(text)) == (wrong, C, None)


def test_unlabelled_values_count_only_in_the_pages_order() -> None:
    pasted = parse_credentials_block(f"{A}\n{C}\n{S}")
    assert values(pasted) == (A, C, S)
    assert pasted.by_position
    assert "order of Zoom's page" in pasted.warnings[0]
    for text in (f"{S}\n{A}\n{C}", f"{A}\n{C}", f"{A}\n{S}", f"{A}\n{C}\n{S}\n{S[::-1]}", f"{A} {C} {A[::-1]}"):
        unclear = parse_credentials_block(text)
        assert values(unclear) == (None, None, None)
        assert "one by one" in unclear.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        f"Account ID\tClient ID\tClient Secret\n{A}\t{S}",
        f"Account ID\tClient ID\n{A}",
        f"Account ID\nClient ID\nClient Secret\n{S}\n{A}\n{C}",
        f"{A}\nAccount ID\n{C}\nClient ID",
    ],
    ids=["a cell missing", "one value, two columns", "stacked in another order", "alternating, ends open"],
)
def test_what_could_be_either_is_left_empty_and_said(text: str) -> None:
    pasted = parse_credentials_block(text)
    assert values(pasted) == (None, None, None)
    assert "one by one" in pasted.warnings[0]


ID = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{20}[A-Za-z0-9]", fullmatch=True)
SECRET = st.from_regex(r"[A-Za-z0-9]{32}", fullmatch=True)
TITLES = {
    "account_id": ["Account ID", "account_id", "AccountId", "ACCOUNT ID", "Account-ID"],
    "client_id": ["Client ID", "client_id", "ClientID", "ZOOM_CLIENT_ID", "Client Id"],
    "client_secret": ["Client Secret", "Client secret", "client_secret", "clientSecret", "CLIENT_SECRET"],
}
END = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n   \n", "\u2028"])
NOISE = st.sampled_from(["", "", "Copy", "Copy Regenerate", "Show", "This identifies your app", "—————", "Step 2 of 5"])


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A block of some of the fields in any order and layout, and what is in it."""
    names = draw(st.permutations(list(FIELDS)))[: draw(st.integers(1, 3))]
    given_values = draw(st.lists(ID, min_size=2, max_size=2, unique=True))
    held = dict(zip(("account_id", "client_id"), given_values, strict=True)) | {"client_secret": draw(SECRET)}
    text = draw(st.sampled_from(["", "App Credentials\n", "\ufeff", "Zoom App Marketplace\n\n"]))
    for name in names:
        bullet = draw(st.sampled_from(["", "", "  ", "• ", "- ", "* ", "2. "]))
        joint = draw(st.sampled_from([": ", " ", "\t", " = ", "=", ":", ":\n", "\n", "\n\n  ", "\r\n", " Copy\n"]))
        quote = draw(st.sampled_from(["", "", '"', "'", "`"]))
        title = draw(st.sampled_from(TITLES[name]))
        text += f"{bullet}{title}{joint}{quote}{held[name]}{quote}{draw(END)}{draw(NOISE)}{draw(END)}"
    return text, {name: held[name] for name in names}


@given(pages())
@example((f"Client ID\n{'A' * 22}\n\n", {"client_id": "A" * 22}))
@example((f"Account ID: {'Ab' * 11}\n", {"account_id": "Ab" * 11}))
def test_never_loses_or_mixes_a_value(page: tuple[str, dict[str, str]]) -> None:
    text, held = page
    pasted = parse_credentials_block(text)
    assert dict(zip(FIELDS, values(pasted), strict=True)) == dict.fromkeys(FIELDS) | held
    assert not any(value in warning for warning in pasted.warnings for value in held.values())


WORD = st.one_of(
    st.sampled_from([title for titles in TITLES.values() for title in titles]),
    st.sampled_from(["Secret Token", ":", "=", "\n", "•••••", "-"]),
    ID,
    SECRET,
    st.text(max_size=12),
)  # fmt: skip


@given(st.lists(WORD, max_size=14).map(" ".join))
def test_any_text_gives_an_answer_without_leaking_a_value(text: str) -> None:
    pasted = parse_credentials_block(text)
    for value in values(pasted):
        assert value != ""
        assert value is None or len(value) < 16 or not any(value in warning for warning in pasted.warnings)


def hint(**given_values: str) -> dict[str, str]:
    whole: dict[str, Any] = {"account_id": A, "client_id": C, "client_secret": S} | given_values
    return credential_hints(whole["account_id"], whole["client_id"], Secret(whole["client_secret"]))


def test_nothing_is_said_about_usual_or_empty_values() -> None:
    assert hint() == {}
    assert credential_hints("", "", Secret("")) == {}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("account_id", "owner@example.com", "e-mail"),
        ("account_id", "1234567890", "account number"),
        ("account_id", "123-456-7890", "account number"),
        ("account_id", A[:-1], "22 characters, this has 21"),
        ("account_id", f"{A[:4]} {A[4:]}", "blank"),
        ("account_id", A.replace("_", "é"), "character"),
        ("client_id", A, "same text as the Account ID"),
        ("client_id", "me@example.com", "e-mail"),
        ("client_secret", C, "same text as one of the two IDs"),
        ("client_secret", f"{S[:9]} {S[9:]}", "blank"),
    ],
)
def test_common_mistakes_get_a_hint_that_quotes_nothing(field: str, value: str, words: str) -> None:
    hints = hint(**{field: value})
    assert words in hints[field]
    assert set(hints) == {field}
    assert value not in hints[field]
