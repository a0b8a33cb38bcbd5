"""A phone as far as HTTP is concerned: a new connection for each request, no redirects followed, no cookies kept."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from anyio import to_thread
from msgspec import Struct

from phonebook_vendor_sdk.conformance.check import Failed

SECONDS: Final = 20.0
"""How long a phone waits for an answer."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a phone got. Names of headers are in lower case; `body` is as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def unzipped(self) -> bytes:
        """The body without its Content-Encoding. Fails when it is not what that says."""
        if self.headers.get("content-encoding", "") != "gzip":
            return self.body
        try:
            return gzip.decompress(self.body)
        except (OSError, EOFError) as error:
            raise Failed(f"The body is said to be gzip and is not: {error}.") from None


def basic(username: str, password: str) -> str:
    """An Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


async def ask_over_http(url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Ask a service one thing. Fails with a sentence when it does not answer in HTTP."""
    return await to_thread.run_sync(_ask, url, method, headers, body)


def _ask(url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    with contextlib.closing(connection):
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {"Connection": "close", **headers}.items():
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            received = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{method} {parts.path} got no answer in HTTP: {error!r}.") from None
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=received,
        )
