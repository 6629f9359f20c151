"""The registry of connectors: what it stores, what it refuses, and damaged files."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from zoomgov.connectors import registry as registry_module
from zoomgov.connectors.model import App, ConnectorStatus, Draft, Owner, Step
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError, free_name, name_key
from zoomgov.disk.files import create_private
from zoomgov.zoom.scopes import Capability, ScopeKind

if TYPE_CHECKING:
    from pathlib import Path

ME = Owner("me@example.com", "Me")
ZOOM = Draft(new_app="Zoom", name="Zoom EMEA", owners=(ME,))


def test_starts_empty_and_touches_nothing_until_used(registry: Registry, registry_path: Path) -> None:
    assert not registry_path.parent.exists()
    assert registry.connectors() == []
    assert registry.apps() == []
    assert registry.draft() is None
    assert registry.find("Zoom") is None


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_only_the_owner_can_read_it(registry: Registry, registry_path: Path) -> None:
    registry.create(ZOOM)
    assert stat.S_IMODE(registry_path.parent.stat().st_mode) == 0o700
    files = list(registry_path.parent.iterdir())
    assert registry_path in files
    assert len(files) > 1, "the write-ahead log is open"
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_creates_a_connector_as_not_connected_at_step_3(registry: Registry) -> None:
    made = registry.create(ZOOM)
    assert (made.name, made.app.name, made.owners, made.cloud) == ("Zoom EMEA", "Zoom", (ME,), "zoom.us")
    assert (made.status, made.reason, made.step) == (ConnectorStatus.NOT_CONNECTED, "", Step.ZOOM_APP)
    assert made.created_at == datetime(2026, 3, 1, 9, 1, tzinfo=UTC)
    assert made.last_sync_at is None
    assert registry.connectors() == [made]
    assert registry.connector(made.id) == made
    assert registry.apps() == [made.app]


def test_everything_is_there_after_a_restart(registry: Registry, registry_path: Path) -> None:
    made = registry.create(ZOOM)
    changes = {
        "name": "Zoom APAC",
        "owners": (ME, Owner("you@example.com")),
        "cloud": "zoomgov.com",
        "status": ConnectorStatus.ERROR,
        "reason": "Zoom says 4711",
        "step": Step.VERIFY,
        "scope_kind": ScopeKind.CLASSIC,
        "account_id": "AbC",
        "client_id": "DeF",
        "checked": frozenset({"build", "name"}),
        "without": frozenset({Capability.LICENCES.value}),
        "last_sync_at": datetime(2026, 3, 2, tzinfo=UTC),
        "held_scopes": frozenset({"user:read:list_users:admin"}),
        "reason_line": "probe.list_users",
        "proved": frozenset({"token"}),
        "credentials_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    changed = registry.update(made.id, **changes)
    registry.close()
    with closing(Registry(registry_path)) as other:
        assert other.connectors() == [changed]
    assert {field: getattr(changed, field) for field in changes} == changes


def test_a_file_of_the_first_version_is_brought_up_to_date(registry: Registry, registry_path: Path) -> None:
    made = registry.create(ZOOM)
    registry.close()
    as_version(registry_path, 1, step=made.step)
    assert registry.connectors() == [made]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("old", range(1, 9))
def test_a_step_stored_before_activation_was_one_leads_to_the_same_page(
    registry: Registry, registry_path: Path, version: int, old: int
) -> None:
    pages = ["APP", "OWNERS", "ZOOM_APP", "SCOPES", "CREDENTIALS", "VERIFY", "SYNC", "DONE"]
    made = registry.create(ZOOM)
    other = registry.create(Draft(new_app="Other", name="Other", owners=(ME,)))
    registry.close()
    as_version(registry_path, version, step=old)
    found = registry.connectors()
    assert found == [replace(made, step=Step[pages[old - 1]]), replace(other, step=Step[pages[old - 1]])]
    registry.close()
    assert registry.connectors() == found, "moved once"
    assert registry.update(made.id, step=Step.DONE).step is Step.DONE
    with pytest.raises(RegistryError, match="exists already"):
        registry.update(other.id, name="zoom emea")


@pytest.mark.parametrize(
    ("status", "held", "proved"),
    [
        ("Connected", [], {"token"}),
        ("Connected", ["user:read:list_users:admin"], {"token", "ready"}),
        ("Error", ["user:read:list_users:admin"], set()),
        ("Not connected", [], set()),
    ],
)
def test_what_an_older_registry_proves_is_kept(
    registry: Registry, registry_path: Path, status: str, held: list[str], proved: set[str]
) -> None:
    registry.create(ZOOM)
    registry.close()
    as_version(registry_path, 2, status=status, held_scopes=json.dumps(held))
    (found,) = registry.connectors()
    assert found.proved == proved


def as_version(path: Path, version: int, **columns: object) -> None:
    """Write the file again as the program of that schema version had it, with these columns in every connector."""
    with closing(sqlite3.connect(path)) as new:
        tables = {name: new.execute(f"SELECT * FROM {name} ORDER BY rowid") for name in ("app", "connector")}
        rows = {
            name: [dict(zip([column[0] for column in found.description], row, strict=True)) for row in found]
            for name, found in tables.items()
        }
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    create_private(path)
    with closing(sqlite3.connect(path)) as old, old:
        for migration in registry_module._MIGRATIONS[:version]:
            old.executescript(migration)
        for table, found in rows.items():
            known = [column[1] for column in old.execute(f"PRAGMA table_info({table})")]
            for row in found:
                values = row | columns if table == "connector" else row
                marks = ", ".join("?" * len(known))
                old.execute(f"INSERT INTO {table} VALUES ({marks})", [values[column] for column in known])
        old.execute(f"PRAGMA user_version = {version}")


def test_moves_a_connector_to_another_app(registry: Registry) -> None:
    made = registry.create(ZOOM)
    okta = registry.create_app("Zoom (Okta)", from_identity_provider=True)
    assert registry.update(made.id, app=okta).app == okta


def test_changes_only_what_is_named(registry: Registry, registry_path: Path) -> None:
    made = registry.create(ZOOM)
    with closing(Registry(registry_path)) as other:
        other.update(made.id, account_id="typed there")
        here = registry.update(made.id, client_id="typed here")
    assert (here.account_id, here.client_id) == ("typed there", "typed here")


@pytest.mark.parametrize("status", [ConnectorStatus.SYNCING, ConnectorStatus.CONNECTED, ConnectorStatus.NOT_CONNECTED])
def test_the_reason_goes_with_the_error(registry: Registry, status: ConnectorStatus) -> None:
    made = registry.create(ZOOM)
    assert registry.update(made.id, status=ConnectorStatus.ERROR, reason="why").reason == "why"
    assert registry.update(made.id, step=Step.SYNC).reason == "why"
    assert registry.update(made.id, status=status).reason == ""


def test_unknown_fields_are_a_defect_of_the_caller(registry: Registry) -> None:
    made = registry.create(ZOOM)
    with pytest.raises(TypeError, match="client_secret"):
        registry.update(made.id, client_secret="never")
    with pytest.raises(TypeError, match="'id'"):
        registry.update(made.id, id="other")


def test_names_are_found_whatever_their_case_and_stay_unique(registry: Registry) -> None:
    made = registry.create(ZOOM)
    second = registry.create(Draft(app_id=made.app.id, name="Other", owners=(ME,)))
    for name in ("Zoom EMEA", "zoom emea", "  ZOOM   EMEA ", "\uff3aoom EMEA", made.id):
        assert registry.find(name) == made
    with pytest.raises(RegistryError, match="exists already"):
        registry.create(Draft(app_id=made.app.id, name="zoom Emea", owners=(ME,)))
    with pytest.raises(RegistryError, match="exists already"):
        registry.update(second.id, name="ZOOM EMEA")
    assert registry.update(made.id, name="ZOOM EMEA").name == "ZOOM EMEA"


def test_a_name_that_is_another_ones_id_finds_the_name(registry: Registry) -> None:
    made = registry.create(ZOOM)
    named = registry.create(Draft(app_id=made.app.id, name=made.id, owners=(ME,)))
    assert registry.find(made.id) == named


def test_without_a_name_it_is_called_like_its_app(registry: Registry) -> None:
    first = registry.create(Draft(new_app="Zoom", owners=(ME,)))
    again = [registry.create(Draft(app_id=first.app.id, owners=(ME,))).name for _ in range(2)]
    assert [first.name, *again] == ["Zoom", "Zoom 2", "Zoom 3"]


def test_an_app_is_the_identity_providers_only_as_long_as_none_is_known(registry: Registry) -> None:
    first = registry.create(Draft(new_app="Zoom (Okta)", uses_identity_provider=True, owners=(ME,)))
    second = registry.create(Draft(new_app="Zoom by hand", uses_identity_provider=True, owners=(ME,)))
    third = registry.create(Draft(new_app="Zoom", uses_identity_provider=False, owners=(ME,)))
    provided = [connector.app.from_identity_provider for connector in (first, second, third)]
    assert provided == [True, False, False]


def test_a_refused_creation_leaves_nothing_behind(registry: Registry) -> None:
    registry.create(ZOOM)
    with pytest.raises(RegistryError, match="exists already"):
        registry.create(Draft(new_app="Another app", name="Zoom EMEA", owners=(ME,)))
    assert [app.name for app in registry.apps()] == ["Zoom"]


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft(new_app="Zoom"), "at least one owner"),
        (Draft(owners=(ME,)), "Give the app a name"),
        (Draft(new_app=" \n ", owners=(ME,)), "Give the app a name"),
        (Draft(app_id="gone", owners=(ME,)), "not there any more"),
    ],
)
def test_incomplete_drafts_are_refused(registry: Registry, draft: Draft, words: str) -> None:
    with pytest.raises(RegistryError, match=words):
        registry.create(draft)


def test_apps_stay_unique_and_in_order(registry: Registry) -> None:
    for name in ("zoom", "Alpha", "Webex"):
        registry.create_app(name, from_identity_provider=False)
    with pytest.raises(RegistryError, match="exists already"):
        registry.create_app(" ZOOM ", from_identity_provider=True)
    assert [app.name for app in registry.apps()] == ["Alpha", "Webex", "zoom"]


def test_a_removed_connector_is_gone_and_says_so(registry: Registry) -> None:
    made = registry.create(ZOOM)
    registry.remove(made.id)
    registry.remove(made.id)
    assert registry.connectors() == []
    assert registry.apps() == [made.app]
    with pytest.raises(RegistryError, match="removed it"):
        registry.connector(made.id)
    with pytest.raises(RegistryError, match="removed it"):
        registry.update(made.id, step=Step.SYNC)


def test_the_draft_survives_a_restart_and_a_creation_elsewhere(registry: Registry, registry_path: Path) -> None:
    draft = Draft(
        uses_identity_provider=True, new_app="Zo", name="half", cloud="https://localhost:8080", ownership="several",
        owners=(ME, Owner("x")), step=Step.OWNERS,
    )  # fmt: skip
    registry.save_draft(ZOOM)
    registry.save_draft(draft)
    registry.create(ZOOM)
    registry.close()
    with closing(Registry(registry_path)) as other:
        assert other.draft() == draft
        other.clear_draft()
        assert other.draft() is None


def test_a_draft_of_another_version_gives_what_both_know(registry: Registry, registry_path: Path) -> None:
    registry.save_draft(ZOOM)
    with closing(sqlite3.connect(registry_path)) as database, database:
        database.execute("""UPDATE draft SET content = '{"name": "kept", "colour": "blue"}'""")
    assert registry.draft() == Draft(name="kept")


def test_text_that_utf8_cannot_hold_is_replaced(registry: Registry) -> None:
    assert registry.create(Draft(new_app="Zoom", name="caf\udce9", owners=(ME,))).name == "caf?"


def test_threads_share_one_registry(registry: Registry) -> None:
    made = registry.create(ZOOM)
    threads = [
        threading.Thread(target=lambda n=n: registry.create(Draft(app_id=made.app.id, owners=(ME,), name=f"c{n}")))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {connector.name for connector in registry.connectors()} == {"Zoom EMEA", *(f"c{n}" for n in range(8))}


def test_a_file_of_a_newer_program_is_left_alone(registry: Registry, registry_path: Path) -> None:
    registry.create(ZOOM)
    registry.close()
    with closing(sqlite3.connect(registry_path)) as database, database:
        database.execute("PRAGMA user_version = 99")
    before = registry_path.read_bytes()
    with closing(Registry(registry_path)) as other, pytest.raises(RegistryError, match="newer zoomgov"):
        other.connectors()
    assert registry_path.read_bytes() == before


def test_a_damaged_file_is_named_with_what_to_do(registry: Registry, registry_path: Path) -> None:
    registry_path.parent.mkdir()
    registry_path.write_bytes(b"not a database" * 100)
    with pytest.raises(RegistryError, match="damaged") as caught:
        registry.connectors()
    assert str(registry_path) in str(caught.value)
    assert "untouched" in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        closing(Registry(tmp_path / "file" / "connectors.sqlite3")) as registry,
        pytest.raises(RegistryError) as caught,
    ):
        registry.connectors()
    assert str(tmp_path / "file") in str(caught.value)


def test_names_compare_as_people_read_them() -> None:
    assert name_key("Straße  1 ") == name_key("STRASSE 1")
    assert free_name("Zoom", ["zoom", "ZOOM 2"]) == "Zoom 3"
    assert free_name("Zoom", []) == "Zoom"


def test_apps_know_each_other_by_value(registry: Registry) -> None:
    made = registry.create_app("Zoom", from_identity_provider=True)
    assert made == App(made.id, "Zoom", True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("owners", ""),
        ("owners", "1"),
        ("owners", '[{"email": "a@b.co"}]'),
        ("owners", '[{"email": 7, "name": ""}]'),
        pytest.param("owners", "[" * 100_000, id="owners-deep"),
        ("created_at", "yesterday"),
        ("created_at", "2026-11-01T08:00:00"),
        ("last_sync_at", "[]"),
        ("scope_kind", "x"),
        ("checked", "{}"),
        ("without", '[{"a": 1}]'),
        ("held_scopes", "[7]"),
    ],
)
def test_a_value_that_nobody_wrote_is_damage(registry: Registry, registry_path: Path, column: str, value: str) -> None:
    made = registry.create(ZOOM)
    registry.close()
    with closing(sqlite3.connect(registry_path)) as database:
        database.execute(f"UPDATE connector SET {column} = ?", (value,))
        database.commit()
    for read in (registry.connectors, lambda: registry.find(made.name), lambda: registry.connector(made.id)):
        with pytest.raises(RegistryError, match=r"damaged \(what it holds of the connector 'Zoom EMEA' cannot"):
            read()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "7",
        '{"step": 99}',
        '{"owners": 7}',
        '{"name": 7}',
        '{"uses_identity_provider": "x"}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_damaged_draft_is_none(registry: Registry, registry_path: Path, content: str) -> None:
    registry.save_draft(Draft(name="Half"))
    registry.close()
    with closing(sqlite3.connect(registry_path)) as database:
        database.execute("UPDATE draft SET content = ?", (content,))
        database.commit()
    assert registry.draft() is None


def test_a_list_that_was_cut_off_is_no_empty_program(registry: Registry, registry_path: Path) -> None:
    registry.create(ZOOM)
    registry.close()
    registry_path.write_bytes(b"")
    assert registry.connectors() == [], "as after a first start that was killed"
    registry.close()
    registry_path.write_bytes(b"")
    stores = registry_path.parent / "stores"
    stores.mkdir(mode=0o700)
    (stores / "0123456789abcdef.sqlite3").touch(0o600)
    with pytest.raises(RegistryError, match="is empty, and there is what 1 of them synced in"):
        registry.connectors()
    assert registry_path.read_bytes() == b""


@pytest.mark.parametrize("version", [-1, -(2**31)])
def test_a_negative_version_of_the_schema_is_damage(registry: Registry, registry_path: Path, version: int) -> None:
    registry.create(ZOOM)
    registry.close()
    with closing(sqlite3.connect(registry_path)) as database:
        database.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(RegistryError, match=f"is damaged: its schema version is {version}"):
        registry.connectors()


def test_its_log_does_not_outgrow_it(registry: Registry, registry_path: Path) -> None:
    """The app keeps the file open for days, and changes a label with every sync."""
    made = registry.create(ZOOM)
    for number in range(300):
        registry.update(made.id, status=ConnectorStatus.ERROR, reason=f"It failed {number} times.")
    assert registry_path.with_name(f"{registry_path.name}-wal").stat().st_size < 500_000
