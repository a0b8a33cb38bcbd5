"""One link: the reader, the writer and the ticker around a `ServerEnd`, over any transport.

One task reads, one writes (what waits is bounded, each frame has a deadline), one ticks each second; a peer that does
not read is cut off. A link ends by a reason, never by an exception.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Protocol

import anyio
import structlog

from phonebook_core.errors import LinkClosed, PhonebookError, RemoteProtocolError
from phonebook_core.vendor_link.messages import Changes, Failure, GetChanges, Hello, Noted, StoreDispatches
from phonebook_core.vendor_link.reconcile import Seen, Wanted
from phonebook_core.vendor_link.server_end import (
    BookChangeNoted,
    ChangesAsked,
    DispatchesBrought,
    Introduced,
    Reported,
    ServerEnd,
    ServerEvent,
)
from phonebook_core.vendor_link.transport import Transport

SEND_SECONDS: Final = 10.0
"""A service that does not take a frame for so long is not reading any more."""
MAX_WAITING_BYTES: Final = 8 * 1024 * 1024
"""Frames that wait to be sent; above this the link is closed."""
MAX_WORK: Final = 64
"""Requests of the service that are under way at once."""
TICK_SECONDS: Final = 1.0
RECONCILE_TICKS: Final = 30
GOODBYE_SECONDS: Final = 1.0
MAX_REASON: Final = 500
"""Characters of a reason that go to the log; a service may have written it."""
HELLO_SECONDS: Final = 10.0
"""How long a stranger may hold a link without saying who it is."""

_LOG: Final = structlog.get_logger("phonebook.services")


class Answers(Protocol):
    """Who decides what the service is told."""

    async def introduced(self, link: Link, hello: Hello) -> None:
        """The service said who it is: call `link.welcome`, or raise with a sentence."""

    async def reported(self, link: Link, phonebook: str, seen: Seen) -> None:
        """A report came."""

    async def changes(self, link: Link, request: GetChanges) -> Changes | Failure:
        """The page of changes asked for."""

    async def dispatches(self, link: Link, request: StoreDispatches) -> Noted | Failure:
        """Store the audit records; come back when they are on disk."""

    def ended(self, link: Link, reason: str) -> None:
        """The link is over."""


class Link:
    """One link to one instance of a vendor service."""

    def __init__(self, transport: Transport, answers: Answers, *, slug: str, origin: str, token_id: str = "") -> None:
        self.slug = slug
        """Whose token it was; the introduction must agree."""
        self.token_id = token_id
        """The id of that token, empty for a service that is hosted here."""
        self.origin = origin
        """Where the service dialled from, for people."""
        self.since = time.time_ns() // 1_000_000
        self._transport = transport
        self._answers = answers
        self._end = ServerEnd(time.monotonic())
        self._frames: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._something = asyncio.Event()
        self._sent = asyncio.Event()
        self._over: asyncio.Future[PhonebookError] = asyncio.get_running_loop().create_future()
        self._work: set[asyncio.Task[None]] = set()
        self._noted: dict[str, list[tuple[str, asyncio.Future[None]]]] = {}
        """Per phonebook, the announcements that were not noted yet, in order."""
        self.behind: set[str] = set()
        """Phonebooks whose last announcement was not noted in time; nobody waits for those again until it is."""

    # what the server does with it

    @property
    def hello(self) -> Hello | None:
        """What the service says of itself, once it did."""
        return self._end.hello

    def welcome(self, welcome: Any, wanted: list[tuple[str, Wanted]]) -> None:
        """Accept the service and begin to bring about what is wanted."""
        self._end.welcome(welcome, wanted, time.monotonic())
        self.flush()

    def want(self, phonebook: str, wanted: Wanted) -> None:
        """What is wanted of this phonebook from now on."""
        if not self._over.done():
            self._end.want(phonebook, wanted, time.monotonic())
            self.flush()

    def seen(self, phonebook: str) -> Seen:
        """What the last report says."""
        return self._end.seen(phonebook)

    def is_settled(self, phonebook: str) -> bool:
        """Whether nothing is under way for this phonebook."""
        return self._end.is_settled(phonebook)

    def announce(self, phonebook: str, token: str) -> asyncio.Future[None] | None:
        """Tell the service that there is something newer. The future is done once it noted that, or the link ended."""
        if self._over.done():
            return None
        if self._end.announce(phonebook, token, time.monotonic()):
            self.flush()
        elif all(each != token for each, _ in self._noted.get(phonebook, ())):
            return None  # it knows that already
        # else somebody else has just announced the very same, and it was not noted yet
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._noted.setdefault(phonebook, []).append((token, noted))
        return noted

    def close(self, error: PhonebookError) -> None:
        """End the link for this reason, at once."""
        if not self._over.done():
            self._over.set_result(error)

    async def say_goodbye(self, reason: str, retry_after: float) -> None:
        """Tell the service that the link ends and when to dial again (negative: do not), then end it."""
        if not self._over.done():
            self._end.say_goodbye(reason, retry_after, time.monotonic())
            self.flush()
            with anyio.move_on_after(GOODBYE_SECONDS):
                await self._sent.wait()
            self.close(LinkClosed(reason, code="goodbye"))

    # how it runs

    async def run(self) -> PhonebookError:
        """Run the link to its end; what ended it comes back."""
        tasks = [asyncio.create_task(self._guard(work)) for work in (self._read, self._write, self._tick)]
        try:
            error = await self._over
        finally:
            for task in (*tasks, *self._work):
                task.cancel()
            await asyncio.gather(*tasks, *self._work, return_exceptions=True)
            for phonebook in list(self._noted):
                self._note(phonebook, None)
            with anyio.move_on_after(GOODBYE_SECONDS, shield=True):
                await self._transport.close()
            reason = self._over.result().message[:MAX_REASON] if self._over.done() else "the server stops"
            self._answers.ended(self, reason)
        if isinstance(error, RemoteProtocolError):
            _LOG.warning("service broke the protocol", service=self.slug, origin=self.origin, reason=reason)
        return error

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except PhonebookError as error:
            self.close(error)
        except asyncio.CancelledError:
            raise
        except Exception:
            _LOG.exception("link failed", service=self.slug, origin=self.origin)
            self.close(LinkClosed("the server made a mistake; its log says which", code="internal"))

    async def _read(self) -> None:
        while True:
            frame = await self._transport.receive()
            for event in self._end.receive(frame, time.monotonic()):
                await self._take(event)
            self.flush()

    async def _take(self, event: ServerEvent) -> None:
        match event:
            case Introduced(hello):
                await self._answers.introduced(self, hello)
            case Reported(phonebook, seen, _):
                await self._answers.reported(self, phonebook, seen)
            case ChangesAsked(number, request):
                self._start(partial(self._answers.changes, self, request), number)
            case DispatchesBrought(number, batch):
                self._start(partial(self._answers.dispatches, self, batch), number)
            case BookChangeNoted(phonebook, token):
                self.behind.discard(phonebook)
                self._note(phonebook, token)

    def _note(self, phonebook: str, token: str | None) -> None:
        """The service noted this token, and with it all before; None: nobody need wait any more."""
        waiting = self._noted.pop(phonebook, [])
        tokens = [each for each, _ in waiting]
        if token is None:
            upto = len(waiting)
        else:
            upto = max((place for place, each in enumerate(tokens, start=1) if each == token), default=0)
        for _, noted in waiting[:upto]:
            if not noted.done():
                noted.set_result(None)
        if waiting[upto:]:
            self._noted[phonebook] = waiting[upto:]

    def _start(self, work: Callable[[], Awaitable[Changes | Noted | Failure]], number: int) -> None:
        if len(self._work) >= MAX_WORK:
            raise RemoteProtocolError(f"more than {MAX_WORK} requests are under way at once")

        async def answer() -> None:
            self._end.answer(number, await work())
            self.flush()

        task = asyncio.create_task(self._guard(answer))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def flush(self) -> None:
        """Put what is to be sent before the writer. Closes the link when the service lets too much wait."""
        for frame in self._end.take_frames():
            self._frames.append(frame)
            self._waiting_bytes += len(frame)
        if self._waiting_bytes > MAX_WAITING_BYTES:
            self.close(LinkClosed("the service does not read what it is sent", code="slow"))
        if self._frames:
            self._sent.clear()
            self._something.set()

    async def _write(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._frames:
                frame = self._frames.popleft()
                try:
                    async with asyncio.timeout(SEND_SECONDS):
                        await self._transport.send(frame)
                except TimeoutError:
                    raise LinkClosed(f"the service took no frame for {SEND_SECONDS:g} seconds", code="slow") from None
                self._waiting_bytes -= len(frame)
            self._sent.set()

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
            if self._end.hello is None and ticks >= HELLO_SECONDS:
                raise RemoteProtocolError(f"the service did not say who it is within {HELLO_SECONDS:g} seconds")
            self._end.tick(time.monotonic())
            if ticks % RECONCILE_TICKS == 0:
                self._end.reconcile(time.monotonic())
            self.flush()
