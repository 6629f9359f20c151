"""A real store of a small company, and the pages about a sync in an app with nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import pytest
from textual.screen import Screen
from textual.widget import Widget

from tests.screens.stage import lines_of
from tests.store.conftest import held_by
from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import App as Application
from zoomgov.connectors.model import Connector, ConnectorStatus, Owner, Step
from zoomgov.model.kinds import GrantKind
from zoomgov.model.rows import ContactGroupRow, GrantRow, GroupRow, RoleDetail, RoleRow, UserRow
from zoomgov.model.syncs import ListKey, NotRead
from zoomgov.screens.browse.browse import BrowseScreen
from zoomgov.screens.routes import Routes
from zoomgov.screens.synced.sync_page import SyncPage
from zoomgov.settings import Settings
from zoomgov.store.store import Store
from zoomgov.widgets.table.identity_table import IdentityTable
from zoomgov.widgets.terminal import browser
from zoomgov.widgets.theme import DARK, THEMES

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from zoomgov.services.services import Services

S = TypeVar("S", bound=Screen[Any])
W = TypeVar("W", bound=Widget)

SIZE = (80, 24)
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CONNECTOR = Connector(
    id="c1",
    name="Acme Zoom",
    app=Application("a1", "Zoom", from_identity_provider=False),
    owners=(Owner("owner@acme.example"),),
    cloud="zoom.us",
    status=ConnectorStatus.CONNECTED,
    reason="",
    step=Step.DONE,
    created_at=NOW,
)
NAMES = (
    "Ana García", "Björn Ångström", "Chloé Dubois", "Dmitri Волков", "김은지", "Fatima Haddad", "Grace Okafor",
    "שרה כהן", "Ishaan Kapoor", "山田太郎",
)  # fmt: skip
DEPARTMENTS = ("Field Sales", "Engineering", "Finance", "Support")
STATUSES = ("active", "active", "active", "active", "inactive", "pending")
HOSTILE = "[/] \x1b[31mred\u202e 👩\u200d💻 =cmd()"


def person(number: int, name: str = "") -> UserRow:
    """One made-up person; the first is the owner, the second an admin."""
    status = STATUSES[number % 6] if number > 5 else "active"
    email = f"person{number:03}@acme.example"
    name = name or f"{NAMES[number % 10]}{f' {number // 10}' if number > 9 else ''}"
    first, _, last = name.partition(" ")
    return UserRow(
        key=f"email:{email}" if status == "pending" else f"u{number:03}",
        email=email,
        first_name=first,
        last_name=last,
        display_name=name,
        status=status,
        type=2 if number % 3 == 0 else 1,
        role_id=str(min(number, 2)),
        dept=DEPARTMENTS[number % 4],
        timezone="Europe/Madrid",
        pmi=None,
        verified=True,
        created_at="" if status == "pending" else "2024-05-06T07:08:09Z",
        last_login_time="" if number % 5 == 4 else f"2026-02-{number % 27 + 1:02}T09:12:00Z",
        last_client_version="6.1.0",
        employee_unique_id=f"E{number:04}",
        plan_united_type="",
        extra=b"{}",
    )


GROUPS = (GroupRow("g1", "Finance", None), GroupRow("g2", "Field Sales EMEA", None), GroupRow("g3", "Nobody", None))
CONTACT_GROUPS = (
    ContactGroupRow("dir.1", "Everyone in EMEA", 1, "Sales and finance"),
    ContactGroupRow("dir.2", "Board", 3, ""),
)
ROLES = (
    RoleRow("0", "Owner", "Account owner", "common", None),
    RoleRow("1", "Admin", "Manages users and settings", "common", None),
    RoleRow("2", "Member", "", "common", None),
)
GAPS = (
    NotRead(
        "contact-groups", "", "Zoom refused (4711): the app lacks a scope.", ("contact_group:read:list_groups:admin",)
    ),
    NotRead("group-admins", "g1", "Zoom refused (4711): the app lacks a scope.", ("group:read:administrator:admin",)),
)


def fill(
    path: Path,
    people: int = 60,
    *,
    gaps: tuple[NotRead, ...] = (),
    rename: dict[int, str] | None = None,
    licences: Sequence[tuple[int, str]] = (),
) -> Store:
    """Publish one sync of `people` into the store at `path`; the first ones have these `licences`."""
    store = Store(path)
    rows = [person(number, (rename or {}).get(number, "")) for number in range(people)]
    for number, (kind, united) in enumerate(licences):
        rows[number] = rows[number]._replace(type=kind, plan_united_type=united)
    member = GrantKind.GROUP_MEMBER
    with store.begin("2026-03-04T10:00:00Z") as writer:
        if people:
            writer.stage(ListKey("groups"), groups=GROUPS)
            writer.stage(ListKey("roles"), roles=ROLES)
            writer.stage(
                ListKey("role", "1"),
                role_details=[RoleDetail("1", ("User:Read", "User:Edit", "IMGroups:Read"), b"[]")],
            )
            writer.finish(ListKey("role", "1"), None)
        writer.finish(ListKey("groups"), None)
        writer.finish(ListKey("roles"), None)
        for status in ("active", "inactive", "pending"):
            key = ListKey(f"users-{status}")
            chosen = [row for row in rows if row.status == status]
            grants = [GrantRow(GrantKind.ROLE, row.role_id, "user", row.key) for row in chosen if row.role_id]
            for row in chosen:
                number = int(row.email[6:9])
                if number % 5 == 0:
                    grants.append(GrantRow(member, "g1", "user", row.key))
                if number % 3 == 0:
                    grants.append(GrantRow(member, "g2", "user", row.key))
            writer.stage(key, users=chosen, held=held_by(chosen, grants))
            writer.finish(key, len(chosen))
        if people and not gaps:
            admins = ListKey("group-admins", "g1")
            writer.stage(admins, grants=[GrantRow(GrantKind.GROUP_ADMIN, "g1", "user", rows[0].key)])
            writer.finish(admins, 1)
            writer.stage(ListKey("contact-groups"), contact_groups=CONTACT_GROUPS)
            inside = ListKey("contact-group-members", "dir.1")
            nested = GrantKind.CONTACT_GROUP_MEMBER
            writer.stage(
                inside,
                grants=[GrantRow(nested, "dir.1", "group", "g1"), GrantRow(nested, "dir.1", "user", rows[1].key)],
            )
            writer.finish(inside, None)
        if not gaps:
            writer.finish(ListKey("contact-groups"), None)
        writer.publish("2026-03-04T10:05:00Z", not_read=gaps)
    return store


def fill_again(store: Store, *, gaps: tuple[NotRead, ...] = ()) -> None:
    """Publish a second sync: one went, one came, one changed, access moved, a group was renamed."""
    rows = [person(number) for number in range(1, 60)] + [person(60, "Newcomer Nia")]
    rows[1] = rows[1]._replace(status="inactive", dept="Law")
    with store.begin("2026-03-04T11:00:00Z") as writer:
        for status in ("active", "inactive", "pending"):
            chosen = [row for row in rows if row.status == status]
            grants = [GrantRow(GrantKind.ROLE, row.role_id, "user", row.key) for row in chosen if row.role_id]
            for row in chosen:
                number = int(row.email[6:9])
                if number % 5 == 0 and number != 5:
                    grants.append(GrantRow(GrantKind.GROUP_MEMBER, "g1", "user", row.key))
                if number % 3 == 0 or number == 1:
                    grants.append(GrantRow(GrantKind.GROUP_MEMBER, "g2", "user", row.key))
            key = ListKey(f"users-{status}")
            writer.stage(key, users=chosen, held=held_by(chosen, grants))
            writer.finish(key, len(chosen))
        writer.stage(ListKey("groups"), groups=[GROUPS[0], GROUPS[1]._replace(name="Field Sales"), GROUPS[2]])
        writer.finish(ListKey("groups"), None)
        writer.stage(ListKey("roles"), roles=ROLES)
        writer.finish(ListKey("roles"), None)
        writer.publish("2026-03-04T11:30:00Z", not_read=gaps)


class BrowseApp(Routes[None]):
    """The smallest host of the browse screens."""

    # Its help, which every footer is to name, and its commands for the palette.
    BINDINGS = ZoomgovApp.BINDINGS[:2]
    COMMANDS = ZoomgovApp.COMMANDS
    action_help = ZoomgovApp.action_help
    action_go_to = ZoomgovApp.action_go_to
    get_system_commands = ZoomgovApp.get_system_commands

    HORIZONTAL_BREAKPOINTS = ZoomgovApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = ZoomgovApp.VERTICAL_BREAKPOINTS
    CSS_PATH = [
        str(Path(__file__).parents[2] / name) for name in ("zoomgov/app.tcss", "zoomgov/screens/shared/pages.tcss")
    ]

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.services = cast("Services", SimpleNamespace(settings=Settings(store.path.parent)))
        self.now = lambda: NOW
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def on_mount(self) -> None:
        self.push_screen(BrowseScreen(CONNECTOR, self.store.reader, self.store.path.with_name("kept.json")))

    def lines(self) -> list[str]:
        """The screen as text."""
        return [line.rstrip() for line in lines_of(self)]

    def text(self) -> str:
        return "\n".join(self.lines())

    def page(self, kind: type[S]) -> S:
        """The page on top, which is one of this class."""
        assert isinstance(self.screen, kind)
        return self.screen

    def in_focus(self, kind: type[W]) -> W:
        """The widget that has the focus, which is one of this class."""
        assert isinstance(self.focused, kind)
        return self.focused

    def rows(self) -> IdentityTable:
        """The table on the page on top."""
        table = self.page(SyncPage).search_table
        assert table is not None
        return table.table


class Company(Protocol):
    """Makes the app over a freshly filled store; arguments as for `fill`."""

    def __call__(
        self,
        people: int = 60,
        *,
        gaps: tuple[NotRead, ...] = (),
        rename: dict[int, str] | None = None,
        licences: Sequence[tuple[int, str]] = (),
    ) -> BrowseApp: ...


class TwoSyncs(Protocol):
    """Makes the app over a store with two syncs; `gaps` are those of the second."""

    def __call__(self, *, gaps: tuple[NotRead, ...] = ()) -> BrowseApp: ...


class Settled(Protocol):
    """Waits until everything asked for is on screen."""

    async def __call__(self, pilot: Pilot[None]) -> None: ...


class FilledOnce(Protocol):
    """Gives the store that `how(path)` makes; a copy, when one was made in the same way before."""

    def __call__(self, path: Path, how: partial[Store]) -> Store: ...


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> FilledOnce:
    made: dict[str, Path] = {}

    def make(path: Path, how: partial[Store]) -> Store:
        if path.exists():
            return how(path)  # one more sync into the same store
        key = repr((how.func.__name__, how.keywords))
        if key not in made:
            folder = tmp_path_factory.mktemp("filled")
            how(folder / path.name)
            made[key] = folder
        shutil.copytree(made[key], path.parent, dirs_exist_ok=True)
        return Store(path)

    return make


@pytest.fixture
def company(tmp_path: Path, filled_once: FilledOnce) -> Company:
    def make(
        people: int = 60,
        *,
        gaps: tuple[NotRead, ...] = (),
        rename: dict[int, str] | None = None,
        licences: Sequence[tuple[int, str]] = (),
    ) -> BrowseApp:
        path = tmp_path / "store" / "c1.db"
        return BrowseApp(filled_once(path, partial(fill, people=people, gaps=gaps, rename=rename, licences=licences)))

    return make


def fill_twice(path: Path, gaps: tuple[NotRead, ...]) -> Store:
    """A store with two syncs; `gaps` are those of the second."""
    store = fill(path)
    fill_again(store, gaps=gaps)
    return store


@pytest.fixture
def two_syncs(tmp_path: Path, filled_once: FilledOnce) -> TwoSyncs:
    def make(*, gaps: tuple[NotRead, ...] = ()) -> BrowseApp:
        return BrowseApp(filled_once(tmp_path / "store" / "c1.db", partial(fill_twice, gaps=gaps)))

    return make


@pytest.fixture
def unsynced(tmp_path: Path) -> BrowseApp:
    """The app over a store without any sync."""
    return BrowseApp(Store(tmp_path / "store" / "c1.db"))


@pytest.fixture
def gaps() -> tuple[NotRead, ...]:
    return GAPS


@pytest.fixture
def settled() -> Settled:
    async def wait(pilot: Pilot[None]) -> None:
        await pilot.pause()
        while len(pilot.app.workers):
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()

    return wait


async def press(pilot: Pilot[None], settled: Settled, *keys: str) -> None:
    """Press keys, each when what the one before led to is on screen."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


@pytest.fixture
def opened_pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were given to the browser, as they come."""
    opened: list[str] = []

    async def open_page(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(browser, "opened", open_page)
    return opened
