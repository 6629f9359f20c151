"""The store's writer on the one thread that decodes, hashes and writes while a sync runs."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Self, TypeVar

import msgspec

from zoomgov.model.kinds import GrantKind
from zoomgov.sync.outcome import Beside, ListedResource
from zoomgov.sync.records import decode_list, join_list, lacks_list, split_list
from zoomgov.sync.rows import UserPages, digests_of
from zoomgov.sync.worker import Worker
from zoomgov.zoom.values import as_strings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from zoomgov.model.syncs import Disagreement, ListKey, NotRead, SyncInfo
    from zoomgov.store.store import Store
    from zoomgov.store.write.writer import SyncWriter
    from zoomgov.sync.outcome import Decode, Identity, ListOutcome
    from zoomgov.sync.rows import Rows
    from zoomgov.zoom.endpoints import Endpoint

T = TypeVar("T")
COMMIT_WITHIN: Final = 0.5
"""Seconds between two commits of what is staged: the most a crash costs, beside unfinished lists."""

_ACCOUNT: Final = "account"
_LIMITS: Final = "zoom client"
"""Keys of the store's `meta` table."""


def stored_limits(store: Store, account: str) -> str | None:
    """What earlier syncs of `account` learnt of Zoom's limits, as `LearntLimits.dumps` wrote it."""
    return store.get_meta(_LIMITS) if store.get_meta(_ACCOUNT) == account else None


class BackgroundWriter:
    """Stages what is read, and publishes it. Use as a context manager.

    What is not published stays staged: the next run resumes from it.
    """

    def __init__(self, store: Store, account: str, started_at: str, resume_since: str) -> None:
        self._account = account
        self._store = store
        self._started_at = started_at
        self._resume_since = resume_since
        self._worker = Worker("sync-staging")
        self._committing: asyncio.TimerHandle | None = None
        self._writer: SyncWriter
        self._opened = False
        self._interrupted = False
        self._touched: set[ListKey] = set()
        self.finished: dict[ListKey, int] = {}
        """Lists that are staged whole, and the rows read of each; those of an interrupted run included."""
        self.unreadable: Counter[ListKey] = Counter()
        """Records of a list that have neither id nor address: no row holds them, but Zoom counts them."""
        self.without_list: set[ListKey] = set()
        """Lists that are no list in one of their answers: Zoom leaves out what is empty, and perhaps more."""
        self.resumed = 0
        self.limits: Callable[[], str] | None = None
        """Gives what the client has learnt of Zoom's limits, to be stored with every commit: it survives a kill."""
        self.skips_unchanged = True
        """Whether records that did not change are left undecoded; not when everyone's memberships are wanted."""

    async def __aenter__(self) -> Self:
        try:
            await self._worker.submit(self._open)
        except BaseException:
            await self._close()
            raise
        return self

    def _open(self) -> None:
        before = self._store.get_meta(_ACCOUNT)
        if before not in (None, self._account):
            self._resume_since = self._started_at  # staged by a sync with credentials of another account
        self._writer = self._store.begin(self._started_at, resume_since=self._resume_since)
        self._writer.holds = True
        self._opened = True
        if before != self._account:
            self._store.set_meta(_LIMITS, "")
            self._store.set_meta(_ACCOUNT, self._account)
        self._interrupted = self._writer.started_at != self._started_at
        self.finished = dict(self._writer.finished_lists())
        self.resumed = len(self.finished)

    async def __aexit__(self, *exc_info: object) -> None:
        await self._close()

    async def _close(self) -> None:
        """Close, even when cancelled: the lock must be free for the next sync when this one returns."""
        if self._committing is not None:
            self._committing.cancel()
        closing = self._worker.submit(lambda: self._writer.close() if self._opened else None)
        try:
            await asyncio.shield(closing)
        finally:
            self._worker.shutdown()

    def _schedule_commit(self) -> None:
        """Call before a job that changes what is staged."""
        if self._committing is None:
            self._committing = asyncio.get_running_loop().call_later(COMMIT_WITHIN, self._commit)

    def _change(self, job: Callable[[], T]) -> asyncio.Future[T]:
        self._schedule_commit()
        return self._worker.submit(job)

    def _commit(self) -> None:
        self._committing = None
        limits = self.limits() if self.limits is not None else None

        def job() -> None:
            if limits is not None:
                self._writer.remember(_LIMITS, limits)
            self._writer.commit()

        # should it fail, the next change says so
        self._worker.submit(job).add_done_callback(lambda done: done.exception())

    def stage(
        self,
        key: ListKey,
        endpoint: Endpoint,
        body: bytes,
        decode: Decode,
        seen: set[Identity],
        complete: Callable[[], ListOutcome | None] | None = None,
    ) -> asyncio.Future[int]:
        """Decode a page and stage its rows; the result is the number of different rows of the list so far.

        Args:
            seen: identities of the rows of the list so far; those of this page are added.
            complete: given with a last page and called once it is staged: the outcome of the list if nothing is
                missing. The list is then finished in the same job, which halves the jobs of a list of one page.
        """
        self._touched.add(key)

        people = decode if isinstance(decode, UserPages) else None

        def job() -> int:
            if people and (records := split_list(endpoint, body)):
                seen.update(self._stage_people(key, endpoint, people, body, records))
            else:
                records_read = decode_list(endpoint, body)
                if not records_read and lacks_list(endpoint, body):
                    self.without_list.add(key)
                rows = decode(records_read)
                self.unreadable[key] += rows.unreadable
                self._write(key, rows)
                seen.update(rows.identities())
            if complete is not None and (outcome := complete()) is not None:
                self.finished[key] = self._writer.finish(key, outcome.expected)
            return len(seen)

        self._schedule_commit()
        # a page of people may be part of the longest chain, and is no small job
        return self._worker.submit(job) if people else self._worker.submit_small(job)

    def flush(self) -> None:
        """Stage small pages now that wait for their batch to fill."""
        self._worker.flush()

    def _stage_people(
        self, key: ListKey, endpoint: Endpoint, decode: UserPages, page: bytes, records: list[msgspec.Raw]
    ) -> Iterable[int]:
        """Stage a page of users: decoded where the record's digest is new, by reference where the last sync has it.

        Gives what identifies each row: numbers of `things` in the store.
        """
        digests = digests_of(records, decode.status)
        known = self._writer.unchanged(digests) if self.skips_unchanged else {}
        if known:
            rest = [record for record, number in zip(records, digests, strict=True) if number not in known]
            digests = [number for number in digests if number not in known]
            page = join_list(endpoint, rest)
        rows = decode.plain(page) or decode(decode_list(endpoint, page))
        self.unreadable[key] += rows.unreadable
        given: dict[str, int] = {}
        if len(rows.users) == len(digests):  # none was unreadable
            given = {user.key: number for user, number in zip(rows.users, digests, strict=True)}
        return self._writer.stage(key, users=rows.users, held=rows.held, digests=given, unchanged=list(known.values()))

    async def stage_rows(self, key: ListKey, rows: Rows) -> None:
        """Stage rows that are decoded already."""
        self._touched.add(key)
        await self._change(partial(self._write, key, rows))

    def _write(self, key: ListKey, rows: Rows) -> None:
        self._writer.stage(
            key,
            users=rows.users,
            held=rows.held,
            groups=rows.groups,
            contact_groups=rows.contact_groups,
            roles=rows.roles,
            role_details=rows.role_details,
            grants=rows.grants,
            blobs=rows.blobs,
        )

    async def restart(self, key: ListKey) -> None:
        """Drop what is staged of a list, by this run or an interrupted one."""
        if key in self._touched or self._interrupted:
            self.finished.pop(key, None)
            self.unreadable.pop(key, None)
            self.without_list.discard(key)
            await self._change(partial(self._writer.restart, key))

    async def write_ahead(self) -> None:
        """Write the people of a first sync to their tables before it is published, in pieces between other jobs."""
        while await self._change(self._writer.write_grants_early):
            pass

    async def finish(self, key: ListKey, expected: int | None) -> None:
        """Mark a list as read to its end; `expected`: how many rows Zoom counts in it, if it does."""
        # shielded: a list that was read to its end is kept, whatever stops the sync
        self.finished[key] = await asyncio.shield(self._change(partial(self._writer.finish, key, expected)))

    # What is known of Zoom's limits between syncs

    async def stored_limits(self) -> str | None:
        """What earlier syncs of this account learnt, as `LearntLimits.dumps` wrote it."""
        return await self._worker.submit(partial(self._store.get_meta, _LIMITS))

    async def store_limits(self, limits: str) -> None:
        """Replace what is stored, at once."""

        def job() -> None:
            self._writer.commit()  # `set_meta` has a connection of its own, which would wait for this one's lock
            self._store.set_meta(_LIMITS, limits)

        await self._worker.submit(job)

    # Reading back what is staged, whichever run staged it

    async def resources(self, part: str) -> list[ListedResource]:
        """The groups, contact groups or roles staged as `part`."""
        return [ListedResource(*row) for row in await self._worker.submit(partial(self._writer.staged_resources, part))]

    async def member_counts(self, kind: GrantKind) -> dict[str, dict[str, int]]:
        """Number of different users staged as members, by resource and user status."""
        return await self._worker.submit(partial(self._writer.staged_membership_counts, kind))

    async def people(self) -> dict[str, int]:
        """Number of different users staged, by status."""
        return await self._worker.submit(lambda: self._writer.counts.people())

    async def recorded(self, kind: GrantKind) -> dict[str, int]:
        """Number of grants that the records of users name, by the status of the users."""
        return await self._worker.submit(lambda: self._writer.counts.recorded(kind))

    async def without_role(self) -> dict[str, int]:
        """Number of users of whom nothing tells the role, by status."""
        return await self._worker.submit(lambda: self._writer.counts.without_role())

    async def silent(self, status: str, most: int) -> tuple[int, list[str]]:
        """How many users of a status nothing names a group of, and Zoom's ids of some of them."""

        def job() -> tuple[int, list[str]]:
            found = self._writer.counts.silent(status)
            return len(found), self._writer.sample(found, most)

        return await self._worker.submit(job)

    async def omitted(self, most: int) -> tuple[int, list[str]]:
        """How many users are on lists of members though their records name no group, and Zoom's ids of some of them."""

        def job() -> tuple[int, list[str]]:
            found = self._writer.counts.omitted()
            return len(found), self._writer.sample(found, most)

        return await self._worker.submit(job)

    async def outside_groups(self, groups: Iterable[str]) -> int:
        """Number of users whose records name groups, and none of these."""

        def job() -> int:
            facts = [self._writer.fact(GrantKind.GROUP_MEMBER, group) for group in groups]
            return self._writer.counts.outside(facts)

        return await self._change(job)

    async def limited_roles(self) -> dict[str, set[str]]:
        """The groups that roles are limited to, by id of the role; roles without a limit are left out."""
        details = await self._worker.submit(self._writer.staged_role_details)
        found: dict[str, set[str]] = {}
        for detail in details:
            for scope in msgspec.json.decode(detail.privilege_scopes):
                groups = as_strings(scope.get("group_ids")) if isinstance(scope, dict) else ()
                if groups:
                    found.setdefault(detail.role_id, set()).update(groups)
        return found

    async def some_of(self, status: str, most: int) -> list[str]:
        """Zoom's ids of some users of a status, spread over its list."""
        return await self._worker.submit(lambda: self._writer.some_of(status, most))

    async def beside(self, key: ListKey, kind: GrantKind) -> Beside:
        """Compare the people staged of one list of members with those whose records name the group or role."""

        def job() -> Beside:
            writer = self._writer
            found = writer.counts.beside(writer.fact(kind, key.target), writer.people_on(key))
            left_out = {
                number: (name, writer.counts.status(number))
                for number, name in writer.keys_of(found.only_recorded).items()
            }
            return Beside(left_out, found.only_listed, found.strangers, found.statuses)

        return await self._change(job)

    async def stage_people(self, key: ListKey, kind: GrantKind, people: Collection[int]) -> None:
        """Stage people, given by their numbers in `Beside.left_out`, beside the list that leaves them out."""
        await self._change(lambda: self._writer.stage_people(key, self._writer.fact(kind, key.target), people))

    async def staged_blob(self, name: str) -> bytes | None:
        """An answer that was staged as it is."""
        return await self._worker.submit(partial(self._writer.staged_blob, name))

    async def unequal_lists(self) -> dict[ListKey, tuple[int, int]]:
        """Finished lists, of an interrupted run too, that are not as long as Zoom says: (rows, Zoom's number)."""
        return await self._worker.submit(self._writer.unequal_lists)

    async def publish(
        self, finished_at: str, not_read: Sequence[NotRead], disagreements: Sequence[Disagreement]
    ) -> SyncInfo:
        """Publish what is staged as one sync.

        Cancelling it takes milliseconds and leaves nothing published and all of it staged. A cancellation that comes
        too late is taken back, and the published sync is returned.
        """
        publishing = self._worker.submit(
            partial(self._writer.publish, finished_at, not_read=not_read, disagreements=disagreements)
        )
        try:
            return await asyncio.shield(publishing)
        except asyncio.CancelledError:
            while not publishing.done():
                self._writer.interrupt()
                with suppress(asyncio.CancelledError):  # Ctrl-C again: wait on, to know whether it was published
                    await asyncio.wait([publishing], timeout=0.005)
            if publishing.exception() is not None:
                raise
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            return publishing.result()
