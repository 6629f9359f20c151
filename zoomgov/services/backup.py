"""Saving everything but secrets in one file: the list of connectors, what was synced, settings, and how pages look."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoomgov import __version__
from zoomgov.connectors.registry import SCHEMA_VERSION as REGISTRY_SCHEMA
from zoomgov.connectors.registry import Registry
from zoomgov.disk.copies import copy_database
from zoomgov.disk.files import make_private_folder, put_in_place, write_private
from zoomgov.services.archive import FORMAT, KIND, REGISTRY, SESSION, SETTINGS, Manifest, entry_of, pack
from zoomgov.services.problems import Problem
from zoomgov.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from zoomgov.connectors.model import Connector


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup that was written."""

    path: Path
    size: int
    """Bytes."""
    connectors: tuple[str, ...]
    """Their names."""
    missing: tuple[str, ...]
    """Those whose store is not where it should be: it is not in the backup."""


class Backup:
    """Writes backups. Blocks for long: call it on a worker thread."""

    def __init__(self, data_dir: Path, settings_file: Path | None, *, now: Callable[[], datetime]) -> None:
        """Save what is in `data_dir`, and `settings_file` where there is one; `now` is aware."""
        self._data_dir = data_dir
        self._settings_file = settings_file
        self._now = now

    def write(
        self,
        destination: Path,
        *,
        replace: bool = False,
        on_progress: Callable[[str, int, int], None] = lambda what, done, total: None,
    ) -> Saved:
        """Write a backup to `destination`: whole or not at all, mode 0600. Syncs may run meanwhile.

        Each file in it is as it was at one moment; the list of connectors is the oldest. Credentials are in the
        keyring and not in these files, so there are none in it.

        Args:
            replace: over a file that is there.
            on_progress: told what is done, how much of it, and of how much; what it raises ends it, and leaves nothing.

        Raises:
            Problem: there is nothing to save, something is at `destination`, or a connector was removed meanwhile.
            ExportError: nothing can be written there.
            StoreError: something of it cannot be read.
        """
        from zoomgov.export.files import check_destination
        from zoomgov.export.working import working_folder

        path = check_destination(destination, folder=False)
        if not replace and os.path.lexists(path):
            raise _is_there(path)
        if not (self._data_dir / REGISTRY).exists():
            raise Problem(f"There is nothing to save in {printable(self._data_dir)} yet.", "Nothing was written.")
        with working_folder(path, self._data_dir / "exports") as work:
            folder = work / "profile"
            make_private_folder(folder)
            connectors, missing = self._copy(folder, on_progress)
            names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
            manifest = self._manifest([name for name in names if name != REGISTRY], folder, missing)
            finished = work / "backup.zip"
            pack(folder, manifest, finished, lambda done, total: on_progress("packing", done, total))
            try:
                put_in_place(finished, path, replace=replace)
            except FileExistsError:
                raise _is_there(path) from None
        return Saved(path, path.stat().st_size, tuple(one.name for one in connectors), missing)

    def _manifest(self, names: list[str], folder: Path, missing: tuple[str, ...]) -> Manifest:
        from zoomgov.store.schema import SCHEMA_VERSION as STORE_SCHEMA

        return Manifest(
            kind=KIND,
            version=FORMAT,
            program=__version__,
            created_at=self._now().isoformat(timespec="seconds"),
            registry_schema=REGISTRY_SCHEMA,
            store_schema=STORE_SCHEMA,
            files=[entry_of(folder, name) for name in (REGISTRY, *names)],
            missing=list(missing),
        )

    def _copy(
        self, folder: Path, on_progress: Callable[[str, int, int], None]
    ) -> tuple[list[Connector], tuple[str, ...]]:
        """Copy everything below `folder`; return the connectors, and the names of those without their store."""
        copy_database(self._data_dir / REGISTRY, folder / REGISTRY)
        connectors = _connectors_in(folder / REGISTRY)
        missing = []
        for number, connector in enumerate(connectors, start=1):
            name = f"stores/{connector.id}.sqlite3"
            what = f"copying {number} of {len(connectors)}"
            if self._has(name):
                copy_database(
                    self._data_dir / name,
                    folder / name,
                    lambda done, total, what=what: on_progress(what, done, total),  # type: ignore[misc]  # mypy: defaults
                )
            elif connector.last_sync_at is not None:
                self._expect_known(connector)
                missing.append(connector.name)
            self._copy_small(f"browse/{connector.id}.json", folder)
        self._copy_small(SESSION, folder)
        if self._settings_file is not None:
            self._copy_small(SETTINGS, folder, self._settings_file)
        return connectors, tuple(missing)

    def _has(self, name: str) -> bool:
        with suppress(OSError):
            return (self._data_dir / name).stat().st_size > 0
        return False

    def _expect_known(self, connector: Connector) -> None:
        """Tell a store that is lost from one that was removed with its connector a moment ago."""
        registry = Registry(self._data_dir / REGISTRY)
        try:
            known = any(one.id == connector.id for one in registry.connectors())
        finally:
            registry.close()
        if not known:
            raise Problem(
                f"{printable(connector.name)} was removed while the backup was made.",
                "Nothing was written.",
                "Run the backup again.",
            )

    def _copy_small(self, name: str, folder: Path, source: Path | None = None) -> None:
        with suppress(FileNotFoundError):
            content = (source or self._data_dir / name).read_bytes()
            make_private_folder((folder / name).parent)
            write_private(folder / name, content, replace=False, durable=False)


def _connectors_in(path: Path) -> list[Connector]:
    registry = Registry(path)
    try:
        return registry.connectors()
    finally:
        registry.close()


def _is_there(path: Path) -> Problem:
    return Problem(
        f"{printable(path)} is there already.", "It was left as it is.", "Give another name, or --force to replace it."
    )
