"""What the core raises, as what happened, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.cli.problem import Problem
from zoomgov.settings import ZOOM_US
from zoomgov.text import printable

if TYPE_CHECKING:
    from zoomgov.settings import Cloud
    from zoomgov.zoom.errors import ZoomError


def as_problem(error: Exception) -> Problem:
    """Map `error` to the text a person needs; never raises."""
    if isinstance(error, Problem):
        return error
    from zoomgov.zoom.errors import ZoomError

    if isinstance(error, ZoomError):
        return zoom_problem(error)
    from zoomgov.connectors.rows import RegistryError
    from zoomgov.export.model import ExportError
    from zoomgov.settings import SettingsError
    from zoomgov.store import StoreBusy, StoreError
    from zoomgov.vault import VaultChoice, VaultError

    if isinstance(error, VaultError):
        # A command has no session to keep them for, and trying again is said by what is to be mended.
        return Problem(error.title, error.reason, *(one for one in error.choices if one is VaultChoice.ENVIRONMENT))
    if isinstance(error, StoreBusy):
        return Problem("Another sync of this connector is running.", str(error), "Wait for it, or stop it first.")
    if isinstance(error, RegistryError | StoreError | SettingsError | ExportError):
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
    from zoomgov.verify.knowledge import explain

    advice = explain(error, cloud=cloud)[0]
    evidence = str(error) + (f" (tracking id {error.tracking_id})" if error.tracking_id else "")
    return Problem(f"{advice.title}.", f"{advice.cause} [{printable(evidence)}]", *advice.remedy)
