"""JSON and exports that are printed in a terminal, a real pty: nothing in them that the terminal acts on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.test_app_ended import read_until
from tests.cli.test_stopped import Machine
from zoomgov.sim import Options, SimServer, build_account
from zoomgov.text import escaped_for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import pty
    import termios

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")

HARMFUL: Final = "a\x1b[31mb\x7fc\x9b31md\x85e\u202ef\u2066g\u200fh\u2028i\ufeffj\U000e0041k"
HARMLESS: Final = "Zoë 漢 \u200d👩‍👧 é"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    account = build_account(users=30, groups=4, contact_groups=2, roles=4, seed=3, hostile=True)
    harmed, unharmed, *_ = account.users
    harmed.display_name, unharmed.display_name = HARMFUL, HARMLESS
    next(iter(account.groups.values())).name = HARMFUL
    with SimServer(account, Options(rate_limit="unlimited")) as zoom:
        made = Machine(tmp_path_factory.mktemp("machine"), zoom)
        made.run("sync", "corp", "--quiet")
        yield made


def on_a_terminal(machine: Machine, *words: str) -> str:
    master, slave = pty.openpty()
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST  # or a line end becomes two characters
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    process = subprocess.Popen(
        [sys.executable, "-m", "zoomgov", *words], env=machine.environment, stdout=slave, stderr=subprocess.DEVNULL
    )
    os.close(slave)
    shown = read_until(master, b"no such text")
    os.close(master)
    assert process.wait() == 0
    return shown.decode("utf-8")


COMMANDS: Final = [
    ("list", "users", "corp", "--format", "json"),
    ("list", "groups", "corp", "--format", "json"),
    ("findings", "corp", "--format", "json"),
    ("connectors", "show", "corp", "--format", "json"),
    ("explain", HARMFUL, "--json"),
    ("export", "corp", "--format", "json", "--output", "-"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_json_says_the_same_and_does_nothing(machine: Machine, words: tuple[str, ...]) -> None:
    shown = on_a_terminal(machine, *words)
    assert all(line.replace("\u200d", "").isprintable() for line in shown.split("\n"))
    assert json.loads(shown) == json.loads(machine.run(*words))


@pytest.mark.parametrize(("form", "kind"), [("jsonl", "users"), ("csv", "users"), ("csv", "groups")])
def test_an_export_does_nothing_either(machine: Machine, form: str, kind: str) -> None:
    words = ("export", "corp", "--format", form, "--kind", kind, "--output", "-")
    shown = on_a_terminal(machine, *words)
    assert all(line.replace("\u200d", "").isprintable() for line in shown.split("\n"))
    if form == "jsonl":
        assert [json.loads(line) for line in shown.splitlines()] == [
            json.loads(line) for line in machine.run(*words).split("\n") if line
        ]


def test_what_is_piped_is_not_escaped(machine: Machine) -> None:
    assert HARMLESS in machine.run("list", "users", "corp", "--format", "json")
    assert "\u202e" in machine.run("list", "users", "corp", "--format", "json")


@pytest.mark.parametrize("text", [HARMFUL, HARMLESS, "\ud800", "plain", 'a "b" \\ c', "\x80\x9f\x7f"])
def test_the_same_json_is_decoded(text: str) -> None:
    written = json.dumps({text: [text]}, ensure_ascii=False, indent=1)
    escaped = escaped_for_terminal(written)
    assert json.loads(escaped) == {text: [text]}
    assert all(line.replace("\u200d", "").isprintable() for line in escaped.split("\n"))
    assert escaped.encode()
