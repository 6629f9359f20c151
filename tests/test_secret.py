"""A secret is never printed unless `reveal` is called."""

from __future__ import annotations

import copy
import json
import pickle
import traceback

import pytest

from zoomgov.secret import Credentials, Secret, is_utf8

TEXT = "kX9secretValue42"


@pytest.mark.parametrize("form", [repr, str, "{}".format, "{:>40}".format, lambda s: f"{s!r} {s}", ascii])
def test_no_casual_form_shows_it(form: object) -> None:
    assert callable(form)
    assert TEXT not in form(Secret(TEXT))


def test_only_reveal_gives_the_text() -> None:
    assert Secret(TEXT).reveal() == TEXT


@pytest.mark.parametrize("leave", [pickle.dumps, copy.deepcopy, json.dumps, hash])
def test_it_does_not_leave_the_process(leave: object) -> None:
    assert callable(leave)
    with pytest.raises(TypeError) as caught:
        leave(Secret(TEXT))
    assert TEXT not in "".join(traceback.format_exception(caught.value))


def test_secrets_compare_by_value_and_with_nothing_else() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret(TEXT + "x")
    assert Secret(TEXT) != TEXT


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret("x")


def test_credentials_hide_the_secret_and_know_when_they_are_complete() -> None:
    credentials = Credentials("account", "client", Secret(TEXT))
    assert TEXT not in repr(credentials)
    assert credentials.complete
    assert not Credentials("account", "", Secret(TEXT)).complete
    assert not Credentials("account", "client", Secret("")).complete


def test_what_utf8_cannot_hold_is_known() -> None:
    assert is_utf8("")
    assert is_utf8("café 😀 \U0010ffff")
    assert not is_utf8("caf\udce9")
