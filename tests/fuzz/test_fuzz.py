"""A few examples of every target, the same ones each time; `make fuzz` tries others for as long as one likes."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import strategies

from tests.fuzz.__main__ import main, play, runs
from tests.fuzz.bounds import TooMuchError, within_memory, within_steps
from tests.fuzz.targets import MODULES, Target, all_targets

EXAMPLES: Final = 12
TARGETS: Final = all_targets()


@pytest.mark.parametrize("name", TARGETS)
def test_what_others_write_breaks_no_promise(name: str) -> None:
    runs(TARGETS[name], EXAMPLES)()


def test_what_breaks_is_told_with_the_way_to_play_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    def check(text: str) -> None:
        assert "a" not in text

    target = Target("made-up", {"text": strategies.text("ab", max_size=4)}, check, 1)
    assert not play(target, 50, 7)
    told = capsys.readouterr().out
    assert 'make fuzz ARGS="--only made-up --seed 7 --rounds 1 --examples 50"' in told
    assert "text='a'" in told
    assert not play(target, 50, 7)
    assert capsys.readouterr().out == told


def test_the_runner_plays_rounds_and_names_its_targets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--only", "any-headers", "--rounds", "2", "--examples", "2", "--seed", "5") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "round 5: any-headers",
        "round 6: any-headers",
        "2 rounds; broken: nothing.",
    ]
    assert main("--list") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(TARGETS)
    with pytest.raises(SystemExit):
        main("--only", "nothing-like-it")


def test_every_module_of_targets_has_some() -> None:
    assert {target.check.__module__ for target in TARGETS.values()} == {f"tests.fuzz.{name}" for name in MODULES}
    assert len(TARGETS) > 35


def test_steps_and_memory_are_bounded() -> None:
    def loop(times: int) -> int:
        total = 0
        for one in range(times):
            total += one
        return total

    assert within_steps(lambda: loop(1000), 1000, 10) == 499_500
    with pytest.raises(TooMuchError, match="steps for 10 characters"):
        within_steps(lambda: loop(100_000), 10, 10)
    assert within_memory(lambda: bytes(1000), 1000, 1) == bytes(1000)
    with pytest.raises(TooMuchError, match="bytes at once for 10"):
        within_memory(lambda: bytes(10_000_000), 10, 10)
