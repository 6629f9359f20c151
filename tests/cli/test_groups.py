"""A group of commands alone prints its help; a mistyped command in it gets the nearest one as an answer."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from zoomgov.cli.help import Group
from zoomgov.cli.main import COMMANDS, root

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

CONTEXT = root.make_context("zoomgov", ["demo"])
GROUPS = [name for name in COMMANDS if isinstance(root.get_command(CONTEXT, name), click.Group)]


@pytest.mark.parametrize("name", [name for name in GROUPS if name != "settings"])
def test_a_group_alone_prints_its_help(cli: Callable[..., Result], name: str) -> None:
    alone = cli(name)
    assert (alone.code, alone.err) == (0, "")
    assert alone.out.startswith(f"Usage: zoomgov {name} [OPTIONS] COMMAND [ARGS]...\n")
    assert "\nCommands:\n" in alone.out
    assert alone.out == cli(name, "--help").out


def test_as_a_program_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zoomgov", "connectors"], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: zoomgov connectors")


@pytest.mark.parametrize("name", GROUPS)
def test_every_group_is_of_that_kind(cli: Callable[..., Result], name: str) -> None:
    assert isinstance(root.get_command(CONTEXT, name), Group)
    done = cli(name, "nothing-like-it")
    assert done.code == 2
    assert f"No such command 'nothing-like-it'. See zoomgov {name} --help." in done.err


def test_a_mistyped_command_gets_the_nearest(cli: Callable[..., Result]) -> None:
    assert "Did you mean 'show'?" in cli("connectors", "shw").err
    assert "Did you mean 'verify'?" in cli("verfy").err
