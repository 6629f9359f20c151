"""Removes a connector, after the person has confirmed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.services.connectors import NotRemoved
from zoomgov.services.problems import as_problem
from zoomgov.text import printable

from ..shared.ask import AskScreen, DialogAnswer

if TYPE_CHECKING:
    from typing import Any

    from zoomgov.connectors.model import Connector

    from ..shared.page import Page

_WHAT_GOES = (
    "This deletes on this machine:\n\n"
    "  • its three credentials, also in the keyring\n"
    "  • everything synced: people, access and their history\n"
    "  • its place in this list, with owners and ticked steps\n\n"
    "Nothing changes in Zoom. The app you made there stays until you deactivate it in the Marketplace."
)
_KEEP = DialogAnswer("keep", "Keep it")


async def ask_and_remove(page: Page[Any], item: Connector) -> bool:  # Any: whatever the page returns
    """Ask, then remove the connector. False: it is still there, and the person knows why. For a worker."""
    answers = (_KEEP, DialogAnswer("remove", "Remove for good", danger=True))
    asked = AskScreen(f"Remove {printable(item.name)}?", _WHAT_GOES, answers)
    if await page.app.push_screen_wait(asked) != "remove":
        return False
    try:
        await page.services.connectors.remove(item)
    except NotRemoved as error:
        if error.by_force:
            return await _remove_anyway(page, item, error)
        _say_not_removed(page, error)
    except Exception as error:
        _say_not_removed(page, error)
    else:
        return True
    return False


async def _remove_anyway(page: Page[Any], item: Connector, error: NotRemoved) -> bool:
    """Ask whether to remove it without the keyring, which does not answer or is not there."""
    text = (
        f"{error.what} {error.why}\n\n"
        "You can remove the connector all the same: a keyring that cannot be asked now"
        f" keeps what it may hold, under the name zoomgov:{item.id}."
    )
    answers = (_KEEP, DialogAnswer("remove", "Remove anyway", danger=True))
    if await page.app.push_screen_wait(AskScreen("No keyring to clear", text, answers, error=True)) != "remove":
        return False
    try:
        await page.services.connectors.remove(item, force=True)
    except Exception as failure:
        _say_not_removed(page, failure)
        return False
    return True


def _say_not_removed(page: Page[Any], error: Exception) -> None:
    """Say what failed, and what is left."""
    problem = as_problem(error)
    text = printable(" ".join((problem.text, *problem.next_steps)))
    page.notify(text, title="Not removed", severity="error", timeout=8, markup=False)
