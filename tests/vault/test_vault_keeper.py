"""Time limits for a keyring that may never answer."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest

from zoomgov.secret import Credentials, Secret
from zoomgov.vault import MemoryVault, VaultError, VaultKeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CREDENTIALS = Credentials("AbCdEfGhIjKlMnOpQrStUv", "Cl13nt_1d_0f_22_chars0", Secret("not to be seen"))


class Stuck(MemoryVault):
    """Waits for an unlock prompt before each call, as a locked keyring does."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.finished = threading.Event()

    def _prompt(self) -> None:
        self.asked.set()
        self.answered.wait(30)

    def probe(self) -> str:
        self._prompt()
        return super().probe()

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = lambda: True) -> None:
        self._prompt()
        super().store(connector_id, credentials, wanted)
        self.finished.set()

    def clear(self, connector_id: str, wanted: Callable[[], bool] = lambda: True) -> None:
        self._prompt()
        super().clear(connector_id, wanted)
        self.finished.set()


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    vault = Stuck()
    yield vault
    vault.answered.set()


async def test_passes_every_call_on() -> None:
    keeper = VaultKeeper(MemoryVault())
    assert await keeper.probe() == "this session's memory"
    assert await keeper.read("c1") is None
    await keeper.store("c1", CREDENTIALS)
    assert await keeper.read("c1") == CREDENTIALS
    await keeper.clear("c1")
    assert await keeper.read("c1") is None


async def test_calls_run_on_daemon_threads_off_the_loop() -> None:
    class Observed(MemoryVault):
        def probe(self) -> str:
            thread = threading.current_thread()
            return f"{thread.daemon} {thread is threading.main_thread()}"

    assert await VaultKeeper(Observed()).probe() == "True False"


async def test_errors_arrive_as_they_are() -> None:
    class Broken(MemoryVault):
        def read(self, connector_id: str) -> Credentials | None:
            raise VaultError("locked", "why", ())

    with pytest.raises(VaultError, match="locked"):
        await VaultKeeper(Broken()).read("c1")


async def test_the_loop_runs_on_while_a_prompt_is_open(stuck: Stuck) -> None:
    storing = asyncio.ensure_future(VaultKeeper(stuck).store("c1", CREDENTIALS))
    assert await asyncio.to_thread(stuck.asked.wait, 60)
    assert not storing.done()
    stuck.answered.set()
    await storing
    assert stuck.read("c1") == CREDENTIALS


async def test_a_prompt_nobody_answers_ends_in_words(stuck: Stuck) -> None:
    keeper = VaultKeeper(stuck, probe_seconds=0.01, store_seconds=0.01)
    for call in (keeper.probe(), keeper.store("c1", CREDENTIALS)):
        with pytest.raises(VaultError, match=r"did not answer within 0\.01 seconds") as caught:
            await call
        assert "waiting for its password" in caught.value.reason
        assert caught.value.choices


async def test_a_late_answer_stores_nothing_any_more(stuck: Stuck) -> None:
    with pytest.raises(VaultError):
        await VaultKeeper(stuck, store_seconds=0.01).store("c1", CREDENTIALS)
    stuck.answered.set()
    assert await asyncio.to_thread(stuck.finished.wait, 60)
    assert stuck.read("c1") is None


async def test_a_late_answer_clears_nothing_any_more(stuck: Stuck) -> None:
    MemoryVault.store(stuck, "c1", CREDENTIALS)
    with pytest.raises(VaultError):
        await VaultKeeper(stuck, store_seconds=0.01).clear("c1")
    stuck.answered.set()
    assert await asyncio.to_thread(stuck.finished.wait, 10)
    assert stuck.read("c1") == CREDENTIALS


async def test_a_cancelled_store_stores_nothing_any_more(stuck: Stuck) -> None:
    storing = asyncio.ensure_future(VaultKeeper(stuck).store("c1", CREDENTIALS))
    assert await asyncio.to_thread(stuck.asked.wait, 60)
    storing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await storing
    stuck.answered.set()
    assert await asyncio.to_thread(stuck.finished.wait, 60)
    assert stuck.read("c1") is None


_STUCK_AT_EXIT = """
    import asyncio, threading
    from zoomgov.vault import MemoryVault, VaultError, VaultKeeper

    class Stuck(MemoryVault):
        def probe(self):
            threading.Event().wait()

    async def main():
        try:
            await VaultKeeper(Stuck(), probe_seconds=0.05).probe()
        except VaultError:
            print("gave up")

    asyncio.run(main())
"""


def test_a_stuck_keyring_does_not_keep_the_process_from_exiting() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_STUCK_AT_EXIT)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("gave up\n", "", 0)


def test_keyring_is_imported_only_when_used() -> None:
    code = "import sys, zoomgov.vault; zoomgov.vault.VaultKeeper(); print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
