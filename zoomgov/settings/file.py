"""Reads `settings.toml`: what is in it, and every mistake with its line. Imports the decoder where there is a file."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zoomgov.disk.ownership import expect_own
from zoomgov.settings.catalogue import BY_KEY, SECTIONS, unknown
from zoomgov.settings.folders import folder_of
from zoomgov.settings.model import FILE_NAME, Mistake, SettingsFileError
from zoomgov.settings.shapes import WrongValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

_LONGEST: Final = 1 << 20
"""Bytes. Settings with every comment that one may want are a hundredth of it."""


class Written(NamedTuple):
    """What stands in the file."""

    text: str
    values: dict[str, Any]  # Any: each of the type that its shape returns
    """By key, those that are right."""
    mistakes: tuple[Mistake, ...]
    """In the order of the file."""
    lines: dict[tuple[str, ...], int]
    """Of each key, by its parts."""

    def line(self, key: str) -> int:
        """The line of a key, or of the inline table it stands in; 0 when it is not there."""
        parts = tuple(key.split("."))
        if key not in self.values:
            return self.lines.get(parts, 0)
        from zoomgov.settings.lines import line_of

        return line_of(self.lines, parts)


def settings_file(environ: Mapping[str, str]) -> Path:
    """Where the file is, or would be: in the platform's folder for settings, or in `ZOOMGOV_HOME`."""

    def platforms() -> Path:
        from platformdirs import user_config_path

        return user_config_path("zoomgov", appauthor=False)

    return folder_of(environ, platforms) / FILE_NAME


def read_values(path: Path) -> dict[str, Any]:
    """The values in the file by key; {} where there is none.

    Raises:
        SettingsFileError: the file cannot be read, or something in it is wrong.
        ForeignError: it, or its folder, belongs to somebody else or can be changed by others.
    """
    written = read_written(path)
    if written is None:
        return {}
    if written.mistakes:
        raise SettingsFileError(path, *written.mistakes)
    return written.values


def read_written(path: Path) -> Written | None:
    """The file with its mistakes; None where there is none.

    Raises:
        SettingsFileError: it cannot be read, or is no TOML.
        ForeignError: it, or its folder, belongs to somebody else or can be changed by others.
    """
    text = read_text(path)
    return None if text is None else examine(path, text)


def read_text(path: Path) -> str | None:
    """The text of the file, its line ends as they are; None where there is none.

    Raises:
        SettingsFileError: it cannot be read.
        ForeignError: it, or its folder, belongs to somebody else or can be changed by others.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # to open a pipe would wait for ever
            raise SettingsFileError(path, Mistake(0, "It is no file: move it away."))
        if found.st_size > _LONGEST:
            raise SettingsFileError(path, Mistake(0, f"It has {found.st_size:,} bytes, which are no settings."))
        expect_own(path)
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsFileError(path, Mistake(0, f"It cannot be read: {error.strerror}.")) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsFileError(path, Mistake(line, "This is no UTF-8: save the file in that encoding.")) from None


def examine(path: Path, text: str) -> Written:
    """Decode `text` and compare it with the catalogue.

    Raises:
        SettingsFileError: it is no TOML.
    """
    import tomllib

    try:
        document = tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingsFileError(path, _not_toml(str(error), text)) from None
    except (RecursionError, ValueError):  # lists in lists in lists; a number of thousands of digits
        raise SettingsFileError(path, Mistake(0, "What is in it cannot be understood.")) from None
    from zoomgov.settings.lines import key_lines, line_of

    lines = key_lines(text)
    values: dict[str, Any] = {}
    mistakes = []
    for parts, value in _entries(document):
        key, line = ".".join(parts), line_of(lines, parts)
        if len(parts) == 1 or key not in BY_KEY:  # one part: it may have a point in it
            is_plain = all(re.fullmatch(r"[A-Za-z0-9_-]+", part) for part in parts)
            mistakes.append(Mistake(line, unknown(key), key if is_plain else ""))
            continue
        shape = BY_KEY[key].shape
        try:
            values[key] = shape.check(value)
        except WrongValue as error:
            mistakes.append(Mistake(line, f"{key} is {shape.quoted(value)}: {error}.", key))
    if (about_mail := mail_mistake(values)) and not mistakes:
        mistakes.append(Mistake(line_of(lines, ("mail", "security")), about_mail, "mail.security"))
    mistakes.sort(key=lambda mistake: mistake.line)
    return Written(text, values, tuple(mistakes), lines)


def mail_mistake(values: Mapping[str, Any]) -> str:
    """What is wrong with the mail server as a whole; empty when nothing is."""
    if values.get("mail.security") != "none" or _is_this_computer(host := values.get("mail.host", "localhost")):
        return ""
    return f"mail.security is 'none', and {host} is another computer: give starttls or tls."


def _is_this_computer(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each key with its value: those of a section one by one, anything else as it stands."""
    for section, content in document.items():
        if section not in SECTIONS or not isinstance(content, dict):
            yield (section,), content
            continue
        for name, value in content.items():
            yield (section, name), value


def _decimal(text: str) -> Decimal:
    from decimal import Decimal

    return Decimal(text)


def _not_toml(said: str, text: str) -> Mistake:
    """The decoder's words with the line out of them. They quote at most one character of the file."""
    reason, _, place = said.partition(" (at ")
    found = re.match(r"line (\d+)", place)
    line = int(found[1]) if found else text.count("\n") + 1
    hint = ""
    if reason.startswith("Invalid value"):
        hint = ' Texts stand in quotation marks: name = "value".'
    return Mistake(line, f"This is no TOML: {reason[:1].lower()}{reason[1:]}.{hint}")
