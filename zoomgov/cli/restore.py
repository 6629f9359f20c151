"""`zoomgov restore`: put a backup in the place of the profile."""

from __future__ import annotations

from pathlib import Path

import click

from zoomgov.cli.backup import told_progress
from zoomgov.cli.help import examples
from zoomgov.cli.output import command_line, note, print_json, say
from zoomgov.cli.running import open_services, run, stopped_by_signals
from zoomgov.services.problems import Exit, Problem
from zoomgov.text import printable
from zoomgov.words.times import moment


@click.command("restore", epilog=examples("restore zoomgov-2026-03-04.zip"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Also when there is a profile: it is kept aside under another name.")
@click.option(
    "--trust-addresses",
    is_flag=True,
    help="Also with addresses of its own: a connector's Zoom, a proxy, certificates, a mail server.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was restored as JSON.")
def restore_command(file: Path, force: bool, trust_addresses: bool, as_json: bool) -> None:
    """Take over FILE, which zoomgov backup has written. Close other copies of zoomgov first.

    Everything in it is checked before anything changes. What was there is never deleted. Secrets are
    in no backup: connectors whose credentials are not on this computer are Not connected.
    """
    services = open_services()
    try:
        with stopped_by_signals(), told_progress() as on_progress:
            prepared = services.restoring.prepared(
                file.expanduser(), lambda done, total: on_progress("checking", done, total)
            )
            ready = click.get_current_context().with_resource(prepared)
    except KeyboardInterrupt:
        raise Problem("Stopped; nothing has changed.", code=Exit.INTERRUPTED) from None
    restored = run(ready.put_in_place(force=force, trust_addresses=trust_addresses))
    if as_json:
        print_json(
            {
                "profile": str(services.settings.data_dir),
                "created_at": ready.created_at,
                "connectors": list(restored.connectors),
                "to_connect": list(restored.to_connect),
                "missing": list(ready.missing),
                "kept_aside": [str(path) for path in restored.aside],
            }
        )
        return
    names = ", ".join(map(printable, restored.connectors)) or "no connectors"
    say(f"Restored {names} from a backup of {printable(moment(ready.created_at))} UTC.")
    for path in restored.aside:
        say(f"What was there before is kept: {printable(path)}")
    for name in ready.missing:
        note(f"Not in the backup: what was synced of {printable(name)}.")
    for name in restored.to_connect:
        say(f"Connect it again: {command_line('credentials', 'set', name)}")
