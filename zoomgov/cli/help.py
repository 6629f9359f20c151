"""The help of commands: examples, and groups that print theirs when they are called alone."""

from __future__ import annotations

import click


def examples(*lines: str) -> str:
    """The end of a command's help: lines to copy, each without the program's name; `#` begins a remark.

    A test runs each through the parser.
    """
    title = "Examples:" if len(lines) > 1 else "Example:"
    return "\n".join(("\b", title, *(f"  zoomgov {line}" for line in lines)))


class Group(click.Group):
    """A group of commands: alone it prints its help, and a mistyped command gets the nearest one as an answer."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"See {ctx.command_path} --help."
            raise click.UsageError(f"No such command {args[0]!r}. {hint}", ctx) from None
