"""Whether this computer has what the program needs, and what to do where it has not. Nothing is asked of Zoom."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from zoomgov.disk.errors import StoreError
from zoomgov.disk.ownership import ForeignError, beside, objection
from zoomgov.services.places import Place, places
from zoomgov.services.versions import versions

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from zoomgov.vault import Vault

TRIAL: Final = "doctor"
"""In place of a connector's id, for the entry that is written to the keyring and deleted."""
_LITTLE_SPACE: Final = 200_000_000
"""Bytes. A sync of 200,000 people takes as many."""
_SMALLEST: Final = (60, 18)
"""Columns and lines of a terminal in which every page can be used."""
_MANY: Final = 20
"""Authorities from which on their dates tell something about the clock."""


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Line(NamedTuple):
    """One thing that was looked at."""

    section: str
    id: str
    """For programs."""
    title: str
    state: State
    result: str
    steps: tuple[str, ...] = ()
    """What to do, in order."""


class Terminal(NamedTuple):
    """What there is to draw on."""

    interactive: bool
    """Whether input and output are a terminal."""
    columns: int
    lines: int
    encoding: str


async def examine(
    environ: Mapping[str, str], terminal: Terminal, *, vault: Vault | None = None, now: datetime | None = None
) -> list[Line]:
    """Look at everything. The keyring may ask for its password, and is waited for.

    Args:
        vault: keeps credentials; by default the system's keyring.
        now: aware; by default the clock's.
    """
    import asyncio

    found, certificates = await asyncio.to_thread(_examine_files, environ)
    return [
        *await _keyring(environ, vault),
        *found,
        *_terminal(environ, terminal),
        *await asyncio.to_thread(_python),
        _clock(environ, now or datetime.now(UTC), certificates),
    ]


def _examine_files(environ: Mapping[str, str]) -> tuple[list[Line], list[dict[str, object]]]:
    """What is read from the disk, and the certificates that are trusted."""
    folders = [*_folders(environ)]  # first: whoever reads a file closes it to others
    network, certificates = _network(environ)
    return [*_settings(environ), *folders, *network], certificates


# Keyring


async def _keyring(environ: Mapping[str, str], vault: Vault | None) -> list[Line]:
    """Which keyring there is, and whether it keeps an entry."""
    from zoomgov.secret import Credentials, Secret
    from zoomgov.vault import KeyringVault, VaultError, VaultKeeper

    from_environment = all(environ.get(f"ZOOMGOV_{name}") for name in ("ACCOUNT_ID", "CLIENT_ID", "CLIENT_SECRET"))
    bad = State.WARNING if from_environment else State.PROBLEM
    steps = ["Mend that, or set ZOOMGOV_ACCOUNT_ID, ZOOMGOV_CLIENT_ID and ZOOMGOV_CLIENT_SECRET: they need no keyring."]
    if from_environment:
        steps = ["None is needed while the ZOOMGOV_ variables hold the credentials, as they do here."]
    keeper = VaultKeeper(vault or KeyringVault())
    try:
        name = await keeper.probe()
    except VaultError as error:
        return [Line("Keyring", "keyring", "Back end", bad, f"{error.title} {error.reason}", tuple(steps))]
    found = [Line("Keyring", "keyring", "Back end", State.OK, name)]
    dummy = Credentials("zoomgov doctor", "a dummy", Secret("not a secret"))
    doing = "written"
    try:
        await keeper.store(TRIAL, dummy)
        doing = "read back"
        if await keeper.read(TRIAL) != dummy:
            raise VaultError("The keyring gives back something else than was stored.", "")
        doing = "deleted"
        await keeper.clear(TRIAL)
        if await keeper.read(TRIAL) is not None:
            raise VaultError("The keyring still has an entry that was deleted.", "")
    except VaultError as error:
        steps = ["Unlock it, or start it anew, and run this again.", *steps]
        if doing != "written":
            steps.append(f"A dummy may be left in it: zoomgov:{TRIAL}. It holds nothing.")
        result = f"A dummy entry was not {doing}. {error.title} {error.reason}".rstrip()
        return [*found, Line("Keyring", "keyring-trial", "Trial", bad, result, tuple(steps))]
    result = "a dummy entry was written, read back and deleted"
    return [*found, Line("Keyring", "keyring-trial", "Trial", State.OK, result)]


# Settings


def _settings(environ: Mapping[str, str]) -> Iterator[Line]:
    from zoomgov.settings.file import read_values, settings_file
    from zoomgov.settings.load import CREDENTIAL_VARIABLES, environment_values
    from zoomgov.settings.model import SettingsError, SettingsFileError

    path = settings_file(environ)
    try:
        values = read_values(path)
        there = f"{path}, {len(values)} set" if path.exists() else f"{path}, not there: nothing is set in it"
        yield Line("Settings", "settings", "File", State.OK, there)
    except SettingsFileError as error:
        steps = [f"{path}, {_lowered(str(mistake))}" for mistake in error.mistakes]
        yield Line("Settings", "settings", "File", State.PROBLEM, f"{path} cannot be used", tuple(steps))
    except ForeignError as error:
        yield Line("Settings", "settings", "File", State.PROBLEM, str(error))
    set_here = sorted(name for name in environ if name.startswith("ZOOMGOV_"))
    unset = [name for name in CREDENTIAL_VARIABLES if not environ.get(name, "").strip()]
    try:
        environment_values(environ)
        names = ", ".join(set_here) or "none of zoomgov's is set"
        if 0 < len(unset) < len(CREDENTIAL_VARIABLES):
            result = f"{names}; {' and '.join(unset)} not set"
            steps = [f"Set {', '.join(CREDENTIAL_VARIABLES)}, or none of them: they count together only."]
            yield Line("Settings", "environment", "Variables", State.WARNING, result, tuple(steps))
        else:
            yield Line("Settings", "environment", "Variables", State.OK, names)
    except SettingsError as error:
        steps = ["Give the variable another value, or unset it."]
        yield Line("Settings", "environment", "Variables", State.PROBLEM, str(error), tuple(steps))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


# Folders


def _folders(environ: Mapping[str, str]) -> Iterator[Line]:
    found = [place for place in places(environ, named=False) if place.ours]
    for place in found:
        if place.key in ("data", "config") or os.path.lexists(place.path):
            yield _folder(place)
    data = next(place.path for place in found if place.key == "data")
    free = shutil.disk_usage(_nearest(data)).free
    told = f"{free / 1e9:,.1f} GB where the data folder is"
    if free < _LITTLE_SPACE:
        steps = ("Free some space: a sync of a large account needs it.",)
        yield Line("Folders", "space", "Free space", State.WARNING, told, steps)
    else:
        yield Line("Folders", "space", "Free space", State.OK, told)


_TITLES: Final = {
    "data": "Data", "registry": "Connectors", "stores": "Stores", "store": "A store", "tables": "Tables",
    "session": "Session", "config": "For settings", "settings": "Settings",
}  # fmt: skip
"""By the key of a place."""


def _folder(place: Place) -> Line:
    """A folder or file: whose it is, who may do what with it, and whether it can be written."""
    path, title = place.path, _TITLES[place.key]

    def line(state: State, result: str, *steps: str) -> Line:
        return Line("Folders", f"path-{place.key}", title, state, f"{path}: {result}", steps)

    try:
        found = path.stat()
        said = objection(path) or next((said for one in beside(path) if one.exists() and (said := objection(one))), "")
    except FileNotFoundError:
        above = _nearest(path.parent)
        if _may(above, os.W_OK | os.X_OK):
            return line(State.OK, "not there; made when it is needed")
        return line(State.PROBLEM, "not there, and cannot be made", f"Make {above} writable, or set ZOOMGOV_HOME.")
    except OSError as error:
        return line(State.PROBLEM, f"cannot be looked at: {error.strerror}", "Check who owns the folders above it.")
    if said:
        return Line("Folders", f"path-{place.key}", title, State.PROBLEM, said)
    if stat.S_ISDIR(found.st_mode) != place.is_folder:
        what = "no folder" if place.is_folder else "no file"
        return line(State.PROBLEM, f"is {what}", "Move it away.")
    mode = f"yours, mode {stat.S_IMODE(found.st_mode):04o}" if os.name == "posix" else "there"
    if not _may(path, os.W_OK | (os.X_OK if place.is_folder else 0)):
        return line(State.PROBLEM, f"{mode}, cannot be written", f"Make it writable: chmod u+rwX {path}")
    if os.name == "posix" and found.st_mode & 0o077:
        return line(State.WARNING, f"{mode}: others may read it", "zoomgov closes it to them when it uses it next.")
    return line(State.OK, mode)


def _may(path: Path, what: int) -> bool:
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that is there."""
    return next((one for one in (path, *path.parents) if one.exists()), Path(path.anchor or "."))


# Network


def _network(environ: Mapping[str, str]) -> tuple[list[Line], list[dict[str, object]]]:
    """Proxy and certificates as a sync would use them, without trying them; and the certificates that are trusted."""
    from zoomgov.settings import SettingsError, load_settings
    from zoomgov.settings.model import Network
    from zoomgov.zoom.network import certificates

    try:
        network = load_settings(environ).network
    except (SettingsError, StoreError):  # which is told of elsewhere
        network = Network()
    found = [_proxy(environ, network.proxy)]
    trusted: list[dict[str, object]] = []
    named = environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR") or network.ca_file
    try:
        context: ssl.SSLContext = certificates(network.ca_file)
        trusted = [dict(one) for one in context.get_ca_certs()]
        where = f"of {named} and no others" if named else "of Mozilla's list and of this computer"
        found.append(Line("Network", "certificates", "Certificates", State.OK, f"{len(trusted)} authorities {where}"))
    except ValueError as error:
        steps = ("Set SSL_CERT_FILE, or network.ca_file of the settings, to a file of certificates (PEM).",)
        found.append(Line("Network", "certificates", "Certificates", State.PROBLEM, _sentence(error), steps))
    return found, trusted


def _proxy(environ: Mapping[str, str], configured: str) -> Line:
    from zoomgov.settings.catalogue import BY_KEY
    from zoomgov.settings.shapes import masked
    from zoomgov.zoom.network import proxy_for, signed_in

    proxy = proxy_for("https://zoom.us", configured)
    if not proxy:
        return Line("Network", "proxy", "Proxy", State.OK, "none for zoom.us")
    variable = BY_KEY["network.proxy"].variable(environ)
    where = f"environment {variable}" if variable else "the settings" if configured else "the system's settings"
    try:
        signed_in(proxy)
    except ValueError as error:
        steps = (f"Correct it in {where}.",)
        return Line("Network", "proxy", "Proxy", State.PROBLEM, f"from {where}: {error}", steps)
    return Line("Network", "proxy", "Proxy", State.OK, f"{masked(proxy)}, from {where}; it was not tried")


def _sentence(error: Exception) -> str:
    return str(error)[:1].upper() + str(error)[1:]


# Terminal


def _terminal(environ: Mapping[str, str], terminal: Terminal) -> Iterator[Line]:
    section = "Terminal"
    kind = environ.get("TERM", "")
    if not terminal.interactive:
        yield Line(section, "terminal", "Terminal", State.WARNING, "none here: commands work, the app needs one")
    elif os.name == "posix" and kind in ("", "dumb", "unknown"):
        steps = ("Set TERM to what this terminal is, mostly xterm-256color; or use commands.",)
        yield Line(section, "terminal", "TERM", State.PROBLEM, f"{kind or 'not set'}: the app cannot draw here", steps)
    else:
        yield Line(section, "terminal", "TERM", State.OK, kind or "not needed on this system")
        yield Line(section, "colours", "Colours", State.OK, _colours(environ, kind))
        size = f"{terminal.columns} columns, {terminal.lines} lines"
        if terminal.columns < _SMALLEST[0] or terminal.lines < _SMALLEST[1]:
            steps = (f"Make it {_SMALLEST[0]} by {_SMALLEST[1]} or larger, so that nothing is missing.",)
            yield Line(section, "size", "Size", State.WARNING, size, steps)
        else:
            yield Line(section, "size", "Size", State.OK, size)
    if terminal.encoding.lower().replace("-", "").replace("_", "") == "utf8":
        yield Line(section, "encoding", "Encoding", State.OK, terminal.encoding)
    else:
        steps = ("Use a locale of UTF-8, such as LANG=C.UTF-8: names cannot be shown in any other.",)
        yield Line(section, "encoding", "Encoding", State.WARNING, terminal.encoding or "not known", steps)


def _colours(environ: Mapping[str, str], kind: str) -> str:
    if environ.get("NO_COLOR"):
        return "none, as NO_COLOR is set"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or os.name == "nt":
        return "all"
    return "256" if "256color" in kind or "direct" in kind else "16, the terminal's own"


# Python and its libraries


def _python() -> Iterator[Line]:
    import sqlite3
    from contextlib import closing

    section, found = "Program", versions()
    system = f"{found.pop('Python')} at {sys.executable}, {found.pop('system')}"
    yield Line(section, "python", "Python", State.OK, system)
    own = f"{found.pop('zoomgov')} in {Path(__file__).resolve().parents[1]}"
    yield Line(section, "zoomgov", "zoomgov", State.OK, own)
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='trigram')")
            yield Line(section, "sqlite", "SQLite", State.OK, found.pop("SQLite"))
        except sqlite3.Error as error:
            steps = ("Install a Python with SQLite 3.34 or newer and its FTS5.",)
            result = f"{found.pop('SQLite')} cannot search: {error}"
            yield Line(section, "sqlite", "SQLite", State.PROBLEM, result, steps)
    yield Line(section, "openssl", "OpenSSL", State.OK, found.pop("OpenSSL"))
    missing = [name for name, version in found.items() if not version]
    told = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    if missing:
        steps = ("Install zoomgov again, in the way you did.",)
        result = f"{', '.join(missing)} not installed; {told}"
        yield Line(section, "libraries", "Libraries", State.PROBLEM, result, steps)
    else:
        yield Line(section, "libraries", "Libraries", State.OK, told)


# Clock


def _clock(environ: Mapping[str, str], now: datetime, certificates: list[dict[str, object]]) -> Line:
    """Whether the clock can be right: by the program's files, by what was written here, by the authorities' dates."""
    told = f"{now.astimezone():%Y-%m-%d %H:%M:%S %z}"
    steps = ("Set the clock of this computer. When it is wrong, no certificate is valid and syncs get wrong dates.",)

    def wrong(why: str) -> Line:
        return Line("Clock", "clock", "Clock", State.PROBLEM, f"{told}: {why}", steps)

    latest = max((_changed(place) for place in places(environ, named=False) if place.ours), default=None)
    program = _changed(Place("program", Path(__file__), ""))
    slack = timedelta(days=1)
    if program - now > slack:
        return wrong(f"the program was installed later, at {program:%Y-%m-%d %H:%M}")
    if latest is not None and latest - now > slack:
        return wrong(f"what was written here was written later, at {latest:%Y-%m-%d %H:%M}")
    valid = sum(_is_valid(one, now) for one in certificates)
    if len(certificates) >= _MANY and valid < len(certificates) / 2:
        return wrong(f"only {valid} of {len(certificates)} authorities would be valid")
    return Line("Clock", "clock", "Clock", State.OK, f"{told}, which can be right")


def _changed(place: Place) -> datetime:
    try:
        return datetime.fromtimestamp(place.path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def _is_valid(certificate: dict[str, object], now: datetime) -> bool:
    import ssl

    begins, ends = (ssl.cert_time_to_seconds(str(certificate[name])) for name in ("notBefore", "notAfter"))
    return begins <= now.timestamp() <= ends
