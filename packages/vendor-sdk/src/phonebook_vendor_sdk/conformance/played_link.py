"""One link as the kit's server holds it: every frame looked at, everything answered unless a check says otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import anyio
import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from phonebook_core.errors import RemoteProtocolError
from phonebook_core.vendor_link.codec import MAX_FRAME, decode_body, decode_frame, encode
from phonebook_core.vendor_link.exchange import DEADLINE
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import (
    REPLIES,
    Closing,
    Dispatch,
    Failure,
    GetChanges,
    Hello,
    Message,
    Noted,
    Ping,
    Pong,
    Report,
    StoreDispatches,
    Unsupported,
    Welcome,
)
from phonebook_vendor_sdk.conformance.check import Failed
from phonebook_vendor_sdk.conformance.played_book import PlayedBook
from phonebook_vendor_sdk.conformance.watch import MOST_UNDER_WAY, Watch

SERVICES_ASK: Final = (Hello, Ping, Report, GetChanges, StoreDispatches, Closing)
"""What a service may send as a request."""


class PlayedLink:
    """One link from the service's dial to its end."""

    def __init__(self, socket: ServerConnection, watch: Watch, books: Mapping[str, PlayedBook]) -> None:
        self.hello: Hello | None = None
        self.began = time.monotonic()
        self.is_welcomed = False
        self.requests: list[Message] = []
        """What the service sent by itself, in order."""
        self.reports: dict[str, list[Report]] = {}
        self.dispatches: list[Dispatch] = []
        """The records that came over this link, repeated ones too."""
        self.notes_reports = True
        self.stores = True
        self.answers_pings = True
        self.ended = anyio.Event()
        self.heard = anyio.Event()
        """Set at every frame and made anew; see `until`."""
        self._socket = socket
        self._watch = watch
        self._books = books
        self._next_id = 1
        self._asked: dict[int, tuple[type[Message] | None, anyio.Event]] = {}
        self._replies: dict[int, Message] = {}
        self._theirs: dict[int, Message] = {}
        self._since: dict[int, float] = {}
        self._sent: dict[str, int] = {}
        self._serial = 0
        self._hello_id = 0
        self._tasks: set[asyncio.Task[None]] = set()

    # what checks do

    async def welcome(self, body: Mapping[str, Any] | None = None) -> None:
        """Answer the hello; the body may have fields that no service knows."""
        assert self._hello_id, "There is no hello to answer."
        welcome = {"server": "conformance", "time": int(time.time() * 1000), **(body or {})}
        self._theirs.pop(self._hello_id, None)
        self.is_welcomed = True
        await self.send(_pack(Welcome.kind, -self._hello_id, welcome))
        self._tell()

    async def fail_hello(self, failure: Failure) -> None:
        """Answer the hello with a failure."""
        self._theirs.pop(self._hello_id, None)
        await self.send(encode(failure, -self._hello_id))

    async def ask(self, message: Message, **more: Any) -> Message:
        """Send a request, with more fields than the message has when some are given, and wait for its reply."""
        body = {**msgspec.to_builtins(message), **more}
        return await self.reply(await self.ask_raw(message.kind, body, expected=REPLIES.get(type(message))))

    async def ask_raw(self, kind: str, body: Any, *, expected: type[Message] | None = None) -> int:
        """Send a request with any body at all; returns its id for `reply`."""
        id = self._next_id
        self._next_id += 1
        self._asked[id] = (expected, anyio.Event())
        if isinstance(body, dict) and isinstance(body.get("phonebook"), str):
            sent = body.get("generation", 0)
            self._sent[body["phonebook"]] = max(self._sent.get(body["phonebook"], 0), sent)
        await self.send(_pack(kind, id, body))
        return id

    async def reply(self, id: int) -> Message:
        """The reply to this request. Fails when none comes."""
        with anyio.move_on_after(self._watch.patience):
            while id not in self._replies and not self.ended.is_set():
                await self._hear()
        if id in self._replies:
            return self._replies[id]
        how = (
            "the service ended the link"
            if self.ended.is_set()
            else f"nothing came within {self._watch.patience:g} seconds"
        )
        raise Failed(f"A request of the server got no reply: {how}.")

    async def send(self, data: bytes | str) -> None:
        """Send one websocket message as it is."""
        self._watch.look("server", data)
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(data)

    async def goodbye(self, retry_after: float) -> None:
        """Say that the link ends on purpose, and end it."""
        await self.ask_raw(Closing.kind, {"reason": "conformance", "retry_after": retry_after})
        await self._socket.close()
        await self.ended.wait()

    async def cut(self) -> None:
        """Break the connection as a pulled cable does."""
        self._socket.transport.abort()
        await self.ended.wait()

    async def until(self, holds: Callable[[], object], otherwise: str, *, seconds: float = 0) -> None:
        """Wait until something is so that changes with frames, or as patience has it. Fails with this sentence."""
        seconds = seconds or self._watch.patience
        with anyio.move_on_after(seconds):
            while not holds():
                if self.ended.is_set():
                    raise Failed(f"{otherwise} The link ended.")
                await self._hear()
            return
        raise Failed(f"{otherwise} Waited for {seconds:g} seconds.")

    async def until_ended(self, otherwise: str) -> None:
        """Wait until the service ends the link."""
        with anyio.move_on_after(self._watch.patience):
            await self.ended.wait()
            return
        raise Failed(otherwise)

    async def is_alive(self) -> bool:
        """Whether the service still answers a ping on this link."""
        try:
            return isinstance(await self.ask(Ping()), Pong)
        except Failed:
            return False

    def report(self, phonebook: str) -> Report | None:
        """The last report on a phonebook."""
        reports = self.reports.get(phonebook)
        return reports[-1] if reports else None

    # what comes in

    async def read(self) -> None:
        """Take frames until the link ends."""
        try:
            async for data in self._socket:
                await self._take(data)
                self._tell()
        except ConnectionClosed:
            pass
        finally:
            self.ended.set()
            self._tell()
            for task in self._tasks:
                task.cancel()

    async def _take(self, data: bytes | str) -> None:
        watch = self._watch
        watch.frames += 1
        watch.look("service", data)
        if isinstance(data, str):
            watch.fault("binary", f"A text message came: {data[:60]!r}.")
            return
        if len(data) > MAX_FRAME:
            watch.fault("size", f"A frame of {len(data)} bytes came; the limit is {MAX_FRAME}.")
        try:
            frame = decode_frame(data)
            message = decode_body(frame)
        except RemoteProtocolError as error:
            watch.fault("readable", f"A frame cannot be read: {error.message}")
            return
        if frame.is_reply:
            self._replied(-frame.id, message, frame.kind)
        elif message is None:
            watch.fault("known", f"An unknown kind came as a request: {frame.kind}.")
            await self._answer(frame.id, Unsupported(requested=frame.kind[:64]))
        else:
            await self._requested(frame.id, message)

    def _replied(self, id: int, message: Message | None, kind: str) -> None:
        asked = self._asked.get(id)
        if asked is None:
            self._watch.fault("one-reply", f"A reply {kind} came to request {id}, which was never sent.")
        elif id in self._replies:
            self._watch.fault("one-reply", f"Request {id} got a second reply, {kind}.")
        elif message is None:
            self._watch.fault("known", f"An unknown kind came as a reply: {kind}.")
        else:
            expected = asked[0]
            if expected is not None and not isinstance(message, expected | Failure | Unsupported):
                self._watch.fault("reply-kinds", f"A {kind} came where {expected.kind} belongs.")
            self._replies[id] = message
            if isinstance(message, Report):
                self._reported(message)

    async def _requested(self, id: int, message: Message) -> None:
        watch = self._watch
        self._give_up()
        if id in self._theirs:
            watch.fault("ids", f"The id {id} was used again while the request before was open.")
        if not isinstance(message, SERVICES_ASK):
            watch.fault("known", f"A service does not send {message.kind} as a request.")
        if self.hello is None and not isinstance(message, Hello | Ping):
            watch.fault("hello-first", f"{message.kind} came before hello.")
        elif not self.is_welcomed and not isinstance(message, Hello | Ping):
            watch.fault("hello-first", f"{message.kind} came before the welcome.")
        if isinstance(message, Report) and any(
            isinstance(open, Report) and open.phonebook == message.phonebook for open in self._theirs.values()
        ):
            watch.fault("one-report", "A second report on a phonebook came while the one before was under way.")
        self._theirs[id] = message
        self._since[id] = time.monotonic()
        if len(self._theirs) > MOST_UNDER_WAY:
            watch.fault("under-way", f"{len(self._theirs)} requests were under way at once.")
        self.requests.append(message)
        await self._act(id, message)

    def _give_up(self) -> None:
        """Forget the requests that the service has given up by now, because they got no reply."""
        now = time.monotonic()
        for id in [id for id in self._theirs if now - self._since[id] >= DEADLINE - 1]:
            del self._theirs[id]

    async def _act(self, id: int, message: Message) -> None:
        match message:
            case Hello():
                if self.hello is None:
                    self.hello, self._hello_id = message, id
            case Ping() if self.answers_pings:
                await self._answer(id, Pong())
            case Report():
                self._reported(message)
                if self.notes_reports:
                    await self._answer(id, Noted())
            case GetChanges():
                task = asyncio.ensure_future(self._answer_changes(id, message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case StoreDispatches():
                for dispatch in message.dispatches:
                    self._watch.recorded(dispatch.id, msgspec.msgpack.encode(dispatch))
                self.dispatches.extend(message.dispatches)
                if self.stores:
                    await self._answer(id, Noted())
            case Closing():
                await self._answer(id, Noted())

    async def _answer_changes(self, id: int, request: GetChanges) -> None:
        book = self._books.get(request.phonebook)
        unknown = Failure(code="not_allowed", message="There is no such phonebook.")
        await self._answer(id, await book.answer(request) if book is not None else unknown)
        self._tell()

    async def _answer(self, id: int, message: Message) -> None:
        self._theirs.pop(id, None)
        await self.send(encode(message, -id))

    def _reported(self, report: Report) -> None:
        self._watch.reports += 1
        if report.serial <= self._serial:
            self._watch.fault("serials", f"A report has the serial {report.serial} after {self._serial}.")
        self._serial = max(self._serial, report.serial)
        if report.state is State.UNAVAILABLE:
            self._watch.fault("reports", "A report says unavailable; then there is no link to say it on.")
        if (report.access is not None) != (report.state is State.ENABLED):
            self._watch.fault("reports", f"A report in {report.state} must have an access in enabled, and only there.")
        newest = max(report.generation, report.configured, report.refused)
        if newest > self._sent.get(report.phonebook, 0):
            self._watch.fault("reports", f"A report answers command {newest}, which was never sent.")
        self.reports.setdefault(report.phonebook, []).append(report)

    async def _hear(self) -> None:
        await self.heard.wait()

    def _tell(self) -> None:
        self.heard.set()
        self.heard = anyio.Event()


def _pack(kind: str, id: int, body: Any) -> bytes:
    return msgspec.msgpack.encode([kind, id, body])
