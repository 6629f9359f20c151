"""Syncs that are killed, stopped or out of disk space lose nothing, and never show half of a sync."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import FINISHED, STARTED, Account, held_by, member, publish, stage, user
from tests.store.integrity import check
from tests.store.write import kill_worker
from zoomgov.disk.errors import StoreBusy, StoreError
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.model.rows import GroupRow, UserRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.store import Store, StoreRemoval, is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoomgov.store.write.writer import SyncWriter

ROOT = Path(__file__).parents[3]
ACCOUNT = Account(users=[user("ann"), user("bob")], user_grants=[member("g1", "ann")], groups=[GroupRow("g1", "G", 1)])


def run_worker(path: Path, syncs: int, steps: int) -> int:
    command = [sys.executable, "-m", "tests.store.write.kill_worker", str(path), str(syncs), str(steps)]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode


def expect_sync(store: Store, number: int) -> None:
    """The published sync is exactly the account of its number."""
    with store.reader() as reader:
        assert reader.number == number
        if not number:
            return
        found = reader.rows(Kind.USERS, reader.order(Kind.USERS), ["email", "dept"])
        assert sorted(found) == sorted((row.email, row.dept) for row in kill_worker.people(number))
        for group in range(4):
            query = Query(within=Target(Kind.GROUPS, f"g{group}"))
            keys = {reader.key(row) for row in reader.order(Kind.USERS, query)}
            assert keys == {key for key, held in kill_worker.held(number).items() if f"g{group}" in held.groups}


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_killed_at_random_points_it_goes_on_and_stays_sound(store: Store) -> None:
    rng = random.Random(20261123)
    syncs, deaths = 4, 0
    published = 0
    for _ in range(40):
        code = run_worker(store.path, syncs, rng.randrange(1, 260))
        assert code in (0, -signal.SIGKILL)
        deaths += code != 0
        assert check(store.path) == []
        with store.reader() as reader:
            assert reader.number >= published
            published = reader.number
        expect_sync(store, published)
        if code == 0 or deaths == 14:
            break
    assert deaths >= 8
    assert run_worker(store.path, syncs, 0) == 0
    expect_sync(store, syncs)
    assert check(store.path) == []
    assert {file.name for file in store.path.parent.iterdir()} <= {
        store.path.name + suffix for suffix in ("", "-wal", "-shm", ".lock")
    }


def test_a_stopped_sync_goes_on_from_its_finished_lists(store: Store) -> None:
    with store.begin(STARTED) as writer:
        writer.stage(ListKey("users-active"), users=[user("ann")])
        writer.finish(ListKey("users-active"), 1)
        writer.stage(ListKey("groups"), groups=[GroupRow("g1", "G", 1)])
    writer = store.begin("2026-11-02T00:00:00Z")
    assert writer.finished_lists() == {ListKey("users-active"): 1}
    assert writer.started_at == STARTED
    writer.restart(ListKey("groups"))
    writer.finish(ListKey("groups"), 0)
    info = writer.publish(FINISHED)
    assert info.started_at == STARTED
    assert (info.counts["users"], info.counts["groups"]) == (1, 0)
    assert check(store.path) == []


def test_what_was_staged_too_long_ago_is_dropped(store: Store) -> None:
    with store.begin(STARTED) as writer:
        writer.stage(ListKey("users-active"), users=[user("ann")])
        writer.finish(ListKey("users-active"), 1)
    with store.begin("2026-11-09T00:00:00Z", resume_since="2026-11-08T00:00:00Z") as writer:
        assert writer.finished_lists() == {}
        assert writer.started_at == "2026-11-09T00:00:00Z"
    assert check(store.path) == []


def test_abandoned_staging_leaves_nothing_behind(store: Store) -> None:
    publish(store, ACCOUNT)
    writer = store.begin(STARTED)
    stage(writer, Account(users=[user("zoe"), user("ann", dept="Law")]))
    writer.abandon()
    assert check(store.path) == []
    with store.begin(STARTED) as writer:
        assert writer.finished_lists() == {}
    assert publish(store, ACCOUNT).changes["users_changed"] == 0


def test_a_full_disk_stops_it_with_a_remedy_and_loses_nothing(store: Store) -> None:
    publish(store, ACCOUNT)
    writer = store.begin(STARTED)
    writer.finish(ListKey("groups"), None)
    connection = writer._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    people = [user(f"n{number}") for number in range(3000)]
    with pytest.raises(StoreError, match=r"disk is full.*goes on where it stopped"):
        writer.stage(ListKey("users-active"), users=people)
    writer.close()
    assert check(store.path) == []
    with store.reader() as reader:
        assert reader.number == 1
    with store.begin(STARTED) as writer:
        assert ListKey("groups") in writer.finished_lists()


def test_an_error_while_publishing_publishes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, ACCOUNT)
    writer = store.begin(STARTED)
    stage(writer, Account(users=[user("zoe")]))

    def fail(*_: object) -> None:
        raise RuntimeError("at the very end")

    with monkeypatch.context() as patch:
        patch.setattr("zoomgov.store.write.publish.save_info", fail)
        with pytest.raises(RuntimeError):
            writer.publish(FINISHED)
    assert check(store.path) == []
    with store.reader() as reader:
        assert len(reader.order(Kind.USERS)) == 2
    assert writer.publish(FINISHED).counts["users"] == 1


# Only one sync at a time


def test_a_second_sync_is_told_who_runs_and_since_when(store: Store) -> None:
    with store.begin(STARTED):
        assert is_busy(store.path)
        with pytest.raises(StoreBusy, match=f"since {STARTED}.*process {os.getpid()}") as caught:
            store.begin("2026-11-02T00:00:00Z")
        assert (caught.value.pid, caught.value.since) == (os.getpid(), STARTED)
        with pytest.raises(StoreBusy):
            store.prune(1)
        with pytest.raises(StoreBusy):
            StoreRemoval(store.path)
    assert not is_busy(store.path)
    store.begin(STARTED).close()


@pytest.fixture
def other_process(store: Store) -> Iterator[subprocess.Popen[str]]:
    script = (
        "import sys; from pathlib import Path; from zoomgov.store.store import Store\n"
        f"writer = Store.open(Path(sys.argv[1])).begin({STARTED!r}); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(store.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_a_dead_process_blocks_nobody(store: Store, other_process: subprocess.Popen[str]) -> None:
    assert is_busy(store.path)
    with pytest.raises(StoreBusy) as caught:
        store.begin(STARTED)
    assert caught.value.pid == other_process.pid
    other_process.kill()
    other_process.wait()
    assert not is_busy(store.path)
    store.begin(STARTED).close()


def test_a_closed_writer_says_so(store: Store) -> None:
    writer = store.begin(STARTED)
    writer.close()
    writer.close()
    with pytest.raises(StoreError, match="closed already"):
        writer.stage(ListKey("groups"))


def test_removing_a_store_removes_every_file(store: Store) -> None:
    publish(store, ACCOUNT)
    for _ in range(2):  # the second time there is nothing
        removal = StoreRemoval(store.path)
        removal.delete()
        with pytest.raises(StoreBusy):
            store.begin(STARTED)
        removal.release()
        assert list(store.path.parent.iterdir()) == []
        assert not is_busy(store.path)


def test_who_gives_up_removing_a_store_leaves_it_as_it_was(store: Store) -> None:
    publish(store, ACCOUNT)
    removal = StoreRemoval(store.path)
    with pytest.raises(StoreBusy):
        store.begin(STARTED)
    removal.release()
    removal.release()
    with store.reader() as reader:
        assert reader.number == 1
    store.begin(STARTED).close()


def staged(store: Store) -> set[str]:
    """The parts that are on disk, whatever the writer that runs has said."""
    connection = sqlite3.connect(store.path)
    found = {part for (part,) in connection.execute("SELECT part FROM stage_lists")}
    connection.close()
    return found


def test_what_is_held_back_is_on_disk_with_the_commit_and_the_end(store: Store) -> None:
    with store.begin(STARTED) as writer:
        writer.holds = True
        writer.finish(ListKey("groups"), None)
        assert staged(store) == set()
        writer.commit()
        assert staged(store) == {"groups"}
        writer.finish(ListKey("roles"), None)
        assert staged(store) == {"groups"}
    assert staged(store) == {"groups", "roles"}


def test_a_failure_takes_what_was_held_back_along_and_says_so(store: Store) -> None:
    writer = store.begin(STARTED)
    writer.finish(ListKey("groups"), None)
    writer.holds = True
    writer.finish(ListKey("roles"), None)
    connection = writer._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full"):
        writer.stage(ListKey("users-active"), users=[user(f"n{number}") for number in range(3000)])
    for change in (lambda: writer.finish(ListKey("contact-groups"), None), lambda: writer.publish(FINISHED)):
        with pytest.raises(StoreError, match="was lost; begin another"):
            change()
    writer.close()
    with store.begin(STARTED) as again:
        assert again.finished_lists().keys() == {ListKey("groups")}
    assert check(store.path) == []


LISTS = ("users-active", "users-inactive", "users-pending")


def stage_lists(writer: SyncWriter, people: list[UserRow]) -> None:
    for part in LISTS:
        writer.restart(ListKey(part))
        listed = [person for person in people if part == f"users-{person.status}"]
        writer.stage(ListKey(part), users=listed, held=held_by(listed, [member("g1", row.key) for row in listed]))
        writer.finish(ListKey(part), None)


def written(store: Store) -> int:
    connection = sqlite3.connect(store.path)
    (count,) = connection.execute("SELECT count(*) FROM users").fetchone()
    connection.close()
    return int(count)


def test_people_written_ahead_are_seen_by_nobody_until_published(store: Store) -> None:
    with store.begin(STARTED) as writer:
        stage_lists(writer, [user("ann"), user("bob", status="inactive")])
        while writer.write_grants_early():
            assert check(store.path) == []
    assert written(store) == 2
    with store.reader() as reader:
        assert list(reader.order(Kind.USERS)) == []
        assert reader.person("ann") is None
    with store.begin("2026-11-02T00:00:00Z") as writer:  # the run that goes on
        while writer.write_grants_early():  # the indexes, which are there
            pass
        assert written(store) == 2
        info = writer.publish(FINISHED)
    assert info.counts["users"] == 2
    assert check(store.path) == []


def test_a_list_read_again_takes_back_what_was_written_ahead(store: Store) -> None:
    with store.begin(STARTED) as writer:
        stage_lists(writer, [user("ann"), user("bob")])
        while writer.write_grants_early():
            pass
        stage_lists(writer, [user("bob", dept="Law"), user("cy")])
        assert written(store) == 2
        writer.publish(FINISHED)
    with store.reader() as reader:
        assert [row for (row,) in reader.rows(Kind.USERS, reader.order(Kind.USERS), ["dept"])] == ["Law", ""]
    assert check(store.path) == []


def test_who_goes_by_another_key_in_a_list_read_again_is_still_in_the_other_list(store: Store) -> None:
    with store.begin(STARTED) as writer:
        active, inactive = ListKey("users-active"), ListKey("users-inactive")
        writer.stage(active, users=[user("email:ann@example.org", email="ann@example.org", status="active")])
        writer.finish(active, None)
        writer.stage(inactive, users=[user("ann", status="inactive")])
        writer.restart(inactive)
        writer.finish(inactive, None)
        writer.publish(FINISHED)
    with store.reader() as reader:
        assert list(reader.rows(Kind.USERS, reader.order(Kind.USERS), ["email", "status"])) == [
            ("ann@example.org", "active")
        ]
    assert check(store.path) == []


def test_only_a_first_sync_is_written_ahead(store: Store) -> None:
    publish(store, ACCOUNT)
    with store.begin(STARTED) as writer:
        before = written(store)
        stage_lists(writer, [user("zoe")])
        assert not writer.write_grants_early()
        assert written(store) == before


def test_a_list_that_was_not_read_to_its_end_takes_back_who_was_written_of_it(store: Store) -> None:
    with store.begin(STARTED) as writer:
        stage_lists(writer, [user("ann"), user("bob", status="inactive")])
        writer.restart(ListKey("users-active"))
        writer.stage(ListKey("users-active"), users=[user("ann"), user("cy")])
        assert written(store) == 3
        info = writer.publish(FINISHED)
    assert not info.complete
    assert info.counts["users"] == written(store) == 1
    assert check(store.path) == []


def test_what_was_written_ahead_too_long_ago_is_dropped_too(store: Store) -> None:
    with store.begin(STARTED) as writer:
        stage_lists(writer, [user("ann")])
        while writer.write_grants_early():
            pass
    with store.begin("2026-11-09T00:00:00Z", resume_since="2026-11-08T00:00:00Z"):
        assert written(store) == 0
    assert check(store.path) == []
