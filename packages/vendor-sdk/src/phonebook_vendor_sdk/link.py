"""One link: the reader, the writer and the ticker around a `VendorEnd`, over any transport.

One task reads, one writes (bounded queue, a deadline for every frame), one ticks each second. Everything else happens
in between on the same event loop, so nothing here needs a lock. A link ends by a reason, never by an exception.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import anyio

from phonebook_core.errors import LinkClosed, PhonebookError
from phonebook_core.vendor_link.messages import Hello, Message
from phonebook_core.vendor_link.transport import Transport
from phonebook_core.vendor_link.vendor_end import Answered, VendorEnd, VendorEvent
from phonebook_vendor_sdk.clock import Clock

SEND_SECONDS: Final = 10.0
"""A server that does not take a frame for so long is not reading any more."""
MAX_WAITING_BYTES: Final = 8 * 1024 * 1024
"""Frames that wait to be sent; above this the link is closed."""
TICK_SECONDS: Final = 1.0
GOODBYE_SECONDS: Final = 1.0

_log: Final = logging.getLogger(__name__)


class _Waiting:
    __slots__ = ("event", "message")

    def __init__(self) -> None:
        self.event = anyio.Event()
        self.message: Message | None = None


class Link:
    """One link from dialling to its end. `handle` gets every event but the answers, before anything is sent back."""

    def __init__(self, transport: Transport, hello: Hello, clock: Clock, handle: Callable[[VendorEvent], None]) -> None:
        self.end = VendorEnd(hello, clock.monotonic())
        self._transport = transport
        self._clock = clock
        self._handle = handle
        self._frames: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = anyio.Event()
        self._answers: dict[int, _Waiting] = {}
        self._reason: PhonebookError | None = None
        self._scope = anyio.CancelScope()
        self._tasks: Any = None

    async def run(self) -> PhonebookError:
        """Keep the link until it ends. Returns why it ended; when cancelled, says goodbye first."""
        try:
            with self._scope:
                async with anyio.create_task_group() as tasks:
                    self._tasks = tasks
                    self.flush()
                    for work in (self._read, self._write, self._tick):
                        tasks.start_soon(self._guard, work)
        except anyio.get_cancelled_exc_class():
            await self._say_goodbye()
            raise
        with anyio.move_on_after(GOODBYE_SECONDS, shield=True):
            await self._transport.close(self._reason.message if self._reason else "")
        return self._reason or LinkClosed("The link was closed.")

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something for as long as the link lasts."""
        self._tasks.start_soon(self._guard, work)

    def now(self) -> float:
        """The time as the protocol's end wants it."""
        return self._clock.monotonic()

    def flush(self) -> None:
        """Hand over to the writer what the end has to say. Call it after every call to the end."""
        for frame in self.end.take_frames():
            self._frames.append(frame)
            self._waiting_bytes += len(frame)
        if self._waiting_bytes > MAX_WAITING_BYTES:
            self.close(LinkClosed("The server does not read what is sent to it; the link is closed.", code="slow"))
        if self._frames:
            self._wake.set()

    async def ask(self, request: int) -> Message | None:
        """Send what the end has to say and wait for the reply to this request. None: none came in time."""
        waiting = self._answers[request] = _Waiting()
        try:
            self.flush()
            await waiting.event.wait()
            return waiting.message
        finally:
            self._answers.pop(request, None)

    def close(self, reason: PhonebookError) -> None:
        """End the link for this reason, unless it ended for another one before."""
        if self._reason is None:
            self._reason = reason
        self._scope.cancel()

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except PhonebookError as error:
            self.close(error)
        except Exception as error:
            _log.exception("A fault in the service ended the link; it will dial again.")
            self.close(LinkClosed(f"A fault in the service ended the link: {error!r}.", code="fault"))

    async def _read(self) -> None:
        while True:
            data = await self._transport.receive()
            self._take(self.end.receive(data, self.now()))

    async def _tick(self) -> None:
        while True:
            await anyio.sleep(TICK_SECONDS)
            self._take(self.end.tick(self.now()))

    def _take(self, events: list[VendorEvent]) -> None:
        for event in events:
            if isinstance(event, Answered):
                waiting = self._answers.get(event.id)
                if waiting is not None:
                    waiting.message = event.message
                    waiting.event.set()
            else:
                self._handle(event)
        self.flush()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            while self._frames:
                frame = self._frames.popleft()
                self._waiting_bytes -= len(frame)
                try:
                    with anyio.fail_after(SEND_SECONDS):
                        await self._transport.send(frame)
                except TimeoutError:
                    raise LinkClosed(
                        f"The server took no frame for {SEND_SECONDS:g} seconds; the link is closed.", code="slow"
                    ) from None

    async def _say_goodbye(self) -> None:
        with anyio.move_on_after(GOODBYE_SECONDS, shield=True):
            with suppress(PhonebookError):
                if self.end.is_up:
                    self.end.say_goodbye("the service is stopping", self.now())
                for frame in [*self._frames, *self.end.take_frames()]:
                    await self._transport.send(frame)
            await self._transport.close("the service is stopping")
