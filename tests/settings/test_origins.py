"""Each value is shown with where it comes from, and without what is secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.test_edit import put
from zoomgov.settings.catalogue import CATALOGUE
from zoomgov.settings.model import SettingsFileError
from zoomgov.settings.origins import Origin, origins


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.toml"


def shown(file: Path, environ: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {one.setting.key: (one.shown, one.where) for one in origins(environ, file)}


def test_where_a_value_comes_from(file: Path) -> None:
    put(file, "[findings]\nadmin_idle_days = 45\nnew_days = 5\n\n[seats]\nprice = 14.90\n")
    found = shown(file, {"ZOOMGOV_NEW_DAYS": "9", "ZOOMGOV_KEEP_SYNCS": " 12 ", "ZOOMGOV_MAIL_HOST": " "})
    assert list(found) == [setting.key for setting in CATALOGUE]
    assert found["findings.admin_idle_days"] == ("45", "file line 2")
    assert found["findings.new_days"] == ("9", "environment ZOOMGOV_NEW_DAYS, over line 3")
    assert found["findings.most_admins"] == ("10", "default")
    assert found["syncs.keep"] == ("12", "environment ZOOMGOV_KEEP_SYNCS")
    assert found["seats.price"] == ("14.90", "file line 6")
    assert found["mail.host"] == ("mail is drafted, not sent", "default")


def test_a_wrong_value_of_our_own_variable_is_shown_with_what_is_right(file: Path) -> None:
    (found,) = (one for one in origins({"ZOOMGOV_NEW_DAYS": "soon"}, file) if one.mistake)
    assert found == Origin(
        CATALOGUE[2], None, "'soon'", "ZOOMGOV_NEW_DAYS", 0, "give a whole number, at least 0"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "address", "name"),
    [
        ({"HTTPS_PROXY": "http://me:hunter2@proxy:1"}, "http://…@proxy:1", "HTTPS_PROXY"),
        ({"https_proxy": "me:hunter2@proxy:1", "HTTPS_PROXY": "http://other"}, "…@proxy:1", "https_proxy"),
        ({"ALL_PROXY": "socks5://p:hunter2@s:1"}, "socks5://…@s:1", "ALL_PROXY"),
        ({"https_proxy": "", "HTTPS_PROXY": "http://other", "all_proxy": "http://a"}, "http://a", "all_proxy"),
    ],
)
def test_a_proxy_is_shown_without_its_password(file: Path, environ: dict[str, str], address: str, name: str) -> None:
    put(file, "[network]\nproxy = 'http://mine:1'\n")
    assert shown(file, environ)["network.proxy"] == (address, f"environment {name}, over line 2")
    assert "hunter2" not in repr(origins(environ, file))


def test_the_themes_of_other_programs_do_not_count(file: Path) -> None:
    put(file, "[app]\ntheme = 'nord'\n")
    assert shown(file, {"TEXTUAL_THEME": "of-another"})["app.theme"] == ("nord", "file line 2")
    assert shown(file, {"TEXTUAL_THEME": "dracula"})["app.theme"] == (
        "dracula", "environment TEXTUAL_THEME, over line 2",
    )  # fmt: skip


def test_certificates_of_the_environment(file: Path) -> None:
    assert shown(file, {"SSL_CERT_DIR": "certs"})["network.ca_file"] == ("certs", "environment SSL_CERT_DIR")


def test_a_file_with_a_mistake_is_not_half_shown(file: Path) -> None:
    put(file, "[findings]\nnew_days = 5\nx = 1\n")
    with pytest.raises(SettingsFileError, match="Line 3"):
        origins({}, file)


def test_what_stands_in_an_inline_table_is_shown_as_what_holds(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\nfindings = { new_days = 3 }\n[app]\ntheme = "nord"\n')
    file.chmod(0o600)
    tmp_path.chmod(0o700)
    found = {one.setting.key: one for one in origins({}, file)}
    assert (found["findings.new_days"].value, found["findings.new_days"].where) == (3, "file line 2")
    assert found["findings.most_admins"].where == "default"
