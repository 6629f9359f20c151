"""The player of random keys works: a few keys of one round."""

from __future__ import annotations

import pytest

from tests import random_keys


async def test_a_round_is_played_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert await random_keys.main("--rounds", "1", "--keys", "3") == 0
    assert capsys.readouterr().out == "round 1: 3 keys\n"


async def test_what_ends_the_app_is_told_with_the_keys_before_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(app: object) -> None:
        raise RuntimeError("found something")

    monkeypatch.setattr("zoomgov.app.ZoomgovApp.action_quit", fail)
    assert await random_keys.main("--rounds", "2", "--keys", "3") == 2
    printed = capsys.readouterr()
    assert "RuntimeError: found something" in printed.err
    assert "round 2 ended after " in printed.out
