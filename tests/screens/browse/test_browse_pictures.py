"""Pictures of the browse screens that somebody looked at: a change of looks must be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.screens.company import BrowseApp, Company, Settled, TwoSyncs

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.company import press
from zoomgov.model.syncs import NotRead


def _after(settled: Settled, *keys: str) -> Any:
    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        for key in keys:
            await press(pilot, settled, key)

    return run


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        pytest.param(("down", "down"), (80, 24), id="users"),
        pytest.param(("enter",), (80, 24), id="person"),
        pytest.param(("3", "down", "enter"), (160, 48), id="contact-group"),
        pytest.param(("slash", "r", "o", "l"), (80, 24), id="completion"),
        pytest.param(("f",), (80, 24), id="findings"),
        pytest.param(("6",), (80, 24), id="licences"),
        pytest.param(("slash", "a", "n", "a", "ctrl+s"), (80, 24), id="saved-filters"),
        pytest.param(("f", "enter"), (80, 24), id="finding"),
    ],
)
def test_complete_sync(
    snap_compare: Callable[..., bool], company: Company, settled: Settled, keys: tuple[str, ...], size: Any
) -> None:
    assert snap_compare(company(), terminal_size=size, run_before=_after(settled, *keys))


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(("c",), id="changes"),
        pytest.param(("c", "2"), id="changes-of-access"),
        pytest.param(("c", "3"), id="changes-of-access-by-thing"),
        pytest.param(("c", "2", "enter"), id="changes-of-one"),
        pytest.param(("c", "f"), id="choosing-a-sync"),
        pytest.param(("6", "c"), id="charts"),
        pytest.param(("5",), id="syncs"),
        pytest.param(("enter", "h"), id="history"),
    ],
)
def test_two_syncs(
    snap_compare: Callable[..., bool], two_syncs: TwoSyncs, settled: Settled, keys: tuple[str, ...]
) -> None:
    assert snap_compare(two_syncs(), terminal_size=(80, 24), run_before=_after(settled, *keys))


@pytest.mark.parametrize("keys", [pytest.param(("3",), id="not-read"), pytest.param(("n",), id="notes")])
def test_gaps(
    snap_compare: Callable[..., bool],
    company: Company,
    settled: Settled,
    gaps: tuple[NotRead, ...],
    keys: tuple[str, ...],
) -> None:
    assert snap_compare(company(60, gaps=gaps), terminal_size=(80, 24), run_before=_after(settled, *keys))


def test_nothing_synced(snap_compare: Callable[..., bool], unsynced: BrowseApp, settled: Settled) -> None:
    assert snap_compare(unsynced, terminal_size=(80, 24), run_before=_after(settled))


def test_export(
    snap_compare: Callable[..., bool], two_syncs: TwoSyncs, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")  # it proposes a file in the folder it was started in
    keys = ("slash", *"dept", "colon", *"finance", "enter", "x")
    assert snap_compare(two_syncs(), terminal_size=(80, 24), run_before=_after(settled, *keys))
