"""The shapes that the value of a setting may have. Each reads text (environment, command line) and TOML.

Read at start: patterns are compiled, and modules imported, when a value of that shape is looked at.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from decimal import Decimal

_MOST_TEXT: Final = 254
"""Characters: as many as an e-mail address may have."""
_LONGEST_HOST: Final = 253


class WrongValue(ValueError):
    """The value cannot be used; the text says what would be right, and follows a colon."""


def _is_host(text: str) -> bool:
    return len(text) <= _LONGEST_HOST and all(
        re.fullmatch(r"[A-Za-z0-9-]{1,63}", part) and "-" not in (part[0], part[-1]) for part in text.split(".")
    )


def _is_domain(text: str) -> bool:
    """Whether it may be a domain, in any script."""
    return len(text) <= _LONGEST_HOST and all(
        re.fullmatch(r"[\w-]{1,63}", part) and "-" not in (part[0], part[-1]) for part in text.split(".")
    )


class Shape:
    """A shape of values: text, unless a subclass says otherwise."""

    right = "give a text in quotation marks"
    """What to do instead of a wrong value."""

    def parse(self, text: str) -> object:
        """Read a value from `text`.

        Raises:
            WrongValue: it is none.
        """
        return self.check(text)

    def check(self, value: object) -> object:
        """Read a value as TOML's decoder returned it; fractions are of type Decimal.

        Raises:
            WrongValue: it is none.
        """
        if not isinstance(value, str):
            raise WrongValue(self.right)
        if not value.strip() or not value.isprintable() or len(value) > _MOST_TEXT:
            raise WrongValue(f"give a text of at most {_MOST_TEXT} characters on one line")
        return value.strip()

    def for_file(self, value: object) -> object:
        """The value as it is written in TOML: a text, a number, a Decimal, or a list of texts."""
        return value

    def shown(self, value: object) -> str:
        """The value for people, on one line; `printable` comes later."""
        return str(value)

    def quoted(self, value: object) -> str:
        """A wrong value as the message about it quotes it: shortened, and without what may be a secret."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list | dict):
            return "a list" if isinstance(value, list) else "a table"
        text = repr(value) if isinstance(value, str) else str(value)
        return text if len(text) <= 80 else f"{text[:79]}…"


class WholeNumber(Shape):
    """A whole number in a range."""

    def __init__(self, least: int, most: int = 99_999, right: str = "") -> None:
        self._least, self._most = least, most
        self.right = right or f"give a whole number, at least {least}"

    def parse(self, text: str) -> object:
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise WrongValue(self.right)
        return self.check(int(text))

    def check(self, value: object) -> object:
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongValue(self.right)
        if value > self._most:
            raise WrongValue(f"{self.right}, and at most {self._most}")
        if value < self._least:
            raise WrongValue(self.right)
        return value


class Amount(Shape):
    """An amount of money."""

    right = "give an amount with a point and without a currency, such as 14.99"

    def parse(self, text: str) -> object:
        if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,4})?", text):
            raise WrongValue(self.right)
        from decimal import Decimal

        return Decimal(text)

    def check(self, value: object) -> object:
        if isinstance(value, bool | str | list | dict):
            raise WrongValue(self.right)
        return self.parse(str(value))

    def shown(self, value: object) -> str:
        amount: Decimal = value  # type: ignore[assignment]  # what `parse` returned
        return f"{amount:f}"


class Currency(Shape):
    """A currency by its three letters."""

    right = "give the three letters of a currency, such as EUR"

    def check(self, value: object) -> object:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{3}", value):
            raise WrongValue(self.right)
        return value.upper()


class Domains(Shape):
    """Domains of e-mail addresses."""

    right = 'give a list of domains, such as ["acme.com", "acme.org"]'

    def parse(self, text: str) -> object:
        return self._read(text.replace(",", " ").split(), "give domains, such as acme.com,acme.org")

    def check(self, value: object) -> object:
        if not isinstance(value, list):
            raise WrongValue(self.right)
        return self._read(value, self.right)

    def _read(self, values: list[object] | list[str], right: str) -> frozenset[str]:
        found = set()
        for value in values:
            domain = value.strip().lower().removeprefix("@") if isinstance(value, str) else ""
            if not _is_domain(domain):
                raise WrongValue(right)
            found.add(domain)
        if not found:
            raise WrongValue(right)
        return frozenset(found)

    def for_file(self, value: object) -> object:
        assert isinstance(value, frozenset)
        return sorted(value)

    def shown(self, value: object) -> str:
        assert isinstance(value, frozenset)
        return ", ".join(sorted(value))


class OneOf(Shape):
    """One of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.right = f"give one of {', '.join(words)}"

    def check(self, value: object) -> object:
        if not isinstance(value, str) or value not in self.words:
            from difflib import get_close_matches

            close = get_close_matches(str(value).lower(), self.words, n=1) if isinstance(value, str) else []
            raise WrongValue(f"the nearest there is is {close[0]}" if close else self.right)
        return value


class ProxyAddress(Shape):
    """The address of a proxy, without its password."""

    right = "give an address such as http://proxy.example:3128"

    def check(self, value: object) -> object:
        if not isinstance(value, str):
            raise WrongValue(self.right)
        if "@" in value:
            raise WrongValue(
                "a name and a password do not belong into a file; set HTTPS_PROXY in the environment for a proxy that"
                " wants them"
            )
        found = re.fullmatch(r"(?:(https?)://)?([^\s/:@\[\]]+|\[[0-9a-fA-F:]+\])(?::([0-9]{1,5}))?/?", value)
        if found is None or not (found[2].startswith("[") or _is_host(found[2])):
            raise WrongValue(self.right)
        if not 0 < int(found[3] or 80) < 65536:
            raise WrongValue(f"{self.right}; ports end at 65535")
        return value if found[1] else f"http://{value}"

    def shown(self, value: object) -> str:
        return masked(str(value))

    def quoted(self, value: object) -> str:
        return super().quoted(masked(value) if isinstance(value, str) else value)


def masked(address: str) -> str:
    """An address of a proxy without the name and password in it."""
    before, at, host = address.rpartition("@")
    scheme, separator, _ = before.partition("://")
    return f"{scheme + separator if separator else ''}…@{host}" if at else address


class WholePath(Shape):
    """A file by its whole path."""

    right = "give the whole path of a file"

    def parse(self, text: str) -> object:
        if not text.strip():
            return self.check(text)
        try:
            return self.check(str(Path(text).expanduser().absolute()))
        except RuntimeError:  # ~somebody who does not exist
            raise WrongValue(self.right) from None

    def check(self, value: object) -> object:
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise WrongValue(self.right)
        try:
            path = Path(value).expanduser()
        except RuntimeError:  # ~somebody who does not exist
            raise WrongValue(self.right) from None
        if not path.is_absolute():
            raise WrongValue(self.right)
        return path

    def for_file(self, value: object) -> object:
        return str(value)


class HostName(Shape):
    """The name or the IP address of a computer."""

    right = "give the name of a server, such as smtp.acme.com"

    def check(self, value: object) -> object:
        if not isinstance(value, str) or not (_is_host(value) or self._is_address(value)):
            raise WrongValue(self.right)
        return value.lower()

    def _is_address(self, text: str) -> bool:
        from ipaddress import ip_address

        try:
            return "%" not in text and bool(ip_address(text))
        except ValueError:
            return False


class EmailAddress(Shape):
    """An e-mail address without a name beside it."""

    right = "give an e-mail address, such as it@acme.com"

    def check(self, value: object) -> object:
        if isinstance(value, str) and len(value) <= _MOST_TEXT and value.isprintable():
            name, _, domain = value.rpartition("@")
            if re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]{1,64}", name) and "." in domain and _is_domain(domain):
                return value
        raise WrongValue(self.right)
