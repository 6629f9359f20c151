"""Restoring: everything comes back, nothing that was there is lost, and nothing hostile gets in."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from tests.services.conftest import GIVEN, NOW, OTHER, STARTED, FakeVault, block, publish
from zoomgov.connectors.model import Connector, ConnectorStatus, Draft, Owner, Step
from zoomgov.disk.errors import StoreBusy
from zoomgov.preferences.session import SessionState, load_session, save_session
from zoomgov.services import archive
from zoomgov.services.backup import Backup
from zoomgov.services.problems import Problem
from zoomgov.services.restoring import Restored, Restoring
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.vault import VaultError

OWNERS: Final = (Owner("mona@example.com"),)


class Computer:
    """A profile with its services on a computer of its own."""

    def __init__(self, home: Path, *, given: bool = False) -> None:
        self.home = home
        self.data_dir = home / "data"
        self.settings_file = home / "config" / "settings.toml"
        self.vault = FakeVault()
        settings = Settings(self.data_dir, environment_credentials=OTHER if given else None)
        self.services = Services(settings, vault=self.vault, now=lambda: NOW)
        self.restoring = Restoring(
            self.data_dir,
            self.settings_file,
            lambda: self.services.credentials,
            self.services.close,
            now=lambda: NOW,
        )

    async def add(self, name: str, cloud: str = "zoom.us") -> Connector:
        """A connector that is connected and synced."""
        registry = self.services.registry
        apps = registry.apps()
        draft = Draft(app_id=apps[0].id if apps else None, new_app="Zoom", name=name, cloud=cloud, owners=OWNERS)
        made = registry.create(draft)
        publish(self.services.stores, made)
        self.services.stores.open(made).build_search()  # as each sync does
        await self.services.credentials.save(made, GIVEN)
        return registry.update(made.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=NOW)

    def back_up(self) -> Path:
        return Backup(self.data_dir, self.settings_file, now=lambda: NOW).write(self.home / "backup.zip").path

    def restore(self, path: Path, **how: bool) -> Restored:
        """Restore as a command does, outside of an event loop."""

        async def run() -> Restored:
            with self.restoring.prepared(path) as ready:
                return await ready.put_in_place(**how)

        return asyncio.run(run())

    def names(self) -> list[str]:
        return [one.name for one in self.services.connectors.all()]

    def left(self) -> list[str]:
        """What lies beside the profile and its settings."""
        return sorted(path.name for path in self.home.iterdir() if path.name not in ("config", "backup.zip"))


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Callable[..., Computer]]:
    made: list[Computer] = []

    def build(name: str, **how: bool) -> Computer:
        home = tmp_path / name
        home.mkdir()
        made.append(Computer(home, **how))
        return made[-1]

    yield build
    for one in made:
        one.services.close()


@pytest.fixture
def old(computer: Callable[..., Computer]) -> Computer:
    """A computer with one connector, settings and a theme."""
    old = computer("old")
    asyncio.run(old.add("Zoom"))
    save_session(old.data_dir, SessionState(theme="zoomgov-light"))
    old.settings_file.parent.mkdir()
    old.settings_file.write_text("# mine\n")
    return old


@pytest.fixture
def new(computer: Callable[..., Computer]) -> Computer:
    return computer("new")


# What comes back


def test_on_an_empty_computer_everything_comes_back_but_the_secret(old: Computer, new: Computer) -> None:
    (before,) = old.services.connectors.all()
    restored = new.restore(old.back_up())
    assert (restored.connectors, restored.to_connect, restored.aside) == (("Zoom",), ("Zoom",), ())
    (after,) = new.services.connectors.all()
    assert (after.id, after.name, after.owners, after.last_sync_at) == (before.id, "Zoom", OWNERS, NOW)
    assert after.status is ConnectorStatus.NOT_CONNECTED
    assert after.reason == "It was restored from a backup of 2026-03-04: secrets are in none."
    assert (after.step, after.credentials_at) == (Step.CREDENTIALS, None)
    assert new.services.stores.latest_sync(after) == old.services.stores.latest_sync(before)
    assert load_session(new.data_dir).theme == "zoomgov-light"
    assert new.settings_file.read_text() == "# mine\n"
    assert new.left() == ["data"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (new.data_dir, *new.data_dir.rglob("*")) if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in new.data_dir.rglob("*") if path.is_file()} == {0o600}
    new.services.stores.open(after).begin(STARTED).close()


def test_where_the_keyring_has_its_credentials_it_stays_connected(old: Computer) -> None:
    restored = old.restore(old.back_up(), force=True)
    assert restored.to_connect == ()
    (after,) = old.services.connectors.all()
    assert (after.status, after.step, after.credentials_at) == (ConnectorStatus.CONNECTED, Step.DONE, NOW)


def test_credentials_of_the_environment_connect_it(old: Computer, computer: Callable[..., Computer]) -> None:
    served = computer("served", given=True)
    assert served.restore(old.back_up()).to_connect == ()
    (after,) = served.services.connectors.all()
    assert after.status is ConnectorStatus.CONNECTED


def test_a_keyring_that_cannot_be_asked_is_none(old: Computer, new: Computer) -> None:
    new.vault.refusal = VaultError("The keyring is locked.", "Unlock it.")
    assert new.restore(old.back_up()).to_connect == ("Zoom",)


def test_where_no_place_for_settings_is_known_they_stay_with_the_rest(old: Computer, new: Computer) -> None:
    path = old.back_up()
    new.restoring = Restoring(new.data_dir, None, lambda: new.services.credentials, new.services.close, now=lambda: NOW)
    new.restore(path)
    assert (new.data_dir / "settings.toml").read_text() == "# mine\n"


def test_settings_that_lie_in_the_profile_come_back_there(old: Computer, new: Computer) -> None:
    path = old.back_up()
    new.restoring = Restoring(
        new.data_dir,
        new.data_dir / "settings.toml",
        lambda: new.services.credentials,
        new.services.close,
        now=lambda: NOW,
    )
    assert new.restore(path).aside == ()
    assert (new.data_dir / "settings.toml").read_text() == "# mine\n"


# What was there


def test_a_profile_that_is_used_is_left_alone_unless_told(old: Computer, new: Computer) -> None:
    asyncio.run(new.add("Mine"))
    with pytest.raises(Problem) as caught:
        new.restore(old.back_up())
    assert caught.value.what == f"There is a profile in {new.data_dir} already: Mine."
    assert "--force" in caught.value.next_steps[0]
    assert new.names() == ["Mine"]
    assert new.left() == ["data"]


def test_with_force_the_older_one_is_kept_whole(old: Computer, new: Computer) -> None:
    mine = asyncio.run(new.add("Mine"))
    new.settings_file.parent.mkdir()
    new.settings_file.write_text("# theirs\n")
    restored = new.restore(old.back_up(), force=True)
    assert new.names() == ["Zoom"]
    folder, settings = restored.aside
    assert folder == new.home / "data.before-restore-20260304-120000"
    assert settings.read_text() == "# theirs\n"
    kept = Services(Settings(folder), vault=FakeVault())
    assert [one.name for one in kept.connectors.all()] == ["Mine"]
    assert kept.stores.latest_sync(mine) is not None
    kept.close()
    assert len(new.restore(old.home / "backup.zip", force=True).aside) == 1  # settings are the same now
    assert (new.home / "data.before-restore-20260304-120000-2").exists()


def test_an_empty_list_is_no_profile_that_is_missed_and_is_kept_all_the_same(old: Computer, new: Computer) -> None:
    assert new.names() == []
    (aside,) = new.restore(old.back_up()).aside
    assert (aside / "connectors.sqlite3").exists()


@pytest.mark.parametrize("what", ["draft", "store", "damaged"])
def test_whatever_somebody_would_miss_counts_as_a_profile(old: Computer, new: Computer, what: str) -> None:
    if what == "draft":
        new.services.registry.save_draft(Draft(name="Begun"))
    elif what == "store":
        (new.data_dir / "stores").mkdir(parents=True, mode=0o700)
        (new.data_dir / "stores" / "0123456789abcdef.sqlite3").write_text("?")
    else:
        new.data_dir.mkdir(mode=0o700)
        (new.data_dir / "connectors.sqlite3").write_text("no database, but long enough to look like one" * 99)
    with pytest.raises(Problem, match="a profile in"):
        new.restore(old.back_up())


def test_while_a_sync_runs_nothing_is_moved(old: Computer, new: Computer) -> None:
    mine = asyncio.run(new.add("Mine"))
    path = old.back_up()
    with new.services.stores.open(mine).begin(STARTED), pytest.raises(StoreBusy):
        new.restore(path, force=True)
    assert new.names() == ["Mine"]
    assert new.left() == ["data"]


def test_where_the_second_move_fails_the_profile_comes_back(
    old: Computer, new: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    asyncio.run(new.add("Mine"))
    path, rename = old.back_up(), os.rename

    def fail(source: Any, target: Any) -> None:
        if Path(source).name == "profile":
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(Problem) as caught:
        new.restore(path, force=True)
    assert "No space left" in caught.value.what
    assert "is as it was" in caught.value.why
    assert new.names() == ["Mine"]
    assert new.left() == ["data"]


def test_looking_at_a_backup_changes_nothing(old: Computer, new: Computer) -> None:
    with new.restoring.prepared(old.back_up()) as ready:
        assert [one.name for one in ready.connectors] == ["Zoom"]
        assert (ready.created_at[:10], ready.replaces, ready.foreign) == ("2026-03-04", "", ())
    assert new.left() == []
    assert not new.data_dir.exists()


# Who would get the secret


def test_addresses_that_are_not_zooms_have_to_be_trusted(computer: Callable[..., Computer], new: Computer) -> None:
    evil = computer("evil")
    asyncio.run(evil.add("Zoom", "https://zoom.evil.example"))
    path = evil.back_up()
    with pytest.raises(Problem) as caught:
        new.restore(path, force=True)
    assert "Zoom at https://zoom.evil.example" in caught.value.why
    assert not new.data_dir.exists()
    assert new.restore(path, trust_addresses=True).connectors == ("Zoom",)


def test_an_address_is_trusted_only_for_the_connector_that_has_it(computer: Callable[..., Computer]) -> None:
    one = computer("one")
    made = asyncio.run(one.add("Zoom", "https://zoom.example"))
    path = one.back_up()
    assert one.restore(path, force=True).connectors == ("Zoom",)  # it has that address already
    one.services.registry.update(made.id, cloud="zoom.us")
    with pytest.raises(Problem, match="not Zoom's"):
        one.restore(path, force=True)


# Hostile and damaged files


def rewritten(path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """Pack the backup again after `change` of its files, with check sums that fit them."""
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    change(files, manifest)
    if "files" not in manifest.pop("keep", ()):
        manifest["files"] = [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", json.dumps(manifest))
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def with_registry(path: Path, *statements: str) -> Path:
    """Pack the backup again after `statements` were run in its list of connectors."""

    def change(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        copy = path.with_name("copy.sqlite3")
        copy.write_bytes(files["connectors.sqlite3"])
        with closing(sqlite3.connect(copy)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()
            database.execute("PRAGMA journal_mode = DELETE")
        files["connectors.sqlite3"] = copy.read_bytes()
        copy.unlink()

    return rewritten(path, change)


def refused(new: Computer, path: Path) -> Problem:
    """Restore `path`, which must fail and leave nothing anywhere."""
    with pytest.raises(Problem) as caught:
        new.restore(path, force=True, trust_addresses=True)
    assert new.left() == []
    assert not new.settings_file.exists()
    assert any("othing" in text for text in (caught.value.what, caught.value.why))
    return caught.value


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "/tmp/outside.txt",
        "stores/../../outside",
        "stores/../0123456789abcdef.sqlite3",
        "C:/outside.txt",
        "stores\\0123456789abcdef.sqlite3",
        "stores/0123456789ABCDEF.sqlite3",
        "connectors.sqlite3-wal",
        "notes\x1b[2J.txt",
        "browse/0123456789abcdef.json/x",
    ],
)
def test_names_that_no_backup_has_are_refused(old: Computer, new: Computer, name: str) -> None:
    problem = refused(new, rewritten(old.back_up(), lambda files, _: files.update({name: b"x"})))
    assert "which no backup has" in problem.why
    assert "\x1b" not in problem.text


def info(name: str, mode: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def test_links_folders_and_names_that_come_twice_are_refused(old: Computer, new: Computer) -> None:
    path = old.back_up()
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    for odd, word in ((stat.S_IFLNK | 0o777, "a link or a folder"), (stat.S_IFDIR, "a link or a folder")):
        with zipfile.ZipFile(path, "w") as packed:
            for name, content in files.items():
                packed.writestr(info(name, odd if name == "screen.json" else stat.S_IFREG | 0o600), content)
        assert word in refused(new, path).why
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("screen.json", files["screen.json"])
    assert "other files than its manifest says" in refused(new, path).why


def test_what_the_manifest_does_not_say_is_refused(old: Computer, new: Computer) -> None:
    def keep(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["keep"] = ["files"]

    def exchange(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        keep(files, manifest)
        files["screen.json"] = files["screen.json"].replace(b"light", b"night")

    def drop(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        keep(files, manifest)
        del files["screen.json"]

    def lengthen(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        keep(files, manifest)
        files["screen.json"] += b" "

    def negative(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        keep(files, manifest)
        manifest["files"][0]["size"] = -1

    def no_list(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del files["connectors.sqlite3"]

    path = old.back_up()
    original = path.read_bytes()
    for change, word in (
        (exchange, "check sum differs"),
        (drop, "other files than"),
        (lengthen, "another size"),
        (negative, "manifest cannot be read"),
        (no_list, "no list of connectors"),
    ):
        path.write_bytes(original)
        assert word in refused(new, rewritten(path, change)).why


def test_a_bomb_is_not_unpacked(old: Computer, new: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_SMALL", 1 << 20)
    path = rewritten(old.back_up(), lambda files, _: files.update({"screen.json": bytes(300 << 20)}))
    unpacked: list[int] = []
    with pytest.raises(Problem, match="not restored"), new.restoring.prepared(path, lambda done, _: unpacked.append(1)):
        pass
    assert unpacked == []
    assert "which no backup of this size does" in refused(new, path).why


def test_a_disk_without_room_is_said_before_anything_is_written(
    old: Computer, new: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    path = old.back_up()
    usage = shutil.disk_usage(path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert "are free on the disk" in refused(new, path).what


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_backup_is_refused(new: Computer, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert "no backup of zoomgov" in refused(new, tmp_path / "file").what


def test_every_cut_of_the_file_is_refused(old: Computer, new: Computer) -> None:
    path = old.back_up()
    whole = path.read_bytes()
    for cut in range(0, len(whole), max(len(whole) // 25, 1)):
        path.write_bytes(whole[:cut])
        refused(new, path)


def test_bytes_that_were_changed_are_noticed_or_do_not_matter(old: Computer, new: Computer) -> None:
    path = old.back_up()
    whole = path.read_bytes()
    for place in range(7, len(whole), max(len(whole) // 60, 1)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            with new.restoring.prepared(path) as ready:
                assert [one.name for one in ready.connectors] == ["Zoom"]
        except Problem:
            pass
        assert new.left() == []


def test_what_a_newer_zoomgov_wrote_is_refused(old: Computer, new: Computer) -> None:
    path = old.back_up()
    original = path.read_bytes()
    newer = [
        rewritten(path, lambda _, manifest: manifest.update(version=2, program="99.0", more=[])).read_bytes(),
    ]
    path.write_bytes(original)
    newer.append(with_registry(path, "PRAGMA user_version = 99").read_bytes())
    path.write_bytes(original)

    def newer_store(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        name = next(name for name in files if name.startswith("stores/"))
        copy = path.with_name("copy.sqlite3")
        copy.write_bytes(files[name])
        with closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA user_version = 99")
        files[name] = copy.read_bytes()

    newer.append(rewritten(path, newer_store).read_bytes())
    for content in newer:
        path.write_bytes(content)
        problem = refused(new, path)
        assert "newer zoomgov" in problem.what
        assert problem.next_steps == ("Update zoomgov, then restore again.",)


def test_a_trigger_in_what_was_synced_is_refused(old: Computer, new: Computer) -> None:
    (connector,) = old.services.connectors.all()
    with closing(sqlite3.connect(old.services.settings.store_path(connector.id))) as database:
        database.execute("CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM users; END")
    assert "never makes" in refused(new, old.back_up()).why


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER UPDATE ON connector BEGIN UPDATE connector SET cloud = 'https://evil.example'; END",
        "UPDATE connector SET id = '../../outside'",
        "UPDATE connector SET id = 'ABCDEF0123456789'",
        "UPDATE connector SET id = '0123456789abcdef'",  # whose store is another's
        "UPDATE connector SET cloud = 'http://evil.example'",
        "UPDATE connector SET owners = '{'",
        "UPDATE connector SET owners = '[1]'",
        "UPDATE connector SET created_at = 'some day'",
        "UPDATE connector SET scope_kind = 'none'",
        "DROP TABLE draft",
    ],
)
def test_a_list_of_connectors_that_leads_elsewhere_is_refused(old: Computer, new: Computer, statement: str) -> None:
    refused(new, with_registry(old.back_up(), statement))


def test_an_id_that_leads_elsewhere_is_refused_without_a_store_too(new: Computer, old: Computer) -> None:
    def drop_store(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del files[next(name for name in files if name.startswith("stores/"))]

    path = with_registry(rewritten(old.back_up(), drop_store), "UPDATE connector SET id = '../../outside'")
    assert "id that zoomgov never gives" in refused(new, path).why


def test_a_file_that_cannot_be_read_is_said(new: Computer, tmp_path: Path) -> None:
    block(tmp_path / "file")
    for path in (tmp_path / "missing.zip", tmp_path, tmp_path / "file" / "x.zip"):
        refused(new, path)


def test_a_backup_of_an_older_list_of_connectors_is_brought_up_to_date(old: Computer, new: Computer) -> None:
    path = with_registry(old.back_up(), "ALTER TABLE connector DROP COLUMN credentials_at", "PRAGMA user_version = 3")
    assert new.restore(path).connectors == ("Zoom",)
    assert new.names() == ["Zoom"]


# Settings that lead elsewhere, or nowhere


def with_settings(old: Computer, text: bytes) -> Path:
    """A backup whose settings are `text`, as somebody may have made it."""

    def change(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        files["settings.toml"] = text

    return rewritten(old.back_up(), change)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[network]\nproxy = "http://127.0.0.1:18080"\n', "network.proxy"),
        ('[network]\nca_file = "/tmp/evil.pem"\n', "network.ca_file"),
        ('[mail]\nhost = "mail.evil.example"\nport = 587\nsecurity = "starttls"\n', "mail.host"),
    ],
)
def test_settings_that_decide_whom_it_talks_to_want_trust(old: Computer, new: Computer, text: str, key: str) -> None:
    path = with_settings(old, text.encode())
    with pytest.raises(Problem, match="whom zoomgov talks to") as caught:
        new.restore(path, force=True)
    assert key in caught.value.why
    assert (new.left(), new.settings_file.exists()) == ([], False)
    assert new.restore(path, trust_addresses=True).connectors == ("Zoom",)


def test_settings_that_are_so_here_want_none(old: Computer, new: Computer) -> None:
    text = b'[network]\nproxy = "http://127.0.0.1:18080"\n'
    new.settings_file.parent.mkdir(mode=0o700)
    new.settings_file.write_bytes(text)
    assert new.restore(with_settings(old, text)).connectors == ("Zoom",)


@pytest.mark.parametrize(
    "text", [b"[nosuch]\nkey = 1\n", b"\xff\xfe", b"[[[", b'[mail]\nhost = "mail.example"\nsecurity = "none"\n']
)
def test_settings_with_which_nothing_would_start_are_refused(old: Computer, new: Computer, text: bytes) -> None:
    assert "settings.toml cannot be used" in refused(new, with_settings(old, text)).why
