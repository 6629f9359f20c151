"""`zoomgov demo`: the whole program on a simulated Zoom account, in a temporary profile."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Final

import click

from zoomgov import ending
from zoomgov.cli.help import examples
from zoomgov.cli.output import note, say
from zoomgov.cli.running import run
from zoomgov.cli.sim import account_options
from zoomgov.process import without_own_variables
from zoomgov.services.demonstration import INSTALL_SIM, missing_packages
from zoomgov.services.problems import Exit, Problem
from zoomgov.zoom.scopes import LEFT_OUT, Capability, ScopeKind, scopes_to_tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoomgov.services.services import Services


_CHURN: Final = 3.0
"""Per cent of the people who change between two syncs, so that there is something to compare."""


@click.command("demo", epilog=examples("demo", "demo --users 2000 --plan enterprise"))
@account_options
@click.option("--latency-ms", default=40.0, show_default=True, type=click.FloatRange(0), help="Of every answer.")
@click.option("--show", is_flag=True, help="Begin with the account filled: two syncs, and what changed between them.")
@click.option("--headless", is_flag=True, help="No screen: set up, verify, sync and print a summary.")
def demo_command(latency_ms: float, show: bool, headless: bool, **account: object) -> int:
    """Try everything on a made-up Zoom account.

    Nothing leaves this computer, the system keyring is not touched, and nothing stays behind. Some of the people
    change between two syncs, so that there is something to compare. Without a terminal, or with --headless, exits 0
    only if the sync was complete.
    """
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not headless
    with _simulator(account, latency_ms) as facts, _demo_services(facts) as services:
        if not interactive:
            return _headless(services)
        from zoomgov.app import ZoomgovApp
        from zoomgov.connectors.model import Draft

        services.registry.save_draft(Draft(cloud=facts["url"]))
        return ZoomgovApp(services, show_demo=show).run_until_closed()


@contextlib.contextmanager
def _simulator(account: dict[str, object], latency_ms: float) -> Iterator[dict[str, Any]]:
    """Run a simulator in a process of its own, so that it does not slow the screen; yields its address and app."""
    if missing := missing_packages():
        raise Problem(f"The demo needs {' and '.join(missing)}, not installed here.", "", INSTALL_SIM)
    # The scopes of a person who follows the wizard.
    wanted = frozenset(part for part in Capability if part.value not in LEFT_OUT)
    scopes = [f"--scope={scope}" for scope in scopes_to_tick(ScopeKind.GRANULAR, capabilities=wanted)]
    options = [f"--{name.replace('_', '-')}={value}" for name, value in account.items()]
    options.append(f"--option=churn_percent={_CHURN}")
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov", "sim", "--json", f"--latency-ms={latency_ms}", *options, *scopes],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=without_own_variables(os.environ),
        start_new_session=True,  # Ctrl-C stops the sync, not the simulator it reads from
    )
    assert process.stdout is not None
    ending.at_last(process.terminate)
    try:
        line = process.stdout.readline()
        if not line:
            raise Problem("The simulator did not start.", "", "Run zoomgov sim to see why.")
        yield json.loads(line)
    finally:
        ending.not_any_more(process.terminate)
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextlib.contextmanager
def _demo_services(facts: dict[str, Any]) -> Iterator[Services]:
    """Services on a temporary profile, with the credentials in memory only."""
    from zoomgov.secret import Credentials, Secret
    from zoomgov.services.credentials import MemoryVault
    from zoomgov.services.demonstration import Demo
    from zoomgov.services.services import build_services

    credentials = Credentials(facts["account_id"], facts["client_id"], Secret(facts["client_secret"]))
    with tempfile.TemporaryDirectory(prefix="zoomgov-demo-") as folder:
        ending.at_last(lambda: shutil.rmtree(folder, ignore_errors=True))
        environment = {**without_own_variables(os.environ), "ZOOMGOV_HOME": folder}
        services = build_services(environment, vault=MemoryVault(), demo=Demo(credentials, facts["url"]))
        try:
            yield services
        finally:
            services.close()


def _headless(services: Services) -> int:
    from zoomgov.cli.progress import show_progress
    from zoomgov.cli.sync import print_summary

    assert services.demonstration is not None
    connector = run(services.demonstration.create())
    say(f"Created connector {connector.name}: {connector.status}.")
    report = run(services.checking.verify(connector, lambda line: None))
    say(f"Verified: {report.verdict}")
    if not report.ready:
        for line in report.problems:
            note(f"  {line.title}: {line.result}")
        return Exit.FAILED
    with show_progress() as on_event:
        summary = run(services.syncing.sync(connector, on_event))
    print_summary(connector, summary)
    return Exit.OK if summary.outcome == "complete" else Exit.FAILED
