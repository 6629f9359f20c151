"""A real Secret Service over D-Bus: GNOME Keyring unlocked, locked, and killed."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from contextlib import closing
from typing import TYPE_CHECKING, Any

import keyring
import keyring.backend
import keyring.core
import pytest

from zoomgov.secret import Credentials, Secret
from zoomgov.vault import KeyringVault, VaultError, VaultKeeper

if TYPE_CHECKING:
    from tests.secret_service import SecretService

pytestmark = pytest.mark.keyring_real

CONNECTOR = "c1"
CREDENTIALS = Credentials("AbCdEfGhIjKlMnOpQrStUv", "Cl13nt_1d_0f_22_chars0", Secret("sécret-秘密-of-the-test"))


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch, secret_service: SecretService) -> KeyringVault:
    """The vault as it finds the keyring by itself."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", secret_service.address)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    # keyring looks once what is there; here it looks anew, and what it finds is forgotten with the test.
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    looked_for: Any = keyring.backend.get_all_keyring
    monkeypatch.setattr(keyring.backend, "get_all_keyring", looked_for.__wrapped__)
    return KeyringVault()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection to D-Bus that is opened in the test."""
    import secretstorage

    connections: list[Any] = []
    connect: Any = secretstorage.dbus_init

    def noted() -> Any:
        connections.append(connect())
        return connections[-1]

    monkeypatch.setattr(secretstorage, "dbus_init", noted)
    return connections


def lock() -> None:
    import secretstorage

    bus: Any
    with closing(secretstorage.dbus_init()) as bus:
        secretstorage.get_default_collection(bus).lock()


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


@pytest.mark.parametrize("how", ["locked", "dead"])
async def test_a_keyring_that_fails_leaves_no_connection_open(
    vault: KeyringVault, secret_service: SecretService, opened: list[Any], how: str
) -> None:
    keeper = VaultKeeper(vault)
    await keeper.store(CONNECTOR, CREDENTIALS)
    if how == "locked":
        lock()
    else:
        secret_service.die()
    for call in (keeper.read(CONNECTOR), keeper.clear(CONNECTOR), keeper.store("c2", CREDENTIALS)):
        opened.clear()
        with pytest.raises(VaultError) as caught:
            await call
        assert (caught.value.title == "The keyring is locked.") == (how == "locked")
        assert opened
        assert [connection.sock.fileno() for connection in opened] == [-1] * len(opened)


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


def test_a_real_locked_keyring_says_so(secret_service: SecretService) -> None:
    """In a process of its own, as a person's; nobody can answer the unlock prompt."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(_LOCKED)],
        capture_output=True, text=True, timeout=60, check=False, env=secret_service.environment,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["The keyring is locked."] * 3, done.stderr
    assert done.stderr == ""
