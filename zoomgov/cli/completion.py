"""`zoomgov completion`: shell completion of commands and connector names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from zoomgov.cli.help import examples
from zoomgov.cli.output import say


@click.command("completion", epilog=examples("completion fish"))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash:  eval "$(zoomgov completion bash)"    in ~/.bashrc
    zsh:   eval "$(zoomgov completion zsh)"     in ~/.zshrc
    fish:  zoomgov completion fish > ~/.config/fish/completions/zoomgov.fish
    """
    found = get_completion_class(shell)
    assert found is not None
    root = click.get_current_context().find_root().command
    say(found(root, {}, "zoomgov", "_ZOOMGOV_COMPLETE").source())
