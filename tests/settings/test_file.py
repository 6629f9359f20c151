"""`settings.toml` is read: what is right is used, what is wrong is refused with its line and what would be right."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from zoomgov.disk.ownership import ForeignError
from zoomgov.settings import SettingsError, load_settings
from zoomgov.settings.catalogue import BY_KEY, CATALOGUE, THEMES, nearest
from zoomgov.settings.file import read_values, settings_file
from zoomgov.settings.model import MailServer, SettingsFileError

WHOLE: Final = """
# All of it.
syncs.keep = 30
[findings]
admin_idle_days = 45
licence_idle_days = 60
new_days = 0
most_admins = 4
own_domains = ["Acme.com", "@bücher.example"]
[seats]
price = 14.90
currency = "eur"
on_prem = 3
united_pro = 15.0
united_business = 21.5
united_enterprise = 0
[network]
proxy = "proxy.acme.com:3128"
ca_file = "{ca_file}"
[app]
theme = "nord"
[mail]
host = "SMTP.acme.com"
port = 2525
security = "tls"
user = "it"
from = "it@acme.com"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file is, in a folder of its own."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder / "settings.toml"


def write(file: Path, text: str | bytes) -> None:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(0o600)


def refused(file: Path, text: str | bytes) -> list[str]:
    """What is said of each mistake."""
    write(file, text)
    with pytest.raises(SettingsFileError) as caught:
        read_values(file)
    assert str(file) in str(caught.value)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_every_setting_is_read(file: Path, tmp_path: Path) -> None:
    write(file, WHOLE.replace("{ca_file}", (tmp_path / "ca.pem").as_posix()))
    assert set(read_values(file)) == set(BY_KEY)
    settings = load_settings({"ZOOMGOV_HOME": str(file.parent)})
    assert settings.file == file
    assert settings.keep_syncs == 30
    found = settings.thresholds
    assert (found.admin_idle_days, found.licence_idle_days, found.new_days, found.most_admins) == (45, 60, 0, 4)
    assert found.own_domains == {"acme.com", "bücher.example"}
    assert settings.seats.currency == "EUR"
    assert settings.seats.of() == Decimal("14.90")
    assert [settings.seats.of(kind) for kind in ("united_pro", "united_enterprise", "another")] == [
        Decimal("15.0"), Decimal(0), Decimal("14.90"),
    ]  # fmt: skip
    assert settings.network.proxy == "http://proxy.acme.com:3128"
    assert settings.network.ca_file == tmp_path / "ca.pem"
    assert settings.theme == "nord"
    assert settings.mail == MailServer("smtp.acme.com", 2525, "tls", "it", "it@acme.com")


def test_without_a_file_nothing_is_set_and_nothing_is_made(file: Path) -> None:
    assert read_values(file) == {}
    settings = load_settings({"ZOOMGOV_HOME": str(file.parent)})
    assert (settings.theme, settings.mail, settings.seats.of(), settings.network.proxy) == ("", None, None, "")
    assert not list(file.parent.iterdir())


def test_the_file_is_in_the_platforms_folder_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert tmp_path in settings_file({}).parents
    assert settings_file({}).name == "settings.toml"
    assert settings_file({"ZOOMGOV_HOME": "~/here"}) == tmp_path / "here" / "settings.toml"


def test_the_environment_wins(file: Path) -> None:
    write(file, "[findings]\nadmin_idle_days = 45\nnew_days = 5\n[syncs]\nkeep = 3\n")
    settings = load_settings(
        {"ZOOMGOV_HOME": str(file.parent), "ZOOMGOV_ADMIN_IDLE_DAYS": "7", "ZOOMGOV_NEW_DAYS": " "}
    )
    assert (settings.thresholds.admin_idle_days, settings.thresholds.new_days, settings.keep_syncs) == (7, 5, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[findings]\nnew_day = 3", "Line 2: There is no setting 'findings.new_day'. Did you mean findings.new_days?"),
        ("[finding]\nnew_days = 3", "Line 1: There is no setting 'finding'. Did you mean findings?"),
        ("proxy = 'x'", "Line 1: There is no setting 'proxy'. Did you mean network.proxy?"),
        ("\n\nabc = 'x'", "Line 3: There is no setting 'abc'. zoomgov settings shows all."),
        ("findings = 3", "Line 1: 'findings' is a section, with admin_idle_days, "),
        ("'findings.new_days' = 3", "Line 1: There is no setting 'findings.new_days'."),
        ("[findings]\nnew_days = -1", "Line 2: findings.new_days is -1: give a whole number, at least 0."),
        ("[findings]\nnew_days = '3'", "Line 2: findings.new_days is '3': give a whole number, at least 0."),
        ("[findings]\nnew_days = 1.5", "Line 2: findings.new_days is 1.5: give a whole number, at least 0."),
        ("[findings]\nnew_days = true", "Line 2: findings.new_days is true: give a whole number"),
        ("[findings]\nnew_days = [\n]", "Line 2: findings.new_days is a list: give a whole number"),
        ("[findings]\nnew_days = 2000000", "at least 0, and at most 99999."),
        ("[findings]\nown_domains = 'acme.com'", "own_domains is 'acme.com': give a list of domains"),
        ("[findings]\nown_domains = []", "own_domains is a list: give a list of domains"),
        ("[findings]\nown_domains = ['a b']", "own_domains is a list: give a list of domains"),
        ("[syncs]\nkeep = 1", "Line 2: syncs.keep is 1: give a number of syncs to keep, at least 2 to compare."),
        ("[seats]\nprice = '14.90'", "seats.price is '14.90': give an amount with a point and without a currency"),
        ("[seats]\nprice = -1", "seats.price is -1: give an amount"),
        ("[seats]\nprice = 1e9", "give an amount"),
        ("[seats]\nprice = inf", "give an amount"),
        ("[seats]\nprice = nan", "give an amount"),
        ("[seats]\nprice = 1.23456", "give an amount"),
        ("[seats]\ncurrency = '€'", "give the three letters of a currency, such as EUR."),
        ("[network]\nproxy = 'socks5://proxy:1'", "give an address such as http://proxy.example:3128."),
        ("[network]\nproxy = 'http://proxy:99999'", "ports end at 65535."),
        ("[network]\nproxy = 'http://pro xy'", "give an address such as"),
        ("[network]\nca_file = 'ca.pem'", "give the whole path of a file."),
        ("[app]\ntheme = 'norrd'", "Line 2: app.theme is 'norrd': the nearest there is is nord."),
        ("[app]\ntheme = 'x'", "app.theme is 'x': give one of zoomgov-dark, zoomgov-light, "),
        ("[mail]\nhost = 'smtp_1'", "give the name of a server, such as smtp.acme.com."),
        ("[mail]\nport = 0", "mail.port is 0: give a whole number, at least 1."),
        ("[mail]\nuser = \"a\\nb\"", "mail.user is 'a\\nb': give a text of at most 254 characters on one line."),
        ("[mail]\nfrom = 'IT <it@acme.com>'", "give an e-mail address, such as it@acme.com."),
        ("[mail]\nhost = 'a.b'\nsecurity = 'none'", "Line 3: mail.security is 'none', and a.b is another computer"),
        ("[findings\nnew_days = 3", "Line 1: This is no TOML: expected ']' at the end of a table declaration."),
        ("[app]\ntheme = nord", 'Line 2: This is no TOML: invalid value. Texts stand in quotation marks: name = "'),
        ("a = 1\na = 2", "Line 2: This is no TOML: cannot overwrite a value."),
        ("a = '''\n\n", "Line 3: This is no TOML: "),
        (b"[app]\n# caf\xe9\n", "Line 2: This is no UTF-8: save the file in that encoding."),
        ("x = " + "[" * 5000, "What is in it cannot be understood."),
        ("x = " + "9" * 5000, "What is in it cannot be understood."),
        ("#" * (1 << 20) + "\n", "It has 1,048,577 bytes, which are no settings."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_is_right(file: Path, text: str | bytes, said: str) -> None:
    (mistake,) = refused(file, text)
    assert said in mistake


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file(file: Path) -> None:
    text = '[mail]\nport = 0\nhost = "-"\n[seats]\nprize = 3\n[syncs]\nkeep = "all"\n'
    assert [said.partition(":")[0] for said in refused(file, text)] == ["Line 2", "Line 3", "Line 5", "Line 7"]


@pytest.mark.parametrize("name", ["password", "passwort", "Password", "smtp_secret", "token"])
def test_a_password_is_refused_and_not_repeated(file: Path, name: str) -> None:
    (said,) = refused(file, f'[mail]\n{name} = "hunter2"\n')
    assert "passwords and secrets do not belong into a file" in said
    assert "hunter2" not in said


def test_the_password_of_a_proxy_is_refused_and_not_repeated(file: Path) -> None:
    for address in ("http://me:hunter2@proxy:3128", "me:hunter2@proxy", "http://hunter2@proxy"):
        (said,) = refused(file, f'[network]\nproxy = "{address}"\n')
        assert "a name and a password do not belong into a file" in said
        assert "hunter2" not in said


def test_what_is_no_file_is_not_waited_for(file: Path) -> None:
    file.mkdir()
    with pytest.raises(SettingsFileError, match="It is no file"):
        read_values(file)
    file.rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(file, 0o600)
        with pytest.raises(SettingsFileError, match="It is no file"):
            read_values(file)


def test_a_mark_of_its_encoding_and_line_ends_of_windows_are_no_hindrance(file: Path) -> None:
    write(file, b"\xef\xbb\xbf[findings]\r\nnew_days = 3\r\n[app]\r\ntheme = 'no'\r\n")
    with pytest.raises(SettingsFileError, match="Line 4: app"):
        read_values(file)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("what", ["settings.toml", "."])
def test_a_file_that_others_may_write_is_not_believed(file: Path, what: str) -> None:
    write(file, "[network]\nproxy = 'http://evil:1'\n")
    (file.parent / what).chmod(0o777)
    with pytest.raises(ForeignError, match="chmod -R go-rwx"):
        load_settings({"ZOOMGOV_HOME": str(file.parent)})


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_file_that_others_may_read_is_closed_to_them(file: Path) -> None:
    write(file, "")
    file.chmod(0o644)
    read_values(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_server_in_the_environment_and_no_security_in_the_file_do_not_go_together(file: Path) -> None:
    write(file, "[mail]\nsecurity = 'none'\n")
    with pytest.raises(SettingsError, match=r"smtp\.acme\.com is another computer"):
        load_settings({"ZOOMGOV_HOME": str(file.parent), "ZOOMGOV_MAIL_HOST": "smtp.acme.com"})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.53", "::1"])
def test_mail_may_go_unsealed_within_this_computer(file: Path, host: str) -> None:
    write(file, f"[mail]\nsecurity = 'none'\nhost = '{host}'\nuser = 'it@acme.com'\n")
    settings = load_settings({"ZOOMGOV_HOME": str(file.parent)})
    assert settings.mail == MailServer(host, 25, "none", "it@acme.com", "it@acme.com")


def test_each_setting_is_documented_and_its_default_is_of_its_shape() -> None:
    assert len(BY_KEY) == len(CATALOGUE) == len({setting.name for setting in CATALOGUE})
    for setting in CATALOGUE:
        assert setting.what
        assert not setting.what.endswith(".")
        assert (setting.default is None) == bool(setting.otherwise)
        if setting.default is not None:
            assert setting.shape.check(setting.shape.for_file(setting.default)) == setting.default


def test_keys_as_one_may_type_them_lead_to_the_right_one() -> None:
    for typed, key in {
        "findings.admin-idle-days": "findings.admin_idle_days", "admin_idle_day": "findings.admin_idle_days",
        "Mail.Host": "mail.host", "network.theme": "app.theme", "seat": "seats", "mail.hots": "mail.host", "zzz": "",
    }.items():  # fmt: skip
        assert nearest(typed) == key


def test_the_themes_are_those_of_the_app() -> None:
    pytest.importorskip("textual")
    from textual.theme import BUILTIN_THEMES

    from zoomgov.widgets.theme import THEMES as OUR_OWN

    assert set(THEMES) == {*BUILTIN_THEMES, *(theme.name for theme in OUR_OWN)}
