"""Every setting: its key in `settings.toml`, its shape, its variables, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.settings.model import SeatPrices, Thresholds
from zoomgov.settings.shapes import (
    Amount,
    Currency,
    Domains,
    EmailAddress,
    HostName,
    OneOf,
    ProxyAddress,
    Shape,
    WholeNumber,
    WholePath,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

THEMES: Final = (
    "zoomgov-dark", "zoomgov-light", "textual-dark", "textual-light", "ansi-dark", "ansi-light", "atom-one-dark",
    "atom-one-light", "catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha", "dracula",
    "flexoki", "gruvbox", "monokai", "nord", "rose-pine", "rose-pine-dawn", "rose-pine-moon", "solarized-dark",
    "solarized-light", "tokyo-night",
)  # fmt: skip
"""Names of the app's themes: those of Textual and our own. Here, because to ask Textual takes as long as to start."""
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
"""Of mail servers, by the kind of security."""


class Setting(NamedTuple):
    """One setting."""

    key: str
    """Section, point, name."""
    shape: Shape
    what: str
    """What it is, in a sentence without a full stop."""
    default: object = None
    otherwise: str = ""
    """What holds where nothing is set and `default` is None, in words."""
    variables: tuple[str, ...] = ()
    """Environment variables that win over the file, the first that is set."""
    own: bool = True
    """Whether the variables are this program's. Others have meanings for other programs, too, and are read where they
    are used: a wrong value in them is not refused."""

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]

    def variable(self, environ: Mapping[str, str]) -> str:
        """The name of the variable that decides; empty when none does."""
        return next((name for name in self._asked(environ) if environ.get(name, "").strip()), "")

    def _asked(self, environ: Mapping[str, str]) -> Iterator[str]:
        """The variables to look at. As in the standard library, an empty `x_proxy` also switches `X_PROXY` off."""
        for name in self.variables:
            if not (name.endswith("_PROXY") and name.lower() in environ):
                yield name


_LIMITS: Final = Thresholds()
_MAIL: Final = "mail is drafted, not sent"
_AS_OTHERS: Final = "as seats.price"

CATALOGUE: Final = (
    Setting(
        "findings.admin_idle_days", WholeNumber(1), "Days without a login after which an admin is idle",
        _LIMITS.admin_idle_days, variables=("ZOOMGOV_ADMIN_IDLE_DAYS",),
    ),
    Setting(
        "findings.licence_idle_days", WholeNumber(1), "Days without a login after which a licence is unused",
        _LIMITS.licence_idle_days, variables=("ZOOMGOV_LICENCE_IDLE_DAYS",),
    ),
    Setting(
        "findings.new_days", WholeNumber(0), "Days after their creation in which people need not have logged in",
        _LIMITS.new_days, variables=("ZOOMGOV_NEW_DAYS",),
    ),
    Setting(
        "findings.most_admins", WholeNumber(1), "More owners and admins are too many",
        _LIMITS.most_admins, variables=("ZOOMGOV_MOST_ADMINS",),
    ),
    Setting(
        "findings.own_domains", Domains(), "The organisation's domains, subdomains included: others are external",
        otherwise="where most people are", variables=("ZOOMGOV_OWN_DOMAINS",),
    ),
    Setting(
        "syncs.keep", WholeNumber(2, 999_999_999, "give a number of syncs to keep, at least 2 to compare"),
        "How many syncs of a connector to keep", otherwise="all", variables=("ZOOMGOV_KEEP_SYNCS",),
    ),
    Setting(
        "seats.price", Amount(), "What a licensed seat costs a month", otherwise="not known",
        variables=("ZOOMGOV_SEAT_PRICE",),
    ),
    Setting(
        "seats.currency", Currency(), "The currency of the prices", SeatPrices().currency,
        variables=("ZOOMGOV_SEAT_CURRENCY",),
    ),
    Setting("seats.on_prem", Amount(), "What an on-prem seat costs a month", otherwise=_AS_OTHERS),
    Setting("seats.united_pro", Amount(), "What a seat of United Pro costs a month", otherwise=_AS_OTHERS),
    Setting("seats.united_business", Amount(), "What a seat of United Business costs a month", otherwise=_AS_OTHERS),
    Setting(
        "seats.united_enterprise", Amount(), "What a seat of United Enterprise costs a month", otherwise=_AS_OTHERS
    ),
    Setting(
        "network.proxy", ProxyAddress(), "The way out of a company's network, for https",
        otherwise="as the system says", variables=("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"), own=False,
    ),
    Setting(
        "network.ca_file", WholePath(), "Certificates to trust, and no others",
        otherwise="Mozilla's and this computer's own", variables=("SSL_CERT_FILE", "SSL_CERT_DIR"), own=False,
    ),
    Setting(
        "app.theme", OneOf(*THEMES), "The colours of the app", otherwise="as chosen in the app",
        variables=("TEXTUAL_THEME",), own=False,
    ),
    Setting("mail.host", HostName(), "The server that sends mail", otherwise=_MAIL, variables=("ZOOMGOV_MAIL_HOST",)),
    Setting(
        "mail.port", WholeNumber(1, 65_535), "Its port", otherwise="587, 465 with tls, 25 without security",
        variables=("ZOOMGOV_MAIL_PORT",),
    ),
    Setting(
        "mail.security", OneOf(*PORTS), "How mail is sealed on the way there; none is for this computer only",
        "starttls", variables=("ZOOMGOV_MAIL_SECURITY",),
    ),
    Setting(
        "mail.user", Shape(), "Who logs in there; the password is kept in the keyring, never here",
        otherwise="nobody: the server wants no login", variables=("ZOOMGOV_MAIL_USER",),
    ),
    Setting(
        "mail.from", EmailAddress(), "The address that mail is from", otherwise="the user, if that is an address",
        variables=("ZOOMGOV_MAIL_FROM",),
    ),
)  # fmt: skip
"""In the order in which they are shown, by section."""

BY_KEY: Final = {setting.key: setting for setting in CATALOGUE}
SECTIONS: Final = tuple(dict.fromkeys(setting.section for setting in CATALOGUE))


def nearest(key: str) -> str:
    """The key or section that somebody who wrote `key` may have meant; empty when none is like it."""
    from difflib import get_close_matches

    wanted = key.strip().lower().replace("-", "_")
    if wanted in BY_KEY:
        return wanted
    section, _, name = wanted.rpartition(".")
    of_section = {setting.name: setting.key for setting in CATALOGUE if setting.section == section}
    of_any = {setting.name: setting.key for setting in CATALOGUE}
    sections = {} if section else {one: one for one in SECTIONS}
    if name in of_any and name not in of_section:
        return of_any[name]
    for keys in (of_section, sections, of_any):
        if close := get_close_matches(name, keys, n=1, cutoff=0.7):
            return keys[close[0]]
    return ""


def unknown(key: str) -> str:
    """Say that there is no setting of this name, and which may be meant."""
    name = key.rpartition(".")[2].lower()
    if any(part in name for part in ("passw", "secret", "token")):
        return (
            f"There is no setting {key!r}: passwords and secrets do not belong into a file. Take it out; where it was a"
            " real one, change it."
        )
    if key in SECTIONS:
        names = ", ".join(setting.name for setting in CATALOGUE if setting.section == key)
        return f"{key!r} is a section, with {names} in it."
    close = nearest(key)
    return f"There is no setting {key!r}. " + (f"Did you mean {close}?" if close else "zoomgov settings shows all.")
