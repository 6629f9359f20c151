"""Whole jobs: commands with any arguments, and a sync and a verification against whatever Zoom answers."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import os
import tempfile
import traceback
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

from hypothesis import strategies as st

from tests.fuzz.documents import bodies, mostly
from tests.fuzz.invariants import expect_error, expect_no_secret
from tests.fuzz.of_answers import EVERY, HEADERS, STATUSES
from tests.fuzz.of_files import HANDOFFS, TIMES
from tests.fuzz.of_stores import at_rest, whole_store
from tests.fuzz.of_texts import ERRORS, FILTER, FILTERS
from tests.fuzz.targets import fuzzes
from tests.fuzz.texts import edited, hostile, is_harmless
from tests.fuzz.zoom_examples import REFUSALS, token_answers
from tests.store.integrity import check
from tests.sync.conftest import Bench
from tests.verify.test_anything import Scripted, outcome
from zoomgov.cli.main import run_command
from zoomgov.connectors.model import ConnectorStatus, Draft, Owner, Step
from zoomgov.connectors.registry import Registry
from zoomgov.model.kinds import Kind
from zoomgov.sim.account.build import build_account
from zoomgov.sim.world.options import Options
from zoomgov.sync.events import Outcome
from zoomgov.verify.checks import FAULT
from zoomgov.verify.model import CheckStatus, planned_lines
from zoomgov.verify.report import as_dict, as_markdown
from zoomgov.zoom.errors import ZoomError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = tempfile.TemporaryDirectory(prefix="fuzz")
IN: Final = Path(FOLDER.name)
NAME: Final = "Zoom EMEA"


@cache
def _profile() -> dict[str, bytes]:
    """The files of a data folder with one connector that was synced, by their paths."""
    made_in = IN / "made"
    registry = Registry(made_in / "connectors.sqlite3", clock=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    connector = registry.create(Draft(new_app="Zoom", name=NAME, owners=(Owner("ada@example.org"),)))
    registry.update(
        connector.id, status=ConnectorStatus.CONNECTED, step=Step.DONE, last_sync_at=datetime(2026, 11, 2, tzinfo=UTC)
    )
    registry.close()
    return {
        "connectors.sqlite3": at_rest(made_in / "connectors.sqlite3"),
        f"stores/{connector.id}.sqlite3": whole_store(is_staged=False),
    }


@contextlib.contextmanager
def _at_home() -> Iterator[Path]:
    """The data folder as it was at first, an empty folder to be in, and no other variables."""
    with tempfile.TemporaryDirectory(dir=IN) as folder:
        home = Path(folder) / "data"
        for name, data in _profile().items():
            (home / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (home / name).touch(0o600)
            (home / name).write_bytes(data)
        before = Path.cwd()
        kept = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "COLUMNS": "80", "ZOOMGOV_HOME": str(home)}
        keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        os.chdir(folder)
        try:
            with mock.patch.dict(os.environ, {**kept, **keyring}, clear=True):
                yield Path(folder)
        finally:
            os.chdir(before)


class _Pipe(io.TextIOWrapper):
    """A stream that is no terminal."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", errors="backslashreplace", newline="")

    def text(self) -> str:
        self.flush()
        found: bytes = self.buffer.getvalue()  # type: ignore[attr-defined]
        return found.decode()


def _run(words: list[str], given: bytes) -> tuple[int, str, str]:
    out, told = _Pipe(), _Pipe()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(told),
        mock.patch("sys.stdin", _Pipe(given)),
        mock.patch.object(traceback, "print_exc", side_effect=AssertionError("a traceback was printed")),
    ):
        code = run_command(words)
    return code, out.text(), told.text()


def _such(*right: str, other: st.SearchStrategy[str] = hostile) -> st.SearchStrategy[str]:
    """Mostly one of the values that are right, else an edited one or another."""
    return mostly(st.sampled_from(right), edited(*right) | other, 4)


name: Final = _such(NAME, NAME, "zoom emea", other=st.sampled_from(["-x", "--", ""]) | hostile)
number: Final = _such("1", "90", "365", other=st.sampled_from(["9" * 20, "9" * 5000, "-1", "1e3", "٣", "0x1", ""]))
time: Final = _such("1", "2", "3", "first", "latest", "2026-11-01", *TIMES)
form: Final = _such("table", "json", "csv")
kind: Final = _such(*map(str, Kind))
resource: Final = _such("groups", "contact-groups", "roles")
words: Final = mostly(st.sampled_from(FILTERS), FILTER, 3)
file: Final = _such("x", "x.csv", "-").map(lambda text: text.replace("/", "").replace("~", "").replace("\0", "") or "x")
"""A name in the folder that the command is run in."""


def _words(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map(list)


def _options(**values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Some of these options, with a value each."""
    names = [one.replace("_", "-") for one in values]
    drawn = st.tuples(*(st.none() | value for value in values.values()))
    return drawn.map(
        lambda texts: [f"--{name}={text}" for name, text in zip(names, texts, strict=True) if text is not None]
    )


Words = st.SearchStrategy[list[str]]
COMMANDS: Final[tuple[tuple[Words, Words], ...]] = (
    (_words("list", kind, name), _options(filter=words, sort=_such("name", "-last_login", "members"), format=form)),
    (_words("access", name, _such("ann@example.org", "ann", "bob")), _options(format=form)),
    (_words("members", name, resource, _such("Sales", "g1", "r9", "c1")), _options(filter=words, format=form)),
    (_words("syncs", name), _options(format=form)),
    (_words("diff", name), _options(**{"from": time, "to": time, "by": _such("person", "thing"), "format": form})),
    (_words("findings", name), _options(
        format=form, fail_on=_such("low", "high"), admin_idle_days=number, licence_idle_days=number, new_days=number,
        most_admins=number, own_domain=_such("example.org", "*"),
    )),
    (_words("export", name, "--format", st.sampled_from(["csv", "json", "jsonl", "xlsx", "c1z"]), "--output", file),
     _options(kind=_such(*map(str, Kind), "grants", "nested-access"), filter=words, **{"from": time, "to": time})),
    (_words("explain", _such(*ERRORS)), st.sampled_from([[], ["--json"]])),
    (_words("scopes"), _options(only=_such("users", "licences")) | _words(name)),
    (_words("connectors", "list"), _options(format=form)),
    (_words("connectors", "show", name), _options(format=form)),
    (_words("connectors", "add", name, "--owner", _such("ada@example.org", "a@b.co")),
     _options(app=_such("Zoom"), new_app=_such("Zoom", "New"), cloud=_such("zoom.us", "https://z.example"))),
    (_words("connectors", "import", "given.json"), st.just([])),
    (_words("credentials", "set", name, "--stdin"), st.just([])),
    (_words("completion", _such("bash", "zsh", "fish")), st.just([])),
    (_words(edited("list", "export", "--version", "-h", "sync")), st.lists(hostile, max_size=3)),
)  # fmt: skip
CREDENTIALS: Final = {
    "account_id": "Kd3nUqvTRy6Wk0aZb1cD2E",
    "client_id": "t0GvQ9mXTvOa8PpL3rW1gA",
    "client_secret": "s3cr3t",
}


@fuzzes(
    cost=15,
    line=st.integers(0, len(COMMANDS) - 1).flatmap(
        lambda place: st.tuples(*COMMANDS[place]).map(lambda parts: [*parts[0], *parts[1]])
    ),
    given=bodies([*HANDOFFS, CREDENTIALS]),
)
def any_command(line: list[str], given: bytes) -> None:
    """Every command ends with one of its exit codes and words that are none of a defect; what it prints can be read."""
    with _at_home() as folder:
        (folder / "given.json").write_bytes(given)
        code, out, told = _run(line, given)
    assert code in (0, 1, 2, 3), told
    assert "defect of zoomgov" not in told
    assert "Traceback" not in told
    for said in told.splitlines():
        assert is_harmless(said), "what is told would act on a terminal"
    if code == 0 and "--format=json" in line:
        json.loads(out)
    if code == 0 and "--format=csv" in line:
        lines = list(csv.reader(io.StringIO(out)))
        assert len({len(row) for row in lines}) <= 1
    expect_no_secret(out + told)


LISTS: Final = {
    "list_users": "status=active", "list_groups": r"/v2/groups\?", "list_group_admins": "/v2/groups/[^/]+/admins",
    "list_group_members": "/v2/groups/[^/]+/members", "list_contact_groups": r"/contacts/groups\?",
    "list_contact_group_members": "/contacts/groups/[^/]+/members", "list_roles": r"/v2/roles(\?|$)",
    "read_role": "/v2/roles/[^/]+$", "list_role_members": "/v2/roles/[^/]+/members", "plan_usage": "/plans/usage",
}  # fmt: skip
"""Calls of a sync, and the pattern of their paths."""
ANSWER: Final = st.sampled_from(list(LISTS)).flatmap(
    lambda call: st.tuples(st.just(call), STATUSES, bodies([*EVERY[call], *REFUSALS]), st.integers(1, 3))
)


@fuzzes(cost=60, answers=st.lists(ANSWER, min_size=1, max_size=3))
def any_sync(answers: list[tuple[str, int, bytes, int]]) -> None:
    """A sync against any answers ends in words, or in a sync that can be read; what was published before stays."""
    with tempfile.TemporaryDirectory(dir=IN) as folder:
        bench = Bench(
            Path(folder) / "store.sqlite3", build_account(9, 2, 1, 3, 1, "business"), Options(rate_limit="unlimited")
        )
        bench.zoom.start()
        try:
            asyncio.run(bench.sync())
            for call, status, body, nth in answers:
                text = body.decode("utf-8", "replace")
                bench.zoom.control.add_fault(path=LISTS[call], status=status, body=text, nth=nth, times=None)
            try:
                told = asyncio.run(bench.sync())
            except ZoomError as error:
                expect_error(error)
                told = None
        finally:
            bench.zoom.stop()
        assert check(bench.store.path) == []
        with bench.store.reader(1) as reader:
            assert len(reader.order(Kind.USERS)) == 9
        with bench.store.reader() as reader:
            for one in Kind:
                reader.rows(one, reader.order(one))
            if told is not None:
                assert reader.number == told.number
                assert told.outcome is Outcome.COMPLETE or told.not_read or told.disagreements


@fuzzes(
    cost=20,
    token=mostly(bodies([*token_answers(), *REFUSALS]), st.just(json.dumps(token_answers()[0]).encode()), 2),
    answers=st.lists(
        st.tuples(STATUSES, HEADERS, bodies([*(one for found in EVERY.values() for one in found), *REFUSALS])),
        min_size=1, max_size=6,
    ),
)  # fmt: skip
def any_verification(token: bytes, answers: list[tuple[int, dict[str, str], bytes]]) -> None:
    """Every line of a verification is decided, none by a fault of ours, and the report can be written."""
    report = asyncio.run(outcome(Scripted((200, {}, token), answers)))
    assert [line.id for line in report.lines] == [line.id for line in planned_lines()]
    for line in report.lines:
        assert line.status is not CheckStatus.WAITING
        assert not line.result.startswith(FAULT), line
        assert is_harmless(line.result)
    json.dumps(as_dict(report))
    expect_no_secret(as_markdown(report))
