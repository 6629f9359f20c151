"""Entry point: the app when there is nothing else to do, else a command.

Starting the app must not pay for the command-line library, nor a command for textual.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `zoomgov`."""
    # Textual's log would record every paste and keystroke, the client secret among them.
    os.environ.pop("TEXTUAL_LOG", None)
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
