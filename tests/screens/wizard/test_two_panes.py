"""The second pane of steps: a sketch of the page in Zoom and the explanation, from 120 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from zoomgov.connectors.model import Step
from zoomgov.screens.shared.text_dialog import TextDialog
from zoomgov.screens.wizard import activation, zoom_app
from zoomgov.screens.wizard.sketches import MARK, OF_THE_PAGE, SKETCHED, WIDTH, sketch_lines
from zoomgov.zoom.scopes import NEEDS, ScopeKind

if TYPE_CHECKING:
    from tests.screens.stage import Stage


@pytest.mark.parametrize("name", sorted(SKETCHED))
def test_a_sketch_fits_its_pane_and_marks_where_to_click(name: str) -> None:
    lines = sketch_lines(name)
    assert {cell_len(line) for line in lines} == {WIDTH}
    assert any(MARK in line for line in lines) or name == "feature"


def test_every_click_has_a_sketch() -> None:
    assert {click.id for click in (*zoom_app.CLICKS, *activation.CLICKS)} <= SKETCHED


def test_the_scopes_of_the_page_are_known() -> None:
    assert set(OF_THE_PAGE) <= {need.tick(ScopeKind.CLASSIC) for need in NEEDS}


@pytest.mark.parametrize("step", [Step.ZOOM_APP, Step.SCOPES, Step.ACTIVATION], ids=lambda step: step.name.lower())
async def test_wide_terminals_show_it_and_others_have_it_a_key_away(stage: Stage, step: Step) -> None:
    async with stage.at(step, size=(120, 36)) as pilot:
        aside = pilot.app.screen.query_one("#aside")
        assert aside.region.right == 120
        assert MARK in stage.text(pilot)
        assert pilot.app.screen.query_one("#aside-detail").region.height
        assert not pilot.app.screen.query_one("#detail").region.height
        first = stage.text(pilot)
        left = first.split("Next: ")[0]
        if step is not Step.SCOPES:  # there the scope's title gives way: it stands in the second pane
            assert "…" not in left.replace("AbC…", "").replace("xYz…", ""), "nothing is cut"
        await stage.press(pilot, "down")
        assert aside.region.right == 120
        assert step is Step.SCOPES or stage.text(pilot) != first
        await pilot.resize_terminal(119, 36)
        await stage.settled(pilot)
        assert not aside.region.height
        assert pilot.app.screen.query_one("#detail").region.height
        await stage.press(pilot, "k")
        await stage.on(pilot, TextDialog)
        assert MARK in stage.text(pilot)


async def test_the_scopes_of_the_page_stand_beside_without_a_key(stage: Stage) -> None:
    async with stage.at(Step.SCOPES, size=(120, 40)) as pilot:
        text = stage.text(pilot)
        assert all(scope in text for scope in OF_THE_PAGE)
        assert "user:read:list_users:admin" in text
        assert "▶ View all user information" in text


async def test_narrow_terminals_name_the_classic_scope_of_the_line(stage: Stage) -> None:
    async with stage.at(Step.SCOPES) as pilot:
        assert "Classic user:read:admin View all user information" in " ".join(stage.text(pilot).split())
