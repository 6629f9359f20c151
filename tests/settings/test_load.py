"""Settings: folders and environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoomgov.settings import SettingsError, Thresholds, load_settings

ALL_THREE = {"ZOOMGOV_ACCOUNT_ID": "a", "ZOOMGOV_CLIENT_ID": " b ", "ZOOMGOV_CLIENT_SECRET": "c\n"}


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


@pytest.mark.parametrize("text", ["1", "0", "-3", "many", "³", "9" * 20])
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
@pytest.mark.parametrize("text", ["-1", "soon", "1.5", "²", "9999999", "9" * 20])
def test_a_threshold_that_is_none_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"ZOOMGOV_{name} is '{text}': give a whole number"):
        load_settings({f"ZOOMGOV_{name}": text})


@pytest.mark.parametrize("home", ["~nosuchuser/zoomgov", "a\0b"])
def test_a_folder_that_is_nowhere_is_refused(home: str) -> None:
    with pytest.raises(SettingsError, match=r"is nowhere to be found\. Set ZOOMGOV_HOME"):
        load_settings({"ZOOMGOV_HOME": home})


def test_without_a_home_no_folder_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a user the system does not know, as in containers: a folder called `~` was made where one was."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(SettingsError, match=r"is nowhere to be found\. Set HOME, or ZOOMGOV_HOME"):
        load_settings({})


@pytest.mark.parametrize("name", ALL_THREE)
def test_a_credential_that_cannot_be_sent_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not text in UTF-8"):
        load_settings({**ALL_THREE, name: "caf\udce9"})
