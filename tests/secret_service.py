"""A Secret Service for one test: a private D-Bus and an unlocked GNOME Keyring, stopped when the test ends.

Nobody's own keyring is read, written or asked to unlock, and no test can disturb another's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE: Final = 30.0
"""Seconds until both programs must answer; long, because a busy machine is slow."""

# Unlike the bus of a desktop this one starts nothing: a keyring that died must not come back, locked, unnoticed.
_BUS: Final = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass(frozen=True)
class SecretService:
    """A running Secret Service.

    Attributes:
        environment: what a program needs to use it; no display, so that nobody can answer a prompt.
    """

    environment: dict[str, str]
    _keyring: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """The address of its D-Bus."""
        return self.environment["DBUS_SESSION_BUS_ADDRESS"]

    def die(self) -> None:
        """Kill the keyring; its D-Bus stays."""
        self._keyring.kill()
        self._keyring.wait(_PATIENCE)


def unavailable(reason: str) -> NoReturn:
    """Skip the test where a program is missing; fail with `REAL_KEYRING=1`."""
    if os.environ.get("REAL_KEYRING") == "1":
        pytest.fail(f"REAL_KEYRING=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def keyring_program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a gnome-keyring-daemon that starts."""
    found = shutil.which("gnome-keyring-daemon")
    if found is None:
        unavailable("gnome-keyring-daemon is not installed: apt-get install gnome-keyring")
    # Containers without the capability that Debian gives this program refuse to start it; a copy has none.
    for program in (found, tmp_path_factory.mktemp("bin") / "gnome-keyring-daemon"):
        if program is not found:
            shutil.copy(found, program)
        try:
            if (
                subprocess.run([program, "--version"], capture_output=True, timeout=_PATIENCE, check=False).returncode
                == 0
            ):
                return str(program)
        except PermissionError:
            continue
    unavailable("gnome-keyring-daemon does not start here")


@pytest.fixture
def secret_service(tmp_path: Path, keyring_program: str) -> Iterator[SecretService]:
    """A Secret Service, unlocked and empty."""
    bus_program = shutil.which("dbus-daemon")
    if bus_program is None:
        unavailable("dbus-daemon is not installed: apt-get install dbus")
    home = tmp_path / "keyring"
    home.mkdir(mode=0o700)
    log = home / "log"
    with ExitStack() as ending:
        # A socket's path holds 107 characters, less than the folder of a test may have.
        runtime = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="keyring-")))
        config = home / "bus.conf"
        config.write_text(_BUS.format(socket=runtime / "bus"))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime / 'bus'}",
        }
        output = ending.enter_context(log.open("wb"))
        bus = subprocess.Popen(
            [bus_program, f"--config-file={config}", "--nofork", "--nopidfile", "--nosyslog", "--print-address"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, env=environment,
        )  # fmt: skip
        ending.callback(_end, bus)
        assert bus.stdout is not None
        ending.callback(bus.stdout.close)
        if not bus.stdout.readline():
            pytest.fail(f"dbus-daemon did not start: {log.read_text(errors='replace')}")
        keyring = subprocess.Popen(
            [keyring_program, "--foreground", "--unlock", "--components=secrets"],
            stdin=subprocess.PIPE, stdout=output, stderr=output, env=environment,
        )  # fmt: skip
        ending.callback(_end, keyring)
        assert keyring.stdin is not None
        keyring.stdin.write(b"pw")
        keyring.stdin.close()
        service = SecretService(environment, keyring)
        _wait_until_unlocked(service, keyring, log)
        yield service


def _wait_until_unlocked(service: SecretService, keyring: subprocess.Popen[bytes], log: Path) -> None:
    secretstorage = pytest.importorskip("secretstorage")
    from jeepney import DBusErrorResponse
    from jeepney.io.blocking import open_dbus_connection

    deadline = time.monotonic() + _PATIENCE
    with closing(open_dbus_connection(service.address, auth_timeout=_PATIENCE)) as connection:
        while True:
            why = "it is locked"
            try:
                if not secretstorage.Collection(connection).is_locked():
                    return
            except (secretstorage.exceptions.SecretStorageException, DBusErrorResponse) as error:
                why = str(error)
            if keyring.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"no unlocked gnome-keyring-daemon: {why}\n{log.read_text(errors='replace')}")
            time.sleep(0.02)  # polling another process: nothing to await


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
