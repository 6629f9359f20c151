"""What lies on the disk: the registry and a store, with bytes or single values that this program did not write."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from tests.fuzz.documents import anything, bodies, mostly, written
from tests.fuzz.invariants import NOW
from tests.fuzz.of_texts import FILTER
from tests.fuzz.targets import fuzzes
from tests.fuzz.texts import edited, hostile, is_harmless
from tests.store.conftest import Account, admin, contact, holder, member, publish, stage, user
from tests.stores import new_store
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner
from zoomgov.connectors.registry import Registry
from zoomgov.connectors.rows import RegistryError
from zoomgov.disk.errors import StoreError
from zoomgov.export.model import ExportError, Format
from zoomgov.export.write import write_export
from zoomgov.findings.asking import find
from zoomgov.model.filters import FIELDS, parse_filter
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleDetail, RoleRow
from zoomgov.model.syncs import NotRead
from zoomgov.services.problems import as_problem
from zoomgov.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER: Final = tempfile.TemporaryDirectory(prefix="fuzz")
IN: Final = Path(FOLDER.name)


def _put(name: str, data: bytes) -> Path:
    """A private file with `data`; what lay beside an earlier one is removed."""
    for old in IN.glob(f"{name}*"):
        old.unlink()
    path = IN / name
    path.touch(0o600)
    path.write_bytes(data)
    return path


def at_rest(path: Path) -> bytes:
    """The bytes of a database whose log was written back."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


@cache
def _registry() -> bytes:
    """Two connectors, one of them with everything, and a draft."""
    path = IN / "whole-registry"
    registry = Registry(path, clock=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    made = registry.create(Draft(new_app="Zoom", name="Zoom EMEA", owners=(Owner("ada@example.org", "Ada"),)))
    registry.create(Draft(app_id=made.app.id, name="Other", owners=(Owner("b@example.org"), Owner("c@example.org"))))
    registry.update(
        made.id, status=ConnectorStatus.ERROR, reason="It failed", held_scopes=frozenset({"a:b"}), last_sync_at=NOW,
        checked=frozenset({"activate"}), without=frozenset({"licences"}), account_id="A", client_id="C",
    )  # fmt: skip
    registry.save_draft(Draft(uses_identity_provider=True, name="Half", owners=(Owner("d@example.org"),)))
    registry.close()
    return at_rest(path)


PEOPLE: Final = [
    user("ann", display_name="Ann Lee", type=2, role_id="r9", dept="Law", last_login_time="2026-10-01T00:00:00Z"),
    user("bob", created_at="2026-10-20T00:00:00Z"), user("cy", status="inactive", dept="Law"), user("email:x@y.org"),
]  # fmt: skip


@cache
def whole_store(*, is_staged: bool) -> bytes:
    """Three syncs with changes between them; staged: and half of a fourth."""
    path = IN / f"whole-store-{is_staged}"
    with new_store(path) as store:
        account = Account(
            users=PEOPLE,
            user_grants=[member("g1", "ann"), member("g2", "ann"), member("g1", "bob"), holder("r9", "ann")],
            groups=[GroupRow("g1", "Sales", 2), GroupRow("g2", "Law", 1)],
            contact_groups=[ContactGroupRow("c1", "Partners", 2, "All of them")],
            roles=[RoleRow("2", "Member", "", "common", 3), RoleRow("r9", "Auditor", "Looks", "common", 1)],
            details=[RoleDetail("r9", ("User:Read", "Role:Edit"), b'[{"permission_id":"x"}]')],
            grants=[admin("g1", "ann"), contact("c1", "g1", "group"), contact("c1", "bob")],
        )
        publish(store, account)
        account.users = [PEOPLE[0]._replace(dept="Sales"), *PEOPLE[2:]]
        account.user_grants = account.user_grants[:1]
        publish(store, account)
        account.users = PEOPLE
        publish(store, account, NotRead("group-admins", "g2", "Refused", missing_scopes=("a:b",)))
        store.build_search()
        store.set_meta("learnt", "{}")
        if is_staged:
            writer = store.begin("2026-11-01T08:00:00Z")
            stage(writer, account)
            writer.close()
    return at_rest(path)


FLIPS: Final = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255), st.sampled_from(["one", "some", "page", "cut"])),
    min_size=1, max_size=8,
)  # fmt: skip


def _flipped(data: bytes, flips: list[tuple[float, int, str]]) -> bytes:
    """Bytes of a file that a failing disk, or somebody, changed."""
    for where, value, how in flips:
        at = int(where * max(len(data), 1))
        if how == "cut":
            data = data[: at // 1024 * 1024] if value < 20 else data
            continue
        at = at // PAGE * PAGE if how == "page" else at
        length = {"one": 1, "some": 7, "page": PAGE}[how]
        data = data[:at] + bytes([value]) * len(data[at : at + length]) + data[at + length :]
    return data


PAGE: Final = 4096
"""Bytes of a page of SQLite."""
CELLS: Final = (
    mostly(
        bodies([
            [{"email": "a@b.co", "name": "A"}], ["a:b", "activate"], {"users": 4, "group-member": 2},
            [{"part": "group-admins", "target": "g2", "reason": "Refused", "missing_scopes": ["a"], "code": 4711}],
            {"uses_identity_provider": None, "name": "x", "owners": [{"email": "a@b.co", "name": ""}], "step": 1},
            {"format": 6, "started_at": "2026-11-01T08:00:00Z", "first_new": 9, "ahead": None},
            {"plan_base": {"type": "business", "hosts": 9, "usage": 6}}, ["User:Read", "Role:Edit"],
        ]),
        anything.map(written),
    )
    | edited("2026-11-01T08:00:00.000000+00:00", "2026-11-01T08:00:00Z", "granular", "zoom.us", "Connected", "1").map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
    | hostile.map(lambda text: text.encode("utf-8", "surrogatepass"))
)  # fmt: skip
NUMBERS: Final = st.sampled_from([0, 1, 2, 3, 7, 8, 99, -1, 2**31, 2**32, 2**63 - 1, -(2**63)])
CHANGED: Final = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 50), CELLS, NUMBERS), min_size=1, max_size=3)


def _changed(path: Path, changes: list[tuple[int, int, bytes, int]], version: int | None) -> None:
    """Put values into cells of a database: of the column's own type, which is all that SQLite would check."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        if version is not None:
            database.execute(f"PRAGMA user_version = {version}")
        columns = [
            (table, *column[1:3])
            for (table,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'users_words%' ORDER BY name"
            ).fetchall()
            for column in database.execute(f"PRAGMA table_info({table})").fetchall()
        ]
        for which, row, text, number in changes:
            table, column, kind = columns[which % len(columns)]
            given: Any = number if kind == "INTEGER" else text if kind == "BLOB" else text.decode("utf-8", "replace")
            with contextlib.suppress(sqlite3.Error):  # a key that is there already, a check of ours
                info = database.execute(f"PRAGMA table_info({table})")
                keys = ",".join(name for _, name, _, _, _, is_key in info if is_key)
                rows = f"SELECT {keys} FROM {table} LIMIT 1 OFFSET ? % max((SELECT count(*) FROM {table}), 1)"
                database.execute(f"UPDATE {table} SET {column} = ? WHERE ({keys}) = ({rows})", (given, row))
        database.commit()


def _tried(call: Callable[[], object], *documented: type[Exception]) -> bool:
    """Whether the call did it; False where it raised one of the documented exceptions, whose text is harmless."""
    try:
        call()
    except documented as error:
        assert is_harmless(as_problem(error).what)
        return False
    return True


def _use_registry(path: Path) -> None:
    """All that is done with the list of connectors."""
    registry = Registry(path, clock=lambda: NOW)
    try:
        for call in (
            registry.apps, registry.connectors, registry.draft, lambda: registry.find("zoom emea"),
            lambda: registry.create(Draft(new_app="New", owners=(Owner("e@example.org"),))),
            lambda: registry.save_draft(Draft(name="y")), registry.draft, registry.clear_draft,
        ):  # fmt: skip
            _tried(call, RegistryError)
        with contextlib.suppress(RegistryError):
            for connector in registry.connectors():
                _tried(lambda: registry.update(connector.id, status=ConnectorStatus.CONNECTED), RegistryError)
                _tried(lambda: registry.remove(connector.id), RegistryError)
    finally:
        registry.close()


@fuzzes(cost=6, flips=FLIPS)
def a_registry_with_other_bytes(flips: list[tuple[float, int, str]]) -> None:
    """A damaged list of connectors is said to be that, or is read as far as it can be."""
    _use_registry(_put("registry", _flipped(_registry(), flips)))


VERSION: Final = mostly(st.none(), st.sampled_from([-1, -(2**31), 0, 1, 2, 3, 4, 5, 99, 2**31 - 1]))


@fuzzes(cost=6, changes=CHANGED, version=VERSION)
def a_registry_with_other_values(changes: list[tuple[int, int, bytes, int]], version: int | None) -> None:
    """The same where SQLite finds nothing wrong."""
    path = _put("registry", _registry())
    _changed(path, changes, version)
    _use_registry(path)


def _use_store(path: Path) -> None:
    """All that is done with a store: read, search, compare, check, export, forget, sync again."""
    opened: list[Store] = []
    if not _tried(lambda: opened.append(Store.open(path)), StoreError):
        return
    store = opened[0]
    for call in _readings(store):
        _tried(call, StoreError, ExportError)
    _tried(lambda: store.set_meta("learnt", "{}"), StoreError)
    _tried(lambda: _sync_again(store), StoreError)
    _tried(lambda: store.prune(2), StoreError)


def _readings(store: Store) -> Iterator[Callable[[], object]]:
    yield lambda: store.get_meta("learnt")
    for number in (None, 1, 2):
        try:
            reader = store.reader(number)
        except StoreError:
            continue
        with reader:
            yield reader.syncs
            yield reader.latest
            yield reader.licences
            yield reader.charts
            yield reader.offered_values
            yield reader.prepare
            yield reader.count_grants
            for kind in Kind:
                yield lambda: reader.rows(kind, reader.order(kind))
                yield lambda: reader.order(kind, Query(text="law", sort=(("name", True),)))
                yield lambda: reader.first(kind)
            for key in ("ann", "bob", "ann@example.org"):
                yield lambda: reader.person(key)
                yield lambda: reader.history(Kind.USERS, key)
            for kind, key in ((Kind.GROUPS, "g1"), (Kind.CONTACT_GROUPS, "c1"), (Kind.ROLES, "r9")):
                yield lambda: reader.resource(kind, key)
                yield lambda: reader.history(kind, key)
                yield lambda: reader.find_resources(kind, "law")
            yield lambda: reader.find_people("ann")
            yield lambda: reader.diff(1)
            yield lambda: reader.diff(1, in_effect=True)
            yield lambda: find(reader, NOW)
            for form in (Format.JSON, Format.XLSX, Format.C1Z):
                yield lambda: write_export(reader, form, IN / f"out.{form}", connector="Zoom")


def _sync_again(store: Store) -> None:
    writer = store.begin("2026-11-01T09:00:00Z")
    try:
        stage(writer, Account(users=PEOPLE[:2], user_grants=[member("g1", "ann")], groups=[GroupRow("g1", "Sales", 1)]))
        writer.publish("2026-11-01T09:05:00Z", not_read=())
    finally:
        writer.close()


STAGED: Final = st.booleans()


@fuzzes(cost=40, is_staged=STAGED, flips=FLIPS)
def a_store_with_other_bytes(is_staged: bool, flips: list[tuple[float, int, str]]) -> None:
    """A damaged store is said to be that, in words, whatever is done with it."""
    _use_store(_put("store.sqlite3", _flipped(whole_store(is_staged=is_staged), flips)))


@fuzzes(cost=40, is_staged=STAGED, changes=CHANGED, version=VERSION)
def a_store_with_other_values(is_staged: bool, changes: list[tuple[int, int, bytes, int]], version: int | None) -> None:
    """The same where SQLite finds nothing wrong."""
    path = _put("store.sqlite3", whole_store(is_staged=is_staged))
    _changed(path, changes, version)
    _use_store(path)


@fuzzes(cost=4, text=FILTER, kind=st.sampled_from(list(Kind)))
def any_search_in_a_store(text: str, kind: Kind) -> None:
    """A search finds rows that there are, each once; what a condition finds and what its opposite finds are all."""
    path = IN / "searched.sqlite3"
    if not path.exists():
        _put(path.name, whole_store(is_staged=False))
    found = parse_filter(text, kind)
    with Store.open(path).reader() as reader:
        everyone = set(reader.order(kind))
        rows = list(reader.order(kind, Query(text=found.text, conditions=found.conditions)))
        assert set(rows) <= everyone
        assert len(set(rows)) == len(rows)
        for condition in found.conditions:
            one = set(reader.order(kind, Query(conditions=(condition,))))
            opposite = type(condition)(condition.field, condition.values, not condition.negated)
            other = set(reader.order(kind, Query(conditions=(opposite,))))
            # what was not read is neither so nor otherwise
            assert one | other == everyone or FIELDS[kind][condition.field] == "number"
            assert not one & other
            assert not found.text or set(rows) <= one
