"""The outermost ASGI callable: who answers which path, before any framework does.

What phones and vendor services use is dispatched here by prefix, so that it costs no routing; all the rest is
Litestar's and gets the security headers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

import anyio
from litestar.enums import HttpMethod
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from phonebook_server.accounts.addresses import Proxies
from phonebook_server.config import Config

API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""The content security policy of everything that is no page."""


TOO_LARGE: Final = 413
MAX_DISCARDED: Final = 32 * 1024 * 1024
DISCARD_SECONDS: Final = 10.0


class Front:
    """Sends each request where it belongs: to one of `mounts` by its path, else to `app`. Lifespan goes to `app`.

    A mount at `/name/` takes everything below it; one without the `/` at its end takes exactly its own path.
    """

    def __init__(
        self, app: ASGIApp, *, config: Config, mounts: Mapping[str, ASGIApp], drain: Callable[[], Awaitable[None]]
    ) -> None:
        self.drain = drain
        """To be awaited before the listening ends: says goodbye to whoever holds a link."""
        self.app = app
        self._exact = {prefix: mounted for prefix, mounted in mounts.items() if not prefix.endswith("/")}
        self._below = {prefix: mounted for prefix, mounted in mounts.items() if prefix.endswith("/")}
        self._base = urlsplit(config.public_url).path
        self._headers = _security_headers(config)
        self._proxies = Proxies(config.trusted_proxies) if config.trusted_proxies else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # type: ignore[comparison-overlap]  # Litestar leaves this type out
            await self.app(scope, receive, send)
            return
        if self._proxies is not None:
            scope["client"] = self._proxies.client_of(scope)
        path = scope["path"]
        if self._base and path.startswith(f"{self._base}/"):  # a proxy that passes the public path on as it came
            path = path[len(self._base) :]
            scope["path"] = path
            scope["raw_path"] = path.encode("latin-1", "replace")
        mounted = self._below.get(path[: path.find("/", 1) + 1]) or self._exact.get(path)
        if mounted is not None:
            await mounted(scope, receive, send)
            return
        if scope.get("method") == HttpMethod.HEAD and not path.startswith("/api/"):
            cast("HTTPScope", scope)["method"] = HttpMethod.GET  # `curl -I` and monitors ask so for pages and files
            send = _without_body(send)
        await self.app(scope, receive, self._with_headers(receive, send))

    def _with_headers(self, receive: Receive, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == TOO_LARGE:
                    await _discard_body(receive)
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers.extend(header for header in self._headers if header[0] not in present)
                message["headers"] = headers
            await send(message)

        return send_with_headers


def _without_body(send: Send) -> Send:
    """What a GET would get, without its body (RFC 9110 §9.3.2)."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return send_head


async def _discard_body(receive: Receive) -> None:
    """Read on, within bounds: who is cut off while sending a large body never sees why."""
    left = MAX_DISCARDED
    with anyio.move_on_after(DISCARD_SECONDS):
        while left > 0:
            message = await receive()
            if message["type"] != "http.request" or not message["more_body"]:
                return
            left -= len(message["body"]) or 1


def _security_headers(config: Config) -> Sequence[tuple[bytes, bytes]]:
    headers: dict[str, Any] = {
        "cache-control": "no-store",
        "content-security-policy": API_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    if config.is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
