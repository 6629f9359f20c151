"""What an exception means to a person: what happened, why, and what to do. The one place for it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from zoomgov.text import printable
from zoomgov.zoom.clouds import ZOOM_US

if TYPE_CHECKING:
    from zoomgov.advice.knowledge import Advice
    from zoomgov.disk.errors import StoreBusy
    from zoomgov.services.credentials import VaultError
    from zoomgov.settings.model import SettingsFileError
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
        others: less likely causes, each in a sentence.
        code: exit code of the command.
        needs_credentials: whether entering credentials would mend it.
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        *next_steps: str,
        others: tuple[str, ...] = (),
        code: Exit = Exit.FAILED,
        needs_credentials: bool = False,
    ) -> None:
        super().__init__(what)
        self.what, self.why, self.next_steps, self.code = what, why, next_steps, code
        self.needs_credentials = needs_credentials
        self.others = others

    @property
    def text(self) -> str:
        """What happened and why, in one paragraph."""
        return f"{self.what} {self.why}".rstrip()

    def lines(self) -> list[str]:
        """The text as printed, one line a part."""
        parts = [("zoomgov: ", self.what), ("  why:  ", self.why), *(("  next: ", step) for step in self.next_steps)]
        parts += [("  or:   ", cause) for cause in self.others]
        return [f"{label}{text}" for label, text in parts if text]


def as_problem(error: Exception, cloud: Cloud = ZOOM_US) -> Problem:
    """Map `error` to the text a person needs, with links to `cloud`; never raises."""
    if isinstance(error, Problem):
        return error
    from zoomgov.services.credentials import NoCredentials, VaultChoice, VaultError
    from zoomgov.zoom.errors import ZoomError

    if isinstance(error, NoCredentials):
        return Problem(
            "There are no credentials here.",
            printable(error.message),
            "Store them with zoomgov credentials set NAME.",
            VaultChoice.ENVIRONMENT,
            needs_credentials=True,
        )
    if isinstance(error, ZoomError):
        return _zoom_problem(error, cloud)
    if isinstance(error, VaultError):
        return _vault_problem(error)
    from zoomgov.connectors.handoff import HandoffError
    from zoomgov.connectors.rows import RegistryError
    from zoomgov.disk.errors import StoreBusy, StoreError
    from zoomgov.export.model import ExportError
    from zoomgov.settings import SettingsError
    from zoomgov.settings.model import SettingsFileError
    from zoomgov.zoom.clouds import CloudError

    if isinstance(error, SettingsFileError):
        return _settings_problem(error)
    if isinstance(error, StoreBusy):
        return _busy_problem(error)
    if isinstance(error, RegistryError | StoreError | SettingsError | CloudError | ExportError | HandoffError):
        return Problem(printable(error))
    if isinstance(error, OSError):
        return Problem(f"The system refused: {system_reason(error)}.", "Nothing synced so far was lost.")
    return Problem(
        f"Something unexpected went wrong: {type(error).__name__}: {printable(error)}.",
        "This is a defect of zoomgov; nothing synced so far was lost.",
        "Run again with ZOOMGOV_DEBUG=1 for the details to report.",
    )


def system_reason(error: OSError) -> str:
    """The system's own words and the file they are about, on one line without a full stop."""
    words = error.strerror or str(error).rstrip(".") or type(error).__name__
    return printable(words if error.filename is None else f"{words}: {error.filename}")


def likeliest_cause(error: ZoomError, cloud: Cloud = ZOOM_US) -> Advice:
    """The most likely cause of `error` and what to click, with links to `cloud`."""
    from zoomgov.advice.knowledge import explain

    return explain(error, cloud=cloud)[0]


def _zoom_problem(error: ZoomError, cloud: Cloud) -> Problem:
    from zoomgov.advice.knowledge import explain

    advice, *others = explain(error, cloud=cloud)
    evidence = str(error) + (f" (tracking id {error.tracking_id})" if error.tracking_id else "")
    return Problem(
        f"{advice.title}.",
        f"{advice.cause} [{printable(evidence)}]",
        *advice.remedy,
        others=tuple(f"{other.title}. {other.cause}" for other in others),
    )


def _vault_problem(error: VaultError) -> Problem:
    from zoomgov.services.credentials import VaultChoice

    # To keep them for a session is for the app, and to try again is said by what is to be mended.
    steps = [choice for choice in error.choices if choice is VaultChoice.ENVIRONMENT]
    return Problem(error.title, error.reason, *steps, needs_credentials=True)


def _settings_problem(error: SettingsFileError) -> Problem:
    first, *more = error.mistakes[:_MISTAKES]
    step = "Mend it in that file, or move it away."
    if first.key:
        step = f"Mend it in that file, or take it out: zoomgov settings unset {first.key}"
    why = " ".join((*map(str, more), "Nothing of it was used, and it is as it was."))
    return Problem(printable(f"{error.path} cannot be used. {first}"), printable(why), step)


_MISTAKES: Final = 5
"""In the settings that are named at most."""


def _busy_problem(error: StoreBusy) -> Problem:
    since = f" since {printable(error.since)}" if error.since else ""
    who = f" (process {error.pid})" if error.pid else ""
    return Problem(
        "Another sync of this connector is running.",
        f"It has been running{since}{who}; what it has read so far is kept." if since or who else "",
        "Wait until it ends, or stop it.",
    )
