"""`zoomgov credentials`: store and clear the three values of the Server-to-Server OAuth app."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from zoomgov.cli.help import Group, examples
from zoomgov.cli.output import command_line, note, say
from zoomgov.cli.running import ConnectorName, get_connector, open_services, run
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from zoomgov.secret import Credentials

_FIELDS = ("account_id", "client_id", "client_secret")


@click.group("credentials", cls=Group, epilog=examples("credentials set Zoom", "credentials clear Zoom"))
def credentials_command() -> None:
    """Store or clear a connector's Zoom credentials in the system keyring."""


@credentials_command.command("set", epilog=examples("credentials set Zoom", "credentials set Zoom --stdin < app.json"))
@click.argument("name", type=ConnectorName())
@click.option("--stdin", "from_stdin", is_flag=True, help="Read a JSON object with the three fields.")
def set_credentials(name: str, from_stdin: bool) -> None:
    """Store Account ID, Client ID and Client secret for connector NAME.

    Prompts for the three values; the secret is not shown. With --stdin reads
    {"account_id": "...", "client_id": "...", "client_secret": "..."}.
    """
    services = open_services()
    connector = get_connector(services, name)
    credentials = _read_json() if from_stdin else _prompt(connector.account_id, connector.client_id)
    where = run(services.credentials.save(connector, credentials))
    say(f"Stored in {where} and read back.")
    if services.settings.environment_credentials:
        note("Note: the ZOOMGOV_ environment variables are set and win over the keyring.")
    say(f"Next: {command_line('verify', connector.name)}")


@credentials_command.command("clear", epilog=examples("credentials clear Zoom"))
@click.argument("name", type=ConnectorName())
def clear_credentials(name: str) -> None:
    """Remove the stored credentials of connector NAME from the keyring."""
    services = open_services()
    connector = get_connector(services, name)
    run(services.credentials.clear(connector))
    say(f"Cleared the credentials of {printable(connector.name)}.")


def _prompt(account_id: str, client_id: str) -> Credentials:
    from zoomgov.secret import Credentials, Secret

    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask in: use --stdin.", click.get_current_context())
    return _checked(
        Credentials(
            click.prompt("Account ID", default=account_id or None, err=True).strip(),
            click.prompt("Client ID", default=client_id or None, err=True).strip(),
            Secret("".join(click.prompt("Client secret", hide_input=True, err=True).split())),
        )
    )


def _checked(credentials: Credentials) -> Credentials:
    """The credentials, if they can be sent and kept.

    Raises:
        Problem: there is a character in them that is none.
    """
    from zoomgov.secret import is_utf8

    for name, value in (
        ("Account ID", credentials.account_id),
        ("Client ID", credentials.client_id),
        ("Client secret", credentials.client_secret.reveal()),
    ):
        if not is_utf8(value):
            raise Problem(
                f"The {name} is not text in UTF-8.", "Copy it anew, from the App Credentials page of your app."
            )
    return credentials


def _read_json() -> Credentials:
    from zoomgov.secret import Credentials, Secret

    shape = "It must be a JSON object with account_id, client_id and client_secret."
    try:
        given: Any = json.loads(sys.stdin.read())
    except (ValueError, RecursionError):
        # `from None`: the decoder's error quotes what it read, the secret among it.
        raise Problem("Standard input is not JSON.", shape) from None
    missing = [
        field
        for field in _FIELDS
        if not isinstance(given, dict) or not isinstance(given.get(field), str) or not given[field].strip()
    ]
    if missing:
        raise Problem(f"Standard input lacks {', '.join(missing)}.", shape)
    account_id, client_id, client_secret = (given[field].strip() for field in _FIELDS)
    return _checked(Credentials(account_id, client_id, Secret(client_secret)))
