"""Whose the program's folders and files are. What others own, or may change, is not believed.

The list of connectors says to which address the Client secret is sent, so whoever may write it may have the secret. For
POSIX systems; on Windows the profile's own rights have to do.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from zoomgov.disk.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database and takes for a part of it."""
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class ForeignError(StoreError):
    """A folder or file belongs to somebody else, or others may change it. Nothing of it was read."""


def expect_own(path: Path) -> None:
    """Check a file of this program, what SQLite keeps beside it, and its folder; what is not there is not looked at.

    What is ours and may only be read by others is closed to them, as far as that can be done.

    Raises:
        ForeignError: one of them belongs to somebody else, or others may write to it; says which command mends it.
    """
    if sys.platform == "win32":
        return
    _expect(path.parent, 0o700)
    for file in (path, *beside(path)):
        _expect(file, 0o600)


def beside(path: Path) -> tuple[Path, ...]:
    """What SQLite may keep beside a database."""
    return tuple(path.with_name(path.name + suffix) for suffix in _BESIDE)


def is_own(path: Path) -> bool:
    """Whether `expect_own` has no objection."""
    try:
        expect_own(path)
    except ForeignError:
        return False
    return True


def objection(path: Path) -> str:
    """Why a file or folder is not believed, and which command mends it; empty where it is. Changes nothing.

    Raises:
        OSError: it is not there, or must not be looked at.
    """
    if sys.platform == "win32":
        return ""
    found = path.stat()
    quoted = shlex.quote(str(path))
    if found.st_uid != os.geteuid():
        return (
            f"{path} belongs to {_name(found.st_uid)}, and you are {_name(os.geteuid())}: whoever owns it decides "
            f"where the Client secret is sent, so it is not used. If what is in it is yours: "
            f"sudo chown -R {os.geteuid()} {quoted}. Otherwise set ZOOMGOV_HOME to a folder of your own."
        )
    if found.st_mode & _OTHERS_WRITE and not _is_empty_folder(path, found.st_mode):
        return (
            f"{path} can be changed by others (mode {stat.S_IMODE(found.st_mode):04o}): what is in it decides where "
            f"the Client secret is sent, so it is not used. If nobody else has been at it: chmod -R go-rwx {quoted}"
        )
    return ""


def changed_by(path: Path) -> str:
    """Who else may change a file that somebody else may own, such as the system's: in words; empty for nobody.

    Raises:
        OSError: it is not there, or must not be looked at.
    """
    if sys.platform == "win32":
        return ""
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0):
        return _name(found.st_uid)
    return "others" if found.st_mode & _OTHERS_WRITE else ""


def _expect(path: Path, mode: int) -> None:
    try:
        found = path.stat()
        said = objection(path)
    except OSError:  # not there, or not to be looked at: whoever opens it will say so
        return
    if said:
        raise ForeignError(said)
    if found.st_mode & 0o077:
        with suppress(OSError):  # a disk that is read-only
            path.chmod(stat.S_IMODE(found.st_mode) & 0o700 if stat.S_ISDIR(found.st_mode) else mode)


def _is_empty_folder(path: Path, mode: int) -> bool:
    """Whether it is a folder in which there is nothing yet that others could have put there."""
    return stat.S_ISDIR(mode) and not any(path.iterdir())


def _name(user: int) -> str:
    if sys.platform != "win32":
        import pwd

        with suppress(KeyError):
            return pwd.getpwuid(user).pw_name
    return f"user {user}"
