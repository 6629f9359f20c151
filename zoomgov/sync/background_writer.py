"""The store's writer on the one thread that decodes, hashes and writes while a sync runs."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Self, TypeVar

from zoomgov.sync.outcome import ListedResource
from zoomgov.sync.rows import UserPages, digests_of
from zoomgov.sync.worker import Worker
from zoomgov.zoom.records import decode_list, join_list, split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import msgspec

    from zoomgov.model.kinds import GrantKind
    from zoomgov.model.syncs import Disagreement, ListKey, NotRead, SyncInfo
    from zoomgov.store.store import Store
    from zoomgov.store.write.writer import SyncWriter
    from zoomgov.sync.outcome import Decode, Identity, ListOutcome
    from zoomgov.sync.rows import Rows
    from zoomgov.zoom.endpoints import Endpoint

T = TypeVar("T")
COMMIT_WITHIN: Final = 0.5
"""Seconds that what is staged may wait to be on disk: what a crash costs at the most, beside unfinished lists."""

_ACCOUNT: Final = "account"
_MEMORY: Final = "zoom client"


def remembered(store: Store, account: str) -> str | None:
    """What the client of an earlier sync of `account` learnt."""
    return store.get_meta(_MEMORY) if store.get_meta(_ACCOUNT) == account else None


class BackgroundWriter:
    """What was read so far. Use as a context manager; what is not published stays for the next run to go on from."""

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
        """Lists that are complete in staging, with the rows read; those of an interrupted run included."""
        self.unreadable: Counter[ListKey] = Counter()
        """Records staged of a list that name nobody and nothing: they are in no row, and must not be forgotten."""
        self.resumed = 0
        self.memory: Callable[[], str] | None = None
        """What is to be remembered with all that is staged, as `remember` does at the end: it outlives a kill."""
        self.recognises = True
        """Whether unchanged people may be left out of decoding; not when everyone's memberships are to be heard."""

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
            self._store.set_meta(_MEMORY, "")
            self._store.set_meta(_ACCOUNT, self._account)
        self._interrupted = self._writer.started_at != self._started_at
        self.finished = dict(self._writer.finished_lists())
        self.resumed = len(self.finished)

    async def __aexit__(self, *exc_info: object) -> None:
        await self._close()

    async def _close(self) -> None:
        """Even when cancelled: the lock must be free for the next sync when this one returns."""
        if self._committing is not None:
            self._committing.cancel()
        closing = self._worker.submit(lambda: self._writer.close() if self._opened else None)
        try:
            await asyncio.shield(closing)
        finally:
            self._worker.shutdown()

    def _to_disk_soon(self) -> None:
        """To be called before a job that changes what is staged."""
        if self._committing is None:
            self._committing = asyncio.get_running_loop().call_later(COMMIT_WITHIN, self._commit)

    def _change(self, job: Callable[[], T]) -> asyncio.Future[T]:
        self._to_disk_soon()
        return self._worker.submit(job)

    def _commit(self) -> None:
        self._committing = None
        memory = self.memory() if self.memory is not None else None

        def job() -> None:
            if memory is not None:
                self._writer.remember(_MEMORY, memory)
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
        ends: Callable[[], ListOutcome | None] | None = None,
    ) -> asyncio.Future[int]:
        """Decode a page and stage its rows; gives how many different rows of the list there are by now.

        Args:
            ends: asked of a last page once it is staged: what the list came to if nothing is missing. It is finished
                in the same go then, which for most lists, of one page, halves the ways to the worker.
        """
        self._touched.add(key)

        people = decode if isinstance(decode, UserPages) else None

        def job() -> int:
            if people and (records := split_list(endpoint, body)):
                seen.update(self._stage_people(key, endpoint, people, body, records))
            else:
                rows = decode(decode_list(endpoint, body))
                self.unreadable[key] += rows.unreadable
                self._write(key, rows)
                seen.update(rows.identities())
            if ends is not None and (outcome := ends()) is not None:
                self.finished[key] = self._writer.finish(key, outcome.expected)
            return len(seen)

        self._to_disk_soon()
        # a page of people may be part of the longest chain, and is no small job
        return self._worker.submit(job) if people else self._worker.submit_small(job)

    def hurry(self) -> None:
        """Do at once what waits for others."""
        self._worker.hurry()

    def _stage_people(
        self, key: ListKey, endpoint: Endpoint, decode: UserPages, page: bytes, records: list[msgspec.Raw]
    ) -> Iterable[int]:
        """Keep a digest of each record, and leave people whose record has the digest of the last sync undecoded."""
        digests = digests_of(records, decode.status)
        known = self._writer.unchanged(digests) if self.recognises else {}
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
        """Drop what is staged of a list, if anything can be."""
        if key in self._touched or self._interrupted:
            self.finished.pop(key, None)
            self.unreadable.pop(key, None)
            await self._change(partial(self._writer.restart, key))

    async def write_ahead(self) -> None:
        """Write the people of a first sync before it is published, piece by piece beside what else is staged."""
        while await self._change(self._writer.write_ahead):
            pass

    async def finish(self, key: ListKey, expected: int | None) -> None:
        # a list that was read to its end is kept, whatever stops the sync
        self.finished[key] = await asyncio.shield(self._change(partial(self._writer.finish, key, expected)))

    # What the connector remembers between syncs

    async def remembered(self) -> str | None:
        """What the client of an earlier sync of this account learnt."""
        return await self._worker.submit(partial(self._store.get_meta, _MEMORY))

    async def remember(self, memory: str) -> None:
        def job() -> None:
            self._writer.commit()  # or it would wait for itself
            self._store.set_meta(_MEMORY, memory)

        await self._worker.submit(job)

    # Reading back what is staged, whichever run staged it

    async def things(self, part: str) -> list[ListedResource]:
        """The groups, contact groups or roles staged."""
        return [ListedResource(*row) for row in await self._worker.submit(partial(self._writer.staged_things, part))]

    async def member_counts(self, kind: GrantKind) -> dict[str, dict[str, int]]:
        """Different users staged as members, by thing and user status."""
        return await self._worker.submit(partial(self._writer.staged_membership_counts, kind))

    async def unequal_lists(self) -> dict[ListKey, tuple[int, int]]:
        """Finished lists, of an interrupted run too, that are not as long as Zoom says: rows, and Zoom's number."""
        return await self._worker.submit(self._writer.unequal_lists)

    async def publish(
        self, finished_at: str, not_read: Sequence[NotRead], disagreements: Sequence[Disagreement]
    ) -> SyncInfo:
        """Publish. Cancelling it ends soon, with nothing published and all of it staged still.

        A cancellation that comes too late is taken back: what is published is published.
        """
        publishing = self._worker.submit(
            partial(self._writer.publish, finished_at, not_read=not_read, disagreements=disagreements)
        )
        try:
            return await asyncio.shield(publishing)
        except asyncio.CancelledError:
            while not publishing.done():
                self._writer.interrupt()
                with suppress(asyncio.CancelledError):  # Ctrl-C again: which of the two it became must be known
                    await asyncio.wait([publishing], timeout=0.005)
            if publishing.exception() is not None:
                raise
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            return publishing.result()
