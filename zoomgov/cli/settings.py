"""`zoomgov settings`: what is set, where that comes from, and to set it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoomgov import process
from zoomgov.cli.help import Group, examples
from zoomgov.cli.output import note, print_json, print_rows, say
from zoomgov.services.problems import Exit
from zoomgov.text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from zoomgov.settings.catalogue import Setting
    from zoomgov.settings.origins import Origin


class SettingName(click.ParamType[str]):
    """The key of a setting, with completion."""

    name = "key"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from zoomgov.settings.catalogue import CATALOGUE

        return [
            CompletionItem(setting.key, help=setting.what)
            for setting in CATALOGUE
            if setting.key.startswith(incomplete) or setting.name.startswith(incomplete)
        ]


@click.group(
    "settings",
    cls=Group,
    invoke_without_command=True,
    epilog=examples(
        "settings",
        "settings get findings.own_domains",
        "settings set findings.own_domains acme.com,acme.org",
        "settings unset findings.own_domains",
    ),
)
@click.option("--json", "as_json", is_flag=True, help="Print all settings as JSON.")
@click.pass_context
def settings_command(ctx: click.Context, as_json: bool) -> int | None:
    """Show and change the settings.

    Alone it prints all of them, each with its value and where that comes from. Variables of the environment win over
    the file settings.toml; `zoomgov settings path` says where that is. It can be edited by hand, too.
    """
    if ctx.invoked_subcommand is not None:
        return None
    found = _origins()
    if as_json:
        print_json([_facts(origin) for origin in found])
    else:
        path = _path()
        say(f"File: {printable(path)}{'' if path.exists() else ', not there yet'}\n")
        rows = [(one.setting.key, one.shown, one.where, one.setting.what) for one in found]
        print_rows(("Setting", "Value", "From", "What it is"), rows, "table", whole=frozenset({0, 3}), more="--json")
    return _tell_mistakes(found)


@settings_command.command("get", epilog=examples("settings get syncs.keep", "settings get mail.host --json"))
@click.argument("key", type=SettingName())
@click.option("--json", "as_json", is_flag=True, help="Print it with where it comes from as JSON.")
def get_setting(key: str, as_json: bool) -> int:
    """Print the value of KEY that holds now."""
    setting = _setting(key)
    origin = next(one for one in _origins() if one.setting is setting)
    if as_json:
        print_json(_facts(origin))
    else:
        say(printable(origin.shown))
    return _tell_mistakes([origin])


@settings_command.command("set", epilog=examples("settings set syncs.keep 30", "settings set seats.currency EUR"))
@click.argument("key", type=SettingName())
@click.argument("value")
def set_setting(key: str, value: str) -> None:
    """Set KEY to VALUE in settings.toml; comments in it are kept.

    Several values, such as domains, are separated by commas.
    """
    from zoomgov.settings import edit
    from zoomgov.settings.shapes import WrongValue

    setting, path = _setting(key), _path()
    try:
        read = setting.shape.parse(value.strip())
    except WrongValue as error:
        quoted = setting.shape.quoted(value)
        raise click.UsageError(f"{setting.key} cannot be {quoted}: {error}.", click.get_current_context()) from None
    if setting.key == "network.ca_file":
        _expect_certificates(read)
    edit.set_setting(path, setting, read)
    say(f"{setting.key} is {printable(setting.shape.shown(read))} now, in {printable(path)}.")
    if variable := setting.variable(process.environment()):
        note(f"Not in this shell: {variable} is set in its environment, and wins.")


@settings_command.command("unset", epilog=examples("settings unset syncs.keep"))
@click.argument("key", type=SettingName())
def unset_setting(key: str) -> None:
    """Take KEY out of settings.toml, so that the default holds again."""
    from zoomgov.settings.catalogue import BY_KEY, SECTIONS, unknown
    from zoomgov.settings.edit import unset_setting as take_out

    path = _path()
    if key in SECTIONS:
        raise click.UsageError(unknown(key), click.get_current_context())
    if take_out(path, key):
        say(f"{printable(key)} is no longer in {printable(path)}.")
    elif key in BY_KEY:
        say(f"{key} is not in {printable(path)}: nothing to do.")
    else:
        raise click.UsageError(unknown(key), click.get_current_context())


@settings_command.command("path", epilog=examples("settings path"))
def settings_path() -> None:
    """Print where settings.toml is, or would be."""
    say(printable(_path()))


def _path() -> Path:
    from zoomgov.settings.file import settings_file

    return settings_file(process.environment())


def _origins() -> list[Origin]:
    from zoomgov.settings.origins import origins

    return origins(process.environment(), _path())


def _setting(key: str) -> Setting:
    from zoomgov.settings.catalogue import BY_KEY, unknown

    if key not in BY_KEY:
        raise click.UsageError(unknown(key), click.get_current_context())
    return BY_KEY[key]


def _facts(origin: Origin) -> dict[str, Any]:
    """A setting for programs; add keys, never change one."""
    setting = origin.setting
    value = None if origin.value is None else setting.shape.for_file(origin.value)
    return {
        "key": setting.key,
        "value": value,
        "from": "environment" if origin.variable else "file" if origin.line else "default",
        "variable": origin.variable or None,
        "line": origin.line or None,
        "mistake": origin.mistake or None,
        "what": setting.what,
    }


def _tell_mistakes(found: list[Origin]) -> int:
    """Say which variables have values that cannot be used, and return the exit code."""
    wrong = [one for one in found if one.mistake]
    for one in wrong:
        note(f"{one.variable} is {one.shown}: {one.mistake}. No other command works until that is mended.")
    return Exit.FAILED if wrong else Exit.OK


def _expect_certificates(path: object) -> None:
    from zoomgov.zoom.network import read_certificates

    try:
        read_certificates(str(path))
    except ValueError as error:
        raise click.UsageError(f"network.ca_file was not set: {error}.", click.get_current_context()) from None
