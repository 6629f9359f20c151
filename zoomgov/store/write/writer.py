"""Writes one sync: stages pages as they come, then publishes them in one transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from array import array
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from zoomgov.disk.database import explained, select_in, transaction
from zoomgov.disk.errors import StoreError
from zoomgov.model.kinds import GrantKind
from zoomgov.model.parts import USER_PARTS, PartKey
from zoomgov.model.rows import ContactGroupRow, GroupRow, RoleRow
from zoomgov.model.syncs import ListKey
from zoomgov.store.damage import MAY_FOLLOW, explained_reading
from zoomgov.store.grant_codes import EMAIL_PREFIX, STATUS_OF_PART
from zoomgov.store.schema import CONTACT_GROUP, GROUP, ROLE, STAGING_KEY, meta_key
from zoomgov.store.write.compare import grant_page, user_page
from zoomgov.store.write.first_sync import WRITTEN, FirstSyncWriter, is_wanted, take_back, write_people
from zoomgov.store.write.identities import Identities
from zoomgov.store.write.pages import PAGE_FORMAT, StagedPage, ids_of, pack, pack_grants, pack_renamed, unpack
from zoomgov.store.write.publish import publish
from zoomgov.store.write.publish_people import recognised
from zoomgov.store.write.staged_counts import StagedCounts
from zoomgov.store.write.staged_damage import staged_damage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from zoomgov.disk.locks import ProcessLock
    from zoomgov.model.rows import GrantRow, Held, RoleDetail, UserRow
    from zoomgov.model.syncs import Disagreement, NotRead, SyncInfo
    from zoomgov.store.write.pages import StagedUser

_Resource = TypeVar("_Resource", GroupRow, ContactGroupRow, RoleRow)
SETTLE_EVERY: Final = 2.0
"""Seconds of reading that a power failure may undo, besides the last commit."""


class SyncWriter:
    """One sync being written. Holds the sync lock until closed; use it from one thread.

    What is staged is in the same file, invisible to readers, and survives the process: the next writer finds the
    finished lists and goes on from there. Pages of lists that are not finished are never published.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, lock: ProcessLock, started_at: str, resume_since: str
    ) -> None:
        self._connection = connection
        self._path = path
        self._lock: ProcessLock | None = lock
        self._lists: dict[ListKey, int] = {}
        self.holds = False
        """Whether changes wait for `commit`, which costs as much as staging a page. Waiting changes are lost when the
        process is killed, so commit within a second."""
        self._failed = False
        self._settled = float("-inf")
        self._first_sync: FirstSyncWriter | None = None
        self._early_grants: dict[str, int] | None = None
        self._memberships: StagedCounts | None = None
        self.started_at = started_at
        """When the run began whose lists are staged: earlier than this one, if it goes on from an interrupted one."""
        connection.execute("PRAGMA synchronous = FULL")  # that a sync was begun is known after a power failure, too
        with explained_reading(path), transaction(connection, path):
            self._first_new = self._resume(resume_since)
            for number, part, target in connection.execute("SELECT id, part, target FROM stage_lists"):
                self._lists[ListKey(part, target)] = number
            self._names = Identities(connection, self._first_new)

    def _resume(self, since: str) -> int:
        stored = self._connection.execute("SELECT value FROM meta WHERE key = ?", (STAGING_KEY,)).fetchone()
        if stored is not None:
            staging = _staging_of(stored[0])
            if staging is not None and staging["format"] == PAGE_FORMAT and staging["started_at"] >= since:
                self.started_at = staging["started_at"]
                self._early_grants = staging["ahead"]
                return int(staging["first_new"])
            self._drop(None if staging is None else staging["first_new"])
        first_new = int(self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM things").fetchone()[0])
        staging = {"format": PAGE_FORMAT, "started_at": self.started_at, "first_new": first_new, "ahead": None}
        self._connection.execute("INSERT INTO meta VALUES (?, ?)", (STAGING_KEY, json.dumps(staging)))
        return first_new

    def _drop(self, first_new: int | None) -> None:
        """Drop what is staged, and the names that came with it: those from the id `first_new` on, where it is known."""
        if not self._connection.execute("SELECT EXISTS (SELECT 1 FROM syncs)").fetchone()[0]:
            for table in ("users", "logins", "grants"):  # written ahead
                self._connection.execute(f"DELETE FROM {table}")
        for table in ("stage_pages", "stage_lists", "stage_keys"):
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("DELETE FROM meta WHERE key = ?", (STAGING_KEY,))
        if first_new is not None:
            self._connection.execute("DELETE FROM things WHERE id >= ?", (first_new,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _open(self) -> None:
        if self._lock is None:
            raise StoreError(f"{self._path}: this sync was closed already; begin another.")
        if self._failed:
            raise StoreError(f"{self._path}: a change of this sync was lost; begin another, which goes on before it.")

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One change, all of it or nothing: committed at once, or with the next `commit` while `holds` is set."""
        self._open()
        with explained_reading(self._path):
            try:
                if not self._connection.in_transaction:
                    self._settle()
                    self._connection.execute("BEGIN IMMEDIATE")
                yield
                if not self.holds:
                    self._connection.execute("COMMIT")
            except BaseException:
                # earlier changes of this transaction, which the caller takes for done, are undone as well
                self._failed = True
                with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    def _settle(self, *, always: bool = False) -> None:
        """Before a transaction: choose whether its commit flushes the write-ahead log to the disk.

        Without, the commit is only handed to the operating system: it survives the process, but a power failure undoes
        the last transactions, each whole.
        """
        full = always or time.monotonic() - self._settled >= SETTLE_EVERY
        if full:
            self._settled = time.monotonic()
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")

    def remember(self, key: str, value: str) -> None:
        """Store `value` as `Store.set_meta` does, in one transaction with what is staged."""
        with self._change():
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (meta_key(key), value))

    def commit(self) -> None:
        """Commit the changes that `holds` has held back.

        Raises:
            StoreError: they are lost, and the writer refuses every later change.
        """
        if self._lock is not None and self._connection.in_transaction:
            with explained(self._path):
                try:
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._failed = True
                    with suppress(sqlite3.Error):
                        self._connection.execute("ROLLBACK")
                    raise

    # Staging

    def finished_lists(self) -> dict[ListKey, int]:
        """Lists that are finished, with the number of distinct rows in each."""
        return {
            ListKey(part, target): rows
            for part, target, rows in self._connection.execute(
                "SELECT part, target, rows FROM stage_lists WHERE finished ORDER BY id"
            )
        }

    def unequal_lists(self) -> dict[ListKey, tuple[int, int]]:
        """Finished lists whose number of distinct rows is not the one Zoom gave: (rows, expected)."""
        return {
            ListKey(part, target): (rows, expected)
            for part, target, rows, expected in self._connection.execute(
                "SELECT part, target, rows, expected FROM stage_lists WHERE finished AND rows <> expected ORDER BY id"
            )
        }

    def stage(
        self,
        key: ListKey,
        *,
        users: Sequence[UserRow] = (),
        held: Sequence[Held] = (),
        groups: Iterable[GroupRow] = (),
        contact_groups: Iterable[ContactGroupRow] = (),
        roles: Iterable[RoleRow] = (),
        role_details: Iterable[RoleDetail] = (),
        grants: Iterable[GrantRow] = (),
        blobs: Mapping[str, bytes] | None = None,
        digests: Mapping[str, int] = {},
        unchanged: Sequence[int] = (),
    ) -> array[int]:
        """Stage one page of the list `key`, in one change; returns the ids (`things.id`) on it.

        Args:
            held: all groups and the role that the record of each of `users` names, in their order. They replace what
                was known of these people, unless a finished list of the group's or the role's members says otherwise.
            grants: of a list of members or admins.
            digests: digests of the records of `users` by key, for `unchanged` in the next sync.
            unchanged: ids of further people on the page, as `unchanged` returned them.
        """
        renamed: list[StagedUser] = []
        with self._change():
            if key.part in STATUS_OF_PART:
                assert not grants, "what a user record names is `held`"
                self._users_change()
                first_new = self._names.next
                seen, packed, page, renamed = user_page(self._connection, self._names, users, held, digests)
                seen.extend(unchanged)
                if self._writes_at_once(key.part):
                    page.users = write_people(self._connection, page.users, first_new)
            else:
                seen, packed = grant_page(self._names, grants)
                page = StagedPage()
            seen.extend(self._keep(GROUP, groups, page.groups))
            seen.extend(self._keep(CONTACT_GROUP, contact_groups, page.contact_groups))
            seen.extend(self._keep(ROLE, roles, page.roles))
            details = list(role_details)
            numbers = self._names.things(ROLE, [detail.role_id for detail in details])
            page.role_details.extend((numbers[detail.role_id], detail) for detail in details)
            seen.extend(numbers.values())
            if blobs:
                page.blobs = dict(blobs)
                seen.append(0)
            self._connection.execute(
                "INSERT INTO stage_pages (list, seen, grants, payload, renamed) VALUES (?, ?, ?, ?, ?)",
                (self._list(key), seen.tobytes(), packed, pack(page), pack_renamed(renamed)),
            )
        return seen

    def _writes_at_once(self, part: str) -> bool:
        """Whether people of this list are written to `users` when they are staged: in a first sync."""
        return not self._names.published and part in WRITTEN

    def unchanged(self, digests: Sequence[int]) -> dict[int, int]:
        """Return the ids of people whose record has one of `digests`, by digest.

        All that is published of them was taken from an equal record of the same list, so the record need not be
        decoded again.
        """
        return recognised(self._connection, digests) if self._names.published else {}

    def _keep(self, kind: int, rows: Iterable[_Resource], kept: list[tuple[int, _Resource]]) -> list[int]:
        listed = list(rows)
        numbers = self._names.things(kind, [row.id for row in listed])
        kept.extend((numbers[row.id], row) for row in listed)
        return list(numbers.values())

    def _list(self, key: ListKey) -> int:
        number = self._lists.get(key)
        if number is None:
            cursor = self._connection.execute("INSERT INTO stage_lists (part, target) VALUES (?, ?)", key)
            number = self._lists[key] = int(cursor.lastrowid or 0)
        return number

    def restart(self, key: ListKey) -> None:
        """Drop what is staged of a list."""
        with self._change():
            if key.part in STATUS_OF_PART:
                self._users_change()
            if (number := self._lists.pop(key, None)) is not None:
                if self._writes_at_once(key.part):
                    take_back(self._connection, number)
                self._connection.execute("DELETE FROM stage_pages WHERE list = ?", (number,))
                self._connection.execute("DELETE FROM stage_lists WHERE id = ?", (number,))

    def finish(self, key: ListKey, expected: int | None) -> int:
        """Mark a list finished, even an empty one; return the number of distinct rows in it.

        Args:
            expected: the number of rows Zoom gave; None when it gave none.
        """
        with self._change():
            if key.part in STATUS_OF_PART:
                self._users_change()
            number = self._list(key)
            distinct: set[int] = set()
            for (seen,) in self._connection.execute("SELECT seen FROM stage_pages WHERE list = ?", (number,)):
                distinct.update(ids_of(seen))
            self._connection.execute(
                "UPDATE stage_lists SET finished = 1, rows = ?, expected = ? WHERE id = ?",
                (len(distinct), expected, number),
            )
        return len(distinct)

    def write_grants_early(self) -> bool:
        """Before a first sync is published, write some of the grants that user records name, or make an index.

        Call it until it returns False: there is nothing to write until all lists of users are finished, nor after all
        is written. Each call takes some milliseconds, one that makes an index up to 4 per 1,000 people.
        """
        with self._change():
            if self._first_sync is None:
                if not is_wanted(self._connection):
                    return False
                self._first_sync = FirstSyncWriter(self._connection, self._early_grants)
            more = self._first_sync.step()
            if self._first_sync.written is not self._early_grants:
                self._save_early_grants(self._first_sync.written)
        return more

    def _save_early_grants(self, written: dict[str, int] | None) -> None:
        self._early_grants = written
        self._connection.execute(
            "UPDATE meta SET value = json_set(value, '$.ahead', json(?)) WHERE key = ?",
            (json.dumps(written), STAGING_KEY),
        )

    def _users_change(self) -> None:
        """Forget counts and early grants, which a change to a list of users makes untrue."""
        self._first_sync = self._memberships = None
        if self._early_grants is not None:
            self._connection.execute("DELETE FROM grants")
            self._save_early_grants(None)

    # Reading back what is staged

    def _pages(self, part: str) -> Iterator[StagedPage]:
        sql = "SELECT p.payload FROM stage_lists l JOIN stage_pages p ON p.list = l.id WHERE l.part = ? ORDER BY p.id"
        return (unpack(payload) for (payload,) in self._connection.execute(sql, (part,)))

    def staged_resources(self, part: str) -> list[tuple[str, str, int | None]]:
        """Id, name and Zoom's `total_members` of what is staged of `groups`, `contact-groups` or `roles`."""
        found: dict[str, tuple[str, str, int | None]] = {}
        for page in self._pages(part):
            found.update((row.id, (row.id, row.name, row.total_members)) for _, row in page.groups)
            found.update((row.id, (row.id, row.name, row.total_members)) for _, row in page.roles)
            found.update((row.id, (row.id, row.name, None)) for _, row in page.contact_groups)
        return list(found.values())

    def staged_membership_counts(self, kind: GrantKind) -> dict[str, dict[str, int]]:
        """Distinct people in each group, or holding each role, by Zoom's id and user status, as publishing would
        make it: see `StagedCounts.by_key`.
        """
        return self.counts.by_key(kind)

    @property
    def counts(self) -> StagedCounts:
        """What the finished lists of users say, and who is in them; to be asked for again when one of them changed."""
        if self._memberships is None:
            self._memberships = StagedCounts(self._connection, published=self._names.published)
        return self._memberships

    def fact(self, kind: GrantKind, target: str) -> int:
        """The number of *has this kind of grant of this group or role*, for `counts`."""
        with self._change():  # a target nobody named yet gets its id
            return self._names.facts(kind, [target])[target]

    def people_on(self, key: ListKey) -> set[int]:
        """Ids of the principals staged of one list."""
        return self.people_of(self._lists.get(key))

    def people_of(self, number: int | None) -> set[int]:
        """The same of one row of `stage_lists`."""
        found: set[int] = set()
        if number is not None:
            for (seen,) in self._connection.execute("SELECT seen FROM stage_pages WHERE list = ?", (number,)):
                found.update(ids_of(seen))
        return found

    def keys_of(self, people: Iterable[int]) -> dict[int, str]:
        """Zoom's ids of people, as `things` has them."""
        renamed = dict(self._connection.execute("SELECT id, key FROM stage_keys"))
        found = dict(select_in(self._connection, "SELECT id, key FROM things WHERE id IN ({})", sorted(people)))
        return {**found, **{number: key for number, key in renamed.items() if number in found}}

    def some_of(self, status: str, most: int) -> list[str]:
        """Zoom's ids of up to `most` people of a status, spread over their list; not those without an id."""
        number = self._lists.get(ListKey(USER_PARTS[status]))
        people = [one for one in sorted(self.people_of(number)) if self.counts.status(one) == status]
        return self.sample(people, most)

    def sample(self, people: Sequence[int], most: int) -> list[str]:
        """Zoom's ids of up to `most` of these people, spread over them; not of those without an id."""
        keys = self.keys_of(people[:: max(1, len(people) // most)][:most])
        return [key for _, key in sorted(keys.items()) if not key.startswith(EMAIL_PREFIX)]

    def stage_people(self, key: ListKey, fact: int, people: Collection[int]) -> None:
        """Stage people beside a list of members that leaves them out."""
        ids = sorted(people)
        with self._change():
            self._connection.execute(
                "INSERT INTO stage_pages (list, seen, grants, payload, renamed) VALUES (?, ?, ?, ?, ?)",
                (self._list(key), array("I", ids).tobytes(), pack_grants(ids, [(fact,)] * len(ids)), pack(StagedPage()),
                 pack_renamed([])),
            )  # fmt: skip

    def staged_role_details(self) -> list[RoleDetail]:
        """The privileges of roles that are staged."""
        return [detail for page in self._pages(PartKey.ROLE) for _, detail in page.role_details]

    def staged_blob(self, name: str) -> bytes | None:
        """An answer that is staged as it is."""
        return next((page.blobs[name] for page in self._pages(name) if name in page.blobs), None)

    # The end

    def publish(
        self,
        finished_at: str,
        *,
        not_read: Sequence[NotRead] = (),
        disagreements: Sequence[Disagreement] = (),
    ) -> SyncInfo:
        """Make what the finished lists say the next sync, in one transaction, and close.

        A fact ends only when the list that is authoritative for it was finished without it. Lists that were begun
        and not finished, and are not named in `not_read`, are added to it.

        Raises:
            StoreError: nothing was published; what is staged stays.
        """
        self._open()
        self.commit()
        self._settle(always=True)
        try:
            with explained_reading(self._path), transaction(self._connection, self._path):
                info = publish(
                    self._connection, self.started_at, finished_at, not_read, disagreements, self._early_grants
                )
                self._drop_staged()
        except MAY_FOLLOW as error:
            if not (why := staged_damage(self._connection)):
                raise
            self.abandon()
            raise StoreError(
                f"{self._path}: what this sync had read is damaged ({why}) and was dropped. Sync again; what was "
                "published before is unchanged."
            ) from error
        self.close()
        return info

    def _drop_staged(self) -> None:
        for table in ("stage_pages", "stage_lists", "stage_keys"):
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("DELETE FROM meta WHERE key = ?", (STAGING_KEY,))

    def interrupt(self) -> None:
        """Stop the statement that runs, from another thread: its transaction is rolled back and raises.

        Between two statements it does nothing: repeat it until the job has ended.
        """
        with suppress(sqlite3.ProgrammingError):  # closed meanwhile
            self._connection.interrupt()

    def close(self) -> None:
        """Release the lock. What is staged stays for the next run."""
        if self._lock is not None:
            try:
                self.commit()
            finally:
                self._lock.release()
                self._lock = None
                self._connection.close()

    def abandon(self) -> None:
        """Drop what is staged, and close."""
        self._open()
        self.commit()
        with explained_reading(self._path), transaction(self._connection, self._path):
            self._drop(self._first_new)
        self.close()


def _staging_of(text: str) -> dict[str, Any] | None:  # Any: as it is written in `_resume`
    """What is kept about what is staged; None for what this program did not write."""
    try:
        found = json.loads(text)
        ahead = found["ahead"]
        numbers = [found["format"], found["first_new"], *(() if ahead is None else ahead.values())]
        is_whole = isinstance(found["started_at"], str) and all(isinstance(number, int) for number in numbers)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found if is_whole and 0 < found["first_new"] < 1 << 62 else None
