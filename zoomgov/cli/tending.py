"""`zoomgov connectors` for one that is there: edit, rename, duplicate, rotate, disconnect and log."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, note, print_json, print_rows, say
from zoomgov.cli.running import ConnectorName, get_connector, open_services, run
from zoomgov.cli.sync import gaps_as_dict
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from zoomgov.connectors.model import Connector
    from zoomgov.secret import Secret
    from zoomgov.services.past_syncs import History, PastSync

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")


def facts_of(connector: Connector) -> dict[str, object]:
    """What is known of a connector, for JSON."""
    return {
        "name": connector.name,
        "id": connector.id,
        "status": str(connector.status),
        "reason": connector.reason,
        "app": connector.app.name,
        "owners": [owner.email for owner in connector.owners],
        "cloud": connector.cloud,
        "last_sync_at": connector.last_sync_at.isoformat(timespec="seconds") if connector.last_sync_at else None,
        "created_at": connector.created_at.isoformat(timespec="seconds"),
        "credentials_at": connector.credentials_at.isoformat(timespec="seconds") if connector.credentials_at else None,
    }


@click.command(
    "rename", short_help="Give a connector another name.", epilog=examples('connectors rename Zoom "Zoom EMEA"')
)
@click.argument("name", type=ConnectorName())
@click.argument("new_name", metavar="NEW")
@as_json_option
def rename_command(name: str, new_name: str, as_json: bool) -> None:
    """Give connector NAME the name NEW. Its data and credentials stay."""
    services = open_services()
    connector = get_connector(services, name)
    renamed = run(services.editing.rename(connector, new_name))
    if as_json:
        print_json(facts_of(renamed))
    else:
        say(f"{printable(connector.name)} is now {printable(renamed.name)}.")


@click.command(
    "edit",
    short_help="Change a connector's owners, app or cloud.",
    epilog=examples("connectors edit Zoom --owner ada@example.com --owner ben@example.com"),
)
@click.argument("name", type=ConnectorName())
@click.option("--owner", "owners", multiple=True, metavar="EMAIL", help="Owner in place of those it has; repeatable.")
@click.option("--app", metavar="APP", help="Make it a data source of this existing app.")
@click.option("--new-app", metavar="APP", help="Make it a data source of a new app with this name.")
@click.option("--cloud", metavar="zoom.us|zoomgov.com|URL", help="Where its Zoom is; only before the first sync.")
@as_json_option
def edit_command(
    name: str, owners: tuple[str, ...], app: str | None, new_app: str | None, cloud: str | None, as_json: bool
) -> None:
    """Change owners, app or cloud of connector NAME.

    With another cloud its stored credentials go, since no other host may have them.
    """
    from zoomgov.connectors.model import Owner
    from zoomgov.connectors.steps import is_email

    context = click.get_current_context()
    if not owners and app is None and new_app is None and cloud is None:
        raise click.UsageError("Give what to change: --owner, --app, --new-app or --cloud.", context)
    if app is not None and new_app is not None:
        raise click.UsageError("Choose one of --app APP (existing) and --new-app APP.", context)
    for owner in owners:
        if not is_email(owner.strip()):
            raise click.UsageError(f"{printable(owner)!r} is not an e-mail address.", context)
    services = open_services()
    connector = before = get_connector(services, name)
    if cloud is not None:
        connector = run(services.editing.change_cloud(connector, cloud))
    if app is not None or new_app is not None:
        connector = run(services.editing.move_to_app(connector, app or new_app or "", new=app is None))
    if owners:
        known = {owner.email.casefold(): owner for owner in connector.owners}
        named = [known.get(email.strip().casefold(), Owner(email.strip())) for email in owners]
        connector = run(services.editing.change_owners(connector, named))
    if as_json:
        print_json(facts_of(connector))
        return
    where = f"app {printable(connector.app.name)}, cloud {printable(connector.cloud)}"
    say(f"{printable(connector.name)}: {where}, owners {_owners(connector)}.")
    if connector.cloud != before.cloud:
        say(f"Next: make an app there, then {command_line('credentials', 'set', connector.name)}")


def _owners(connector: Connector) -> str:
    return ", ".join(printable(owner.email) for owner in connector.owners)


@click.command(
    "duplicate",
    short_help="Make another connector like one, without credentials and data.",
    epilog=examples("connectors duplicate Zoom --cloud zoomgov.com"),
)
@click.argument("name", type=ConnectorName())
@click.option("--cloud", default="", metavar="zoom.us|zoomgov.com|URL", help="Where the other Zoom is.")
@click.option(
    "--name", "new_name", default="", metavar="NEW", help="Its name; made from NAME and the cloud if missing."
)
@as_json_option
def duplicate_command(name: str, cloud: str, new_name: str, as_json: bool) -> None:
    """Make another connector with app, owners and choices of NAME, for another cloud or account.

    It has no credentials and no data.
    """
    services = open_services()
    connector = get_connector(services, name)
    made = run(services.editing.duplicate(connector, cloud=cloud, name=new_name))
    if as_json:
        print_json(facts_of(made))
        return
    say(f"Created connector {printable(made.name)} at {printable(made.cloud)}: {made.status}.")
    given = services.settings.environment_credentials is not None
    following = command_line("verify", made.name) if given else command_line("credentials", "set", made.name)
    say(f"Next: {following}")


@click.command(
    "rotate",
    short_help="Replace the Client secret, once Zoom has taken the new one.",
    epilog=examples("connectors rotate Zoom"),
)
@click.argument("name", type=ConnectorName())
@click.option("--stdin", "from_stdin", is_flag=True, help='Read {"client_secret": "..."} instead of asking.')
@as_json_option
def rotate_command(name: str, from_stdin: bool, as_json: bool) -> None:
    """Replace the Client secret of connector NAME.

    Says where to click in Zoom and asks for the new secret, which is not shown. It is tried at Zoom
    before the old one is dropped: if Zoom refuses it, the old one stays.
    """
    from zoomgov.services.rotation import rotation_guide

    services = open_services()
    connector = get_connector(services, name)
    run(services.rotation.before(connector))  # nobody shall make a new one in Zoom that cannot be kept here
    if from_stdin:
        secret = _read_secret()
    else:
        if not sys.stdin.isatty():
            raise click.UsageError("There is no terminal to ask in: use --stdin.", click.get_current_context())
        for number, step in enumerate(rotation_guide(connector).steps, start=1):
            note(f"{number}. {step}")
        secret = _ask_for_secret()
    rotated = run(services.rotation.rotate(connector, secret))
    if as_json:
        print_json({"connector": connector.name, "kept_in": rotated.where, "session_only": rotated.session_only})
        return
    say(f"Zoom took the new secret; it is stored in {rotated.where} and read back. The old one is gone from there.")


def _ask_for_secret() -> Secret:
    from zoomgov.secret import Secret

    return Secret("".join(click.prompt("New Client secret", hide_input=True, err=True).split()))


def _read_secret() -> Secret:
    from zoomgov.secret import Secret

    shape = "It must be a JSON object with client_secret."
    try:
        given: Any = json.loads(sys.stdin.read())
    except (ValueError, RecursionError):
        # `from None`: the decoder's error quotes what it read, the secret among it.
        raise Problem("Standard input is not JSON.", f"{shape} Nothing has changed.") from None
    secret = given.get("client_secret") if isinstance(given, dict) else None
    if not isinstance(secret, str) or not secret.strip():
        raise Problem("Standard input lacks client_secret.", f"{shape} Nothing has changed.")
    return Secret("".join(secret.split()))


@click.command(
    "disconnect",
    short_help="Take a connector's credentials away, and keep its data.",
    epilog=examples("connectors disconnect Zoom"),
)
@click.argument("name", type=ConnectorName())
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also when no keyring can be asked; one elsewhere keeps what it holds.")
@as_json_option
def disconnect_command(name: str, yes: bool, force: bool, as_json: bool) -> None:
    """Remove the stored credentials of connector NAME. What was synced stays and can be read."""
    from zoomgov.services.disconnecting import NotDisconnected

    services = open_services()
    connector = get_connector(services, name)
    if not yes:
        click.confirm(
            f"Remove the stored credentials of {printable(connector.name)}? What was synced stays.",
            abort=True,
            err=True,
        )
    try:
        after = run(services.disconnecting.disconnect(connector, force=force))
    except NotDisconnected as problem:
        if not problem.by_force:
            raise
        forced = command_line("connectors", "disconnect", "--force", connector.name)
        raise Problem(
            problem.what,
            problem.why,
            f"{forced} does it all the same; a keyring that cannot be asked now keeps what it may hold.",
        ) from None
    if as_json:
        print_json(facts_of(after))
        return
    say(f"{printable(after.name)}: {after.status}. {printable(after.reason)} What was synced stays.")
    say(f"To connect it again: {command_line('credentials', 'set', after.name)}")


@click.command(
    "log",
    short_help="List the last syncs: outcome, duration, and what was not read.",
    epilog=examples("connectors log Zoom --last 3"),
)
@click.argument("name", type=ConnectorName())
@click.option("--last", "most", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="How many.")
@as_json_option
def log_command(name: str, most: int, as_json: bool) -> None:
    """List the last syncs of connector NAME, newest first: outcome, duration, and what was not read."""
    services = open_services()
    connector = get_connector(services, name)
    history = services.past_syncs.last(connector, most)
    if as_json:
        print_json(_as_dict(connector, history))
        return
    if history.running:
        say("A sync is running.")
    if history.failed:
        say(f"The last sync failed: {printable(history.failed).rstrip('.')}.")
    if not history.syncs:
        say("No sync was finished yet." if history.failed or history.running else "It was never synced.")
        return
    _print_log(history)


def _print_log(history: History) -> None:
    from zoomgov.words.parts import part_words
    from zoomgov.words.times import duration, moment

    rows = [
        (
            sync.number,
            moment(sync.started_at),
            "not known" if sync.seconds is None else duration(sync.seconds),
            sync.outcome,
            len(sync.not_read) or "",
            len(sync.disagreements) or "",
        )
        for sync in history.syncs
    ]
    titles = ("Sync", "Began (UTC)", "Took", "Outcome", "Not read", "Disagree")
    print_rows(titles, rows, "table", right=frozenset({0, 4, 5}))
    for sync in history.syncs:
        for part in sync.not_read:
            say(f"Sync {sync.number}, not read: {part_words(part)}: {printable(part.reason)}")
    if history.kept > len(history.syncs):
        say(f"{history.kept - len(history.syncs):,} older syncs are kept; --last {history.kept} lists them, too.")


def _as_dict(connector: Connector, history: History) -> dict[str, object]:
    return {
        "connector": connector.name,
        "running": history.running,
        "failed": history.failed or None,
        "kept": history.kept,
        "syncs": [_sync_as_dict(sync) for sync in history.syncs],
    }


def _sync_as_dict(sync: PastSync) -> dict[str, object]:
    return {
        "sync": sync.number,
        "started_at": sync.started_at,
        "finished_at": sync.finished_at,
        "seconds": sync.seconds,
        "outcome": sync.outcome,
        **gaps_as_dict(sync.not_read, sync.disagreements),
    }


COMMANDS = (rename_command, edit_command, duplicate_command, rotate_command, disconnect_command, log_command)
"""Commands of the group `connectors`."""
