"""What the core raises, as what happened, why, and what to do."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from zoomgov.text import printable
from zoomgov.zoom.clouds import ZOOM_US

if TYPE_CHECKING:
    from zoomgov.zoom.clouds import Cloud
    from zoomgov.zoom.errors import ZoomError


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    INTERRUPTED = 130


class Problem(Exception):
    """Something the person must know: what happened, why, and what to do next.

    Args:
        what: one sentence.
        why: the cause with Zoom's own words where there are any; may be empty.
        next_steps: what to click or run, in order; may be none.
        code: exit code of the command.
    """

    def __init__(self, what: str, why: str = "", *next_steps: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(what)
        self.what, self.why, self.next_steps, self.code = what, why, next_steps, code

    def lines(self) -> list[str]:
        """The text as printed, one line a part."""
        parts = [("zoomgov: ", self.what), ("  why:  ", self.why), *(("  next: ", step) for step in self.next_steps)]
        return [f"{label}{text}" for label, text in parts if text]


def as_problem(error: Exception) -> Problem:
    """Map `error` to the text a person needs; never raises."""
    if isinstance(error, Problem):
        return error
    from zoomgov.zoom.errors import ZoomError

    if isinstance(error, ZoomError):
        return zoom_problem(error)
    from zoomgov.connectors.rows import RegistryError
    from zoomgov.disk.errors import StoreBusy, StoreError
    from zoomgov.export.model import ExportError
    from zoomgov.settings import SettingsError
    from zoomgov.vault import VaultChoice, VaultError
    from zoomgov.zoom.clouds import CloudError

    if isinstance(error, VaultError):
        # A command has no session to keep them for, and trying again is said by what is to be mended.
        return Problem(error.title, error.reason, *(one for one in error.choices if one is VaultChoice.ENVIRONMENT))
    if isinstance(error, StoreBusy):
        return Problem("Another sync of this connector is running.", str(error), "Wait for it, or stop it first.")
    if isinstance(error, RegistryError | StoreError | SettingsError | CloudError | ExportError):
        return Problem(str(error))
    if isinstance(error, OSError):
        return Problem(f"The system refused: {printable(error)}.", "", "Nothing synced so far was lost.")
    return Problem(
        f"Something unexpected went wrong: {type(error).__name__}: {printable(error)}.",
        "This is a defect of zoomgov; nothing synced so far was lost.",
        "Run again with ZOOMGOV_DEBUG=1 for the details to report.",
    )


def zoom_problem(error: ZoomError, cloud: Cloud = ZOOM_US) -> Problem:
    """The likeliest cause of `error`, with links to `cloud`."""
    from zoomgov.advice.knowledge import explain

    advice = explain(error, cloud=cloud)[0]
    evidence = str(error) + (f" (tracking id {error.tracking_id})" if error.tracking_id else "")
    return Problem(f"{advice.title}.", f"{advice.cause} [{printable(evidence)}]", *advice.remedy)
