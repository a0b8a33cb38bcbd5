"""The server that the kit plays: it takes links at the path of the protocol, or refuses them as a check wants."""

from __future__ import annotations

import time
from collections import deque
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import anyio
import msgspec
from msgspec import Struct
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from phonebook_core.vendor_link.messages import SUBPROTOCOL
from phonebook_core.vendor_link.transport import LINK_PATH
from phonebook_vendor_sdk.conformance.check import Failed
from phonebook_vendor_sdk.conformance.played_book import PlayedBook
from phonebook_vendor_sdk.conformance.played_link import PlayedLink
from phonebook_vendor_sdk.conformance.watch import Watch

PREFIX: Final = "/below"
"""The path of the server's public URL: links are below it."""
MOST_READ: Final = 8 * 1024 * 1024
"""Bytes of a frame that are read, to be able to say that it is too large."""


class Refusal(Struct, frozen=True):
    """An HTTP answer instead of a link."""

    status: int
    retry_after: int | None = None
    detail: str = "The conformance checks refuse this on purpose."


class Dial(Struct, frozen=True):
    """One try of the service to open a link. `time` is of a monotonic clock, names of headers are in lower case."""

    time: float
    path: str
    headers: dict[str, str]
    refused: bool


class PlayedServer:
    """A server on a port of this machine, for one service."""

    def __init__(self, watch: Watch, token: str, port: int = 0) -> None:
        self.dials: list[Dial] = []
        self.links: list[PlayedLink] = []
        self.books: dict[str, PlayedBook] = {}
        self.refusals: deque[Refusal] = deque()
        """What the next dials get."""
        self.refusing: Refusal | None = None
        """What every dial gets while it is set."""
        self.welcomes = True
        """Whether a hello is answered at once."""
        self.welcome: dict[str, Any] = {}
        """More fields of the welcome."""
        self.token = token
        self._watch = watch
        self._server: Server | None = None
        self._port = port
        self._dialled = anyio.Event()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shut()

    @property
    def url(self) -> str:
        """The server's public URL, as a service is told it."""
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    async def open(self) -> None:
        """Listen."""
        self._server = await serve(
            self._talk,
            "127.0.0.1",
            self._port,
            process_request=self._look,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            select_subprotocol=_best,
            compression=None,
            ping_interval=None,
            max_size=MOST_READ,
            close_timeout=1,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def shut(self) -> None:
        """Break every connection and stop listening, as a killed server does."""
        if self._server is None:
            return
        for connection in list(self._server.connections):
            connection.transport.abort()
        self._server.close(close_connections=True)
        await self._server.wait_closed()
        self._server = None

    async def dial_after(self, count: int, otherwise: str, *, seconds: float = 0) -> Dial:
        """The next dial when there were so many before."""
        with anyio.move_on_after(seconds or self._watch.patience):
            while len(self.dials) <= count:
                await self._dialled.wait()
            return self.dials[count]
        raise Failed(otherwise)

    async def link_after(self, count: int, *, seconds: float = 0) -> PlayedLink:
        """The newest link with its hello, once there are more than so many."""
        seconds = seconds or self._watch.patience
        with anyio.move_on_after(seconds):
            while len(self.links) <= count:
                await self._dialled.wait()
            link = self.links[-1]
            await link.until(lambda: link.hello, "The service opened a link and sent no hello.", seconds=10)
            return link
        raise Failed("The service did not dial in time.")

    async def dialled(self, seconds: float) -> None:
        """Wait for the next dial, for so many seconds at most."""
        with anyio.move_on_after(seconds):
            await self._dialled.wait()

    def _look(self, connection: ServerConnection, request: Request) -> Response | None:
        refusal = self.refusals.popleft() if self.refusals else self.refusing
        path = urlsplit(request.path).path
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        if path != PREFIX + LINK_PATH:
            refusal = Refusal(404, detail=f"A link is opened at {PREFIX}{LINK_PATH}.")
        elif headers.get("authorization") != f"Bearer {self.token}":
            refusal = Refusal(401, detail="This is not the token that the service was started with.")
        self.dials.append(Dial(time.monotonic(), path, headers, refusal is not None))
        self._told()
        if refusal is None:
            return None
        response = connection.respond(HTTPStatus(refusal.status), "")
        response.body = msgspec.json.encode({"title": "Refused", "status": refusal.status, "detail": refusal.detail})
        for name, value in (
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(response.body))),
            ("Retry-After", "" if refusal.retry_after is None else str(refusal.retry_after)),
        ):
            if name in response.headers:
                del response.headers[name]
            if value:
                response.headers[name] = value
        return response

    async def _talk(self, socket: ServerConnection) -> None:
        link = PlayedLink(socket, self._watch, self.books)
        self.links.append(link)
        self._told()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._introduce, link)
            await link.read()
            tasks.cancel_scope.cancel()

    async def _introduce(self, link: PlayedLink) -> None:
        while link.hello is None:
            await link.heard.wait()
        if self.welcomes:
            await link.welcome(self.welcome)

    def _told(self) -> None:
        self._dialled.set()
        self._dialled = anyio.Event()


def _best(connection: ServerConnection, offered: Any) -> Subprotocol | None:
    """The version of this kit when the service offers it; otherwise none, which a check finds out."""
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None
