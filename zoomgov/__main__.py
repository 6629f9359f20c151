"""Entry point: starts the app without arguments in a terminal, else runs a command.

Imports only what is needed: the app no command-line library, commands no Textual, `--version` neither.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from zoomgov import __version__, process


def main() -> None:
    """Run `zoomgov`."""
    if sys.argv[1:] in (["--version"], ["-V"]) and sys.stdout is not None:
        with suppress(OSError):  # then the command line tries again, and reports the error
            sys.stdout.write(f"zoomgov {__version__}\n")
            sys.stdout.flush()
            return
    process.leave_no_core()
    process.hide_own_variables()
    if (taken := process.take_textual_variables(os.environ)) and sys.stderr is not None:
        with suppress(OSError):
            text = f"zoomgov: not using {', '.join(taken)}: Textual would write or send what is typed, secrets too.\n"
            sys.stderr.write(text)
    process.pause_collection()
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if len(sys.argv) == 1 and interactive and "_ZOOMGOV_COMPLETE" not in os.environ:
        try:
            from zoomgov.app import SHOW_DEMO, run

            if (status := run()) != SHOW_DEMO:
                sys.exit(status)
        except Exception as error:
            from zoomgov.cli.main import report

            sys.exit(report(error))
        sys.argv += ["demo", "--show"]
    from zoomgov.cli import command

    command()


if __name__ == "__main__":
    main()
