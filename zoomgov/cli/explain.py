"""`zoomgov explain`: the likely causes of a Zoom error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import print_json, say
from zoomgov.services.problems import Exit

if TYPE_CHECKING:
    from zoomgov.advice.knowledge import Advice


@click.command("explain", epilog=examples("explain 4711", "explain 'Invalid access token, does not contain scopes'"))
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print all likely causes as JSON.")
def explain_command(words: tuple[str, ...], as_json: bool) -> int:
    """Explain a Zoom error: a code, a message, or pasted JSON. Works offline.

    Reads standard input when no words are given.
    """
    from zoomgov.advice.knowledge import explain
    from zoomgov.verify.report import advice_as_dict

    query = " ".join(words) if words else ("" if sys.stdin.isatty() else sys.stdin.read(100_000))
    if not query.strip():
        raise click.UsageError("Give a code, a message or Zoom's JSON.", click.get_current_context())
    found = explain(query)
    if as_json:
        print_json([advice_as_dict(advice) for advice in found])
    elif not found:
        say("Nothing is known about that. Zoom's support can look it up by the tracking id of the answer.")
    else:
        for number, advice in enumerate(found, 1):
            _say_advice(advice, number, len(found))
    return Exit.OK if found else Exit.FAILED


def _say_advice(advice: Advice, number: int, count: int) -> None:
    if number > 1:
        say()
    say(f"{f'{number}. ' if count > 1 else ''}{advice.title}")
    say(f"  why:  {advice.cause}")
    for step in advice.remedy:
        say(f"  next: {step}")
    if advice.link:
        say(f"  link: {advice.link}")
    if advice.unknown:
        say(f"  unknown: {advice.unknown}")
    say(f"  from: {advice.source} ({advice.trust})")
