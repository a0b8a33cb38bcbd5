"""The server of a `Bench`: the real `ServerEnd` over a pair of queues, one phonebook, everything in memory."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from msgspec.structs import replace

from phonebook_core.contact import Contact
from phonebook_core.errors import LinkClosed, LinkError
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import (
    Access,
    Book,
    Changes,
    Dispatch,
    Failure,
    GetChanges,
    Hello,
    Noted,
    Report,
    Welcome,
)
from phonebook_core.vendor_link.reconcile import Wanted
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

API_KEY = "bench-api-key"
PAGE = 500


class BenchServer:
    """One phonebook and what is wanted of it. It goes on over any number of links, one at a time."""

    def __init__(self, book: Book, contacts: Iterable[Contact]) -> None:
        self.book = book
        self.contacts: dict[str, Contact] = {}
        self.dispatches: dict[str, Dispatch] = {}
        self.brought = 0
        """How many records of dispatches came, repeated ones too."""
        self.pages: list[Changes] = []
        """Every page of changes that was handed out."""
        self.access: Access | None = None
        """The last access that was reported, on any link."""
        self.hello: Hello | None = None
        """How the service introduced itself last."""
        self.is_reachable = True
        self.failing: Failure | None = None
        """While set, the answer to every request for contacts."""
        self.stores = True
        """While false, dispatches are not acknowledged."""
        self.page = PAGE
        self.oldest = 0
        """Since when changes are known; an older token gets a snapshot."""
        self._history: list[str] = []
        self._wanted = Wanted(on=False)
        self._noted: set[str] = set()
        self._end: ServerEnd | None = None
        self._pipe: _Pipe | None = None
        self.put(contacts)

    # what the server does

    def turn_on(self) -> None:
        """The service is wanted for this phonebook; settings come later."""
        self._want(replace(self._wanted, on=True, generation=self._wanted.generation + 1, api_key=API_KEY))

    def configure(self, settings: Mapping[str, Any], former_password: str = "", former_until: int = 0) -> None:
        """These settings are wanted, and phones may use the former password until then."""
        self._want(
            replace(
                self._wanted,
                generation=self._wanted.generation + 1,
                settings=settings,
                former_password=former_password,
                former_until=former_until,
            )
        )

    def turn_off(self) -> None:
        """The service is not wanted any more."""
        self._want(Wanted(on=False, generation=self._wanted.generation + 1))

    def put(self, contacts: Iterable[Contact]) -> str:
        """Save contacts. Returns the newest token."""
        for contact in contacts:
            self.contacts[contact.id] = contact
            self._history.append(contact.id)
        return self._moved()

    def remove(self, ids: Iterable[str]) -> str:
        """Delete contacts. Returns the newest token."""
        for id in ids:
            del self.contacts[id]
            self._history.append(id)
        return self._moved()

    def change_book(self, book: Book) -> str:
        """Change what is known of the phonebook besides its contacts. Returns the newest token."""
        self.book = book
        self._history.append("")
        return self._moved()

    def hang_up(self) -> None:
        """Break the link as a killed server does."""
        if self._pipe is not None:
            self._pipe.break_off()
        self._pipe = self._end = None

    async def dial(self) -> Transport:
        """What the service dials: a new link, which takes the place of the one before."""
        if not self.is_reachable:
            raise LinkClosed("The server cannot be reached.")
        self.hang_up()
        self._noted.clear()
        self._end = ServerEnd(time.monotonic())
        self._pipe = _Pipe(self)
        return self._pipe

    # what is so

    @property
    def token(self) -> str:
        """The newest token."""
        return f"t{len(self._history)}"

    @property
    def state(self) -> State:
        """The state of the phonebook, from the last report."""
        return self._end.seen(self.book.id).state if self._end is not None else State.UNAVAILABLE

    @property
    def report(self) -> Report | None:
        """The last report on this link."""
        return self._end.seen(self.book.id).report if self._end is not None else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return self._end is not None and self._end.is_settled(self.book.id)

    def has_noted(self, token: str) -> bool:
        """Whether the service knows of this token, or need not."""
        return token in self._noted or self.state not in (State.SETUP, State.ENABLED)

    # how it works

    def take(self, frame: bytes) -> None:
        """Take a frame from the service."""
        end = self._end
        if end is not None:
            for event in end.receive(frame, time.monotonic()):
                self._act(end, event)
            self._flush()

    def _act(self, end: ServerEnd, event: ServerEvent) -> None:
        match event:
            case Introduced(hello):
                self.hello = hello
                welcome = Welcome(server="bench", time=int(time.time() * 1000))
                end.welcome(welcome, [(self.book.id, self._wanted)], time.monotonic())
            case ChangesAsked(id, request):
                end.answer(id, self.failing or self._changes(request))
            case DispatchesBrought(id, request) if self.stores:
                self.brought += len(request.dispatches)
                for dispatch in request.dispatches:
                    self.dispatches.setdefault(dispatch.id, dispatch)
                end.answer(id, Noted())
            case BookChangeNoted(_, token):
                self._noted.add(token)
            case Reported(_, _, report):
                self.access = report.access or self.access
            case DispatchesBrought():
                pass

    def _changes(self, request: GetChanges) -> Changes | Failure:
        if request.api_key != API_KEY:
            return Failure(code="not_allowed", message="This key does not open this phonebook.")
        since, _, after = request.since.removeprefix("t").partition("/")
        limit = min(request.limit, self.page)
        if since.isdigit() and int(since) >= self.oldest and not after:
            return self._page(self._history[int(since) :], int(since), limit)
        return self._snapshot(after, limit, first=not after)

    def _page(self, history: Sequence[str], since: int, limit: int) -> Changes:
        ids = history[:limit]
        page = Changes(
            phonebook=self.book.id,
            book=self.book,
            token=f"t{since + len(ids)}",
            upserts=tuple(self.contacts[id] for id in dict.fromkeys(ids) if id in self.contacts),
            removals=tuple(id for id in dict.fromkeys(ids) if id and id not in self.contacts),
            more=len(history) > limit,
        )
        self.pages.append(page)
        return page

    def _snapshot(self, after: str, limit: int, *, first: bool) -> Changes:
        begun, _, last = after.partition("/")
        rest = sorted(id for id in self.contacts if id > last)
        more = len(rest) > limit
        started = begun or str(len(self._history))
        page = Changes(
            phonebook=self.book.id,
            book=self.book,
            token=f"tx/{started}/{rest[limit - 1]}" if more else f"t{started}",
            upserts=tuple(self.contacts[id] for id in rest[:limit]),
            snapshot=first,
            more=more,
        )
        self.pages.append(page)
        return page

    def _want(self, wanted: Wanted) -> None:
        self._wanted = wanted
        if self._end is not None:
            self._end.want(self.book.id, wanted, time.monotonic())
            self._flush()

    def _moved(self) -> str:
        if self._end is not None:
            self._end.announce(self.book.id, self.token, time.monotonic())
            self._flush()
        return self.token

    def _flush(self) -> None:
        if self._end is not None and self._pipe is not None:
            for frame in self._end.take_frames():
                self._pipe.deliver(frame)


class _Pipe:
    """The service's side of a link in memory."""

    def __init__(self, server: BenchServer) -> None:
        streams = anyio.create_memory_object_stream[bytes](float("inf"))
        self._in: MemoryObjectSendStream[bytes] = streams[0]
        self._out: MemoryObjectReceiveStream[bytes] = streams[1]
        self._server = server
        self._broken = False

    def deliver(self, frame: bytes) -> None:
        """A frame from the server."""
        if not self._broken:
            self._in.send_nowait(frame)

    def break_off(self) -> None:
        """End the link as if a cable was pulled."""
        self._broken = True
        self._in.close()

    async def send(self, frame: bytes) -> None:
        if self._broken:
            raise LinkClosed("The connection to the server broke.")
        try:
            self._server.take(frame)
        except LinkError as error:
            self.break_off()
            raise LinkClosed(error.message) from None

    async def receive(self) -> bytes:
        try:
            return await self._out.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            raise LinkClosed("The connection to the server broke.") from None

    async def close(self, reason: str = "") -> None:
        self.break_off()
        self._out.close()
