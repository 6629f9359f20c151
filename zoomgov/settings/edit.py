"""Changes `settings.toml`, one value at a time: comments are kept, and it is written whole or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from zoomgov.disk.files import make_private_folder, write_private
from zoomgov.disk.ownership import expect_own
from zoomgov.settings.file import Written, examine, read_text
from zoomgov.settings.model import SettingsError, SettingsFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tomlkit import TOMLDocument
    from tomlkit.items import Item

    from zoomgov.settings.catalogue import Setting

_HEADER: Final = (
    "# Settings of zoomgov. All of them, what they are and where each comes from: zoomgov settings\n"
    "# Variables of the environment win over this file. No passwords in here.\n"
)


def set_setting(path: Path, setting: Setting, value: object) -> None:
    """Write `value`, of the setting's shape, into the file; it and its folder are made when they are missing.

    Mistakes elsewhere in the file stay, and are no hindrance.

    Raises:
        SettingsError: the file cannot be read or changed, or would be wrong with the value. It is as it was.
        ForeignError: the file, or its folder, belongs to somebody else or can be changed by others.
        OSError: it cannot be written; it is as it was.
    """

    def change(document: TOMLDocument) -> None:
        import tomlkit

        if setting.section not in document:
            document[setting.section] = tomlkit.table()
        section: Any = document[setting.section]  # Any: a table in one of several ways of writing
        new = setting.name not in section
        section[setting.name] = _item(setting.shape.for_file(value))
        if new and isinstance(section, tomlkit.items.Table):
            section[setting.name].comment(setting.what)

    _change(path, setting.key, value, change)


def unset_setting(path: Path, key: str) -> bool:
    """Take a key out of the file, one that is not known, too; returns whether it was there.

    Raises:
        SettingsError: the file cannot be read or changed. It is as it was.
        ForeignError: the file, or its folder, belongs to somebody else or can be changed by others.
        OSError: it cannot be written; it is as it was.
    """
    text = read_text(path)
    parts = key.split(".")
    if text is None or not _is_in(path, text, parts):
        return False

    def change(document: TOMLDocument) -> None:
        inner: Any = document  # Any: a table in one of several ways of writing
        for part in parts[:-1]:
            inner = inner[part]
        del inner[parts[-1]]

    _change(path, key, None, change)
    return True


def _change(path: Path, key: str, value: object, change: Callable[[TOMLDocument], None]) -> None:
    """Let `change` change the document, and write it when `key` is all that is different."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    if path.is_symlink():
        raise SettingsError(f"{path} is a link, to {path.resolve()}: change the file there, it was left as it is.")
    text = read_text(path)
    before = examine(path, text) if text is not None else Written("", {}, (), {})
    try:
        document = tomlkit.parse(text if text is not None else _HEADER)
        change(document)
        changed = tomlkit.dumps(document)
        if text is not None and "\r\n" in text:
            changed = changed.replace("\r\n", "\n").replace("\n", "\r\n")
    except (TOMLKitError, LookupError, TypeError, ValueError, RecursionError):
        raise _by_hand(path, before, key) from None
    try:
        after = examine(path, changed)
    except SettingsFileError:
        raise _by_hand(path, before, key) from None
    if new := [mistake for mistake in after.mistakes if mistake.text not in {one.text for one in before.mistakes}]:
        raise SettingsError(f"{new[0].text} {path} is as it was.")
    wanted = {name: one for name, one in before.values.items() if name != key}
    if value is not None:
        wanted[key] = value
    kept = {one.text for one in before.mistakes if one.key != key} == {one.text for one in after.mistakes}
    if after.values != wanted or not kept:
        raise _by_hand(path, before, key)
    make_private_folder(path.parent)
    expect_own(path)
    write_private(path, changed, replace=True)


def _by_hand(path: Path, written: Written, key: str) -> SettingsError:
    line = written.line(key) or written.line(key.partition(".")[0])
    where = f" It is on line {line}." if line else ""
    return SettingsError(
        f"{path} is written in a way in which {key} cannot be changed from here: change it in the file.{where} It was"
        " left as it is."
    )


def _item(value: object) -> Item:
    import tomlkit

    if isinstance(value, Decimal):  # as it was typed: 14.90 stays 14.90
        return tomlkit.value(f"{value:f}")
    return tomlkit.item(value)


def _is_in(path: Path, text: str, parts: list[str]) -> bool:
    import tomllib

    examine(path, text)
    inner: Any = tomllib.loads(text)
    for part in parts:
        if not isinstance(inner, dict) or part not in inner:
            return False
        inner = inner[part]
    return True
