"""Files and settings: hand-off files, the environment, small files of the data folder, times on the command line."""

from __future__ import annotations

import email
import email.policy
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from unittest import mock
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st

from tests.fuzz.bounds import within_steps
from tests.fuzz.documents import altered, bodies, written
from tests.fuzz.invariants import NOW
from tests.fuzz.targets import fuzzes
from tests.fuzz.texts import edited, hostile, is_harmless, salted
from zoomgov.connectors.handoff import Handoff, HandoffError, read_handoff, write_handoff, write_mail
from zoomgov.connectors.model import Owner
from zoomgov.connectors.steps import is_email
from zoomgov.disk.errors import StoreBusy
from zoomgov.disk.locks import ProcessLock, left_behind
from zoomgov.export.working import working_folder
from zoomgov.model.sync_times import SyncTimeError, sync_at
from zoomgov.preferences.session import SessionState, load_session, save_session
from zoomgov.preferences.views import ViewPreferences, read_preferences, write_preferences
from zoomgov.settings import Settings, SettingsError, Thresholds, load_settings
from zoomgov.words.times import ago, day, moment, when
from zoomgov.zoom.learnt_limits import LearntLimits
from zoomgov.zoom.scopes import ScopeKind

FOLDER: Final = tempfile.TemporaryDirectory(prefix="fuzz")
"""For all examples, one after the other; removed when the process ends."""
IN: Final = Path(FOLDER.name)

HANDOFFS: Final = tuple(
    json.loads(write_handoff(one))
    for one in (
        Handoff("Zoom EMEA", "Zoom (Okta)", True, (Owner("owner@example.com", "Zoë Öwner"),), "zoomgov.com"),
        Handoff("Z", "Z", False, (Owner("a@b.co"), Owner("c@d.org", "C")), "zoom.us", ScopeKind.CLASSIC,
                frozenset({"licences"})),
    )
)  # fmt: skip


@fuzzes(data=bodies(HANDOFFS))
def any_handoff_file(data: bytes) -> None:
    """A file is refused in words, or is a hand-off to Zoom's own servers that comes back as it was, mails included."""
    try:
        handoff = read_handoff(data)
    except HandoffError as error:
        assert is_harmless(str(error))
        return
    assert handoff.cloud in ("zoom.us", "zoomgov.com")
    assert 1 <= len(handoff.owners) <= 50
    for owner in handoff.owners:
        assert is_email(owner.email)
        assert is_harmless(owner.name)
    for name in (handoff.name, handoff.app_name):
        assert 1 <= len(name) <= 200
        assert is_harmless(name)
    assert read_handoff(write_handoff(handoff).encode()) == handoff
    assert is_harmless(handoff.draft([], []).name)
    mail = write_mail(handoff, sender="Ada\r\nBcc: x@evil.example")
    assert urlsplit(mail.mailto()).scheme == "mailto"
    assert "\n" not in mail.mailto()
    read = email.message_from_bytes(mail.eml(write_handoff(handoff)), policy=email.policy.default)
    assert set(read.keys()) <= {
        "To",
        "Subject",
        "X-Unsent",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert len(read.get_all("To", [])) == 1


VALUES: Final = (
    edited("2", "90", "99999", "100000", "9" * 5000, "-1", "1e3", "٣", "²", " 7 ", "~", "~nosuch/x", "a,b c", "")
    | hostile
)
VARIABLES: Final = (
    "ZOOMGOV_HOME", "ZOOMGOV_KEEP_SYNCS", "ZOOMGOV_ADMIN_IDLE_DAYS", "ZOOMGOV_LICENCE_IDLE_DAYS", "ZOOMGOV_NEW_DAYS",
    "ZOOMGOV_MOST_ADMINS", "ZOOMGOV_OWN_DOMAINS", "ZOOMGOV_ACCOUNT_ID", "ZOOMGOV_CLIENT_ID", "ZOOMGOV_CLIENT_SECRET",
    "HOME",
)  # fmt: skip


@fuzzes(environ=st.dictionaries(st.sampled_from(VARIABLES), VALUES, max_size=5))
def any_environment(environ: dict[str, str]) -> None:
    """Variables are refused in words, or every setting is within its range."""
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        assert is_harmless(str(error))
        return
    assert isinstance(settings, Settings)
    assert settings.data_dir.is_absolute()
    assert settings.keep_syncs is None or 2 <= settings.keep_syncs < 2**63
    limits, default = settings.thresholds, Thresholds()
    assert 1 <= limits.admin_idle_days < 100_000
    assert 1 <= limits.licence_idle_days < 100_000
    assert 0 <= limits.new_days < 100_000
    assert 1 <= limits.most_admins < 100_000
    assert NOW - timedelta(days=max(limits.admin_idle_days, limits.licence_idle_days, limits.new_days))
    assert limits.named == default.named
    if (found := settings.environment_credentials) is not None:
        assert found.complete
        f"{found.account_id}{found.client_id}{found.client_secret.reveal()}".encode()


def _file(name: str, data: bytes) -> Path:
    path = IN / name
    path.touch(0o600)
    path.write_bytes(data)
    return path


@fuzzes(data=bodies([{"theme": "nord", "connector": "0123456789abcdef", "step": 6}]))
def any_session_file(data: bytes) -> None:
    """The open page is known, or it is as if nothing had been saved; what is saved then comes back."""
    path = _file("screen.json", data)
    state = load_session(path.parent)
    assert isinstance(state.theme, str)
    assert isinstance(state.connector, str)
    assert type(state.step) is int
    assert state.step >= 0
    save_session(path.parent, state)
    assert load_session(path.parent) == state
    assert isinstance(state, SessionState)


VIEWS: Final[tuple[dict[str, object], ...]] = (
    {"filters": {"users": {"mine": "role:admin"}}, "columns": {"users": ["name", "email"]},
     "widths": {"users": {"name": 20}}, "orders": {"users": [["name", True], ["email", False]]}},
    {},
)  # fmt: skip


@fuzzes(data=bodies(VIEWS))
def any_file_of_views(data: bytes) -> None:
    """How tables look is known, with widths that fit, or it is as if nothing had been saved."""
    path = _file("views.json", data)
    found = read_preferences(path)
    assert isinstance(found, ViewPreferences)
    assert all(1 <= cells <= 500 for widths in found.widths.values() for cells in widths.values())
    write_preferences(path, found)
    assert read_preferences(path) == found


@fuzzes(
    text=bodies([
        {"tier": "BUSINESS", "page_sizes": {"list_users": 300}, "page_sizes_since": "2026-11-20", "day": "2026-11-30",
         "used": {"light": 5, "medium": 7}},
        {"tier": None, "page_sizes": {}, "page_sizes_since": None, "day": "0001-01-01", "used": {}},
    ]).map(lambda body: body.decode("utf-8", "replace")) | st.none()
)  # fmt: skip
def any_learnt_limits(text: str | None) -> None:
    """What earlier syncs learnt is usable numbers, and comes back as it was."""
    learnt = LearntLimits.loads(text, NOW)
    assert all(isinstance(size, int) and 0 <= size < 2**63 for size in learnt.page_sizes.values())
    assert all(isinstance(count, int) and 0 <= count < 2**63 for count in learnt.budget.counts.values())
    again = LearntLimits.loads(learnt.dumps(), NOW)
    assert (again.tier, again.page_sizes, again.budget) == (learnt.tier, learnt.page_sizes, learnt.budget)


@fuzzes(data=bodies([{"pid": 4711, "since": "2026-11-30T12:00:00Z"}]))
def any_lock_file(data: bytes) -> None:
    """A lock is taken whatever its file holds; whoever comes second learns who has it, as far as that is told."""
    path = _file("sync.lock", data)
    assert isinstance(left_behind(path), dict | None)
    lock = ProcessLock(path, "now")
    try:
        path.write_bytes(data)
        with mock.patch("zoomgov.disk.locks.time.sleep"), pytest.raises(StoreBusy) as caught:
            ProcessLock(path, "later")
        assert caught.value.pid is None or isinstance(caught.value.pid, int)
        assert isinstance(caught.value.since, str)
    finally:
        lock.release()


OUTSIDE: Final = IN / "outside"


@fuzzes(
    record=altered([{"pid": 4711, "since": "", "folder": str(OUTSIDE), "device": 1, "inode": 2, "name": "export.csv"}])
    .map(written) | st.binary(max_size=40)
)  # fmt: skip
def any_record_of_an_export(record: bytes) -> None:
    """Whatever a record of a killed export says, nothing that this program did not make is touched."""
    OUTSIDE.mkdir(mode=0o700, exist_ok=True)
    (OUTSIDE / "files").mkdir(exist_ok=True)
    (OUTSIDE / "files" / "kept").touch()
    records = IN / "records"
    records.mkdir(mode=0o700, exist_ok=True)
    (records / "0").touch(0o600)
    (records / "0").write_bytes(record)
    with working_folder(IN / "export.csv", records) as working:
        assert working.is_dir()
    assert (OUTSIDE / "files" / "kept").is_file()
    assert not list(IN.glob(".export.csv.*"))


SYNCS: Final = [SimpleNamespace(number=number, finished_at=f"2026-11-{number:02}T08:00:00Z") for number in range(3, 30)]
TIMES: Final = (
    "2026-11-20", "yesterday", "monday", "last week", "7d", "3 weeks ago", "12", "#12", "sync 12", "first", "latest",
    "9999y", "an hour ago", "2026-11-20T10:00+23:59", "0001-01-01", "9999-12-31T23:59:59-23:59", "20261120",
    "2026-W47-1", "now", "-5min", "0000-00-00", "٣d", "1" * 30, "2026-11-20T10:00:00.123456789Z", "24:00", "m", "mon",
)  # fmt: skip


@fuzzes(
    text=edited(*TIMES) | salted(*TIMES, "d", "y", " ago", "-", "T", "Z", "+"),
    end=st.booleans(),
    now=st.sampled_from([NOW, datetime(9999, 12, 31, 23, tzinfo=UTC)]),
)
def any_time_of_a_sync(text: str, end: bool, now: datetime) -> None:
    """A text names a sync that there is, or is refused in words."""
    try:
        chosen = within_steps(lambda: sync_at(SYNCS, text, now, end=end), len(text), 60)  # type: ignore[arg-type]
    except SyncTimeError as error:
        assert is_harmless(str(error))
        return
    assert chosen.sync in SYNCS
    assert is_harmless(chosen.note)


@fuzzes(time=edited("2026-11-20T09:12:00Z", "2026-11-20", "", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"))
def any_time_of_zooms(time: str) -> None:
    """Times of Zoom's that cannot be read are shown as they are."""
    assert isinstance(when(time, NOW), str)
    assert len(moment(time)) <= 16
    assert len(day(time)) <= 10
    assert isinstance(ago(NOW, NOW), str)
