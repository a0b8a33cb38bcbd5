"""The audit trail: what the hot path noted goes to disk in a moment, and from there to the server.

Nothing is forgotten before the server said that it is on its disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final, TypeVar

import anyio
from anyio import to_thread

from phonebook_core.vendor_link.messages import Dispatch, Failure, Noted
from phonebook_vendor_sdk.backoff import delays
from phonebook_vendor_sdk.dispatch_spool import BATCH, DispatchSpool
from phonebook_vendor_sdk.dispatches import FLUSH_SECONDS, Recorder
from phonebook_vendor_sdk.link import Link

HERD_SECONDS: Final = 0.002
"""When fetches follow each other as quickly as this, they are written in portions."""
LOOK_SECONDS: Final = 1.0
"""How often to look whether a phone that asked without credentials came back with them."""
PAUSE_SECONDS: Final = 0.5
"""Between two batches that are not full: a server's commit costs as much for one record as for hundreds."""
RETRY_SECONDS: Final = 1.0
"""How soon the disk is tried again after it took nothing."""
MOST_UNWRITTEN: Final = 10_000
"""Dispatches kept in memory while the disk takes none; beyond that the oldest go."""
PERMANENT: Final = frozenset({"invalid", "malformed", "not_allowed", "not_found", "too_large"})
"""Failures that trying again does not mend."""

_log: Final = logging.getLogger(__name__)
_T = TypeVar("_T")


class AuditTrail:
    """Dispatches on their way from the recorder to the server."""

    def __init__(self, recorder: Recorder, spool: DispatchSpool, random: Random) -> None:
        self._recorder = recorder
        self._spool = spool
        self._random = random
        self._one_at_a_time = anyio.CapacityLimiter(1)
        self._unwritten: list[Dispatch] = []
        self._written = anyio.Event()
        self._troubled = False

    async def open(self) -> None:
        """Look at what is waiting from before. Trouble with the disk is logged; fetches then wait in memory."""
        try:
            await self._in_thread(self._spool.open)
        except OSError as error:
            self._say_trouble(error)

    async def keep_written(self) -> None:
        """Write what is noted: single fetches at once, a herd's in portions; again while the disk takes none."""
        written = 0.0
        while True:
            if self._unwritten:
                await anyio.sleep(RETRY_SECONDS)
            else:
                await self._wait_for_notes()
                if anyio.current_time() - written < HERD_SECONDS:
                    await anyio.sleep(FLUSH_SECONDS)
            await self.flush()
            written = anyio.current_time()

    async def _wait_for_notes(self) -> None:
        noted = anyio.Event()
        self._recorder.wake = noted.set
        if not self._recorder.notes:
            with anyio.move_on_after(LOOK_SECONDS if self._recorder.waits else None):
                await noted.wait()

    async def flush(self) -> None:
        """Write what was noted up to now."""
        self._unwritten.extend(self._recorder.take())
        if not self._unwritten:
            return
        dispatches, self._unwritten = self._unwritten, []
        try:
            await self._in_thread(partial(self._spool.append, dispatches))
        except OSError as error:
            self._unwritten = [*dispatches, *self._unwritten][-MOST_UNWRITTEN:]
            self._say_trouble(error)
            return
        self._troubled = False
        self._written.set()

    async def close(self) -> None:
        """Write the last and close the spool."""
        await self.flush()
        await self._in_thread(self._spool.close)

    async def keep_brought(self, link: Link) -> None:
        """Bring everything to the server, batch by batch, for as long as the link lasts."""
        waits = delays(self._random)
        refused = 0
        while True:
            self._written = anyio.Event()
            one = {"limit": 1} if refused else {}
            batch, behind = await self._in_thread(partial(self._spool.oldest, **one))
            if not batch:
                await self._written.wait()
                continue
            match await link.ask(link.end.store_dispatches(batch, link.now())):
                case Noted():
                    refused = 0
                    waits = delays(self._random)
                    await self._in_thread(partial(self._spool.acknowledge, behind))
                    if len(batch) < BATCH:
                        await anyio.sleep(PAUSE_SECONDS)
                    continue
                case Failure(code=code, message=message) if code in PERMANENT:
                    refused += 1
                    if refused > 3:
                        _log.error("The server does not take %d records of fetches, given up: %s", len(batch), message)
                        await self._in_thread(partial(self._spool.acknowledge, behind))
                        refused = 0
                        continue
                case Failure(message=message):
                    _log.warning("The server could not store records of fetches, trying again: %s", message)
            await anyio.sleep(next(waits))

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await to_thread.run_sync(work, limiter=self._one_at_a_time)

    def _say_trouble(self, error: OSError) -> None:
        if not self._troubled:
            _log.error("Fetches cannot be written to disk and wait in memory: %s. Phones are served.", error)
        self._troubled = True
