"""What the top line of every page says of syncs that run, and of those whose end nobody has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.text import printable
from zoomgov.widgets.cells import fit
from zoomgov.words.kinds import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoomgov.services.running import SyncRun

_NAME: Final = 16
"""Most cells of a connector's name."""


def chip_content(runs: Sequence[SyncRun]) -> Content:
    """Return the chip for `RunningSyncs.to_show`; empty for none."""
    if not runs:
        return Content("")
    run, name = runs[0], fit(printable(runs[0].connector.name), _NAME).rstrip()
    more = f" +{len(runs) - 1}" if len(runs) > 1 else ""
    if run.running:
        requests = run.progress.counted.made
        told = count(requests, "request") if requests else "begins"
        return Content.styled(f"◐ {name}: {told}{more}", "$text-primary")
    if run.error is not None:
        return Content.styled(f"✗ {name}: sync failed{more}", "$text-error")
    return Content.styled(f"✓ {name}: synced{more}", "$text-success")
