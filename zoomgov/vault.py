"""Storage of credentials: the system's keyring, or this process's memory.

A keyring may show a prompt to unlock it and wait for an answer without end. So every call runs on a daemon thread
with a timeout (`VaultKeeper`): a prompt nobody answers neither blocks the event loop nor keeps the process from
exiting, as a thread pool would.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from zoomgov.secret import Credentials, Secret
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

T = TypeVar("T")

PROBE_SECONDS: Final = 3.0
"""Timeout for finding the keyring. No prompt is involved, so it answers at once."""
STORE_SECONDS: Final = 60.0
"""Timeout of all other calls: long enough to type the keyring's password into its prompt."""

_FIELDS: Final = ("account_id", "client_id", "client_secret")
_WINDOWS_BYTES: Final = 2560
"""CRED_MAX_CREDENTIAL_BLOB_SIZE: the most bytes of UTF-16 in one item of the Windows Credential Manager."""


class VaultChoice(StrEnum):
    """What a person can do when the keyring fails; the value is the text to show."""

    RETRY = "Try again"
    SESSION = "Keep it in memory for this session only"
    ENVIRONMENT = "Set ZOOMGOV_ACCOUNT_ID, ZOOMGOV_CLIENT_ID and ZOOMGOV_CLIENT_SECRET instead"


ALL_CHOICES: Final = (VaultChoice.RETRY, VaultChoice.SESSION, VaultChoice.ENVIRONMENT)


class VaultError(Exception):
    """The credentials could not be stored, read or cleared. Carries no secret.

    Attributes:
        title: what happened, one line.
        reason: why, and what would fix it.
        choices: what the person can do now.
        incomplete: True when only part of what was there could be cleared; otherwise nothing has changed.
    """

    def __init__(
        self,
        title: str,
        reason: str,
        choices: tuple[VaultChoice, ...] = ALL_CHOICES,
        *,
        incomplete: bool = False,
    ) -> None:
        super().__init__(f"{title} {reason}")
        self.title = title
        self.reason = reason
        self.choices = choices
        self.incomplete = incomplete


class Vault(Protocol):
    """Stores the credentials of connectors. Its calls block; `VaultKeeper` wraps them for the event loop."""

    def probe(self) -> str:
        """Return its name for people; never prompts. Raises `VaultError` when it cannot be used."""
        ...

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = ...) -> None:
        """Store `credentials` and read them back to verify. Writes nothing once `wanted()` is false."""
        ...

    def read(self, connector_id: str) -> Credentials | None:
        """Return the stored credentials, or None unless all three values are there."""
        ...

    def clear(self, connector_id: str, wanted: Callable[[], bool] = ...) -> None:
        """Delete all that is stored for the connector, if anything; deletes nothing once `wanted()` is false."""
        ...


class MemoryVault:
    """A vault in memory: gone when the program ends, never on disk."""

    def __init__(self) -> None:
        self._credentials: dict[str, Credentials] = {}

    def probe(self) -> str:
        return "this session's memory"

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = lambda: True) -> None:
        if wanted():
            self._credentials[connector_id] = credentials

    def read(self, connector_id: str) -> Credentials | None:
        return self._credentials.get(connector_id)

    def clear(self, connector_id: str, wanted: Callable[[], bool] = lambda: True) -> None:
        if wanted():
            self._credentials.pop(connector_id, None)


class KeyringVault:
    """The system's keyring: service `zoomgov:<connector id>`, one item per value.

    Back ends that lose the secret, store it in plain text or prompt in the terminal that this program draws on are
    refused before anything is written; there is no fallback to plain text.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        """Use `backend`, or the one keyring is configured for."""
        self._given = backend

    def probe(self) -> str:
        return _human_name(self._backend())

    def store(self, connector_id: str, credentials: Credentials, wanted: Callable[[], bool] = lambda: True) -> None:
        backend = self._backend()
        values = dict(zip(_FIELDS, _values(credentials), strict=True))
        _check_size(backend, values)
        # Read first: an unlock prompt appears here, before anything is written.
        before = {field: self._get(backend, connector_id, field) for field in _FIELDS}
        if not wanted():
            return
        try:
            for field, value in values.items():
                if before[field] != value:
                    self._set(backend, connector_id, field, value)
            for field, value in values.items():
                if self._get(backend, connector_id, field) != value:
                    raise VaultError(
                        f"{_human_name(backend)} did not keep the credentials.",
                        "What was read back differs from what was stored, so they would be missing later.",
                    )
        except VaultError:
            self._restore(backend, connector_id, before)
            raise

    def read(self, connector_id: str) -> Credentials | None:
        backend = self._backend()
        account_id, client_id, secret = (self._get(backend, connector_id, field) for field in _FIELDS)
        if not (account_id and client_id and secret):
            return None
        return Credentials(account_id, client_id, Secret(secret))

    def clear(self, connector_id: str, wanted: Callable[[], bool] = lambda: True) -> None:
        backend = self._backend()
        # Read first, as in `store`. The secret goes first.
        stored = [field for field in reversed(_FIELDS) if self._get(backend, connector_id, field) is not None]
        if not wanted():
            return
        for field in stored:
            try:
                self._delete(backend, connector_id, field)
            except VaultError as error:
                if field == stored[0]:
                    raise
                reason = f"{error.reason} The {stored[0].replace('_', ' ')} is no longer in it."
                raise VaultError(error.title, reason, error.choices, incomplete=True) from None

    def _backend(self) -> KeyringBackend:
        backend = self._given or _configured_backend()
        for candidate in _backends_of(backend):
            if not _refusal(candidate):
                return candidate
        reason = _refusal(backend) or " ".join(dict.fromkeys(_refusal(one) for one in _backends_of(backend)))
        raise VaultError("There is no keyring that can hold the Client secret.", reason or _no_keyring())

    def _get(self, backend: KeyringBackend, connector_id: str, field: str) -> str | None:
        return _guarded(backend, "read", lambda: backend.get_password(_service(connector_id), field))

    def _set(self, backend: KeyringBackend, connector_id: str, field: str, value: str) -> None:
        _guarded(backend, "store", lambda: backend.set_password(_service(connector_id), field, value))

    def _delete(self, backend: KeyringBackend, connector_id: str, field: str) -> None:
        _guarded(backend, "clear", lambda: backend.delete_password(_service(connector_id), field))

    def _restore(self, backend: KeyringBackend, connector_id: str, before: dict[str, str | None]) -> None:
        """Restore the values from before, so that a failed change never mixes the values of two apps."""
        for field, value in before.items():
            with suppress(VaultError):
                if value is not None:
                    self._set(backend, connector_id, field, value)
                elif self._get(backend, connector_id, field) is not None:
                    self._delete(backend, connector_id, field)


class VaultKeeper:
    """A vault for the event loop: each call runs on a daemon thread of its own, with a timeout."""

    def __init__(
        self, vault: Vault | None = None, *, probe_seconds: float = PROBE_SECONDS, store_seconds: float = STORE_SECONDS
    ) -> None:
        """Wrap `vault`, by default the system's keyring. Both timeouts are in seconds."""
        self._vault: Vault = vault or KeyringVault()
        self._probe_seconds = probe_seconds
        self._store_seconds = store_seconds

    async def probe(self) -> str:
        """Return the keyring's name for people; raises `VaultError` when it cannot be used."""
        return await self._call(lambda _wanted: self._vault.probe(), self._probe_seconds)

    async def store(self, connector_id: str, credentials: Credentials) -> None:
        """Store `credentials` and read them back to verify; raises `VaultError`.

        After a timeout or a cancellation nothing is written any more, even if the prompt is answered later.
        """
        await self._call(lambda wanted: self._vault.store(connector_id, credentials, wanted), self._store_seconds)

    async def read(self, connector_id: str) -> Credentials | None:
        """Return the stored credentials, or None; raises `VaultError`."""
        return await self._call(lambda _wanted: self._vault.read(connector_id), self._store_seconds)

    async def clear(self, connector_id: str) -> None:
        """Delete what is stored for the connector; raises `VaultError`.

        After a timeout or a cancellation nothing is deleted any more, even if the prompt is answered later.
        """
        await self._call(lambda wanted: self._vault.clear(connector_id, wanted), self._store_seconds)

    async def _call(self, job: Callable[[Callable[[], bool]], T], seconds: float) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def finish(outcome: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(outcome)  # type: ignore[arg-type]  # T may itself include None

        def run() -> None:
            outcome, error = None, None
            try:
                outcome = job(lambda: not future.done())
            except BaseException as caught:
                error = caught
            with suppress(RuntimeError):  # the loop may have closed meanwhile
                loop.call_soon_threadsafe(finish, outcome, error)

        threading.Thread(target=run, daemon=True, name="vault").start()
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            raise VaultError(
                f"The keyring did not answer within {seconds:g} seconds.",
                "It may be waiting for its password in a window behind this one, or on a screen you do not see.",
            ) from None


def _values(credentials: Credentials) -> tuple[str, str, str]:
    return credentials.account_id, credentials.client_id, credentials.client_secret.reveal()


def _service(connector_id: str) -> str:
    return f"zoomgov:{connector_id}"


def _configured_backend() -> KeyringBackend:
    try:
        import keyring

        backend = keyring.get_keyring()
        if all(_refusal(candidate) for candidate in _backends_of(backend)):
            backend = _newer_backend() or backend
        return backend
    except Exception as error:
        raise VaultError(
            "The keyring chosen on this machine cannot be used.",
            f"PYTHON_KEYRING_BACKEND or keyring's own settings file names one that does not work: {_one_line(error)}.",
        ) from None


def _newer_backend() -> KeyringBackend | None:
    """Find a keyring that was started after `keyring` chose its back end, a choice that it caches."""
    import os

    from keyring.backend import KeyringBackend
    from keyring.core import load_config

    if "PYTHON_KEYRING_BACKEND" in os.environ or load_config() is not None:
        return None  # this back end was chosen in the environment or in keyring's settings
    found = [kind() for kind in KeyringBackend.get_viable_backends() if not kind.__module__.endswith(".chainer")]
    return max((one for one in found if not _refusal(one)), key=lambda one: one.priority, default=None)


def _backends_of(backend: KeyringBackend) -> list[KeyringBackend]:
    """The back ends of a chainer, best first. A chainer itself would fall back to an unfit one."""
    if _is_kind_of(backend, ("keyring.backends.chainer", "ChainerBackend")):
        chained: list[KeyringBackend] = list(backend.backends)  # type: ignore[attr-defined]  # ChainerBackend is untyped
        return chained
    return [backend]


_PLAINTEXT: Final = (("keyrings.alt.pyfs", ""), ("", "PlaintextKeyring"))
_PROMPTS: Final = (
    ("keyrings.alt.file", "EncryptedKeyring"),
    ("keyrings.alt.file", "Encrypted"),
    ("keyrings.cryptfile", ""),
)
_WRAPPER: Final = ("keyrings.alt.multi", "MultipartKeyringWrapper")


def _is_kind_of(backend: KeyringBackend, *kinds: tuple[str, str]) -> bool:
    """Whether its class, or one it was derived from, is one of `kinds`: a module or package, and a name; "" is any.

    By the names of its ancestors, since the packages that define them are seldom installed.
    """
    for ancestor in type(backend).__mro__:
        for module, name in kinds:
            if name in ("", ancestor.__name__) and f"{ancestor.__module__}.".startswith(f"{module}." if module else ""):
                return True
    return False


def _refusal(backend: KeyringBackend) -> str:
    """Why this back end must not store a secret, by what it is and not by what it is called; empty when it may."""
    if _is_kind_of(backend, ("keyring.backends.fail", "Keyring")):
        chosen = _chosen()
        return (
            f"No keyring runs here: {chosen}, which keeps nothing. Remove that setting, or name a keyring in it."
            if chosen
            else _no_keyring()
        )
    if _is_kind_of(backend, ("keyring.backends.null", "Keyring")):
        return "The keyring is switched off on this machine (the null back end): it would forget the secret."
    if _is_kind_of(backend, *_PLAINTEXT):
        return f"The configured keyring ({backend.name}) writes secrets to a file that anyone with the file can read."
    if _is_kind_of(backend, *_PROMPTS):
        return f"The configured keyring ({backend.name}) asks for its password in this terminal, which is in use."
    if _is_kind_of(backend, ("keyrings.alt.Google", "")):
        return f"The configured keyring ({backend.name}) sends secrets to a document at Google."
    if _is_kind_of(backend, _WRAPPER):
        wrapped: KeyringBackend = backend._keyring  # type: ignore[attr-defined]  # of an untyped package
        return _refusal(wrapped)
    return ""


def _chosen() -> str:
    """What chose the back end by name, as a clause; empty where keyring itself did."""
    import os

    from keyring.core import load_config
    from keyring.util.platform_ import config_root

    if named := os.environ.get("PYTHON_KEYRING_BACKEND"):
        return f"PYTHON_KEYRING_BACKEND chooses {_one_line_of(named)}"
    with suppress(Exception):
        if (configured := load_config()) is not None:
            kind = type(configured)
            return f"keyring's settings in {config_root()} choose {kind.__module__}.{kind.__name__}"
    return ""


def _no_keyring() -> str:
    if sys.platform != "linux":
        return "This machine has no keyring, or none that Python can reach."
    cause = "no Secret Service runs in this session"
    try:
        from keyring.backends.SecretService import Keyring

        _ = Keyring.priority
    except Exception as error:
        cause = _one_line(error)
    return (
        f"No keyring runs here: {cause}. Over ssh, in a container or without a desktop there is usually none;"
        " start one (GNOME Keyring, KWallet or KeePassXC) and try again."
    )


_NAMES: Final = {
    "keyring.backends.SecretService": "the Secret Service keyring (GNOME Keyring, KeePassXC)",
    "keyring.backends.libsecret": "the Secret Service keyring (libsecret)",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "the macOS Keychain",
    "keyring.backends.Windows": "the Windows Credential Manager",
}


def _human_name(backend: KeyringBackend) -> str:
    return _NAMES.get(type(backend).__module__) or f"the keyring {backend.name}"


def _check_size(backend: KeyringBackend, values: dict[str, str]) -> None:
    if type(backend).__module__ != "keyring.backends.Windows":
        return
    for field, value in values.items():
        if len(value.encode("utf-16-le", "surrogatepass")) > _WINDOWS_BYTES:
            raise VaultError(
                "The Windows Credential Manager cannot hold a value this long.",
                f"The {field.replace('_', ' ')} has {len(value)} characters, about {_WINDOWS_BYTES // 2} fit."
                " Zoom's are about 32 long: copy it again from the App Credentials page.",
                (VaultChoice.RETRY,),
            )


def _guarded(backend: KeyringBackend, verb: str, call: Callable[[], T]) -> T:
    """Run `call`, and turn whatever a back end raises into a `VaultError`.

    Third-party back ends raise exceptions of any type, D-Bus errors for example. The text of an error is shown when
    reading, but not when storing: it might quote the value it was given.
    """
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    name = _human_name(backend)
    try:
        return call()
    except NoKeyringError:
        raise VaultError("There is no keyring that can hold the Client secret.", _no_keyring()) from None
    except Exception as error:
        _close_bus(error)
        kind = type(error).__name__
        if isinstance(error, KeyringLocked) or kind in ("LockedException", "PromptDismissedException"):
            raise VaultError(
                "The keyring is locked.",
                f"Its unlock prompt was cancelled or could not be shown ({name}). Unlock it and try again.",
            ) from None
        title = (
            "The keyring could not be opened."
            if isinstance(error, InitError)
            else f"The keyring could not {verb} the credentials."
        )
        detail = kind if verb == "store" else f"{kind}: {_one_line(error)}"
        raise VaultError(title, f"{name[0].upper()}{name[1:]} failed ({detail}).") from None


def _close_bus(error: Exception) -> None:
    """Close the D-Bus connection of a failed call, which keyring leaves open.

    Only the frames of the traceback still refer to it. It is part of a reference cycle, so it would stay open until
    the next garbage collection, in whichever thread that runs.
    """
    for frame, _line in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if type(value).__module__ == "jeepney.io.blocking" and hasattr(value, "sock"):
                value.close()


def _one_line(error: BaseException) -> str:
    return _one_line_of(str(error)).rstrip(".") or type(error).__name__


def _one_line_of(text: str) -> str:
    return " ".join(printable(text).split())[:300]
