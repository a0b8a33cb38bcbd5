"""Asking a server of somebody else's over HTTP, without being led to where nobody outside may get.

Each origin is resolved once and connected to at that very address, so that no later answer of a name server counts.
Redirects are followed by hand with the same checks. The environment's proxies are not used. Everything is bounded.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, NamedTuple

import anyio.to_thread
import certifi
import httpx

from phonebook_server.sources import trouble
from phonebook_server.sources.networks import Address, is_allowed, is_public, read_address
from phonebook_server.sources.receiving import receive
from phonebook_server.sources.trouble import Trouble
from phonebook_server.sources.urls import Origin, find_fault, origin_of, shown

MAX_REDIRECTS: Final = 3
MAX_ADDRESSES: Final = 3
"""Addresses of one server that are tried."""
CONNECT_SECONDS: Final = 8.0
READ_SECONDS: Final = 30.0
"""How long a server may be silent; how long everything takes at most is bounded by the caller."""
_AGENT: Final = "voip-phonebook"
_REDIRECTS: Final = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name, as texts. Raises OSError."""


class Answer(NamedTuple):
    """What a server answered, with a body that is not compressed any more. `url` is where it came from at last."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: httpx.URL


class _Door(NamedTuple):
    """The way to one origin: the client, and the addresses that it may be connected to."""

    client: httpx.AsyncClient
    addresses: list[str]


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses of a host name by the system, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Visit:
    """One conversation with a source. Use it as a context manager; it keeps connections until then.

    The user name and password are sent to the origin of `home` only, as Basic or, where asked for, Digest.
    """

    def __init__(
        self, home: str, *, username: str = "", password: str = "", allowed: Sequence[str], resolve: Resolve
    ) -> None:
        self.signed_in = bool(password)
        self._home = origin_of(httpx.URL(home))
        self._credentials = (username, password)
        self._auth: httpx.Auth | None = httpx.BasicAuth(username, password) if username or password else None
        self._allowed, self._resolve = allowed, resolve
        self._doors: dict[Origin, _Door] = {}
        self._context: ssl.SSLContext | None = None
        self._stack = AsyncExitStack()

    async def ask(
        self, method: str, url: str | httpx.URL, *, headers: Mapping[str, str], content: bytes = b"", limit: int
    ) -> Answer:
        """Send a request, follow redirects, and give the answer, whatever its status. Raises Trouble.

        At most `limit` bytes of body are read, decompressed.
        """
        where = httpx.URL(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._ask_once(method, where, headers, content, limit)
            if answer.status not in _REDIRECTS or not answer.headers.get("location"):
                return answer
            where = _next(where, answer.headers["location"])
            if answer.status == 303 and method != "HEAD":
                method, content = "GET", b""
        raise Trouble("redirects", f"{shown(url)} redirects too often. Enter the address where it ends.")

    def refusal(self, answer: Answer) -> Trouble:
        """What a status that is no answer means."""
        return trouble.refused(
            answer.status,
            where=shown(answer.url),
            signed_in=self.signed_in,
            sent=origin_of(answer.url) == self._home,
            retry_after=answer.headers.get("retry-after", ""),
        )

    async def _ask_once(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes, limit: int
    ) -> Answer:
        door = await self._open(url)
        at_home = origin_of(url) == self._home
        try:
            response = await self._send(door, method, url, headers, content, self._auth if at_home else None)
            if response.status_code == 401 and at_home and self._switch_to_digest(response):
                await response.aclose()
                response = await self._send(door, method, url, headers, content, self._auth)
            try:
                body = await receive(response, limit, shown(url))
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise explain(error, shown(url)) from None
        return Answer(response.status_code, response.headers, body, url)

    def _switch_to_digest(self, response: httpx.Response) -> bool:
        """Whether the server takes Digest and no Basic, and was not asked so yet."""
        asked = " ".join(response.headers.get_list("www-authenticate")).lower()
        if not isinstance(self._auth, httpx.BasicAuth) or "digest" not in asked or "basic" in asked:
            return False
        self._auth = httpx.DigestAuth(*self._credentials)
        return True

    async def _send(
        self,
        door: _Door,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes,
        auth: httpx.Auth | None,
    ) -> httpx.Response:
        """The answer, its body not read yet, from the first address that takes the connection."""
        while True:
            request = _pinned(door, method, url, headers, content)
            try:
                if auth is None:
                    return await door.client.send(request, stream=True)
                flow = auth.sync_auth_flow(request)
                response = await door.client.send(next(flow), stream=True)
                try:
                    again = flow.send(response)
                except StopIteration:
                    return response
                await response.aclose()
                return await door.client.send(again, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if len(door.addresses) == 1:
                    raise
                door.addresses.pop(0)

    async def _open(self, url: httpx.URL) -> _Door:
        """The way to the server of this URL, resolved and checked when it is asked the first time."""
        origin = origin_of(url)
        if (door := self._doors.get(origin)) is not None:
            return door
        addresses = await self._find_addresses(url)
        if self._context is None:
            self._context = await anyio.to_thread.run_sync(_tls)
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        client = httpx.AsyncClient(verify=self._context, trust_env=False, follow_redirects=False, timeout=timeout)
        door = self._doors[origin] = _Door(await self._stack.enter_async_context(client), addresses)
        return door

    async def _find_addresses(self, url: httpx.URL) -> list[str]:
        scheme, host, port = origin_of(url)
        try:
            texts = await self._resolve(url.raw_host.decode(), port)
        except (OSError, UnicodeError):
            raise trouble.unreachable(host, "no name server knows it") from None
        addresses = []
        for text in texts:
            try:
                addresses.append(read_address(text))
            except ValueError:
                continue
        good = [each for each in addresses if self._may(each, scheme)]
        if good:
            return [str(each) for each in good[:MAX_ADDRESSES]]
        if any(is_public(each) for each in addresses):  # so it is http
            raise Trouble(
                "not_https",
                f"{host} would be asked over http, where anybody on the way can read and change the contacts. Enter "
                "the address with https://; for a server in a network of your own, the administrator can allow it in "
                "PHONEBOOK_SOURCE_ALLOWED_NETWORKS.",
            )
        raise Trouble(
            "address_not_allowed",
            f"{host} is not a public address of the internet, so it is not asked. If it is a server in a network of "
            "your own, the administrator can allow it in PHONEBOOK_SOURCE_ALLOWED_NETWORKS.",
        )

    def _may(self, address: Address, scheme: str) -> bool:
        return is_allowed(address, self._allowed) or (scheme == "https" and is_public(address))

    async def __aenter__(self) -> Visit:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()


def explain(error: httpx.HTTPError, where: str) -> Trouble:
    """What went wrong on the way to or from a server."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return trouble.bad_certificate(where, cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return trouble.bad_certificate(where, (cause.reason or "no TLS").replace("_", " ").lower())
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectTimeout):
        return trouble.unreachable(where, "nobody answers there")
    if isinstance(error, httpx.ConnectError):
        return trouble.unreachable(where, "the connection is refused")
    if isinstance(error, httpx.TimeoutException):
        return trouble.too_slow(READ_SECONDS)
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
        return trouble.broken_off(where)
    return trouble.unreachable(where, "it speaks no HTTP that is understood")


def _pinned(door: _Door, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes) -> httpx.Request:
    """The request to the address itself; the server gets to see its name, in the header and for TLS."""
    own = {"user-agent": _AGENT, "accept-encoding": "gzip", **headers, "host": url.netloc.decode()}
    extensions = {"sni_hostname": url.raw_host.decode()} if url.scheme == "https" else {}
    pinned = url.copy_with(host=door.addresses[0])
    return door.client.build_request(method, pinned, headers=own, content=content or None, extensions=extensions)


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads. Raises Trouble."""
    try:
        where = url.join(location).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        where = None
    if where is None or find_fault(str(where)):
        raise Trouble("redirects", f"{shown(url)} redirects to what is no address. Enter the address where it ends.")
    return where


def _tls() -> ssl.SSLContext:
    """TLS that trusts what the system trusts, a house's own authority among it, and Mozilla's list."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
