"""Clouds, folders and the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.settings import ZOOM_GOV, ZOOM_US, SettingsError, Thresholds, is_loopback, load_settings, parse_cloud

ALL_THREE = {"ZOOMGOV_ACCOUNT_ID": "a", "ZOOMGOV_CLIENT_ID": " b ", "ZOOMGOV_CLIENT_SECRET": "c\n"}


@pytest.mark.parametrize("text", ["zoom.us", " Zoom.US ", "https://zoom.us", "https://zoom.us/"])
def test_the_commercial_cloud_has_several_spellings(text: str) -> None:
    assert parse_cloud(text) is ZOOM_US


def test_the_government_cloud_has_its_own_hosts() -> None:
    cloud = parse_cloud("zoomgov.com")
    assert cloud is ZOOM_GOV
    assert cloud.token_url == "https://zoomgov.com/oauth/token"
    assert cloud.api_base == "https://api.zoomgov.com/v2"


@pytest.mark.parametrize(
    "text",
    ["https://proxy.example.com", "https://proxy.example.com:8443/zoom", "http://127.0.0.1:8000", "http://localhost:1",
     "http://[::1]:9000"],
)  # fmt: skip
def test_an_address_serves_tokens_and_api(text: str) -> None:
    cloud = parse_cloud(text + "/")
    assert (cloud.token_url, cloud.api_base, cloud.custom) == (f"{text}/oauth/token", f"{text}/v2", True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "zoomgov.com"),
        ("zoom", "https://"),
        ("http://proxy.example.com", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("http://10.0.0.1", "unencrypted"),
        ("ftp://zoom.us", "not a Zoom cloud"),
        ("https://", "not a Zoom cloud"),
        ("https://user:pw@proxy.example.com", "plain address"),
        ("https://proxy.example.com?x=1", "plain address"),
        ("https://proxy.example.com:port", "not a web address"),
        ("https://[::1", "not a web address"),
    ],
)
def test_what_is_no_cloud_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        parse_cloud(text)


@given(st.text(max_size=60))
def test_any_text_is_a_safe_cloud_or_an_error(text: str) -> None:
    try:
        cloud = parse_cloud(text)
    except SettingsError:
        return
    assert cloud.token_url.startswith("https://") or is_loopback(cloud.token_url.split("/")[2].rsplit(":", 1)[0])


def test_the_data_folder_is_the_platforms_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert tmp_path in load_settings({}).data_dir.parents
    assert load_settings({"ZOOMGOV_HOME": str(tmp_path / "x")}).data_dir == tmp_path / "x"
    assert load_settings({"ZOOMGOV_HOME": "~/here"}).data_dir == tmp_path / "here"
    assert not (tmp_path / "x").exists(), "reading settings creates nothing"


def test_all_three_variables_are_credentials() -> None:
    settings = load_settings(ALL_THREE)
    assert settings.environment_credentials is not None
    assert settings.environment_credentials.client_id == "b"
    assert settings.environment_credentials.client_secret.reveal() == "c"
    assert settings.unset_variables == ()


@pytest.mark.parametrize("left_out", ALL_THREE)
def test_two_of_three_are_none_and_it_is_said_which_lacks(left_out: str) -> None:
    settings = load_settings({**ALL_THREE, left_out: " "})
    assert settings.environment_credentials is None
    assert settings.unset_variables == (left_out,)


def test_no_variables_are_nothing_to_speak_of() -> None:
    assert load_settings({}).unset_variables == ()


def test_how_many_syncs_are_kept_is_a_setting() -> None:
    assert load_settings({}).keep_syncs is None
    assert load_settings({"ZOOMGOV_KEEP_SYNCS": " 30 "}).keep_syncs == 30


@pytest.mark.parametrize("text", ["1", "0", "-3", "many", "³"])
def test_a_useless_number_of_syncs_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="ZOOMGOV_KEEP_SYNCS"):
        load_settings({"ZOOMGOV_KEEP_SYNCS": text})


def test_thresholds_of_findings_are_settings() -> None:
    assert load_settings({}).thresholds == Thresholds()
    environ = {
        "ZOOMGOV_ADMIN_IDLE_DAYS": "30",
        "ZOOMGOV_LICENCE_IDLE_DAYS": " 60 ",
        "ZOOMGOV_NEW_DAYS": "0",
        "ZOOMGOV_MOST_ADMINS": "4",
        "ZOOMGOV_OWN_DOMAINS": "acme.example, acme.test",
    }
    expected = Thresholds(30, 60, 0, 4, frozenset({"acme.example", "acme.test"}))
    assert load_settings(environ).thresholds == expected


@pytest.mark.parametrize("name", ["ADMIN_IDLE_DAYS", "LICENCE_IDLE_DAYS", "NEW_DAYS", "MOST_ADMINS"])
@pytest.mark.parametrize("text", ["-1", "soon", "1.5", "²", "9999999"])
def test_a_threshold_that_is_none_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"ZOOMGOV_{name} is '{text}': give a whole number"):
        load_settings({f"ZOOMGOV_{name}": text})
