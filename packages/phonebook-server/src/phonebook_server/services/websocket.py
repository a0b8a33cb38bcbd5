"""`GET /vendors/link`: a vendor service dials in. Checked before the upgrade; refused with a real HTTP answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec
import structlog
from litestar.types import Receive, Scope, Send
from sqlalchemy import select, update

from phonebook_core.errors import (
    LinkClosed,
    NotAllowed,
    NotSignedIn,
    PhonebookError,
    RemoteProtocolError,
    TooManyTries,
    Unavailable,
    VersionMismatch,
)
from phonebook_core.vendor_link.messages import SUPPORTED
from phonebook_server.accounts.throttle import Throttle
from phonebook_server.db.tables import ServiceToken
from phonebook_server.ids import hashed
from phonebook_server.server import Server
from phonebook_server.services.links import Links

GOING_AWAY: Final = 1001
PROTOCOL_ERROR: Final = 1002
POLICY_VIOLATION: Final = 1008
"""Close codes of websockets (RFC 6455 §7.4.1)."""
MAX_REASON: Final = 120
"""Bytes of the reason in a close frame, which holds 123."""
CLOSE_SECONDS: Final = 3.0
"""How long a peer may take to accept that a link is closed."""
TOUCH_MS: Final = 60_000
"""How exact `used_at` is."""
_ADVICE: Final = "`phonebook service token` makes one."
_LOG: Final = structlog.get_logger("phonebook.services")
_REFUSALS: Final[Mapping[type[PhonebookError], int]] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    VersionMismatch: 426,
    TooManyTries: 429,
}
_CLOSE_CODES: Final[Mapping[type[PhonebookError], int]] = {
    RemoteProtocolError: PROTOCOL_ERROR,
    NotSignedIn: POLICY_VIOLATION,
}


class LinkEndpoint:
    """The ASGI application at `/vendors/link`."""

    def __init__(self, server: Server, links: Links) -> None:
        self._server = server
        self._links = links
        self._throttle = Throttle(server.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        any_scope = cast("dict[str, Any]", scope)
        if any_scope["type"] != "websocket":
            await _answer_http(send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in any_scope["headers"]}
        address = (any_scope.get("client") or ("", 0))[0]
        if (await _receive(receive))["type"] != "websocket.connect":
            return
        try:
            slug, token_id = await self._admit(headers, address)
            protocol = choose_protocol(any_scope.get("subprotocols") or ())
        except PhonebookError as error:
            await _refuse(send, error)
            return
        except Exception:  # as a full disk or a database that stays busy
            _LOG.exception("cannot admit a service", origin=address)
            await _refuse(send, Unavailable("The server cannot look at tokens at the moment. Dial again in a while."))
            return
        try:
            await _send(send, {"type": "websocket.accept", "subprotocol": protocol})
            transport = _WebsocketTransport(receive, send)
            end = await self._links.run(transport, slug=slug, origin=address, token_id=token_id)
            code = next((code for kind, code in _CLOSE_CODES.items() if isinstance(end, kind)), GOING_AWAY)
            async with asyncio.timeout(CLOSE_SECONDS):
                await _send(send, {"type": "websocket.close", "code": code, "reason": _short(end.message)})
        except (OSError, RuntimeError, TimeoutError):
            return  # the peer is gone; there is nobody to tell

    async def _admit(self, headers: Mapping[str, str], address: str) -> tuple[str, str]:
        """The slug whose token was sent, and the token's id. Raises what the service should be told.

        Only wrong tokens count as tries: behind one address dial many services, and a right token is never held up.
        """
        if "origin" in headers:
            raise NotAllowed("This is where vendor services dial in, not browsers. Open the dashboard instead.")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn(f"Send the service token as `Authorization: Bearer …`. {_ADVICE}")
        now = self._server.clock()
        async with self._server.db.reading() as connection:
            query = select(ServiceToken.id, ServiceToken.slug, ServiceToken.used_at).where(
                ServiceToken.token_hash == hashed(token.strip()), ServiceToken.revoked_at.is_(None)
            )
            found = (await connection.execute(query)).one_or_none()
        if found is None:
            self._throttle.count("service token", address)
            raise NotSignedIn(f"This service token is unknown or was revoked. {_ADVICE}")
        if found.used_at is None or now - found.used_at >= TOUCH_MS:
            async with self._server.db.transaction() as connection:
                await connection.execute(update(ServiceToken).where(ServiceToken.id == found.id).values(used_at=now))
        return str(found.slug), str(found.id)


def choose_protocol(offered: Sequence[str]) -> str:
    """The best protocol that both speak. Raises VersionMismatch with a sentence that names the side to update."""
    for protocol in SUPPORTED:
        if protocol in offered:
            return protocol
    if not offered:
        raise VersionMismatch(f"Offer the websocket subprotocol {SUPPORTED[0]}; none was offered.")
    newest = max(_major(protocol) for protocol in offered)
    side = "Update the server." if newest > max(_major(each) for each in SUPPORTED) else "Update the vendor service."
    raise VersionMismatch(f"This server speaks {', '.join(SUPPORTED)}; the service speaks {', '.join(offered)}. {side}")


def _major(protocol: str) -> int:
    digits = protocol.rpartition(".v")[2]
    return int(digits) if digits.isdigit() else 0


class _WebsocketTransport:
    """A websocket as a transport. Only the handler closes it, after the link is over."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def send(self, frame: bytes) -> None:
        try:
            await _send(self._send, {"type": "websocket.send", "bytes": frame})
        except (OSError, RuntimeError):
            raise LinkClosed("the service went away") from None

    async def receive(self) -> bytes:
        message = await _receive(self._receive)
        if message["type"] == "websocket.disconnect":
            raise LinkClosed("the service closed the link")
        data = message.get("bytes")
        if data is None:
            raise LinkClosed("the service sent text; frames are binary", code="text")
        return bytes(data)

    async def close(self, reason: str = "") -> None:
        """Nothing: see the class."""


async def _refuse(send: Send, error: PhonebookError) -> None:
    status = _REFUSALS.get(type(error), 503)
    headers = [(b"content-type", b"application/problem+json")]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, TooManyTries):
        headers.append((b"retry-after", str(error.retry_after).encode()))
    elif status == 503:
        headers.append((b"retry-after", b"5"))
    body = _problem("The link was refused", status, error.code, error.message)
    headers.append((b"content-length", str(len(body)).encode()))
    await _send(send, {"type": "websocket.http.response.start", "status": status, "headers": headers})
    await _send(send, {"type": "websocket.http.response.body", "body": body})


async def _answer_http(send: Send) -> None:
    sentence = "Vendor services dial in here by websocket. If a proxy is in between, let it pass upgrades on."
    body = _problem("A websocket is needed", 426, "upgrade_required", sentence)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"upgrade", b"websocket"),
        (b"connection", b"upgrade"),
    ]
    await _send(send, {"type": "http.response.start", "status": 426, "headers": headers})
    await _send(send, {"type": "http.response.body", "body": body})


def _short(reason: str) -> str:
    return reason.encode()[:MAX_REASON].decode(errors="ignore")


def _problem(title: str, status: int, code: str, detail: str) -> bytes:
    problem = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    return msgspec.json.encode(problem)


async def _send(send: Send, message: dict[str, Any]) -> None:
    await send(cast("Any", message))


async def _receive(receive: Receive) -> dict[str, Any]:
    return cast("dict[str, Any]", await receive())
