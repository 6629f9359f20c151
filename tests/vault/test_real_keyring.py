"""A real Secret Service over a real D-Bus: GNOME Keyring, unlocked and locked.

`REAL_KEYRING=1` says that one must be there, so its absence fails instead of skipping.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import keyring
import keyring.core
import pytest

from zoomgov.secret import Credentials, Secret
from zoomgov.vault import KeyringVault, VaultError, VaultKeeper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.keyring_real

CONNECTOR = f"test-{os.getpid()}"
CREDENTIALS = Credentials("AbCdEfGhIjKlMnOpQrStUv", "Cl13nt_1d_0f_22_chars0", Secret("sécret-秘密-of-the-test"))
_NOT_PASSED = ("PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
MUST = os.environ.get("REAL_KEYRING") == "1"


def unavailable(reason: str) -> None:
    if MUST:
        pytest.fail(f"REAL_KEYRING=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyringVault]:
    if not MUST:
        # A person's own keyring is theirs: it would be written to, and might ask for its password.
        pytest.skip("needs a Secret Service of its own; .ci/run starts one and sets REAL_KEYRING=1")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    vault = KeyringVault()
    try:
        vault.probe()
    except VaultError as error:
        pytest.fail(f"REAL_KEYRING=1, but {error}")
    yield vault
    vault.clear(CONNECTOR)


async def test_secret_service_keeps_gives_back_and_forgets(vault: KeyringVault) -> None:
    backend = keyring.get_keyring()
    assert type(backend).__module__ == "keyring.backends.SecretService"
    keeper = VaultKeeper(vault)
    assert await keeper.probe() == "the Secret Service keyring (GNOME Keyring, KeePassXC)"
    assert await keeper.read(CONNECTOR) is None
    await keeper.store(CONNECTOR, CREDENTIALS)
    assert await keeper.read(CONNECTOR) == CREDENTIALS
    assert backend.get_password(f"zoomgov:{CONNECTOR}", "client_secret") == CREDENTIALS.client_secret.reveal()
    await keeper.clear(CONNECTOR)
    assert await keeper.read(CONNECTOR) is None


_LOCKED = """
    import asyncio, secretstorage
    from contextlib import closing
    from zoomgov.secret import Credentials, Secret
    from zoomgov.vault import VaultError, VaultKeeper

    async def main():
        keeper = VaultKeeper()
        await keeper.store("c1", Credentials("a", "b", Secret("c")))
        with closing(secretstorage.dbus_init()) as bus:
            secretstorage.get_default_collection(bus).lock()
        for call in (keeper.read("c1"), keeper.store("c1", Credentials("a", "b", Secret("d"))), keeper.clear("c1")):
            try:
                await call
                print("no error")
            except VaultError as error:
                print(error.title)

    asyncio.run(main())
"""


def test_a_real_locked_keyring_says_so(tmp_path: Path) -> None:
    """Locks a keyring of its own, where nobody can answer the unlock prompt."""
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            unavailable(f"{program} is not installed")
    environment = {key: value for key, value in os.environ.items() if key not in _NOT_PASSED}
    environment |= {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    script = (
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n"
        f"exec {sys.executable} -W ignore -c '{textwrap.dedent(_LOCKED)}'"
    )
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-euc", script],
        capture_output=True, text=True, timeout=60, check=False, env=environment,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["The keyring is locked."] * 3, done.stderr
