"""The keyring as a vault: what it stores, what it refuses, and the words of each failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError
from keyring.testing.backend import BackendBasicTests

from zoomgov.secret import Credentials, Secret
from zoomgov.vault import KeyringVault, MemoryVault, VaultChoice, VaultError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "Sq3cr3t-of-32-characters-xxxxxxx"
CREDENTIALS = Credentials("AbCdEfGhIjKlMnOpQrStUv", "Cl13nt_1d_0f_22_chars0", Secret(SECRET))
OTHER = Credentials("0therAccountId0therAcc", "0therClientId0therClie", Secret("the other secret"))


class InMemory(KeyringBackend):
    """A keyring that works. Without a priority, so that keyring never chooses it by itself."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.items: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.items.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")


class TestInMemory(BackendBasicTests):
    """The fake behaves as keyring asks of any back end, so what passes on it means something."""

    def init_keyring(self) -> InMemory:
        return InMemory()


class Failing(InMemory):
    """Raises what it is told to, on the calls it is told to."""

    def __init__(self, error: Exception, on: str) -> None:
        super().__init__()
        self.error = error
        self.on = on

    def get_password(self, service: str, username: str) -> str | None:
        if self.on == "get":
            raise self.error
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.on == f"set {username}":
            self.on = ""
            raise self.error
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        if self.on in ("delete", f"delete {username}"):
            raise self.error
        super().delete_password(service, username)


class PlaintextKeyring(InMemory):
    """Named as the one of keyrings.alt is."""


class WindowsLike(InMemory):
    """Stands where the Credential Manager's back end does."""


WindowsLike.__module__ = "keyring.backends.Windows"


def in_terminal() -> KeyringBackend:
    kind = type("EncryptedKeyring", (InMemory,), {"__module__": "keyrings.alt.file"})
    backend: KeyringBackend = kind()
    return backend


def test_keeps_one_item_per_value_under_the_connectors_own_service() -> None:
    backend = InMemory()
    KeyringVault(backend).store("c1", CREDENTIALS)
    assert backend.items == {
        ("zoomgov:c1", "account_id"): CREDENTIALS.account_id,
        ("zoomgov:c1", "client_id"): CREDENTIALS.client_id,
        ("zoomgov:c1", "client_secret"): SECRET,
    }


@pytest.mark.parametrize("vault", [MemoryVault(), KeyringVault(InMemory())], ids=["memory", "keyring"])
def test_reads_back_replaces_and_clears(vault: MemoryVault | KeyringVault) -> None:
    assert vault.read("c1") is None
    vault.store("c1", CREDENTIALS)
    vault.store("c2", OTHER)
    assert vault.read("c1") == CREDENTIALS
    vault.store("c1", OTHER)
    assert vault.read("c1") == OTHER
    vault.clear("c1")
    vault.clear("c1")
    assert vault.read("c1") is None
    assert vault.read("c2") == OTHER


def test_two_of_three_values_are_no_credentials() -> None:
    backend = InMemory()
    vault = KeyringVault(backend)
    vault.store("c1", CREDENTIALS)
    del backend.items["zoomgov:c1", "client_id"]
    assert vault.read("c1") is None
    vault.clear("c1")
    assert backend.items == {}


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (fail.Keyring, "No keyring"),
        (null.Keyring, "switched off"),
        (PlaintextKeyring, "anyone with the file can read"),
        (in_terminal, "password in this terminal"),
    ],
    ids=["fail", "null", "plaintext", "asks in the terminal"],
)
def test_refuses_back_ends_that_lose_or_leak_the_secret(backend: Callable[[], KeyringBackend], words: str) -> None:
    made = backend()
    vault = KeyringVault(made)
    for call in (vault.probe, lambda: vault.store("c1", CREDENTIALS), lambda: vault.read("c1")):
        with pytest.raises(VaultError) as caught:
            call()
        assert words in caught.value.reason
        assert caught.value.choices == (VaultChoice.RETRY, VaultChoice.SESSION, VaultChoice.ENVIRONMENT)
    assert getattr(made, "items", {}) == {}


class Innocent(fail.Keyring):
    """Called something else than what it is."""


class Forgetful(null.Keyring):
    pass


class MyOwn(PlaintextKeyring):
    pass


class NotPlaintextAtAll(InMemory):
    """One that may hold a secret, whatever it is called."""


def derived(module: str, name: str, **more: object) -> KeyringBackend:
    """A back end derived from one of a package that is not installed here."""
    parent = type(name, (InMemory,), {"__module__": module})
    backend: KeyringBackend = type("Mine", (parent,), more)()
    return backend


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (Innocent, "No keyring"),
        (Forgetful, "switched off"),
        (MyOwn, "anyone with the file can read"),
        (lambda: derived("keyrings.alt.file", "PlaintextKeyring"), "anyone with the file can read"),
        (lambda: derived("keyrings.alt.pyfs", "BasicKeyring"), "anyone with the file can read"),
        (lambda: derived("keyrings.alt.file", "EncryptedKeyring"), "password in this terminal"),
        (lambda: derived("keyrings.cryptfile.cryptfile", "CryptFileKeyring"), "password in this terminal"),
        (lambda: derived("keyrings.alt.Google", "DocsKeyring"), "a document at Google"),
        (
            lambda: derived("keyrings.alt.multi", "MultipartKeyringWrapper", _keyring=PlaintextKeyring()),
            "anyone with the file can read",
        ),
        (lambda: derived("keyring.backends.chainer", "ChainerBackend", backends=[MyOwn()]), "anyone with the file"),
    ],
)
def test_a_back_end_derived_from_an_unfit_one_is_as_unfit(backend: Callable[[], KeyringBackend], words: str) -> None:
    made = backend()
    with pytest.raises(VaultError) as caught:
        KeyringVault(made).store("c1", CREDENTIALS)
    assert words in caught.value.reason
    assert getattr(made, "items", {}) == {}


def test_one_is_not_refused_for_its_name() -> None:
    backend = NotPlaintextAtAll()
    KeyringVault(backend).store("c1", CREDENTIALS)
    assert len(backend.items) == 3


@pytest.mark.parametrize("kind", ["keyring.backends.fail.Keyring", "tests.vault.test_keyring_vault.Innocent"])
def test_one_that_a_variable_chose_is_told_to_be_chosen(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """No Secret Service has to be started for that."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", kind)
    with pytest.raises(VaultError) as caught:
        KeyringVault().probe()
    assert f"PYTHON_KEYRING_BACKEND chooses {kind}" in caught.value.reason
    assert "start one" not in caught.value.reason


def test_one_that_keyrings_settings_chose_is_told_to_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "python_keyring").mkdir()
    (tmp_path / "python_keyring" / "keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=keyring.backends.fail.Keyring\n"
    )
    with pytest.raises(VaultError, match=r"keyring.s settings in .* choose keyring\.backends\.fail\.Keyring"):
        KeyringVault().probe()


def chain(*backends: KeyringBackend) -> KeyringBackend:
    kind = type("ChainerBackend", (InMemory,), {"__module__": "keyring.backends.chainer", "backends": list(backends)})
    chainer: KeyringBackend = kind()
    return chainer


def test_a_chain_of_unfit_back_ends_is_refused_with_every_reason() -> None:
    vault = KeyringVault(chain(null.Keyring(), PlaintextKeyring()))  # type: ignore[no-untyped-call]
    with pytest.raises(VaultError) as caught:
        vault.probe()
    assert "switched off" in caught.value.reason
    assert "anyone with the file can read" in caught.value.reason


def test_in_a_chain_only_the_first_fit_back_end_gets_the_secret() -> None:
    plaintext, fit, second = PlaintextKeyring(), InMemory(), InMemory()
    KeyringVault(chain(plaintext, fit, second)).store("c1", CREDENTIALS)
    assert len(fit.items) == 3
    assert plaintext.items == second.items == {}


class PromptDismissedException(Exception):
    """As SecretStorage calls it."""


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (KeyringLocked("Failed to unlock the collection!"), "The keyring is locked."),
        (PromptDismissedException("dismissed"), "The keyring is locked."),
        (InitError("Failed to create the collection: Prompt dismissed.."), "The keyring could not be opened."),
        (RuntimeError("D-Bus went away"), "The keyring could not {verb} the credentials."),
        (OSError(5, "broken pipe"), "The keyring could not {verb} the credentials."),
    ],
    ids=["locked", "prompt cancelled", "init", "runtime", "os"],
)
@pytest.mark.parametrize("on", ["get", "set client_secret", "delete"])
def test_each_failure_says_what_and_why(error: Exception, title: str, on: str) -> None:
    backend = Failing(error, "")
    vault = KeyringVault(backend)
    if on == "delete":
        vault.store("c1", CREDENTIALS)
    backend.on = on
    calls: dict[str, Callable[[], None]] = {"delete": lambda: vault.clear("c1")}
    call = calls.get(on, lambda: vault.store("c1", CREDENTIALS))
    with pytest.raises(VaultError) as caught:
        call()
    verb = {"get": "read", "delete": "clear"}.get(on, "store")
    assert caught.value.title == title.format(verb=verb)
    assert caught.value.reason
    assert caught.value.choices
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("kind", [RuntimeError, InitError, KeyringLocked, ValueError])
def test_an_error_that_quotes_the_secret_is_not_repeated(kind: type[Exception]) -> None:
    backend = Failing(kind(f"cannot store {SECRET}"), "set client_secret")
    with pytest.raises(VaultError) as caught:
        KeyringVault(backend).store("c1", CREDENTIALS)
    assert SECRET not in f"{caught.value} {caught.value.reason} {caught.value!r}"


@pytest.mark.parametrize("field", ["account_id", "client_id", "client_secret"])
def test_a_failed_change_leaves_the_old_credentials_whole(field: str) -> None:
    backend = Failing(RuntimeError("disk full"), "")
    vault = KeyringVault(backend)
    vault.store("c1", CREDENTIALS)
    backend.on = f"set {field}"
    with pytest.raises(VaultError):
        vault.store("c1", OTHER)
    assert vault.read("c1") == CREDENTIALS


def test_a_failed_first_store_leaves_nothing_behind() -> None:
    backend = Failing(RuntimeError("disk full"), "set client_secret")
    with pytest.raises(VaultError):
        KeyringVault(backend).store("c1", CREDENTIALS)
    assert backend.items == {}


def test_a_keyring_that_alters_what_it_keeps_is_found_out() -> None:
    class Truncating(InMemory):
        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, password[:24])

    backend = Truncating()
    with pytest.raises(VaultError, match="did not keep the credentials"):
        KeyringVault(backend).store("c1", CREDENTIALS)
    assert backend.items == {}


def test_nothing_is_written_once_it_is_no_longer_wanted() -> None:
    backend = InMemory()
    KeyringVault(backend).store("c1", CREDENTIALS, lambda: False)
    assert backend.items == {}


def test_nothing_is_cleared_once_it_is_no_longer_wanted() -> None:
    backend = InMemory()
    vault = KeyringVault(backend)
    vault.store("c1", CREDENTIALS)
    vault.clear("c1", lambda: False)
    assert vault.read("c1") == CREDENTIALS


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        ("client_secret", {"account_id", "client_id", "client_secret"}),
        ("client_id", {"account_id", "client_id"}),
        ("account_id", {"account_id"}),
    ],
)
def test_credentials_cleared_in_part_are_said_to_be(refused: str, left: set[str]) -> None:
    backend = Failing(KeyringLocked("dismissed"), f"delete {refused}")
    vault = KeyringVault(backend)
    vault.store("c1", CREDENTIALS)
    with pytest.raises(VaultError) as caught:
        vault.clear("c1")
    assert {field for _, field in backend.items} == left
    assert caught.value.incomplete is (len(left) < 3)
    assert ("The client secret is no longer in it." in caught.value.reason) is (len(left) < 3)


@pytest.mark.parametrize(("length", "fits"), [(1280, True), (1281, False)])
def test_windows_limit_is_known_before_storing(length: int, fits: bool) -> None:
    backend = WindowsLike()
    long = Credentials("a", "b", Secret("s" * length))
    if fits:
        KeyringVault(backend).store("c1", long)
        assert KeyringVault(backend).read("c1") == long
    else:
        with pytest.raises(VaultError, match="1281 characters"):
            KeyringVault(backend).store("c1", long)
        assert backend.items == {}


def test_shows_the_keyrings_name_for_people() -> None:
    assert KeyringVault(WindowsLike()).probe() == "the Windows Credential Manager"
    assert "InMemory" in KeyringVault(InMemory()).probe()
    assert MemoryVault().probe() == "this session's memory"


@pytest.mark.parametrize("name", ["", "no.such.Backend", "keyring.backends.fail.Missing"])
def test_a_backend_chosen_by_mistake_is_named_as_such(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(VaultError, match="PYTHON_KEYRING_BACKEND") as caught:
        KeyringVault().probe()
    assert caught.value.choices


def test_without_a_choice_of_its_own_the_vault_uses_keyrings() -> None:
    before = keyring.get_keyring()
    backend = InMemory()
    keyring.set_keyring(backend)
    try:
        KeyringVault().store("c1", CREDENTIALS)
    finally:
        keyring.set_keyring(before)
    assert len(backend.items) == 3
