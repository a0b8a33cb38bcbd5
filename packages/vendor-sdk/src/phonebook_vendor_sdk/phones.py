"""What phones talk to: an ASGI application for `/phones/<slug>/<phonebook>/<file>`.

`Phones.answer` begins with the hot path: a look-up by path in the table of what can be served at once, one hash of the
Authorization header, two messages that were made before, one tuple for the audit trail. Whatever is not that simple
goes on to `_answer`, which knows all the rules:

- GET, and POST like GET (some phones do); HEAD; anything else is 405. The query is ignored unless a file varies by it.
- A request without credentials gets a 401 and is recorded only when none with credentials follows (`bare`): phones ask
  so first. Wrong ones are recorded and, when there were many, slowed down (`throttle`). The password before the last
  rotation opens while its time lasts. 304 only after authentication (RFC 9110 §13.1.2).
- An unknown phonebook is 404 once the server has said everything it knows, and 503 before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import parse_qsl

import anyio

from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Auth, Phone
from phonebook_vendor_sdk.clock import Clock
from phonebook_vendor_sdk.credentials import opens
from phonebook_vendor_sdk.dispatches import LONGEST_AGENT, Note
from phonebook_vendor_sdk.enablement import PATIENCE, Enablement
from phonebook_vendor_sdk.leaf import NOSNIFF, Leaf, is_known, wants_gzip
from phonebook_vendor_sdk.requests import PhoneRequest, RouteRequest
from phonebook_vendor_sdk.routes import answer_of
from phonebook_vendor_sdk.service import VendorService, phone_without
from phonebook_vendor_sdk.throttle import Throttle

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

RETRY_AFTER: Final = 30
"""Seconds that a phone is asked to wait when there is no book for it yet."""
MAX_BODY: Final = 65_536
"""Bytes of a request's body that are read; only a route sees them."""
BODY_SECONDS: Final = 2.0
MAX_QUERY: Final = 1_024
LARGE_ZIP: Final = 262_144
"""Bytes above which a file is compressed in a thread."""

_OK: Final = Auth.OK.value
_BASIC: Final = (b"www-authenticate", b'Basic realm="Phonebook", charset="UTF-8"')
_ALLOW: Final = (b"allow", b"GET, HEAD, POST")
_NO_STORE: Final = (b"cache-control", b"no-store")
_EMPTY: Final = {"type": "http.response.body", "body": b""}

_NOT_HERE: Final = "There is no phonebook here. Check the address in the phone's settings."
_LOGIN: Final = "This phonebook needs the user name and password shown where it was turned on."
_WRONG: Final = (
    "The user name or password is wrong. Compare the phone's settings with those shown where it was turned on."
)
_TOO_MANY: Final = (
    "Too many wrong passwords came from this address. Correct the phone's settings; the right one works at once."
)
_TOO_LONG: Final = f"Send at most {MAX_BODY} bytes, within {BODY_SECONDS:g} seconds."
_NOT_YET: Final = "This phonebook is not ready at the moment. Try again in half a minute."


class Phones:
    """The phones' side of one service."""

    def __init__(
        self,
        service: VendorService[Any],
        ready: Mapping[str, Leaf],
        enablements: Mapping[str, Enablement],
        note: Callable[[Note], None],
        clock: Clock,
        *,
        opened: anyio.Event,
        is_off: Callable[[str], bool],
    ) -> None:
        self._service = service
        self._ready = ready
        self._enablements = enablements
        self._note = note
        self._clock = clock
        self._wall = clock.wall
        self._opened = opened
        self._is_off = is_off
        self._throttle = Throttle()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the ASGI application itself."""
        leaf = self._ready.get(scope.get("path", ""))
        if leaf is not None and scope.get("method") == "GET":
            headers = dict(scope["headers"])
            if (
                compare_digest(sha256(headers.get(b"authorization", b"")).digest(), leaf.digest)
                and b"if-none-match" not in headers
                and b"accept-encoding" not in headers
            ):
                await send(leaf.start)
                await send(leaf.end)
                client = scope.get("client")
                self._note(
                    (
                        self._wall(),
                        leaf.phonebook,
                        leaf.file,
                        200,
                        leaf.size,
                        leaf.token,
                        client[0] if client else "",
                        headers.get(b"user-agent", b""),
                        _OK,
                    )
                )
                return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _refuse_other(scope, receive, send)
            return
        method = scope["method"]
        reply = _Reply(send, head=method == "HEAD")
        if method not in ("GET", "HEAD", "POST"):
            await reply.plain(405, "Phones fetch with GET, HEAD or POST.", _ALLOW)
            return
        body = await _read_body(receive) if method == "POST" else b""
        if not self._opened.is_set():
            with anyio.move_on_after(PATIENCE):
                await self._opened.wait()
        parts = scope["path"].split("/")
        if len(parts) != 5 or parts[1] != "phones" or parts[2] != self._service.slug:
            await reply.plain(404, _NOT_HERE)
            return
        enablement = self._enablements.get(parts[3])
        if enablement is None:
            if self._is_off(parts[3]) or not (parts[4] in self._service.files or parts[4] in self._service.routes):
                await reply.plain(404, _NOT_HERE)
            else:
                await reply.not_yet()
            return
        headers = dict(scope["headers"])
        client = scope.get("client")
        agent = headers.get(b"user-agent", b"")[:LONGEST_AGENT]
        visit = _Visit(self, enablement, parts[4], client[0] if client else "", agent)
        await self._answer_known(visit, scope, headers, body, reply)

    async def _answer_known(
        self, visit: _Visit, scope: Scope, headers: Mapping[bytes, bytes], body: bytes | None, reply: _Reply
    ) -> None:
        enablement, file = visit.enablement, visit.file
        if not enablement.may_serve:
            if enablement.state is State.DISABLED and self._is_off(enablement.phonebook):
                visit.record(404, await reply.plain(404, _NOT_HERE))
            else:
                visit.record(503, await reply.not_yet())
            return
        authorization = headers.get(b"authorization", b"")
        if not authorization:
            visit.auth = Auth.NONE.value
            visit.record(401, await reply.plain(401, _LOGIN, _BASIC))
            return
        if opens(authorization, enablement.digest):
            visit.auth = _OK
        else:
            is_former = enablement.former is not None and opens(authorization, enablement.former.digest)
            visit.auth = Auth.FORMER.value if is_former else Auth.WRONG.value
            if not (is_former and enablement.former_opens(self._clock.wall_ms())):
                await self._refuse(visit, reply)
                return
        if file in self._service.routes:
            await self._answer_route(visit, scope, body, reply)
            return
        if file not in self._service.files:
            visit.record(404, await reply.plain(404, _NOT_HERE))
            return
        leaf = await enablement.leaf(self._request(enablement, file, scope, visit.agent))
        if leaf is None:
            visit.record(503, await reply.not_yet())
            return
        in_gzip = wants_gzip(headers.get(b"accept-encoding", b""))
        if is_known(headers.get(b"if-none-match", b""), leaf.etag):
            visit.record(304, await reply.start_only(leaf.not_modified(in_gzip=in_gzip)), leaf.token)
        elif in_gzip:
            if leaf.size > LARGE_ZIP and not leaf.is_zipped:
                await anyio.to_thread.run_sync(leaf.zipped)
            start, end, size = leaf.zipped()
            visit.record(200, await reply.messages(start, end, size), leaf.token)
        else:
            visit.record(200, await reply.messages(leaf.start, leaf.end, leaf.size), leaf.token)

    async def _answer_route(self, visit: _Visit, scope: Scope, body: bytes | None, reply: _Reply) -> None:
        """Let the vendor's own method answer."""
        enablement, name = visit.enablement, visit.file
        if body is None:
            visit.record(413, await reply.plain(413, _TOO_LONG))
            return
        newest = await enablement.newest()
        if newest is None:
            visit.record(503, await reply.not_yet())
            return
        request = RouteRequest(
            file=name,
            url=next(file.url for file in enablement.files if file.name == name),
            query=_query(scope),
            phone=phone_without(self.identify(visit.agent)),
            method=scope["method"],
            body=body,
        )
        method = getattr(self._service, self._service.routes[name].method)
        answer = await answer_of(lambda: method(*newest, request))
        if isinstance(answer, str):
            enablement.complain(f"route:{name}", f"{name} could not be answered at the last request: {answer}.")
            visit.record(503, await reply.not_yet())
            return
        enablement.complain(f"route:{name}", "")
        token = enablement.copy.token
        visit.record(answer.status, await reply.made(answer.status, answer.body, answer.content_type), token)

    async def _refuse(self, visit: _Visit, reply: _Reply) -> None:
        """Answer wrong credentials."""
        wait = self._throttle.count_wrong(visit.address, visit.enablement.phonebook, self._clock.monotonic())
        if wait:
            visit.auth = Auth.THROTTLED.value
            visit.record(429, await reply.plain(429, _TOO_MANY, (b"retry-after", b"%d" % wait)))
        else:
            visit.record(401, await reply.plain(401, _WRONG, _BASIC))

    def _request(self, enablement: Enablement, file: str, scope: Scope, agent: bytes) -> PhoneRequest:
        plain = enablement.plain[file]
        varies_by = self._service.files[file].varies_by
        if not varies_by:
            return plain
        query: tuple[tuple[str, str], ...] = ()
        phone = plain.phone
        if "query" in varies_by:
            query = _query(scope)
        if "phone" in varies_by:
            phone = phone_without(self.identify(agent))
        return PhoneRequest(file=file, url=plain.url, query=query, phone=phone)

    def identify(self, agent: bytes) -> Phone:
        """What the vendor makes of a User-Agent; nothing when it fails on it."""
        return identify(self._service, agent.decode("latin-1")[:LONGEST_AGENT])

    def note(self, note: Note) -> None:
        """Record an answer."""
        self._note(note)

    def time(self) -> float:
        """Seconds since 1970."""
        return self._wall()


def identify(service: VendorService[Any], agent: str) -> Phone:
    """What the vendor makes of a User-Agent; nothing when its code fails on it."""
    try:
        return service.identify(agent)
    except Exception:
        return Phone()


class _Visit:
    """One request for a known phonebook, as far as the audit trail is concerned."""

    __slots__ = ("_phones", "address", "agent", "auth", "enablement", "file")

    def __init__(self, phones: Phones, enablement: Enablement, file: str, address: str, agent: bytes) -> None:
        self._phones = phones
        self.enablement = enablement
        self.file = file[:64]
        self.address = address
        self.agent = agent
        self.auth = ""

    def record(self, status: int, sent: int, token: str = "") -> None:
        self._phones.note(
            (
                self._phones.time(),
                self.enablement.phonebook,
                self.file,
                status,
                sent,
                token,
                self.address,
                self.agent,
                self.auth,
            )
        )


class _Reply:
    """The ways to answer. Each returns the bytes of the body that were sent."""

    __slots__ = ("_head", "_send")

    def __init__(self, send: Send, *, head: bool) -> None:
        self._send = send
        self._head = head

    async def messages(self, start: Mapping[str, Any], end: Mapping[str, Any], size: int) -> int:
        await self._send(start)
        await self._send(_EMPTY if self._head else end)
        return 0 if self._head else size

    async def start_only(self, start: Mapping[str, Any]) -> int:
        await self._send(start)
        await self._send(_EMPTY)
        return 0

    async def plain(self, status: int, sentence: str, *extra: tuple[bytes, bytes]) -> int:
        return await self.made(status, sentence.encode() + b"\n", "text/plain; charset=utf-8", *extra)

    async def made(self, status: int, body: bytes, content_type: str, *extra: tuple[bytes, bytes]) -> int:
        """An answer that is made for this request alone."""
        length = (b"content-length", b"%d" % len(body))
        headers = [(b"content-type", content_type.encode("ascii")), length, _NO_STORE, NOSNIFF, *extra]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        return await self.messages(start, {"type": "http.response.body", "body": body}, len(body))

    async def not_yet(self) -> int:
        return await self.plain(503, _NOT_YET, (b"retry-after", b"%d" % RETRY_AFTER))


async def _read_body(receive: Receive) -> bytes | None:
    """Read a body so that the connection can be used again, up to a bound in size and time. None: it went beyond."""
    body = bytearray()
    with anyio.move_on_after(BODY_SECONDS):
        while len(body) <= MAX_BODY:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")[: MAX_BODY + 1 - len(body)]
            if not message.get("more_body", False):
                return bytes(body) if len(body) <= MAX_BODY else None
    return None


def _query(scope: Scope) -> tuple[tuple[str, str], ...]:
    """The parameters of the query, as far as it is not too long."""
    text = scope.get("query_string", b"")[:MAX_QUERY].decode("latin-1")
    return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=64)) if text.count("&") < 64 else ()


async def _refuse_other(scope: Scope, receive: Receive, send: Send) -> None:
    """Websockets are not for phones; the lifespan needs nothing."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
