"""Press keys at random in the whole app, over a simulated Zoom, and tell what ended it.

    make random-keys [ARGS="--rounds 50 --keys 300 --first 1"]

The keys of a round follow from its number; how far the app is when each comes does not, which is the point: it finds
what nobody thought of. Nothing leaves this computer, and nothing stays behind.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
import traceback
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

from textual import events

from tests.benchmarks.made_up import Account, sync
from zoomgov.app import ZoomgovApp
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.secret import Credentials, Secret
from zoomgov.services.demonstration import Demo
from zoomgov.services.services import Services
from zoomgov.settings import Settings
from zoomgov.sim import Options, SimServer, build_account
from zoomgov.vault import MemoryVault

if TYPE_CHECKING:
    from collections.abc import Iterator

OFTEN: Final = ("enter", "escape", "down", "tab")
NAMED: Final = {
    "space": " ", "slash": "/", "less_than_sign": "<", "greater_than_sign": ">", "equals_sign": "=", "colon": ":",
    "question_mark": "?", "minus": "-", **dict.fromkeys(
        ("up", "left", "right", "shift+tab", "pageup", "pagedown", "home", "end", "backspace", "delete", "f1", "f5",
         "ctrl+p", "ctrl+g", "ctrl+s", "ctrl+u", "ctrl+r", "ctrl+d"), None),
}  # fmt: skip
"""Keys, and the characters they type."""
KEYS: Final = (*OFTEN, *OFTEN, *NAMED, *"abcdefghilmnopqrstuvwxyzACSY123456")
SIZES: Final = ((80, 24), (80, 24), (60, 20), (140, 45), (40, 10))
LEAVES_WITHIN: Final = 30
"""Seconds."""
PAUSES: Final = (0, 0.002, 0.01, 0.03, 0.08, 0.2)
"""Seconds after a key; most have none."""


def fill(services: Services, url: str) -> None:
    """Make a connector with three syncs, and one whose set-up was not finished."""
    draft = Draft(new_app="Zoom", name="Zoom", cloud=url, owners=(Owner("owner@example.org"),))
    made = services.registry.create(draft)
    services.registry.update(
        made.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=datetime(2026, 11, 2, tzinfo=UTC)
    )
    account = Account(300, 1500, 6)
    for _ in range(3):
        sync(services.stores.open(made), account)
        account.churn(0.05, 0.05)
    services.registry.create(Draft(new_app="Other", name="Other", cloud=url, owners=draft.owners))


async def press(app: ZoomgovApp, chance: random.Random, keys: int, pressed: list[str]) -> None:
    """Press `keys` keys, at random moments."""
    async with app.run_test(size=chance.choice(SIZES)) as pilot:
        for _ in range(keys):
            if not app.is_running or not app.screen_stack:
                return
            pressed.append(key := chance.choice(KEYS))
            app.post_message(events.Key(key, key if len(key) == 1 else NAMED.get(key)))
            if chance.random() < 0.3:
                await asyncio.sleep(chance.choice(PAUSES))
            if chance.random() < 0.01:
                await pilot.resize_terminal(*chance.choice(SIZES))
        app.post_message(events.Key("ctrl+q", None))
        async with asyncio.timeout(LEAVES_WITHIN):
            while app.screen_stack and app.is_running:  # noqa: ASYNC110 (an app tells nobody)
                await asyncio.sleep(0.01)


@contextlib.contextmanager
def somewhere() -> Iterator[Path]:
    """An empty folder to be in, whatever is written there."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


async def play(number: int, keys: int, zoom: SimServer) -> bool:
    """Play one round; False when something ended the app, which is printed with the keys before it."""
    pressed: list[str] = []
    with somewhere() as folder:
        credentials = Credentials(zoom.account_id, zoom.client_id, Secret(zoom.client_secret))
        services = Services(Settings(data_dir=folder / "data"), vault=MemoryVault(), demo=Demo(credentials, zoom.url))
        try:
            fill(services, zoom.url)
            for connector in services.connectors.all():
                await services.credentials.save(connector, credentials)
            app = ZoomgovApp(services)
            app.animation_level = "none"
            await press(app, random.Random(number), keys, pressed)
        except Exception as error:  # the finding
            traceback.print_exception(error)
            print(f"round {number} ended after {' '.join(pressed[-30:])}", flush=True)
            return False
        finally:
            services.close()
    print(f"round {number}: {len(pressed)} keys", flush=True)
    return True


async def main(*words: str) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--first", type=int, default=1, help="number of the first round")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--keys", type=int, default=250, help="of each round")
    chosen = options.parse_args(words)
    account = build_account(users=150, groups=8, contact_groups=4, roles=5)
    no_browser = mock.patch.object(webbrowser, "open", return_value=True)
    with no_browser, SimServer(account, Options(churn_percent=5.0, rate_limit="unlimited"), latency_ms=15) as zoom:
        numbers = range(chosen.first, chosen.first + chosen.rounds)
        return sum([not await play(number, chosen.keys, zoom) for number in numbers])


if __name__ == "__main__":
    sys.exit(min(asyncio.run(main(*sys.argv[1:])), 1))
