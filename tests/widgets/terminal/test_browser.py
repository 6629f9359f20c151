"""Opening links with a real program in place of the browser: its arguments and its environment."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from zoomgov.widgets.terminal import browser

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Script = Callable[[str, str], None]
    """Make a script with this name and text the only browser."""

LINK = "https://zoom.us/user?name=Ada%20L&x=1"
NOTES = """#!{python}
import json, os, sys
fds = [os.isatty(fd) for fd in (0, 1, 2)]
with open({notes!r}, "w") as file:
    json.dump({{"argv": sys.argv[1:], "env": dict(os.environ), "tty": fds, "session": os.getsid(0)}}, file)
sys.exit({code})
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in for a browser is a script")


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def script(name: str, text: str) -> None:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("BROWSER", str(path))

    return script


async def test_the_browser_gets_the_link_and_none_of_our_variables(
    use: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes.json"
    use("my-browser", NOTES.format(python=sys.executable, notes=str(notes), code=0))
    monkeypatch.setenv("ZOOMGOV_CLIENT_SECRET", "s3cret")
    monkeypatch.setenv("zoomgov_writer_client_secret", "s3cret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert await browser.opened(LINK)
    told = json.loads(notes.read_text())
    assert told["argv"] == [LINK]
    assert "s3cret" not in told["env"].values()
    assert told["env"]["LANG"] == "C.UTF-8"
    assert told["tty"] == [False] * 3, "it cannot draw over this program"
    assert told["session"] != os.getsid(0), "Ctrl-C is not for it"


async def test_a_browser_that_fails_is_none(use: Script, tmp_path: Path) -> None:
    use("my-browser", NOTES.format(python=sys.executable, notes=str(tmp_path / "notes"), code=1))
    assert not await browser.opened(LINK)
    assert (tmp_path / "notes").exists(), "it was tried"


@pytest.mark.parametrize("name", ["lynx", "w3m", "www-browser"])
async def test_a_text_browser_is_not_started(use: Script, tmp_path: Path, name: str) -> None:
    use(name, NOTES.format(python=sys.executable, notes=str(tmp_path / "notes"), code=0))
    assert not await browser.opened(LINK)
    assert not (tmp_path / "notes").exists()


@pytest.mark.usefixtures("use")
async def test_where_there_is_no_browser_it_says_so() -> None:
    assert not await browser.opened(LINK)


async def test_a_browser_that_stays_counts_as_opened(
    use: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "until")
    use("my-browser", f"#!{sys.executable}\nopen({str(tmp_path / 'until')!r}).read()\n")
    monkeypatch.setattr(browser, "PATIENCE", 0.0)
    assert await browser.opened(LINK)
    with open(tmp_path / "until", "w"):  # noqa: ASYNC230  # lets the script end
        pass
    for thread in threading.enumerate():
        if thread.name == "browser":
            thread.join(60)
            assert not thread.is_alive(), "its end was not waited for"
