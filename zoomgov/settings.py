"""Settings from the environment: the data folder, credentials, syncs to keep, and thresholds of findings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.secret import Credentials, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsError(ValueError):
    """A setting cannot be used; the text says which one, why, and which values can."""


_CREDENTIAL_VARIABLES: Final = ("ZOOMGOV_ACCOUNT_ID", "ZOOMGOV_CLIENT_ID", "ZOOMGOV_CLIENT_SECRET")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits beyond which something is a finding. The first five can be set in the environment."""

    admin_idle_days: int = 90
    """Days without a login after which an admin is idle."""
    licence_idle_days: int = 90
    """Days without a login after which a licence is unused."""
    new_days: int = 30
    """Days after its creation in which a user need not have logged in."""
    most_admins: int = 10
    """The highest number of owners and admins that is not too many."""
    own_domains: frozenset[str] = frozenset()
    """The organisation's domains, subdomains included. Empty: guessed from the domains of most people."""
    own_domain_share: float = 0.05
    """When guessing: a domain with at least this share (0 to 1) of all people is the organisation's."""
    named: int = 10_000
    """The most subjects that a finding names; its count includes all of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides."""

    data_dir: Path
    """Folder of the registry and of each connector's store; mode 0700."""

    environment_credentials: Credentials | None = None
    """From the three ZOOMGOV_ variables, if all are set; they take precedence over the keyring."""

    unset_variables: tuple[str, ...] = ()
    """Those of the three that are missing while another is set: the person may think that they are used."""

    keep_syncs: int | None = None
    """How many syncs of a connector to keep; None keeps all. A sync without changes takes next to no space."""

    thresholds: Thresholds = Thresholds()
    """Limits beyond which something is a finding."""

    @property
    def registry_path(self) -> Path:
        """The file of apps, owners and connectors."""
        return self.data_dir / "connectors.sqlite3"

    def store_path(self, connector_id: str) -> Path:
        """The file of a connector's store."""
        return self.data_dir / "stores" / f"{connector_id}.sqlite3"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from `environ`; creates nothing.

    `ZOOMGOV_HOME` is the data folder instead of the platform's, `ZOOMGOV_KEEP_SYNCS` how many syncs of a connector to
    keep. `ZOOMGOV_ADMIN_IDLE_DAYS`, `_LICENCE_IDLE_DAYS`, `_NEW_DAYS`, `_MOST_ADMINS` and `_OWN_DOMAINS` set the
    thresholds of findings.

    Raises:
        SettingsError: a variable has a value that cannot be used.
    """
    if home := environ.get("ZOOMGOV_HOME"):
        data_dir = Path(home).expanduser()
    else:
        from platformdirs import user_data_path

        data_dir = user_data_path("zoomgov", appauthor=False)
    account_id, client_id, client_secret = (environ.get(name, "").strip() for name in _CREDENTIAL_VARIABLES)
    credentials = Credentials(account_id, client_id, Secret(client_secret))
    unset = tuple(name for name in _CREDENTIAL_VARIABLES if not environ.get(name, "").strip())
    return Settings(
        data_dir=data_dir.absolute(),
        environment_credentials=credentials if credentials.complete else None,
        unset_variables=unset if len(unset) < len(_CREDENTIAL_VARIABLES) else (),
        keep_syncs=_keep_syncs(environ.get("ZOOMGOV_KEEP_SYNCS", "").strip()),
        thresholds=_thresholds(environ),
    )


def _thresholds(environ: Mapping[str, str]) -> Thresholds:
    default = Thresholds()

    def number(name: str, otherwise: int, least: int) -> int:
        text = environ.get(name, "").strip()
        if not text:
            return otherwise
        if not text.isascii() or not text.isdigit() or not least <= int(text) < 100_000:
            raise SettingsError(f"{name} is {text!r}: give a whole number, at least {least}.")
        return int(text)

    domains = environ.get("ZOOMGOV_OWN_DOMAINS", "").replace(",", " ").split()
    return Thresholds(
        admin_idle_days=number("ZOOMGOV_ADMIN_IDLE_DAYS", default.admin_idle_days, 1),
        licence_idle_days=number("ZOOMGOV_LICENCE_IDLE_DAYS", default.licence_idle_days, 1),
        new_days=number("ZOOMGOV_NEW_DAYS", default.new_days, 0),
        most_admins=number("ZOOMGOV_MOST_ADMINS", default.most_admins, 1),
        own_domains=frozenset(domains),
    )


def _keep_syncs(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 2:
        raise SettingsError(f"ZOOMGOV_KEEP_SYNCS is {text!r}: give a number of syncs to keep, at least 2 to compare.")
    return int(text)
