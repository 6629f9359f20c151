"""Several processes with one registry, from its creation on; one of them is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from zoomgov.connectors.model import Draft, Owner
from zoomgov.connectors.registry import Registry

if TYPE_CHECKING:
    from pathlib import Path

PROCESSES = 4
EACH = 12

_HEAD = """
    import sys
    from pathlib import Path
    from zoomgov.connectors.model import Draft, Owner
    from zoomgov.connectors.registry import Registry
    me, registry = sys.argv[2], Registry(Path(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
"""
_CREATE = f"""
    for number in range({EACH}):
        draft = Draft(new_app=f"app {{me}} {{number}}", name=f"{{me}} {{number}}", owners=(Owner("a@b.c"),))
        made = registry.create(draft)
        registry.update(made.id, account_id=f"id {{number}}")
        registry.save_draft(Draft(name=me))
        if number % 3 == 0:
            registry.remove(made.id)
    registry.close()
"""
_ENDLESS = """
    made = registry.create(Draft(new_app=me, name=me, owners=(Owner("a@b.c"),)))
    number = 0
    while True:
        number += 1
        registry.update(made.id, account_id=str(number), client_id=str(number))
        print(number, flush=True)
"""


def start(path: Path, name: str, body: str) -> subprocess.Popen[str]:
    code = textwrap.dedent(_HEAD) + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        return bool(database.execute("PRAGMA integrity_check").fetchone() == ("ok",)) and not bool(
            database.execute("PRAGMA foreign_key_check").fetchall()
        )


def test_processes_starting_at_once_lose_nothing(registry_path: Path) -> None:
    processes = [start(registry_path, f"p{number}", _CREATE) for number in range(PROCESSES)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    assert not registry_path.exists(), "so each of them tries to create it"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (errors, process.returncode) == ("", 0)

    with closing(Registry(registry_path)) as registry:
        kept = {connector.name: connector for connector in registry.connectors()}
        expected = {f"p{p} {n}" for p in range(PROCESSES) for n in range(EACH) if n % 3}
        assert set(kept) == expected
        assert all(connector.account_id == f"id {name.split()[1]}" for name, connector in kept.items())
        assert len(registry.apps()) == PROCESSES * EACH
        draft = registry.draft()
    assert draft is not None
    assert draft.name in {f"p{number}" for number in range(PROCESSES)}
    assert sound(registry_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_a_whole_register_and_no_lock(registry_path: Path) -> None:
    process = start(registry_path, "victim", _ENDLESS)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    lines = iter(process.stdout.readline, "")
    for line in lines:
        if line.strip() == "25":
            break
    process.send_signal(signal.SIGKILL)
    said = [int(line) for line in lines]
    process.communicate(timeout=60)
    with closing(Registry(registry_path)) as registry:
        found = registry.find("victim")
        assert found is not None
        assert found.account_id == found.client_id
        assert int(found.account_id) >= (said[-1] if said else 25), "what was reported as saved is saved"
        registry.create(Draft(new_app="Zoom", name="after", owners=(Owner("a@b.c"),)))
    assert sound(registry_path)
