"""Runs commands in this process, with a profile of their own, against a simulated Zoom over real HTTP."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from zoomgov.cli.main import run_command
from zoomgov.sim import Options, SimServer, build_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Result:
    """Exit status and output of a command."""

    code: int
    out: str
    err: str


Command = "Callable[..., Result]"


@pytest.fixture(scope="session", autouse=True)
def default_sighup() -> Iterator[None]:
    """Reset SIGHUP: under `nohup` the programs that tests start would inherit that it is ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `zoomgov` with these arguments."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("ZOOMGOV_DEBUG", raising=False)

    def run(*words: str) -> Result:
        capsys.readouterr()
        code = run_command(list(words))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def zoom() -> Iterator[SimServer]:
    """A small account, some of whose names are hostile."""
    account = build_account(users=60, groups=5, contact_groups=3, roles=5, seed=3, hostile=True)
    with SimServer(account, Options(rate_limit="unlimited")) as server:
        yield server


@pytest.fixture
def with_credentials(zoom: SimServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the simulated app's credentials into the environment."""
    monkeypatch.setenv("ZOOMGOV_ACCOUNT_ID", zoom.account_id)
    monkeypatch.setenv("ZOOMGOV_CLIENT_ID", zoom.client_id)
    monkeypatch.setenv("ZOOMGOV_CLIENT_SECRET", zoom.client_secret)


@pytest.fixture
def connector(cli: Callable[..., Result], zoom: SimServer, with_credentials: None) -> str:
    """The name of a connector of the simulated account."""
    added = cli(
        "connectors", "add", "Zoom", "--new-app", "Zoom", "--owner", zoom.account.owner.email, "--cloud", zoom.url
    )
    assert added.code == 0, added.err
    return "Zoom"
