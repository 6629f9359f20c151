"""`zoomgov sim`: a simulated Zoom on this machine, for trials and tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import note, say
from zoomgov.services.demonstration import INSTALL_SIM
from zoomgov.services.problems import Problem, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable


def account_options(command: Callable[..., object]) -> Callable[..., object]:
    """Add the options that decide on the people and things of the account."""
    for option in reversed(
        (
            click.option("--users", default=250, show_default=True, type=click.IntRange(1, 1_000_000), help="People."),
            click.option("--groups", default=12, show_default=True, type=click.IntRange(0, 5000)),
            click.option("--contact-groups", default=6, show_default=True, type=click.IntRange(0, 5000)),
            click.option("--roles", default=7, show_default=True, type=click.IntRange(3, 500)),
            click.option(
                "--im-groups", default=2, show_default=True, type=click.IntRange(0, 500), help="Of Team Chat."
            ),
            click.option("--divisions", default=2, show_default=True, type=click.IntRange(0, 500)),
            click.option("--seed", default=1, show_default=True, help="The same seed gives the same people."),
            click.option(
                "--plan",
                default="business",
                show_default=True,
                type=click.Choice(["basic", "pro", "business", "enterprise"]),
            ),
        )
    ):
        command = option(command)
    return command


@click.command("sim", epilog=examples("sim", "sim --port 8765 --users 1000 --json"))
@account_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback addresses only.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--classic", is_flag=True, help="The app has classic scopes.")
@click.option("--scope", "scopes", multiple=True, help="The app holds only this scope; repeat for several.")
@click.option("--not-activated", is_flag=True, help="The app has not been activated.")
@click.option("--hostile", is_flag=True, help="Mix in names with markup, escape sequences and formulas.")
@click.option("--latency-ms", default=0.0, show_default=True, type=click.FloatRange(0), help="Of every answer.")
@click.option("--jitter", default=0.0, show_default=True, type=click.FloatRange(0, 1), help="Share of the latency.")
@click.option("--no-limits", is_flag=True, help="Do not enforce Zoom's rate limits.")
@click.option(
    "--option",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any other switch; see --switches.",
)
@click.option("--switches", is_flag=True, help="List the switches that --option takes, and leave.")
@click.option("--fault", "faults", multiple=True, metavar="RULE", help="A scripted fault; see --faults-help.")
@click.option("--faults-help", is_flag=True, help="Explain the rules that --fault takes, and leave.")
@click.option("--json", "as_json", is_flag=True, help="Print address and credentials as one line of JSON.")
def sim_command(
    users: int,
    groups: int,
    contact_groups: int,
    roles: int,
    im_groups: int,
    divisions: int,
    seed: int,
    plan: str,
    host: str,
    port: int,
    classic: bool,
    scopes: tuple[str, ...],
    not_activated: bool,
    hostile: bool,
    latency_ms: float,
    jitter: float,
    no_limits: bool,
    settings: tuple[str, ...],
    switches: bool,
    faults: tuple[str, ...],
    faults_help: bool,
    as_json: bool,
) -> None:
    """Serve a made-up Zoom account on this machine until interrupted.

    Prints the address and the credentials of an app in it; none of it is real.
    """
    try:
        from zoomgov.sim import FAULT_SYNTAX, Options, build_account, credentials, parse_options, serve
    except ModuleNotFoundError as error:
        raise Problem(f"The simulator needs {error.name}, which is not installed.", "", INSTALL_SIM) from None
    if faults_help:
        say(FAULT_SYNTAX)
        return
    if switches:
        for name, field in Options.__dataclass_fields__.items():
            say(f"{name}={field.default}")
        return
    base = Options(
        scope_kind="classic" if classic else "granular",
        scopes=scopes or None,
        activated=not not_activated,
        rate_limit="unlimited" if no_limits else "plan",
    )
    try:
        options = parse_options(settings, base=base)
    except ValueError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    account = build_account(
        users, groups, contact_groups, roles, seed, plan, im_groups=im_groups, divisions=divisions, hostile=hostile
    )
    app = credentials(account)

    def on_ready(url: str) -> None:
        facts = {
            "url": url,
            "account_id": app.account_id,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        }
        if as_json:
            say(json.dumps(facts))
            return
        say(f"Zoom simulator of {account.company} at {url}")
        say(f"  Account ID     {app.account_id}")
        say(f"  Client ID      {app.client_id}")
        say(f"  Client secret  {app.client_secret}   (made up)")
        note("Ctrl-C stops it.")

    try:
        serve(account, options, host, port, on_ready, latency_ms=latency_ms, jitter=jitter, faults=faults)
    except ValueError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    except OSError as error:
        raise Problem(f"The simulator could not listen on {host}:{port}: {system_reason(error)}.") from None
