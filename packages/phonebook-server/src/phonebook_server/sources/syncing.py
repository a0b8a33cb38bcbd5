"""Syncing sources: one from begin to end, and all of them by their schedules.

Each source is synced by one task at a time in this process; another process that syncs it too is noticed when what was
read is stored. A slow or broken source delays nobody: each has a deadline, and those that failed get half of the room.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from phonebook_core.errors import Conflict, NotFound
from phonebook_server.db.changes import Changes
from phonebook_server.ending import end
from phonebook_server.events.event import Event
from phonebook_server.server import Server
from phonebook_server.sources import store, trouble, writing
from phonebook_server.sources.carddav import read_address_book
from phonebook_server.sources.fetching import Resolve, Visit, resolve_host
from phonebook_server.sources.file import read_file
from phonebook_server.sources.state import Kind, SyncResult
from phonebook_server.sources.store import Source
from phonebook_server.sources.trouble import Trouble
from phonebook_server.sources.writing import Overtaken, Said

AT_ONCE: Final = 8
"""Sources that are synced side by side by their schedules."""
FAILING_AT_ONCE: Final = 4
"""How many of those may have failed the last time."""
TRIES_AT_ONCE: Final = 4
LOOK_SECONDS: Final = 5.0
"""How often it is looked what is due without a change: a clock may have been set."""
PAUSE_SECONDS: Final = 5.0
MINUTE_MS: Final = 60 * 1000
DEADLINES: Final[Mapping[Kind, float]] = {"carddav": 300.0, "file": 60.0}
"""Seconds that reading a source may take in all."""
_TRIES: Final = 3
_LOG: Final = structlog.get_logger("phonebook.sources")


def jitter() -> float:
    """A factor for the time until the next sync, so that sources do not all come at once."""
    return random.uniform(0.9, 1.1)  # noqa: S311  # nothing secret


class Syncing:
    """The syncs of this process. Give it to whoever lets sources be synced."""

    def __init__(
        self,
        server: Server,
        *,
        resolve: Resolve = resolve_host,
        jitter: Callable[[], float] = jitter,
        deadlines: Mapping[Kind, float] = DEADLINES,
    ) -> None:
        self._server = server
        self._resolve, self._jitter, self._deadlines = resolve, jitter, deadlines
        self.tries = asyncio.Semaphore(TRIES_AT_ONCE)
        """For what is asked of servers beside syncs."""
        self._tasks: dict[str, asyncio.Task[SyncResult]] = {}
        self._scheduled: dict[str, bool] = {}

    def is_running(self, source_id: str) -> bool:
        """Whether the source is being synced at this moment."""
        return source_id in self._tasks

    async def sync(self, source_id: str, *, accept_removals: bool = False, seconds: float | None = None) -> None:
        """Sync a source now and come back when that is done, or after so many seconds; it then goes on.

        When it is being synced already, that one counts, unless removals are accepted.
        """
        task = self._tasks.get(source_id)
        if task is not None and accept_removals:
            await asyncio.wait({task}, timeout=seconds)
            task = self._tasks.get(source_id)
        if task is None:
            task = self._begin(source_id, accept_removals)
        await asyncio.wait({task}, timeout=seconds)
        if task.done() and not task.cancelled():
            task.result()

    def visit(self, url: str, username: str, password: str) -> Visit:
        """A conversation with a server, by the rules that hold here."""
        allowed = self._server.config.source_allowed_networks
        return Visit(url, username=username, password=password, allowed=allowed, resolve=self._resolve)

    async def run(self, changes: Changes) -> None:
        """Sync what is due, until cancelled."""
        try:
            while True:
                seen = await changes.after(-1)
                try:
                    await self._begin_due()
                except Exception:  # a full disk or a locked file passes
                    _LOG.exception("cannot look which sources are due")
                    await asyncio.sleep(PAUSE_SECONDS)
                else:
                    await changes.after(seen, seconds=LOOK_SECONDS)
        finally:
            await self.close()

    async def close(self) -> None:
        """End what is under way; what was not stored yet is read again the next time."""
        await end(list(self._tasks.values()))

    async def _begin_due(self) -> None:
        async with self._server.db.reading() as connection:
            due = await store.find_due(connection, self._server.clock())
        for source_id, failed in due:
            failing = sum(self._scheduled.values())
            if len(self._scheduled) >= AT_ONCE:
                return
            if source_id in self._tasks or (failed and failing >= FAILING_AT_ONCE):
                continue
            self._scheduled[source_id] = failed
            self._begin(source_id, accept_removals=False)

    def _begin(self, source_id: str, accept_removals: bool) -> asyncio.Task[SyncResult]:
        task = asyncio.create_task(self._sync(source_id, accept_removals))
        self._tasks[source_id] = task

        def ended(done: asyncio.Task[SyncResult]) -> None:
            self._forget(source_id, done)
            error = None if done.cancelled() else done.exception()
            if error is not None and not isinstance(error, NotFound | Conflict):
                _LOG.error("cannot sync a source", source=source_id, exc_info=error)

        task.add_done_callback(ended)
        return task

    def _forget(self, source_id: str, task: asyncio.Task[Any] | None) -> None:
        if self._tasks.get(source_id) is task:
            del self._tasks[source_id]
            self._scheduled.pop(source_id, None)

    async def _sync(self, source_id: str, accept_removals: bool) -> SyncResult:
        """Sync one source. Raises NotFound when it is gone, Conflict when others are always faster."""
        for _ in range(_TRIES):
            async with self._server.db.reading() as connection:
                source = await store.find(connection, source_id)
                if source is None:
                    raise NotFound("There is no such source any more.")
                try:
                    book = await writing.require_book(connection, source)
                except Overtaken:
                    raise NotFound("The phonebook of this source is deleted.") from None
                known = await store.read_etags(connection, source_id) if source.kind == "carddav" else {}
            self._server.publish(_changed(book.site_id, source))
            try:
                result = await self._settle(source, known, accept_removals)
            except Overtaken:
                continue
            self._forget(source_id, asyncio.current_task())  # whoever is told now must not find it running
            _LOG.info("source synced", source=source_id, code=result.code, read=result.read)
            if result.unit is not None:
                await self._server.announce(source.phonebook_id)
            self._server.publish(_changed(book.site_id, source))
            return result
        raise Conflict("Others changed or synced this source again and again at this moment. Try again.")

    async def _settle(self, source: Source, known: Mapping[str, str], accept_removals: bool) -> SyncResult:
        """Read a source and store what it says, or why that cannot be. Raises Overtaken."""
        due_at = self._due_at(source)
        try:
            said = await self._read(source, known)
            return await writing.settle(self._server, source, said, accept_removals=accept_removals, due_at=due_at)
        except Overtaken:
            raise
        except Trouble as error:
            found = error
        except Exception:
            _LOG.exception("cannot sync a source", source=source.id)
            found = Trouble(
                "internal",
                "Something went wrong in this server, and nothing was changed. It will be tried again by itself; if it "
                f"stays, tell the administrator this number, which is in the server's log: {source.id}",
            )
        due_at = max(due_at, self._server.clock() + (found.retry_after or 0) * 1000)
        return await writing.note_trouble(self._server, source, found, due_at=due_at)

    async def _read(self, source: Source, known: Mapping[str, str]) -> Said:
        """What the source says now. Raises Trouble."""
        seconds = self._deadlines[source.kind]
        password = store.open_password(self._server.keys, source)
        try:
            async with asyncio.timeout(seconds), self.visit(source.url, source.username, password) as visit:
                if source.kind == "carddav":
                    delta = await read_address_book(visit, source.url, source.state, known)
                    return Said(delta, delta.state)
                reading, state = await read_file(visit, source.url, source.state, source.options)
                return Said(reading, state)
        except TimeoutError:
            raise trouble.too_slow(seconds) from None

    def _due_at(self, source: Source) -> int:
        return self._server.clock() + round(source.every_minutes * MINUTE_MS * self._jitter())


def _changed(site_id: str, source: Source) -> Event:
    return Event(kind="source.changed", site_id=site_id, phonebook_id=source.phonebook_id, subject=source.id)
