"""Dialling the server: a websocket as the `Transport` of a link. Every refusal becomes a sentence."""

from __future__ import annotations

import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    NegotiationError,
)
from websockets.http11 import Response
from websockets.typing import Subprotocol

from phonebook_core.errors import LinkClosed, NotSignedIn, VersionMismatch
from phonebook_core.vendor_link.codec import MAX_FRAME
from phonebook_core.vendor_link.messages import SUPPORTED
from phonebook_core.vendor_link.transport import LINK_PATH, Dial, Transport

OPEN_SECONDS: Final = 10.0
"""How long dialling may take."""
CLOSE_SECONDS: Final = 2.0
MOST_RETRY_AFTER: Final = 3600.0
"""A server cannot ask for a longer wait than this."""


def websocket_dial(server_url: str, token: str) -> Dial:
    """What opens a link to the server at this http or https URL, with this service token."""
    parts = urlsplit(server_url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    url = f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}{LINK_PATH}"
    options: dict[str, Any] = {}
    if _is_loopback(parts.hostname or ""):
        options["proxy"] = None

    async def dial() -> Transport:
        try:
            socket = await connect(
                url,
                additional_headers={"Authorization": f"Bearer {token}"},
                subprotocols=[Subprotocol(name) for name in SUPPORTED],
                max_size=MAX_FRAME,
                compression=None,
                ping_interval=None,
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                **options,
            )
        except InvalidStatus as error:
            raise refusal(server_url, error.response) from None
        except NegotiationError as error:
            raise VersionMismatch(f"The server and this service have no protocol version in common: {error}.") from None
        except (InvalidHandshake, InvalidURI, InvalidProxy) as error:
            raise LinkClosed(f"What answers at {server_url} is not a phonebook server: {error}.") from None
        except TimeoutError:
            raise LinkClosed(f"The server at {server_url} did not answer within {OPEN_SECONDS:g} seconds.") from None
        except OSError as error:
            raise LinkClosed(f"The server at {server_url} cannot be reached: {error.strerror or error}.") from None
        return WebsocketTransport(socket)

    return dial


def refusal(server_url: str, response: Response) -> LinkClosed | NotSignedIn:
    """Why the server did not take the link, with its own words where it gave some."""
    said = _detail(bytes(response.body or b""))
    wait = response.headers.get("Retry-After", "")
    retry_after = min(float(wait), MOST_RETRY_AFTER) if wait.isdigit() else None
    match response.status_code:
        case 401 | 403:
            return NotSignedIn(
                f"The server at {server_url} refused the service token: {said or 'it is not valid.'} "
                "Get a new one with `phonebook service token` and set PHONEBOOK_SERVICE_TOKEN."
            )
        case 404:
            return LinkClosed(f"What answers at {server_url} has no {LINK_PATH}; check PHONEBOOK_SERVER_URL.")
        case 426:
            return LinkClosed(f"The server speaks another version of the protocol: {said}", retry_after=retry_after)
        case 429:
            return LinkClosed(f"The server asks for fewer tries: {said}", retry_after=retry_after)
        case 503:
            return LinkClosed(f"The server is not ready: {said}", retry_after=retry_after)
        case status:
            return LinkClosed(f"The server at {server_url} answered {status}: {said}", retry_after=retry_after)


class _Said(msgspec.Struct):
    title: str = ""
    detail: str = ""


def _detail(body: bytes) -> str:
    """The sentence in a problem+json body (RFC 9457), empty when there is none."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return (said.detail or said.title)[:500]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebsocketTransport:
    """A websocket as a pipe of frames."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, frame: bytes) -> None:
        """Hand one frame over; waits while the server does not read."""
        try:
            await self._socket.send(frame)
        except ConnectionClosed as closed:
            raise _ended(closed) from None

    async def receive(self) -> bytes:
        """The next frame."""
        try:
            message = await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise _ended(closed) from None
        return bytes(message)

    async def close(self, reason: str = "") -> None:
        """End the link; harmless when it has ended already."""
        await self._socket.close(reason=reason.encode()[:120].decode(errors="ignore"))


def _ended(closed: ConnectionClosed) -> LinkClosed:
    received = closed.rcvd
    if received is None:
        return LinkClosed("The connection to the server broke.", code="broken")
    return LinkClosed(f"The server closed the link ({received.code} {received.reason}).".replace(" )", ")"))
