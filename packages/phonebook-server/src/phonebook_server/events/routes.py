"""`/api/v1/events`: what happens, told live as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Annotated, Any, Final

import anyio
import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from phonebook_core.errors import NotSignedIn
from phonebook_server.accounts.authentication import check_origin, cookie_name
from phonebook_server.config import Config
from phonebook_server.events.hub import Hub, Listener
from phonebook_server.events.sight import Credential, look
from phonebook_server.handling import Asker, TheServer
from phonebook_server.ids import hashed

PING_SECONDS: Final = 15.0
SEND_SECONDS: Final = 10.0
"""A reader who takes nothing for so long is given up."""
RETRY_MS: Final = 2_000
"""How long browsers wait before they ask again."""

LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="The id of the last event you got; browsers send it."),
]


class EventStream(ASGIStreamingResponse):
    """The answer that lasts: sends what its listener gets, and ends when that is over or the reader is gone."""

    __slots__ = ("_hub", "_listener")

    def __init__(self, hub: Hub, listener: Listener) -> None:
        super().__init__(
            iterator=_frames(hub, listener),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
        self._hub = hub
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._listener)

    async def send_body(self, send: Send, receive: Receive) -> None:
        async def patient(message: Any) -> None:
            with anyio.fail_after(SEND_SECONDS):
                await send(message)

        async def stream() -> None:
            with suppress(OSError, RuntimeError, TimeoutError):  # the reader is gone or does not read
                await self._stream(patient)
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            self._listener.cut = group.cancel_scope.cancel
            group.start_soon(stream)
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()


async def _frames(hub: Hub, listener: Listener) -> AsyncGenerator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    while (taken := await listener.take(PING_SECONDS)) is not None:
        if not taken:
            yield b": ping\n\n"
            continue
        yield b"".join(
            b"id: %s\ndata: %s\n\n" % (hub.id_of(number).encode(), msgspec.json.encode(event))
            for event, number in taken
        )


@get(
    "/events",
    operation_id="follow_events",
    summary="Follow what happens, live",
    responses={
        200: ResponseSpec(data_container=str, media_type="text/event-stream", description="Server-sent events."),
    },
)
async def follow_events(
    request: Request[Any, Any, Any],
    server: TheServer,
    principal: Asker,
    hub: NamedDependency[Hub],
    last_event_id: LastEventId = None,
) -> EventStream:
    """Server-sent events from the sites that you are a member of, each with `kind` and what it is about.

    An event says that something changed, never what it is now: ask for that. After `resync` some were missed, so look
    at everything anew. `rights.changed`: you may see more or less than before. The stream ends when your session or
    token does.
    """
    if principal.via == "session":
        check_origin(request, server.config, required=False)
    credential = _credential(request, server.config)
    async with server.db.reading() as connection:
        sight = (await look(connection, [credential], server.clock())).get(credential)
    if sight is None:
        raise NotSignedIn("Your session or token has just ended. Sign in again.")
    return EventStream(hub, hub.listen(credential, sight, since=last_event_id or ""))


def _credential(request: Request[Any, Any, Any], config: Config) -> Credential:
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return Credential("token", hashed(authorization.partition(" ")[2].strip()))
    return Credential("session", hashed(request.cookies.get(cookie_name(config), "")))


handlers: Final = [follow_events]
