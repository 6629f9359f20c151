"""Taking over a backup: everything in it is checked beside the profile, and then put in its place in one step."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zoomgov.connectors.model import ConnectorStatus
from zoomgov.connectors.registry import SCHEMA_VERSION as REGISTRY_SCHEMA
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.copies import expect_plain
from zoomgov.disk.errors import NewerSchema, StoreError
from zoomgov.disk.files import make_private_folder, sync_to_disk, write_private
from zoomgov.services.archive import (
    ID,
    REGISTRY,
    SETTINGS,
    STORE,
    VIEWS,
    Archive,
    Manifest,
    expect_room,
    open_archive,
    refusal,
)
from zoomgov.services.disconnecting import without_credentials
from zoomgov.services.problems import Problem, system_reason
from zoomgov.settings.file import read_values
from zoomgov.settings.model import SettingsError, SettingsFileError
from zoomgov.text import printable
from zoomgov.zoom.clouds import CloudError, parse_cloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from zoomgov.connectors.model import Connector
    from zoomgov.services.credentials import ConnectorCredentials


_LEADS: Final = ("network.proxy", "network.ca_file", "mail.host")
"""Settings that a backup of somebody else's could use to read the Client secret, or mail, on its way."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now."""

    connectors: tuple[str, ...]
    """Their names."""
    to_connect: tuple[str, ...]
    """Names of those whose credentials are not on this computer."""
    aside: tuple[Path, ...]
    """What was there before, under another name."""


class Restoring:
    """Restores backups into the profile."""

    def __init__(
        self,
        data_dir: Path,
        settings_file: Path | None,
        credentials_of: Callable[[], ConnectorCredentials],
        close: Callable[[], None],
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Put backups into `data_dir`, and their settings into `settings_file`.

        Args:
            credentials_of: asked which connectors have credentials here, once a backup is put in its place.
            close: closes every file of the profile; called before it is moved.
            now: aware; its time is in the name of what is kept aside.
        """
        self._data_dir = data_dir
        self._settings_file = settings_file
        self._credentials_of = credentials_of
        self._close = close
        self._now = now

    @contextmanager
    def prepared(
        self, path: Path, on_progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Iterator[PreparedBackup]:
        """Unpack and check a backup beside the profile, which stays as it is. What is not used is removed again.

        Blocks for long. Whatever `on_progress` raises ends it.

        Raises:
            Problem: it is no backup, a newer zoomgov wrote it, it is damaged, or there is something in it that no
                backup has; or the disk has no room for it.
        """
        with ExitStack() as until_used:
            try:
                archive = until_used.enter_context(open_archive(path))
                folder = until_used.enter_context(self._beside())
                expect_room(folder, archive.size)
                archive.unpack(folder, on_progress)
                connectors = _checked(folder, archive)
                foreign, leading = self._foreign(connectors), self._leading(_settings_in(folder))
                ready = PreparedBackup(self, folder, archive.manifest, tuple(connectors), foreign, leading)
            except OSError as error:
                raise Problem(
                    f"The backup cannot be restored: {system_reason(error)}.", "Nothing has changed."
                ) from error
            yield ready

    @property
    def profile(self) -> Path:
        """Where a backup is put."""
        return self._data_dir

    def _foreign(self, connectors: list[Connector]) -> tuple[Connector, ...]:
        """Those at an address of their own that is not the one this profile has for them."""
        known = {(one.id, one.cloud) for one in self._connectors_here()}
        return tuple(one for one in connectors if parse_cloud(one.cloud).custom and (one.id, one.cloud) not in known)

    def _leading(self, values: Mapping[str, object]) -> dict[str, str]:
        """Settings of a backup that decide whom this computer talks to and believes, and that are not so here."""
        here: Mapping[str, object] = {}
        if self._settings_file is not None:
            with suppress(SettingsError, StoreError):  # a file that cannot be used says nothing
                here = read_values(self._settings_file)
        return {key: str(values[key]) for key in _LEADS if key in values and values[key] != here.get(key)}

    def _connectors_here(self) -> list[Connector]:
        """The connectors of the profile; none where it cannot be read, and nothing is created."""
        if not (self._data_dir / REGISTRY).exists():
            return []
        registry = Registry(self._data_dir / REGISTRY)
        try:
            return registry.connectors()
        except RegistryError:
            return []
        finally:
            registry.close()

    def in_use(self) -> str:
        """What the profile holds that somebody would miss, in words; empty when there is nothing."""
        names = [printable(one.name) for one in self._connectors_here()]
        if names:
            return ", ".join(names)
        stores = self._data_dir / "stores"
        if stores.is_dir() and any(stores.glob("*.sqlite3")):
            return "what was synced"
        registry = self._data_dir / REGISTRY
        return "a list of connectors that cannot be read" if registry.exists() and not _is_empty(registry) else ""

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """A private folder on the profile's disk; removed with what is left in it."""
        make_private_folder(self._data_dir.parent)
        made = Path(tempfile.mkdtemp(prefix=f".{self._data_dir.name}.restore-", dir=self._data_dir.parent))
        try:
            folder = made / "profile"
            folder.mkdir(mode=0o700)
            yield folder
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _swap(self, folder: Path, settings: bytes | None) -> tuple[Path, ...]:
        """Put `folder` in the profile's place, which is kept aside; no sync of it may run."""
        from zoomgov.store.store import StoreRemoval

        aside: list[Path] = []
        stamp = f"before-restore-{self._now():%Y%m%d-%H%M%S}"
        with ExitStack() as locks:
            for store in sorted(self._data_dir.glob("stores/*.sqlite3")):
                locks.callback(StoreRemoval(store).release)
            self._close()
            if os.name == "nt":
                locks.close()  # where a folder with open files in it cannot be moved
            for path in folder.rglob("*"):
                sync_to_disk(path)
            older = self._data_dir
            if older.is_dir() and any(older.iterdir()):
                aside.append(_free(older, stamp))
                os.rename(older, aside[0])
            try:
                os.rename(folder, self._data_dir)
            except OSError:
                if aside:
                    os.rename(aside[0], older)
                raise
            sync_to_disk(self._data_dir.parent)
        if settings is not None and self._settings_file is not None:
            aside += self._put_settings(self._settings_file, settings, stamp)
        return tuple(aside)

    def _put_settings(self, target: Path, settings: bytes, stamp: str) -> list[Path]:
        aside = []
        make_private_folder(target.parent)
        if os.path.lexists(target) and (target.is_symlink() or target.read_bytes() != settings):
            aside.append(_free(target, stamp))
            os.rename(target, aside[0])
        write_private(target, settings, replace=True)
        return aside


class PreparedBackup:
    """A backup that was unpacked and found in order. Nothing has changed yet."""

    def __init__(
        self,
        restoring: Restoring,
        folder: Path,
        manifest: Manifest,
        connectors: tuple[Connector, ...],
        foreign: tuple[Connector, ...],
        leading: dict[str, str],
    ) -> None:
        self.created_at = manifest.created_at
        """ISO 8601, UTC."""
        self.program = manifest.program
        """The version that wrote it."""
        self.connectors = connectors
        self.missing = tuple(manifest.missing)
        """Names of connectors whose store was lost when it was written."""
        self.foreign = foreign
        """Connectors whose Zoom is at an address of its own that this profile does not know: it would get a secret."""
        self.leading = leading
        """Settings, by key, that decide whom this computer talks to and believes, and are not those of this profile."""
        self.replaces = restoring.in_use()
        """What is in the profile now, in words; empty when nothing would be missed."""
        self._restoring = restoring
        self._folder = folder

    async def put_in_place(self, *, force: bool = False, trust_addresses: bool = False) -> Restored:
        """Make it the profile. The older one is kept aside, whole, under another name.

        Connectors without credentials on this computer are labelled *Not connected*. Once the folders are moved it
        is done to the end.

        Args:
            force: also when the profile has something that would be missed.
            trust_addresses: also when there are `foreign` connectors, or `leading` settings.

        Raises:
            Problem: the one or the other is needed; or the folders cannot be moved. Nothing has changed.
            StoreBusy: a sync runs; nothing has changed.
        """
        profile = printable(self._restoring.profile)
        if self.foreign and not trust_addresses:
            told = ", ".join(f"{printable(one.name)} at {printable(one.cloud)}" for one in self.foreign)
            raise Problem(
                "This backup names addresses that are not Zoom's, and would get the Client secret.",
                f"{told}. Nothing has changed.",
                "If you know them, restore again with --trust-addresses.",
            )
        if self.leading and not trust_addresses:
            told = ", ".join(f"{key} is {printable(value)}" for key, value in self.leading.items())
            raise Problem(
                "The settings of this backup decide whom zoomgov talks to and believes.",
                f"{told}. Nothing has changed.",
                "If you know them, restore again with --trust-addresses.",
            )
        if self.replaces and not force:
            raise Problem(
                f"There is a profile in {profile} already: {self.replaces}.",
                "It was left as it is, and nothing was restored.",
                "With --force it is kept aside under another name, and the backup takes its place.",
            )
        to_connect = await self._label()
        settings = await asyncio.to_thread(self._take_settings)
        moving = asyncio.ensure_future(asyncio.to_thread(self._restoring._swap, self._folder, settings))
        try:
            aside = await asyncio.shield(moving)
        except asyncio.CancelledError:
            await asyncio.wait([moving])
            raise
        except OSError as error:
            raise Problem(
                f"The backup could not be put in its place: {system_reason(error)}.",
                f"{profile} is as it was." if self._folder.exists() else f"{profile} is restored.",
                "Close other copies of zoomgov, then try again.",
            ) from error
        return Restored(tuple(one.name for one in self.connectors), to_connect, aside)

    async def _label(self) -> tuple[str, ...]:
        """Label those that have no credentials on this computer; return their names."""
        from zoomgov.services.credentials import VaultError

        credentials = self._restoring._credentials_of()
        lacking = []
        for connector in self.connectors:
            with suppress(VaultError):  # a keyring that cannot be asked now has none either
                if await credentials.find(connector) is not None:
                    continue
            lacking.append(connector)
        reason = f"It was restored from a backup of {self.created_at[:10]}: secrets are in none."
        await asyncio.to_thread(partial(_label, self._folder, [one.id for one in lacking], reason))
        return tuple(one.name for one in lacking)

    def _take_settings(self) -> bytes | None:
        """Take the settings out of the rest: they mostly belong into another folder. None: there is nothing to take."""
        path = self._folder / SETTINGS
        if self._restoring._settings_file is None or not path.exists():
            return None
        content = path.read_bytes()
        path.unlink()
        return content


def _label(folder: Path, ids: list[str], reason: str) -> None:
    registry = Registry(folder / REGISTRY)
    try:
        for connector_id in ids:
            known = registry.connector(connector_id)
            if known.status is not ConnectorStatus.NOT_CONNECTED or known.credentials_at is not None:
                without_credentials(registry, connector_id, reason)
    finally:
        registry.close()


def _settings_in(folder: Path) -> dict[str, Any]:
    """The values of the settings in a backup; none where it has no settings.

    Raises:
        Problem: the program could not start with them.
    """
    try:
        return read_values(folder / SETTINGS)
    except SettingsFileError as error:
        raise refusal(f"Its settings.toml cannot be used: {printable(error.mistakes[0])}") from None


def _checked(folder: Path, archive: Archive) -> list[Connector]:
    """Expect databases that this version can read, with nothing in them that leads elsewhere; return the connectors.

    Raises:
        Problem: there is something else.
    """
    from zoomgov.store.schema import KNOWN_TRIGGERS
    from zoomgov.store.schema import SCHEMA_VERSION as STORE_SCHEMA

    try:
        expect_plain(folder / REGISTRY, REGISTRY_SCHEMA)
        for path in sorted(folder.glob("stores/*.sqlite3")):
            expect_plain(path, STORE_SCHEMA, KNOWN_TRIGGERS)
    except NewerSchema:
        raise Problem(
            f"This backup was written by a newer zoomgov ({printable(archive.manifest.program)[:40]}).",
            "Nothing was restored, and nothing has changed.",
            "Update zoomgov, then restore again.",
        ) from None
    except StoreError as error:
        raise refusal(printable(error)) from None
    registry = Registry(folder / REGISTRY)
    try:
        connectors = registry.connectors()
        registry.draft()
    except (RegistryError, ValueError, KeyError, TypeError, AttributeError):
        raise refusal("Its list of connectors cannot be read.") from None
    finally:
        registry.close()
    ids = {one.id for one in connectors}
    for one in connectors:
        if not isinstance(one.id, str) or not ID.fullmatch(one.id):
            raise refusal("There is a connector in it with an id that zoomgov never gives.")
        try:
            parse_cloud(one.cloud)
        except CloudError as error:
            raise refusal(str(error)) from None
    for entry in archive.manifest.files:
        of = STORE.fullmatch(entry.name) or VIEWS.fullmatch(entry.name)
        if of is not None and of[1] not in ids:
            raise refusal(f"{entry.name} in it belongs to no connector.")
    return connectors


def _is_empty(registry: Path) -> bool:
    """Whether a list of connectors can be read and has none in it, nor a form that was begun."""
    opened = Registry(registry)
    try:
        return not opened.connectors() and opened.draft() is None
    except RegistryError:
        return False
    finally:
        opened.close()


def _free(path: Path, stamp: str) -> Path:
    """A name beside `path` that is not taken."""
    number, candidate = 2, path.with_name(f"{path.name}.{stamp}")
    while os.path.lexists(candidate):
        candidate, number = path.with_name(f"{path.name}.{stamp}-{number}"), number + 1
    return candidate
