"""Makes a full disk and an unwritable folder, with resource limits and user ids of POSIX."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

resource = pytest.importorskip("resource", reason="users, modes and limits of POSIX")
NOBODY = 65534


@contextmanager
def full_disk() -> Iterator[None]:
    """Fail every write that makes a file longer (RLIMIT_FSIZE 0)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def unprivileged_folder() -> Iterator[Path]:
    """Make a folder; as root, give it to an unprivileged user and become that user, as root may write anywhere."""
    folder = Path(tempfile.mkdtemp(prefix="zoomgov-test-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)
