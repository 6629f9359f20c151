"""Every folder and file that the program uses, and what is in it."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, NamedTuple

from zoomgov.settings.file import settings_file
from zoomgov.settings.load import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Place(NamedTuple):
    """A folder or a file."""

    key: str
    """Its name for programs."""
    path: Path
    what: str
    """What is in it, in a sentence without a full stop."""
    is_folder: bool = False
    ours: bool = True
    """Whether it is this program's, for its owner only."""

    @property
    def exists(self) -> bool:
        """Whether it is there; not, too, where nobody may look."""
        try:
            return self.path.exists()
        except OSError:
            return False


def places(environ: Mapping[str, str], *, named: bool = True) -> list[Place]:
    """All places, whether they are there or not. Needs no settings that are right, and creates nothing.

    Args:
        named: open the list of connectors, for the names that belong to the stores.
    """
    data, file = data_folder(environ), settings_file(environ)
    found = [Place("data", data, "The data folder: what follows down to the settings is in it", is_folder=True)]
    found += [
        Place("registry", data / "connectors.sqlite3", "Apps, owners and connectors; no secrets"),
        Place("stores", data / "stores", "What was synced, a SQLite file a connector", is_folder=True),
        *_stores(data, _names(data / "connectors.sqlite3") if named else {}),
        Place("tables", data / "browse", "Columns, widths, orders and filters of tables, a file a connector", True),
        Place("session", data / "screen.json", "The theme that was chosen in the app, and the page that was open"),
    ]
    if file.parent != data:
        found.append(Place("config", file.parent, "The folder of the settings", is_folder=True))
    from keyring.util.platform_ import config_root

    rc = Path(config_root()) / "keyringrc.cfg"
    found += [
        Place("settings", file, "The settings; no secrets"),
        Place("keyring", rc, "Which keyring is used, where somebody chose one: settings of the library", ours=False),
        Place(
            "temporary", Path(gettempdir()), "Demos have a folder zoomgov-demo-... in it while they run", True, False
        ),
        Place("program", Path(__file__).resolve().parents[1], "The program", is_folder=True, ours=False),
        Place("python", Path(sys.executable), "The Python that runs it", ours=False),
    ]
    return found


def _stores(data: Path, names: Mapping[str, str]) -> Iterator[Place]:
    """The store of each connector that is listed, and any other file that looks like one."""
    try:
        there = {path.stem for path in (data / "stores").glob("*.sqlite3")}
    except OSError:
        there = set()
    for key in sorted(there | set(names), key=lambda key: (key not in names, names.get(key, key))):
        of = names.get(key, "a connector that is not listed")
        yield Place("store", data / "stores" / f"{key}.sqlite3", f"What was synced of {of}")


def _names(registry: Path) -> dict[str, str]:
    """Names of the connectors by their ids; {} where the list is not there or cannot be read."""
    if not registry.is_file():
        return {}
    from zoomgov.connectors.registry import Registry
    from zoomgov.connectors.rows import RegistryError
    from zoomgov.disk.errors import StoreError

    opened = Registry(registry)
    try:
        return {connector.id: connector.name for connector in opened.connectors()}
    except (RegistryError, StoreError, OSError):
        return {}
    finally:
        opened.close()
