"""Each setting with its value and where that comes from, for people who want to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.settings.catalogue import CATALOGUE, Setting
from zoomgov.settings.file import read_written
from zoomgov.settings.model import SettingsFileError
from zoomgov.settings.shapes import WrongValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zoomgov.settings.file import Written


LOOSE: Final = ("network.proxy", "network.ca_file")
"""What other programs' variables say of these is used whatever it is: a password in an address, a folder for a file."""


class Origin(NamedTuple):
    """A setting as it holds now."""

    setting: Setting
    value: object
    """None where nothing is set and nothing built in."""
    shown: str
    """The value for people, without what is secret in it; what holds instead where there is none."""
    variable: str = ""
    """The environment variable that it comes from."""
    line: int = 0
    """The line of `settings.toml` that sets it, whether that counts or not."""
    mistake: str = ""
    """What is wrong with the value of the variable, which is not used then."""

    @property
    def where(self) -> str:
        """Where the value comes from, in words."""
        if self.variable:
            over = f", over line {self.line}" if self.line else ""
            return f"environment {self.variable}{over}"
        return f"file line {self.line}" if self.line else "default"


def origins(environ: Mapping[str, str], path: Path) -> list[Origin]:
    """All settings, in the order of the catalogue.

    A wrong value in a variable that is ours is named in `Origin.mistake`; nothing works until it is mended.

    Raises:
        SettingsFileError: the file cannot be read, or something in it is wrong.
        ForeignError: it, or its folder, belongs to somebody else or can be changed by others.
    """
    written = read_written(path)
    if written is not None and written.mistakes:
        raise SettingsFileError(path, *written.mistakes)
    return [_origin(setting, environ, written) for setting in CATALOGUE]


def _origin(setting: Setting, environ: Mapping[str, str], written: Written | None) -> Origin:
    shape, line = setting.shape, written.line(setting.key) if written else 0
    variable = setting.variable(environ)
    text = environ[variable].strip() if variable else ""
    if variable and setting.key in LOOSE:
        shown = shape.shown(text)
        return Origin(setting, shown, shown, variable, line)
    if variable:
        try:
            value = shape.parse(text)
            return Origin(setting, value, shape.shown(value), variable, line)
        except WrongValue as error:
            if setting.own:
                return Origin(setting, None, shape.quoted(text), variable, line, str(error))
            # a theme of another program: what comes next counts
    value = written.values[setting.key] if written and line else setting.default
    return Origin(setting, value, setting.otherwise if value is None else shape.shown(value), "", line)
