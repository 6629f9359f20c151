"""`zoomgov paths`: every folder and file that the program uses."""

from __future__ import annotations

import click

from zoomgov import process
from zoomgov.cli.help import examples
from zoomgov.cli.output import print_json, say
from zoomgov.text import printable


@click.command("paths", epilog=examples("paths", "paths --json"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def paths_command(as_json: bool) -> None:
    """Print every folder and file that zoomgov uses, what is in it, and whether it is there.

    Credentials are in none of them: the keyring of the operating system keeps those.
    """
    from zoomgov.services.places import places

    found = places(process.environment())
    if as_json:
        print_json(
            [
                {
                    "key": place.key,
                    "path": str(place.path),
                    "what": place.what,
                    "kind": "folder" if place.is_folder else "file",
                    "exists": place.exists,
                }
                for place in found
            ]
        )
        return
    for place in found:
        say(f"{printable(place.path)}{'' if place.exists else '   (not there)'}")
        say(f"    {printable(place.what)}.")
