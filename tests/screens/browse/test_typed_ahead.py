"""Keys that come all at once, as from somebody who types ahead of a busy screen, at 80x24."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input

from zoomgov.screens.browse import BrowseScreen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zoomgov.widgets.search_table import SearchTable

SIZE = (80, 24)


def type_at_once(app: Any, *keys: str) -> None:
    """Send all keys before any of them is dealt with; a text is typed letter by letter."""
    for key in keys:
        for one in [key] if key in ("tab", "enter", "escape", "ctrl+u") else key:
            app.post_message(
                events.Key(_character_to_key(one) if len(one) == 1 else one, one if len(one) == 1 else None)
            )


async def until(app: Any, condition: Callable[[], object]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail(f"it never came to that; the screen says:\n{app.text()}")


def table_of(app: Any) -> SearchTable | None:
    """The table of the page that is browsed."""
    return app.screen.search_table if isinstance(app.screen, BrowseScreen) else None


def path_in(app: Any) -> str | None:
    """What the field of the export says."""
    return next((one.value for one in app.screen.query("#path").results(Input)), None)


async def test_a_path_typed_while_the_export_opens_arrives_whole(company: Any, settled: Any, tmp_path: Path) -> None:
    app = company()
    path = str(tmp_path / "some of it" / "with a long name.json")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "x", "tab", "tab", "ctrl+u", path)
        await until(app, lambda: path_in(app) == path)
        type_at_once(app, "ctrl+u", path, "!", "enter")
        await until(app, lambda: "There is no folder" in app.text())
        assert path_in(app) == f"{path}!"


async def test_keys_reach_the_page_they_were_meant_for(company: Any, settled: Any) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "x", "escape", "/", "dubois")
        await until(app, lambda: (table := table_of(app)) is not None and table.text == "dubois")


async def test_a_paste_waits_for_the_keys_before_it(company: Any, settled: Any) -> None:
    app = company()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        type_at_once(app, "/", "du")
        app.post_message(events.Paste("bois"))
        await until(app, lambda: (table := table_of(app)) is not None and table.text == "dubois")
