"""One value is changed and nothing else: comments, order and line ends stay, mistakes elsewhere too."""

from __future__ import annotations

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.test_file import WHOLE
from zoomgov.disk.ownership import ForeignError
from zoomgov.settings.catalogue import BY_KEY, CATALOGUE
from zoomgov.settings.edit import set_setting, unset_setting
from zoomgov.settings.file import read_values
from zoomgov.settings.model import SettingsError, SettingsFileError
from zoomgov.settings.shapes import WrongValue

GIVEN = {
    "findings.admin_idle_days": 7, "findings.licence_idle_days": 8, "findings.new_days": 0, "findings.most_admins": 3,
    "findings.own_domains": frozenset({"b.org", "a.com"}), "syncs.keep": 5, "seats.price": Decimal("14.90"),
    "seats.currency": "EUR", "seats.on_prem": Decimal(3), "seats.united_pro": Decimal("1.5"),
    "seats.united_business": Decimal("0.01"), "seats.united_enterprise": Decimal(1000000),
    "network.proxy": "http://p.example:3128", "network.ca_file": Path("/etc/ca \"x\".pem").absolute(),
    "app.theme": "nord", "mail.host": "smtp.acme.com", "mail.port": 26, "mail.security": "tls",
    "mail.user": "Ünï 'x' \\ \"y\"", "mail.from": "a@b.cd",
}  # fmt: skip
"""A value for each setting."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new" / "config" / "settings.toml"


def put(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(0o600)


def change(file: Path, key: str, value: object) -> str:
    set_setting(file, BY_KEY[key], value)
    return file.read_bytes().decode()


def test_every_setting_can_be_written_and_read_back(file: Path) -> None:
    assert set(GIVEN) == set(BY_KEY)
    for key, value in GIVEN.items():
        change(file, key, value)
    assert read_values(file) == GIVEN
    text = file.read_text("utf-8")
    for setting in CATALOGUE:
        assert text.count(f"# {setting.what}\n") >= 1, "the file says what each is"
    for key in GIVEN:
        assert unset_setting(file, key)
        assert not unset_setting(file, key)
    assert read_values(file) == {}
    assert "wins" not in file.read_text("utf-8")
    assert "zoomgov settings" in file.read_text("utf-8").splitlines()[0]


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_file_and_folder_are_for_their_owner_only(file: Path) -> None:
    before = os.umask(0)
    try:
        change(file, "syncs.keep", 3)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)] == [0o600, 0o700, 0o700]
    assert os.listdir(file.parent) == ["settings.toml"]


def test_comments_and_the_order_stay(file: Path) -> None:
    text = (
        "# mine\n\n[mail] # of the mail\n# host\nhost  =  'a.b'   # why\n\n[findings]\nnew_days = 3 # few\n# the end\n"
    )
    put(file, text)
    expected = text.replace("new_days = 3", "new_days = 4").replace("'a.b'", '"c.d"')
    change(file, "findings.new_days", 4)
    assert change(file, "mail.host", "c.d") == expected
    added = change(file, "mail.port", 26)
    for line in expected.splitlines():
        assert line in added.splitlines()
    assert read_values(file) == {"findings.new_days": 4, "mail.host": "c.d", "mail.port": 26}


def test_line_ends_of_windows_stay(file: Path) -> None:
    put(file, "# a\r\n[findings]\r\nnew_days = 3\r\n")
    change(file, "findings.new_days", 4)
    assert change(file, "app.theme", "nord").count("\n") == file.read_bytes().count(b"\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "findings.new_days = 3\n",
        "findings = { new_days = 3, most_admins = 9 } # x\n",
        "[mail]\nhost = 'a.b'\n[findings]\n'new_days' = 3",
        "findings.new_days = 3\n[app]\ntheme = 'nord'\n[mail]\nport = 3\n",
        "[findings]\n[mail]\n[app]\n",
    ],
)
def test_however_it_is_written_only_the_value_changes(file: Path, text: str) -> None:
    put(file, text)
    for key, value in GIVEN.items():
        expected = {**read_values(file), key: value}
        change(file, key, value)
        assert read_values(file) == expected


def test_what_cannot_be_changed_alone_is_left_to_the_person(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(file, "[findings]\nnew_days = 3\n")
    monkeypatch.setattr("tomlkit.dumps", lambda document: "[findings]\nnew_days = 4\nmost_admins = 1\n")
    with pytest.raises(SettingsError, match=r"change it in the file\. It is on line 2\. It was left as it is"):
        change(file, "findings.new_days", 4)
    assert read_values(file) == {"findings.new_days": 3}


def test_mistakes_elsewhere_stay_and_can_be_mended_one_by_one(file: Path) -> None:
    put(file, "[findings]\nnew_day = 3\nmost_admins = 'x'\n[finding]\na = 1\nb = 2\n[mail]\npassword = 'hunter2'\n")
    change(file, "syncs.keep", 3)
    change(file, "findings.most_admins", 5)
    assert unset_setting(file, "finding")
    assert unset_setting(file, "findings.new_day")
    with pytest.raises(SettingsFileError, match="password"):
        read_values(file)
    assert unset_setting(file, "mail.password")
    assert read_values(file) == {"syncs.keep": 3, "findings.most_admins": 5}
    assert "hunter2" not in file.read_text("utf-8")


def test_what_would_be_wrong_together_is_refused(file: Path) -> None:
    change(file, "mail.security", "none")
    before = file.read_bytes()
    with pytest.raises(SettingsError, match=r"smtp\.acme\.com is another computer.* as it was"):
        change(file, "mail.host", "smtp.acme.com")
    assert file.read_bytes() == before
    change(file, "mail.host", "localhost")


def test_a_file_that_is_no_toml_is_left_as_it_is(file: Path) -> None:
    put(file, "[findings\n")
    for job in (lambda: change(file, "syncs.keep", 3), lambda: unset_setting(file, "syncs.keep")):
        with pytest.raises(SettingsFileError, match="Line 1"):
            job()
    assert file.read_bytes() == b"[findings\n"


@pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")
def test_links_and_what_others_may_write_are_left_as_they_are(file: Path, tmp_path: Path) -> None:
    put(tmp_path / "dotfiles" / "zoomgov.toml", "[syncs]\nkeep = 4\n")
    file.parent.mkdir(mode=0o700, parents=True)
    file.symlink_to(tmp_path / "dotfiles" / "zoomgov.toml")
    assert read_values(file) == {"syncs.keep": 4}
    with pytest.raises(SettingsError, match=r"is a link, to .*zoomgov\.toml: change the file there"):
        change(file, "syncs.keep", 3)
    assert read_values(file) == {"syncs.keep": 4}
    file.unlink()
    put(file, "")
    file.chmod(0o666)
    with pytest.raises(ForeignError):
        change(file, "syncs.keep", 3)
    assert file.read_bytes() == b""


def test_a_full_or_closed_disk_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(file, "syncs.keep", 3)
    before = file.read_bytes()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        change(file, "syncs.keep", 4)
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == ["settings.toml"]


@given(st.lists(st.tuples(st.sampled_from(list(GIVEN)), st.booleans()), max_size=12), st.booleans())
def test_any_order_of_changes_gives_the_last_value_of_each(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bool]], begun: bool
) -> None:
    file = tmp_path_factory.mktemp("any") / "settings.toml"
    if begun:
        put(file, WHOLE.replace("{ca_file}", "/x.pem"))
    expected: dict[str, Any] = read_values(file)
    comments = file.read_text("utf-8").count("# All of it.") if begun else 0
    for key, sets in steps:
        if sets:
            set_setting(file, BY_KEY[key], GIVEN[key])
            expected[key] = GIVEN[key]
        else:
            assert unset_setting(file, key) == (key in expected)
            expected.pop(key, None)
        assert read_values(file) == expected
    if begun:
        assert file.read_text("utf-8").count("# All of it.") == comments
        tomllib.loads(file.read_text("utf-8"))


def test_a_file_of_somebody_who_does_not_exist_is_refused() -> None:
    with pytest.raises(WrongValue, match="give the whole path of a file"):
        BY_KEY["network.ca_file"].shape.parse("~nosuchuser/ca.pem")
