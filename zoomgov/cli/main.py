"""The root command, and the one place where exceptions become text and exit codes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from zoomgov import __version__, ending, process
from zoomgov.cli.help import Group, examples
from zoomgov.cli.stopping import lost, stop, stops
from zoomgov.services.problems import Exit

if TYPE_CHECKING:
    from types import ModuleType

# Command -> module of this package that defines it, as the command's name and `_command`.
COMMANDS = {
    "access": "browse",
    "backup": "backup",
    "completion": "completion",
    "connectors": "connectors",
    "credentials": "credentials",
    "demo": "demo",
    "diff": "diff",
    "doctor": "doctor",
    "explain": "explain",
    "export": "export",
    "findings": "findings",
    "list": "browse",
    "members": "browse",
    "paths": "paths",
    "restore": "restore",
    "scopes": "scopes",
    "settings": "settings",
    "sim": "sim",
    "sync": "sync",
    "syncs": "browse",
    "verify": "verify",
}
SHORT_HELP: Final = {
    "access": "Show everything that one person has, and how.",
    "backup": "Save everything but secrets in one file.",
    "completion": "Print the completion script of a shell.",
    "connectors": "List, add, show, change and remove connectors.",
    "credentials": "Store or clear Zoom credentials in the system keyring.",
    "demo": "Try everything on a made-up Zoom account.",
    "diff": "Show what changed between two syncs, or since a date.",
    "doctor": "Check what this computer has for zoomgov.",
    "explain": "Explain a Zoom error: a code, a message, or pasted JSON.",
    "export": "Write what was synced, or what changed, to a file.",
    "findings": "Show what looks wrong, and where in Zoom to fix it.",
    "list": "List users, groups, contact groups or roles.",
    "members": "Show everyone in a group, contact group or role.",
    "paths": "Print every folder and file that is used.",
    "restore": "Take over such a file.",
    "scopes": "Print the scopes to tick, and why each is needed.",
    "settings": "Show and change the settings.",
    "sim": "Serve a made-up Zoom account on this machine.",
    "sync": "Read everyone and everything anew.",
    "syncs": "List the syncs that are kept.",
    "verify": "Check token, scopes, endpoints, plan and owner.",
}
"""What `--help` says of each command: read from here, as its module would take long to import."""


class LazyGroup(Group):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        import importlib

        module: ModuleType = importlib.import_module(f"zoomgov.cli.{COMMANDS[cmd_name]}")
        found = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(found, click.Command)
        found.short_help = SHORT_HELP[cmd_name]
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SHORT_HELP[name]) for name in self.list_commands(ctx)])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples("demo", "connectors add Zoom --new-app Zoom --owner you@example.com", "verify Zoom", "sync Zoom"),
)
@click.option("--version", "-V", "version", is_flag=True, help="Show the version and exit.")
@click.option(
    "--verbose", is_flag=True, help="With --version, also what a report should name: Python, libraries, system."
)
@click.pass_context
def root(ctx: click.Context, version: bool, verbose: bool) -> None:
    """Put Zoom under identity governance.

    Without a command, opens the app. `zoomgov demo` shows everything on a made-up Zoom account.
    """
    if version:
        click.echo(f"zoomgov {__version__}")
        if verbose:
            from zoomgov.services.versions import versions

            for name, number in versions().items():
                if name != "zoomgov":
                    click.echo(f"{name} {number or 'not installed'}")
        ctx.exit()
    if verbose:
        raise click.UsageError("--verbose goes with --version.", ctx)
    if ctx.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise click.UsageError("The app needs a terminal; here, use a command: see zoomgov --help.", ctx)
        from zoomgov.app import run

        run()


def command() -> None:
    """Run the command line and exit; an exception is printed as text, never as a traceback."""
    process.prepare()
    for name in stops():  # each raises KeyboardInterrupt, as Ctrl-C does, so that cleanup code runs
        signal.signal(name, stop)
    ending.watch(lost)
    sys.exit(run_command())


def run_command(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        code: Any = root.main(args=arguments, prog_name="zoomgov", standalone_mode=False)
        return int(code or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        where = f" (see {error.ctx.command_path} --help)" if error.ctx and "--help" not in error.message else ""
        click.echo(f"zoomgov: {' '.join(error.format_message().split())}{where}", err=True)
        return Exit.USAGE
    except click.ClickException as error:
        click.echo(f"zoomgov: {error.format_message()}", err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        with contextlib.suppress(OSError):  # there may be nobody to tell
            click.echo("zoomgov: stopped; nothing was lost.", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has ended (`| head`): print nothing, not at interpreter exit either.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:
        if isinstance(error, OSError) and any(ending.is_lost(stream) for stream in (1, 2)):
            return Exit.INTERRUPTED  # what failed was to tell somebody who is gone
        return report(error)


def report(error: Exception) -> int:
    """Print an exception as what happened, why, and what to do; return the exit code."""
    if process.environment().get("ZOOMGOV_DEBUG"):
        import traceback

        traceback.print_exc()
    from zoomgov.services.problems import as_problem

    problem = as_problem(error)
    with contextlib.suppress(OSError):
        for line in problem.lines():
            click.echo(line, err=True)
    return problem.code
