"""Backups: what is in them, that no secret is, and what is left when one cannot be written."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.conftest import NOW, STARTED, FullDisk, block, publish
from zoomgov.connectors.model import Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.disk.errors import StoreError
from zoomgov.export.model import ExportError
from zoomgov.preferences.session import SessionState, save_session
from zoomgov.secret import Credentials, Secret
from zoomgov.services.backup import Backup
from zoomgov.services.problems import Problem
from zoomgov.services.services import Services
from zoomgov.services.stores import Stores
from zoomgov.settings import Settings
from zoomgov.sim import Options, SimServer, build_account
from zoomgov.vault import MemoryVault


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


@pytest.fixture
def backup(data_dir: Path, settings_file: Path) -> Backup:
    return Backup(data_dir, settings_file, now=lambda: NOW)


@pytest.fixture
def synced(registry: FullDisk, stores: Stores, connector: Connector) -> Connector:
    publish(stores, connector)
    return registry.update(connector.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=NOW)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_everything_of_the_profile_is_in_it(
    backup: Backup, synced: Connector, data_dir: Path, settings_file: Path, tmp_path: Path
) -> None:
    save_session(data_dir, SessionState(theme="zoomgov-dark"))
    (data_dir / "browse").mkdir()
    (data_dir / "browse" / f"{synced.id}.json").write_text("{}")
    settings_file.parent.mkdir()
    settings_file.write_text("# mine\n")
    (data_dir / "notes.txt").write_text("not ours")
    saved = backup.write(tmp_path / "mine.zip")
    assert (saved.path, saved.connectors, saved.missing) == (tmp_path / "mine.zip", ("Zoom",), ())
    assert saved.size == saved.path.stat().st_size
    found = contents(saved.path)
    assert sorted(found) == [
        f"browse/{synced.id}.json",
        "connectors.sqlite3",
        "manifest.json",
        "screen.json",
        "settings.toml",
        f"stores/{synced.id}.sqlite3",
    ]
    assert found["settings.toml"] == b"# mine\n"
    manifest = json.loads(found["manifest.json"])
    assert manifest["created_at"] == "2026-03-04T12:00:00+00:00"
    assert sorted(entry["name"] for entry in manifest["files"]) == sorted(set(found) - {"manifest.json"})


def test_it_is_private_whatever_the_umask_and_nothing_is_left_beside_it(
    backup: Backup, synced: Connector, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    backup.write(place / "mine.zip")
    assert [path.name for path in place.iterdir()] == ["mine.zip"]
    assert stat.S_IMODE((place / "mine.zip").stat().st_mode) == 0o600


def test_while_a_sync_runs_what_was_published_is_in_it(
    backup: Backup, synced: Connector, stores: Stores, tmp_path: Path
) -> None:
    with stores.open(synced).begin(STARTED):
        saved = backup.write(tmp_path / "mine.zip")
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(contents(saved.path)[f"stores/{synced.id}.sqlite3"])
    copied = Stores(lambda _: copy)
    assert copied.latest_sync(synced) == stores.latest_sync(synced)
    copied.close()


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    with SimServer(build_account(users=20, groups=2, contact_groups=1, roles=3, seed=5), Options()) as server:
        yield server


async def test_no_secret_and_no_token_is_in_it(zoom: SimServer, tmp_path: Path) -> None:
    given = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
    services = Services(Settings(tmp_path / "profile"), vault=MemoryVault(), now=lambda: NOW)
    made = services.registry.create(Draft(new_app="Zoom", name="Zoom", cloud=zoom.url, owners=(Owner("a@b.example"),)))
    await services.credentials.save(made, given)
    await services.syncing.sync(made, lambda event: None)
    saved = services.backup.write(tmp_path / "mine.zip")
    services.close()
    tokens = list(zoom.world.tokens)
    assert tokens
    for name, content in contents(saved.path).items():
        for secret in (zoom.client_secret, *tokens):
            assert secret.encode() not in content, name
    assert any(zoom.account.owner.email.encode() in content for content in contents(saved.path).values())


def test_what_is_there_is_replaced_only_when_told(backup: Backup, synced: Connector, tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_text("older")
    begun: list[str] = []
    with pytest.raises(Problem, match="there already"):
        backup.write(tmp_path / "mine.zip", on_progress=lambda what, done, total: begun.append(what))
    assert begun == []  # it is told before the work is done
    assert (tmp_path / "mine.zip").read_text() == "older"
    backup.write(tmp_path / "mine.zip", replace=True)
    assert zipfile.is_zipfile(tmp_path / "mine.zip")


def test_one_that_appears_meanwhile_is_not_replaced(backup: Backup, synced: Connector, tmp_path: Path) -> None:
    def appear(what: str, done: int, total: int) -> None:
        (tmp_path / "mine.zip").write_text("another's")

    with pytest.raises(Problem, match="there already"):
        backup.write(tmp_path / "mine.zip", on_progress=appear)
    assert (tmp_path / "mine.zip").read_text() == "another's"


@pytest.mark.parametrize("when", ["copying 1 of 1", "packing"])
def test_stopped_it_leaves_nothing_behind(backup: Backup, synced: Connector, tmp_path: Path, when: str) -> None:
    place = tmp_path / "place"
    place.mkdir()

    def stop(what: str, done: int, total: int) -> None:
        if what == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.write(place / "mine.zip", on_progress=stop)
    assert list(place.iterdir()) == []


def test_a_link_and_a_folder_that_is_missing_are_refused(backup: Backup, synced: Connector, tmp_path: Path) -> None:
    (tmp_path / "link.zip").symlink_to(tmp_path / "elsewhere.zip")
    for path in (tmp_path / "link.zip", tmp_path / "none" / "mine.zip", tmp_path):
        with pytest.raises((ExportError, Problem)):
            backup.write(path, replace=True)
    assert not (tmp_path / "elsewhere.zip").exists()


def test_an_empty_profile_is_said(backup: Backup, tmp_path: Path, data_dir: Path) -> None:
    with pytest.raises(Problem, match="nothing to save"):
        backup.write(tmp_path / "mine.zip")
    assert not data_dir.exists()


def test_a_store_that_is_lost_is_told_and_not_called_never_synced(
    backup: Backup, synced: Connector, folder: Path, tmp_path: Path
) -> None:
    (folder / f"{synced.id}.sqlite3").rename(tmp_path / "moved away")
    saved = backup.write(tmp_path / "mine.zip")
    assert saved.missing == ("Zoom",)
    assert json.loads(contents(saved.path)["manifest.json"])["missing"] == ["Zoom"]


def test_one_that_is_removed_meanwhile_is_not_called_lost(
    backup: Backup, synced: Connector, registry: FullDisk, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has = backup._has

    def remove_first(name: str) -> bool:
        (folder / f"{synced.id}.sqlite3").unlink()
        registry.remove(synced.id)
        return has(name)

    monkeypatch.setattr(backup, "_has", remove_first)
    with pytest.raises(Problem, match="was removed while"):
        backup.write(tmp_path / "mine.zip")
    assert not (tmp_path / "mine.zip").exists()


def test_a_damaged_store_gives_no_backup(backup: Backup, synced: Connector, folder: Path, tmp_path: Path) -> None:
    store = folder / f"{synced.id}.sqlite3"
    content = bytearray(store.read_bytes())
    content[4096 : 4096 * 6] = b"\xff" * (4096 * 5)
    store.write_bytes(content)
    with pytest.raises(StoreError):
        backup.write(tmp_path / "mine.zip")
    assert not (tmp_path / "mine.zip").exists()


def test_a_place_that_cannot_be_written_is_said(backup: Backup, synced: Connector, tmp_path: Path) -> None:
    block(tmp_path / "file")
    with pytest.raises(ExportError, match="no folder"):
        backup.write(tmp_path / "file" / "mine.zip")
