"""Entry point: the app when there is nothing else to do, else a command.

Starting the app must not pay for the command-line library, nor a command for textual, nor `--version` for either.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from zoomgov import __version__, process


def main() -> None:
    """Run `zoomgov`."""
    if sys.argv[1:] in (["--version"], ["-V"]) and sys.stdout is not None:
        with suppress(OSError):  # else the command line tries again, and says why it cannot be written
            sys.stdout.write(f"zoomgov {__version__}\n")
            sys.stdout.flush()
            return
    # Textual's log would record every paste and keystroke, the client secret among them.
    os.environ.pop("TEXTUAL_LOG", None)
    process.pause_collection()
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if len(sys.argv) == 1 and interactive and "_ZOOMGOV_COMPLETE" not in os.environ:
        try:
            from zoomgov.app import run

            run()
        except Exception as error:
            from zoomgov.cli.main import report

            sys.exit(report(error))
        return
    from zoomgov.cli import command

    command()


if __name__ == "__main__":
    main()
