"""What can be set, typed, and what is wrong with a setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from zoomgov.secret import Credentials

FILE_NAME: Final = "settings.toml"


class SettingsError(ValueError):
    """A setting cannot be used; the text says which one, why, and which values can."""


class Mistake(NamedTuple):
    """What is wrong in `settings.toml`."""

    line: int
    """From 1; 0 where it is about the whole file."""
    text: str
    """What is wrong and what would be right, in a sentence or two."""
    key: str = ""
    """The key to take out or to set anew; empty where it is about more than one."""

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}" if self.line else self.text


class SettingsFileError(SettingsError):
    """`settings.toml` cannot be used. Nothing of it was used, and it is as it was."""

    def __init__(self, path: Path, *mistakes: Mistake) -> None:
        self.path = path
        self.mistakes = mistakes
        """In the order of the file; at least one."""
        super().__init__(f"{path} cannot be used. {' '.join(map(str, mistakes))}")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits beyond which something is a finding. The first five are settings."""

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
class SeatPrices:
    """What a seat costs a month. Nothing is known of a price that is not set."""

    currency: str = "USD"
    """Three letters of ISO 4217."""
    price: Decimal | None = None
    """Of a seat of any type that has no price of its own."""
    of_type: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    """By type: `on_prem`, `united_pro`, `united_business`, `united_enterprise`."""

    def of(self, kind: str = "") -> Decimal | None:
        """The price of a seat of this type; None when it is not known."""
        return self.of_type.get(kind, self.price)


@dataclass(frozen=True, slots=True)
class Network:
    """The way out of a company's network, where the environment does not say another."""

    proxy: str = ""
    """Address without name and password; empty for what the system's settings say."""
    ca_file: Path | None = None
    """Certificates to trust instead of Mozilla's and this computer's own."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """What sends mail for us; its password is in the keyring, if it needs one."""

    host: str
    port: int
    security: str
    """`starttls`, `tls`, or `none`, which is for servers on this computer only."""
    user: str = ""
    """Whom the password belongs to; empty for a server without a login."""
    sender: str = ""
    """The address that mail is from."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment and `settings.toml` decide."""

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

    seats: SeatPrices = SeatPrices()
    """What seats cost."""

    network: Network = Network()
    """Proxy and certificates, from the file."""

    theme: str = ""
    """Name of the app's colours, from the file; empty for those that were chosen in the app."""

    mail: MailServer | None = None
    """None: mail is drafted, not sent."""

    file: Path | None = None
    """`settings.toml`, whether it is there or not; None where it was never looked for."""

    @property
    def registry_path(self) -> Path:
        """The file of apps, owners and connectors."""
        return self.data_dir / "connectors.sqlite3"

    def store_path(self, connector_id: str) -> Path:
        """The file of a connector's store."""
        return self.data_dir / "stores" / f"{connector_id}.sqlite3"
