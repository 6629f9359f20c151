"""Where things are: folders, environment, and Zoom's clouds with their hosts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zoomgov.secret import Credentials, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsError(ValueError):
    """A setting cannot be used; the text says which one, why, and what would do."""


_CREDENTIAL_VARIABLES: Final = ("ZOOMGOV_ACCOUNT_ID", "ZOOMGOV_CLIENT_ID", "ZOOMGOV_CLIENT_SECRET")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is a finding. Each of the first five is a setting."""

    admin_idle_days: int = 90
    """Admins who have not logged in for so long."""
    licence_idle_days: int = 90
    """People with a licence who have not logged in for so long."""
    new_days: int = 30
    """People made so lately are not yet expected to have logged in."""
    most_admins: int = 10
    """More owners and admins than this are too many."""
    own_domains: frozenset[str] = frozenset()
    """Domains that belong to the organisation, with all below them. None: guessed from where most people are."""
    own_domain_share: float = 0.05
    """When guessing: a domain with at least this share of all people is one's own."""
    named: int = 10_000
    """People and things a finding names at most; its count is always of all."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides."""

    data_dir: Path
    """Folder of the registry and of each connector's store; mode 0700."""

    environment_credentials: Credentials | None = None
    """Set when all three ZOOMGOV_ variables are; they win over the keyring."""

    unset_variables: tuple[str, ...] = ()
    """Those of the three that are not set while another is: the person may think they are used."""

    keep_syncs: int | None = None
    """How many syncs of a connector to keep; None keeps all. A sync of a quiet account costs next to nothing."""

    thresholds: Thresholds = Thresholds()
    """From when on something is a finding."""

    @property
    def registry_path(self) -> Path:
        """The file of apps, owners and connectors."""
        return self.data_dir / "connectors.sqlite3"

    def store_path(self, connector_id: str) -> Path:
        """The file of what was synced for one connector."""
        return self.data_dir / "stores" / f"{connector_id}.sqlite3"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from `environ`; creates nothing.

    `ZOOMGOV_HOME` moves the data folder from where the platform keeps such things, `ZOOMGOV_KEEP_SYNCS` says how
    many syncs of a connector to keep, `ZOOMGOV_ADMIN_IDLE_DAYS`, `_LICENCE_IDLE_DAYS`, `_NEW_DAYS`, `_MOST_ADMINS` and
    `_OWN_DOMAINS` when something is a finding.

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
    usual = Thresholds()

    def number(name: str, otherwise: int, least: int) -> int:
        text = environ.get(name, "").strip()
        if not text:
            return otherwise
        if not text.isascii() or not text.isdigit() or not least <= int(text) < 100_000:
            raise SettingsError(f"{name} is {text!r}: give a whole number, at least {least}.")
        return int(text)

    domains = environ.get("ZOOMGOV_OWN_DOMAINS", "").replace(",", " ").split()
    return Thresholds(
        admin_idle_days=number("ZOOMGOV_ADMIN_IDLE_DAYS", usual.admin_idle_days, 1),
        licence_idle_days=number("ZOOMGOV_LICENCE_IDLE_DAYS", usual.licence_idle_days, 1),
        new_days=number("ZOOMGOV_NEW_DAYS", usual.new_days, 0),
        most_admins=number("ZOOMGOV_MOST_ADMINS", usual.most_admins, 1),
        own_domains=frozenset(domains),
    )


def _keep_syncs(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 2:
        raise SettingsError(f"ZOOMGOV_KEEP_SYNCS is {text!r}: give a number of syncs to keep, at least 2 to compare.")
    return int(text)
