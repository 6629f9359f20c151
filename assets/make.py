"""Makes the README's pictures and tables from the real program: `make pictures`.

A simulated Zoom is set up, verified and synced through the program's own services; then the app is drawn.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Input

from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import Connector, Draft, Owner, Step
from zoomgov.export import documentation
from zoomgov.secret import Credentials, Secret
from zoomgov.services.demonstration import Demo
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.settings.documentation import documentation as settings_table
from zoomgov.sim import SimServer, build_account
from zoomgov.vault import MemoryVault
from zoomgov.zoom.scopes import NEEDS, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

ASSETS = Path(__file__).parent
README = ASSETS.parent / "README.md"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


async def shows(pilot: Pilot[int], condition: Callable[[ZoomgovApp], bool]) -> None:
    """Wait until the app is as a picture needs it."""
    app = pilot.app
    assert isinstance(app, ZoomgovApp)
    for _ in range(1500):
        await pilot.pause(0.02)
        if condition(app):
            return
    raise RuntimeError(f"the screen did not get there: {words_on(app)}")


def words_on(app: ZoomgovApp) -> str:
    """All text of the screen, blanks folded."""
    lines = ("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())
    return " ".join(" ".join(lines).split())


async def draw(services: Services, connector: Connector, size: tuple[int, int], pictures: dict[str, list[str]]) -> None:
    """Open the app and press the keys that lead to each picture; a key `text:` waits for that text."""
    for name, keys in pictures.items():
        (services.settings.data_dir / "screen.json").unlink(missing_ok=True)  # each picture starts at the list
        app = ZoomgovApp(services, now=lambda: NOW)
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            for key in keys:
                if key.startswith("text:"):
                    wanted = key.removeprefix("text:")
                    await shows(pilot, lambda app, wanted=wanted: wanted in words_on(app))
                else:
                    await pilot.press(key)
            await pilot.pause(0.3)
            svg = app.export_screenshot(title=f"zoomgov · {connector.name}")
        svg = re.sub(r"terminal-\d+", f"zoomgov-{name}", svg)
        (ASSETS / f"{name}.svg").write_text(svg, encoding="utf-8")
        print(f"assets/{name}.svg")


def scope_table() -> str:
    """The scopes as a Markdown table, from the catalogue."""
    rows = ["| For | Granular | Classic | |", "|---|---|---|---|"]
    for need in NEEDS:
        granular = "none" if need.classic_only else f"`{need.tick(ScopeKind.GRANULAR)}`"
        rows.append(f"| {need.title} | {granular} | `{need.tick(ScopeKind.CLASSIC)}` | {need.importance} |")
    return "\n".join(rows)


def fill(page: Path, name: str, source: str, table: str) -> None:
    """Put a generated table between its marks."""
    start, end = f"<!-- {name}: made by assets/make.py from the {source} -->", f"<!-- end of {name} -->"
    before, _, rest = page.read_text("utf-8").partition(start)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{start}\n{table}\n{end}{after}", encoding="utf-8")
    print(page.name)


def fill_pages() -> None:
    """Make the tables of the pages anew."""
    fill(README, "scopes", "catalogue", scope_table())
    fill(README.parent / "docs" / "exports.md", "columns", "code", documentation())
    fill(README.parent / "docs" / "settings.md", "settings", "catalogue", settings_table())


async def main() -> None:
    """Set up, sync and draw."""
    Input.cursor_blink = False
    account = build_account(users=1200, groups=24, contact_groups=9, roles=9, seed=11)
    with SimServer(account) as zoom, tempfile.TemporaryDirectory() as folder:
        credentials = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
        services = Services(Settings(Path(folder)), vault=MemoryVault(), demo=Demo(credentials, zoom.url))
        try:
            owner = Owner(account.owner.email)
            draft = Draft(new_app="Zoom", name="Zoom", cloud=zoom.url, owners=(owner,), step=Step.ZOOM_APP)
            connector = services.registry.create(draft)
            zoom.control.withdraw_scope("group:read:administrator:admin")
            await services.credentials.save(connector, credentials)
            await draw(
                services,
                replace(connector, step=Step.VERIFY),
                (96, 30),
                {"verify": ["text:Not connected", "enter", "text:Not ready"]},
            )
            zoom.control.grant_scope("group:read:administrator:admin")
            await services.syncing.sync(connector, lambda event: None)
            opened = ["text:Connected", "enter", "text:People"]
            await draw(
                services,
                connector,
                (128, 32),
                {
                    "overview": [*opened, "text:complete"],
                    "browse": [*opened, "enter", "text:1,200 users", *["down"] * 3],
                },
            )
            await draw(
                services,
                connector,
                (96, 30),
                {"groups": [*opened, "2", "text:24 groups", "enter"]},
            )
        finally:
            services.close()
    fill_pages()


if __name__ == "__main__":
    asyncio.run(main())
