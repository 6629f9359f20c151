"""`zoomgov scopes`: the scopes to tick in the Zoom app, and why each is needed."""

from __future__ import annotations

import click

from zoomgov.cli.help import examples
from zoomgov.cli.output import say
from zoomgov.cli.running import ConnectorName, get_connector, open_services
from zoomgov.zoom.scopes import NEEDS, Capability, Importance, ScopeKind, scopes_to_tick


@click.command("scopes", epilog=examples("scopes", "scopes --granular --plain", "scopes Zoom"))
@click.argument("name", type=ConnectorName(), required=False)
@click.option("--granular", "kind", flag_value="granular", help="For apps made since 2024 (default).")
@click.option("--classic", "kind", flag_value="classic", help="For older apps with classic scopes.")
@click.option(
    "--capability",
    "capabilities",
    multiple=True,
    type=click.Choice([str(capability) for capability in Capability], case_sensitive=False),
    help="Only what this part needs; repeat for several.",
)
@click.option("--plain", is_flag=True, help="Only the names, one a line, to paste.")
def scopes_command(name: str | None, kind: str | None, capabilities: tuple[str, ...], plain: bool) -> None:
    """Print the scopes to tick in the Zoom app, and why each is needed.

    With NAME, those that connector wants: its kind, and the parts chosen for it.
    """
    connector = get_connector(open_services(), name) if name is not None else None
    left_out = connector.without if connector is not None else frozenset()
    scope_kind = ScopeKind(kind) if kind else connector.scope_kind if connector is not None else ScopeKind.GRANULAR
    chosen = frozenset(Capability(part) for part in capabilities) or frozenset(
        part for part in Capability if part.value not in left_out
    )
    if plain:
        for scope in scopes_to_tick(scope_kind, capabilities=chosen):
            say(scope)
        return
    for importance in Importance:
        scopes = scopes_to_tick(scope_kind, capabilities=chosen, importances={importance})
        if not scopes:
            continue
        say(f"{importance.capitalize()}:")
        for scope in scopes:
            needs = [
                need
                for need in NEEDS
                if need.tick(scope_kind) == scope and need.importance is importance and need.capability in chosen
            ]
            say(f"  {scope}")
            for need in needs:
                say(f"      {need.title}. {need.why}")
