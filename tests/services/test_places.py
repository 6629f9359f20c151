"""Every folder and file that the program makes is among its places."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.services.conftest import FINISHED, STARTED, FakeVault
from zoomgov.connectors.model import Draft, Owner
from zoomgov.preferences.session import SessionState, save_session
from zoomgov.preferences.views import ViewPreferences, write_preferences
from zoomgov.services.places import places
from zoomgov.services.services import build_services
from zoomgov.settings.catalogue import BY_KEY
from zoomgov.settings.edit import set_setting


def draft(name: str) -> Draft:
    return Draft(new_app=name, name=name, owners=(Owner("mona@example.com"),))


def by_key(environ: dict[str, str]) -> dict[str, Path]:
    return {place.key: place.path for place in places(environ)}


def test_where_nothing_was_done_nothing_is_there_and_nothing_is_made(tmp_path: Path) -> None:
    environ = {"ZOOMGOV_HOME": str(tmp_path / "home")}
    assert [place.key for place in places(environ) if place.ours and place.exists] == []
    assert not (tmp_path / "home").exists()
    assert by_key(environ)["settings"] == tmp_path / "home" / "settings.toml"
    assert "config" not in by_key(environ), "it is the data folder"


def test_folders_of_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    found = by_key({})
    assert tmp_path in found["data"].parents
    assert tmp_path in found["settings"].parents
    assert found.get("config", found["data"]) == found["settings"].parent


def test_everything_that_is_written_is_in_a_place(tmp_path: Path) -> None:
    environ = {"ZOOMGOV_HOME": str(tmp_path / "home")}
    services = build_services(environ, vault=FakeVault())
    made = [services.registry.create(draft(name)) for name in ("Zoom \x1b[31m", "Another")]
    with services.stores.open(made[0]).begin(STARTED) as writer:
        writer.publish(FINISHED)
    save_session(services.settings.data_dir, SessionState(theme="nord"))
    write_preferences(
        services.settings.data_dir / "browse" / f"{made[0].id}.json", ViewPreferences({"users": {"a": "b"}})
    )
    set_setting(services.settings.data_dir / "settings.toml", BY_KEY["syncs.keep"], 3)
    services.close()
    found = places(environ)
    for folder, _, files in os.walk(tmp_path / "home"):
        for path in (Path(folder), *(Path(folder) / name for name in files)):
            stem = str(path).removesuffix(".lock").removesuffix("-wal").removesuffix("-shm")
            assert any(
                stem == str(place.path) or (place.key == "tables" and place.path in path.parents) for place in found
            ), path
    stores = {place.path.stem: (place.what, place.exists) for place in found if place.key == "store"}
    assert stores == {
        made[0].id: ("What was synced of Zoom \x1b[31m", True),
        made[1].id: ("What was synced of Another", False),
    }
    unnamed = [place.what for place in places(environ, named=False) if place.key == "store"]
    assert unnamed == ["What was synced of a connector that is not listed"]


def test_a_list_of_connectors_that_cannot_be_read_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "home" / "stores").mkdir(parents=True, mode=0o700)
    (tmp_path / "home").chmod(0o700)
    for name in ("connectors.sqlite3", "stores/abc.sqlite3"):
        (tmp_path / "home" / name).write_bytes(b"this is no database, and long enough to be seen as none" * 9)
    found = [place for place in places({"ZOOMGOV_HOME": str(tmp_path / "home")}) if place.key == "store"]
    assert [(place.path.stem, place.exists) for place in found] == [("abc", True)]
