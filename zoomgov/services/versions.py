"""The versions that matter for a report."""

from __future__ import annotations

import platform
import re
from importlib import metadata
from typing import Final

from zoomgov import __version__

_EXTRAS: Final = re.compile(r"""extra\s*==\s*["']([\w-]+)["']""")


def versions() -> dict[str, str]:
    """Versions by name: of this program, Python, the system, SQLite, OpenSSL and the libraries.

    Empty where a library is missing; those of extras that are not installed are left out.
    """
    import sqlite3
    import ssl

    found = {
        "zoomgov": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(terse=False),
        "SQLite": sqlite3.sqlite_version,
        "OpenSSL": ssl.OPENSSL_VERSION.removeprefix("OpenSSL "),
    }
    for requirement in _requirements():
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        version = installed(name)
        if version or not _EXTRAS.search(requirement):
            found[name] = version
    return found


def installed(name: str) -> str:
    """The version of a library; empty where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _requirements() -> list[str]:
    try:
        return metadata.requires("zoomgov") or []
    except metadata.PackageNotFoundError:  # run from its source, never installed
        return []
