"""Puts the settings together: the environment wins over `settings.toml`, and that over what is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zoomgov.secret import Credentials, Secret, is_utf8
from zoomgov.settings.catalogue import CATALOGUE, PORTS
from zoomgov.settings.file import mail_mistake, read_values, settings_file
from zoomgov.settings.folders import folder_of
from zoomgov.settings.model import MailServer, Network, SeatPrices, Settings, SettingsError, Thresholds
from zoomgov.settings.shapes import WrongValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CREDENTIAL_VARIABLES: Final = ("ZOOMGOV_ACCOUNT_ID", "ZOOMGOV_CLIENT_ID", "ZOOMGOV_CLIENT_SECRET")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from `environ` and from `settings.toml`, if there is one; creates nothing.

    `ZOOMGOV_HOME` is the folder of data and settings instead of the platform's. Proxy, certificates and theme are
    those of the file: whoever uses them asks the environment first, as other programs do.

    Raises:
        SettingsError: a variable, or something in the file, has a value that cannot be used.
        ForeignError: the file, or its folder, belongs to somebody else or can be changed by others.
    """
    account_id, client_id, client_secret = (_credential(environ, name) for name in CREDENTIAL_VARIABLES)
    credentials = Credentials(account_id, client_id, Secret(client_secret))
    unset = tuple(name for name in CREDENTIAL_VARIABLES if not environ.get(name, "").strip())
    file = settings_file(environ)
    values = {**read_values(file), **environment_values(environ)}
    if about_mail := mail_mistake(values):
        raise SettingsError(about_mail)
    return Settings(
        data_dir=data_folder(environ),
        environment_credentials=credentials if credentials.complete else None,
        unset_variables=unset if len(unset) < len(CREDENTIAL_VARIABLES) else (),
        keep_syncs=values.get("syncs.keep"),
        thresholds=Thresholds(**_section(values, "findings")),
        seats=_seats(values),
        network=Network(**_section(values, "network")),
        theme=values.get("app.theme", ""),
        mail=_mail(values),
        file=file,
    )


def _credential(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not is_utf8(value):
        raise SettingsError(f"{name} is not text in UTF-8: copy it anew, from the App Credentials page of your app.")
    return value


def data_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the registry and the stores."""

    def platforms() -> Path:
        from platformdirs import user_data_path

        return user_data_path("zoomgov", appauthor=False)

    return folder_of(environ, platforms)


def environment_values(environ: Mapping[str, str]) -> dict[str, Any]:
    """What this program's own variables set, by key.

    Raises:
        SettingsError: one has a value that cannot be used.
    """
    values: dict[str, Any] = {}
    for setting in CATALOGUE:
        if setting.own and (name := setting.variable(environ)):
            text = environ[name].strip()
            try:
                values[setting.key] = setting.shape.parse(text)
            except WrongValue as error:
                raise SettingsError(f"{name} is {setting.shape.quoted(text)}: {error}.") from None
    return values


def _section(values: Mapping[str, Any], section: str) -> dict[str, Any]:
    prefix = f"{section}."
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}


def _seats(values: Mapping[str, Any]) -> SeatPrices:
    given = _section(values, "seats")
    if not given:
        return SeatPrices()
    currency = given.pop("currency", SeatPrices().currency)
    return SeatPrices(currency, given.pop("price", None), given)


def _mail(values: Mapping[str, Any]) -> MailServer | None:
    given = _section(values, "mail")
    if "host" not in given:
        return None
    security = given.get("security", "starttls")
    user = given.get("user", "")
    sender = given.get("from", user if "@" in user else "")
    return MailServer(given["host"], given.get("port", PORTS[security]), security, user, sender)
