"""`zoomgov connectors`: list, add, show and remove; what changes one that is there is in `tending.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from zoomgov.cli.help import Group, examples
from zoomgov.cli.output import FORMATS, command_line, format_option, note, print_json, print_rows, say
from zoomgov.cli.running import ConnectorName, get_connector, open_services, run
from zoomgov.cli.tending import COMMANDS, facts_of
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from typing import BinaryIO

    from zoomgov.connectors.model import Connector
    from zoomgov.services.services import Services


@click.group("connectors", cls=Group, epilog=examples("connectors list", "connectors show Zoom"))
def connectors_command() -> None:
    """List, add, show, change and remove connectors."""


for _command in COMMANDS:
    connectors_command.add_command(_command)


def _cell(value: object) -> object:
    return ", ".join(value) if isinstance(value, list) else value or ""


@connectors_command.command("list", epilog=examples("connectors list", "connectors list --format json"))
@format_option
def list_connectors(form: str) -> None:
    """List all connectors with their status."""
    services = open_services()
    facts = [facts_of(connector) for connector in services.connectors.all()]
    if form == "json":
        print_json(facts)
    elif not facts and form == "table":
        say("No connectors yet. Add one: zoomgov connectors add NAME --new-app APP --owner EMAIL")
    else:
        titles: tuple[str, ...] = ("Name", "Status", "Last sync", "Owners", "App", "Cloud")
        keys: tuple[str, ...] = ("name", "status", "last_sync_at", "owners", "app", "cloud")
        rows = [[_cell(fact[key]) for key in keys] for fact in facts]
        if form == "table":  # 80 columns have no room for all of it: `connectors show` has
            keys, titles = keys[:-1], titles[:-1]
            rows = [[name, status, str(at)[:16].replace("T", " "), *more] for name, status, at, *more, _ in rows]
        print_rows(titles, rows, form, keys=keys)


@connectors_command.command(
    "add",
    epilog=examples(
        "connectors add Zoom --new-app Zoom --owner you@example.com",
        "connectors add Gov --app IT --owner me@acme.gov --cloud zoomgov.com",
    ),
)
@click.argument("name")
@click.option("--app", "app_name", metavar="APP", help="Add as a data source to this existing app.")
@click.option("--new-app", metavar="APP", help="Create a new app with this name.")
@click.option("--owner", "owners", multiple=True, required=True, metavar="EMAIL", help="Owner; repeat for several.")
@click.option("--cloud", default="zoom.us", show_default=True, metavar="zoom.us|zoomgov.com|URL", help="Where Zoom is.")
def add_connector(name: str, app_name: str | None, new_app: str | None, owners: tuple[str, ...], cloud: str) -> None:
    """Create connector NAME as Not connected."""
    from zoomgov.connectors.model import Draft, Owner
    from zoomgov.connectors.steps import is_email
    from zoomgov.zoom.clouds import CloudError, parse_cloud

    if (app_name is None) == (new_app is None):
        raise click.UsageError("Choose one of --app APP (existing) and --new-app APP.", click.get_current_context())
    for owner in owners:
        if not is_email(owner.strip()):
            raise click.UsageError(f"{printable(owner)!r} is not an e-mail address.", click.get_current_context())
    try:
        cloud = parse_cloud(cloud).name
    except CloudError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    services = open_services()
    app_id = None
    if app_name is not None:
        apps = {app.name.casefold(): app.id for app in services.registry.apps()}
        app_id = apps.get(app_name.casefold())
        if app_id is None:
            known = ", ".join(printable(app.name) for app in services.registry.apps()) or "none yet"
            raise Problem(
                f"There is no app named {printable(app_name)!r}.",
                f"Existing apps: {known}.",
                "Use --new-app to create one.",
            )
    draft = Draft(
        app_id=app_id,
        new_app=new_app or "",
        name=name,
        cloud=cloud,
        ownership="several" if len(owners) > 1 else "me",
        owners=tuple(Owner(owner.strip()) for owner in owners),
    )
    connector = services.registry.create(draft)
    say(f"Created connector {printable(connector.name)}: {connector.status}.")
    given = services.settings.environment_credentials is not None
    verify, set_them = command_line("verify", connector.name), command_line("credentials", "set", connector.name)
    say(f"Next: {verify if given else set_them}")


@connectors_command.command(
    "import",
    short_help="Take over a connector from a hand-off file.",
    epilog=examples("connectors import zoomgov-hand-off.json"),
)
@click.argument("file", type=click.File("rb"))
def import_connector(file: BinaryIO) -> None:
    """Take over a connector that somebody handed to you: FILE is the hand-off file, - for standard input."""
    from zoomgov.connectors.model import Step
    from zoomgov.preferences.session import load_session, save_session

    services = open_services()
    connector = run(services.connectors.import_handoff(file.read(1_000_000)))
    data_dir = services.settings.data_dir
    save_session(data_dir, replace(load_session(data_dir), connector=connector.id, step=int(Step.ZOOM_APP)))
    say(f"Created connector {printable(connector.name)}: {connector.status}.")
    say("Next: zoomgov opens it where the set-up in Zoom begins.")


@connectors_command.command("show", epilog=examples("connectors show Zoom"))
@click.argument("name", type=ConnectorName())
@click.option("--format", "form", type=click.Choice([f for f in FORMATS if f != "csv"]), default="table")
def show_connector(name: str, form: str) -> None:
    """Show everything about connector NAME, except its secret."""
    services = open_services()
    connector = get_connector(services, name)
    facts = facts_of(connector)
    latest = services.stores.latest_sync(connector)
    facts["last_sync"] = (
        None
        if latest is None
        else {"number": latest.number, "finished_at": latest.finished_at, "complete": latest.complete}
    )
    if form == "json":
        print_json(facts)
        return
    last = "never" if latest is None else f"{latest.finished_at} ({'complete' if latest.complete else 'partial'})"
    lines = {
        "Name": connector.name,
        "Status": connector.status,
        "Reason": connector.reason,
        "App": connector.app.name,
        "Owners": ", ".join(owner.email for owner in connector.owners),
        "Cloud": connector.cloud,
        "Credentials": f"stored {connector.credentials_at:%Y-%m-%d %H:%M} UTC" if connector.credentials_at else "",
        "Last sync": last,
        "Data": services.settings.store_path(connector.id),
    }
    width = max(map(len, lines))
    for label, value in lines.items():
        if value:
            say(f"{label:<{width}}  {printable(value)}")


@connectors_command.command("remove", epilog=examples("connectors remove Zoom"))
@click.argument("name", type=ConnectorName())
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also when no keyring can be asked; one elsewhere keeps what it holds.")
def remove_connector(name: str, yes: bool, force: bool) -> None:
    """Remove connector NAME, its credentials and everything synced."""
    from zoomgov.services.connectors import NotRemoved

    services = open_services()
    connector = get_connector(services, name)
    if not yes:
        note(_what_goes(services, connector))
        click.confirm(
            f"Remove {printable(connector.name)}, its stored credentials and all its synced data?", abort=True, err=True
        )
    try:
        run(services.connectors.remove(connector, force=force))
    except NotRemoved as problem:
        if not problem.by_force:
            raise
        raise Problem(
            problem.what,
            problem.why,
            f"{command_line('connectors', 'remove', '--force', connector.name)} removes it all the same; a keyring that"
            " cannot be asked now keeps what it may hold.",
        ) from None
    say(f"Removed {printable(connector.name)}. The app in Zoom is still there: delete it in the Zoom App Marketplace.")


def _what_goes(services: Services, connector: Connector) -> str:
    """What is lost when it is removed, as far as it can be read."""
    from zoomgov.disk.errors import StoreError

    try:
        kept = services.past_syncs.last(connector).kept
    except StoreError:
        synced = "what was synced, which cannot be read"
    else:
        synced = f"{kept:,} sync{'' if kept == 1 else 's'} with all history" if kept else "nothing synced"
    return (
        f"This deletes: its credentials in the keyring; {synced}; its place in the list, with owners and ticked steps."
    )
