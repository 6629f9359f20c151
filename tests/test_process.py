"""Garbage collection: cycles are collected while the app is idle, long-lived objects are frozen."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import weakref
from typing import TYPE_CHECKING

import pytest

from zoomgov import process

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collected_by_hand() -> Iterator[None]:
    """No collection but those of the test."""
    gc.collect()
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("collected_by_hand")
def test_what_only_refers_to_itself_is_freed_once_there_may_be_much_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    left = weakref.ref(_Cycle())
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 0))
    process.tidy()
    assert left() is not None
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 3))
    process.tidy()
    assert left() is None


@pytest.mark.usefixtures("collected_by_hand")
def test_what_was_kept_the_last_time_is_freed_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 3))
    cycle = _Cycle()
    left = weakref.ref(cycle)
    process.tidy()
    assert left() is cycle
    assert gc.get_freeze_count() > 0
    del cycle
    process.tidy()
    assert left() is None


def test_a_prepared_process_does_not_go_through_everything_for_every_quarter_more() -> None:
    program = """
        import gc
        from zoomgov import process

        process.prepare()
        ended = []
        gc.callbacks.append(lambda phase, about: ended.append(about["generation"]) if phase == "stop" else None)
        kept = [[number] for number in range(300_000)]
        print(gc.get_freeze_count() > 0, 2 in ended, {0, 1} <= set(ended), len(kept))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "True", "300000"]


def test_nothing_is_collected_from_the_start_until_the_process_is_prepared() -> None:
    program = "import gc; from zoomgov import process; process.pause_collection(); print(gc.isenabled()); " \
        "process.prepare(); print(gc.isenabled())"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
