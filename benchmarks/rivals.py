"""Programs to compare with, each a process of its own: `python -m benchmarks.rivals bare|database FILE` (JSON).

`bare` is the least that granian can do: check the password, hand out bytes made before. `database` is the plain way to
write such a service: read the contacts from the product's own database and build the XML at each request. Both run
granian with the product's settings and garbage collector, on the same interface as a service on its own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.messages import Book as About
from phonebook_vendor_sdk import Book, PhoneRequest
from phonebook_vendor_yealink.service import Settings, Yealink

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Mapping[str, Any], Any, Send], Awaitable[None]]

_BACKLOG: Final = 8192
_HEADERS: Final = [
    (b"content-type", b"text/xml; charset=utf-8"),
    (b"cache-control", b"private, max-age=0, must-revalidate"),
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
]
_QUERY: Final = "SELECT id, body FROM contacts WHERE phonebook_id = ? AND deleted_at IS NULL ORDER BY sort_key, id"
_contact: Final = msgspec.json.Decoder(Contact)


def bare(told: Mapping[str, Any]) -> App:
    """Check the password, answer the same bytes."""
    body = Path(told["body"]).read_bytes()
    path, digest = told["path"], sha256(told["authorization"].encode()).digest()
    start, end = _messages(200, body)
    refusal = _messages(401, b"")

    async def app(scope: Mapping[str, Any], receive: Any, send: Send) -> None:
        headers = dict(scope["headers"])
        given = sha256(headers.get(b"authorization", b"")).digest()
        if scope["path"] == path and compare_digest(given, digest):
            await send(start)
            await send(end)
            return
        await send(refusal[0])
        await send(refusal[1])

    return app


def database(told: Mapping[str, Any]) -> App:
    """Check the password, read the contacts, build the XML, answer it."""
    connection = sqlite3.connect(f"file:{told['database']}?mode=ro", uri=True, check_same_thread=False)
    path, digest = told["path"], sha256(told["authorization"].encode()).digest()
    settings = Settings(title=told["title"], username="u" * 16, password="p" * 32)
    request = PhoneRequest(file="directory.xml", url="")
    refusal = _messages(401, b"")

    async def app(scope: Mapping[str, Any], receive: Any, send: Send) -> None:
        headers = dict(scope["headers"])
        given = sha256(headers.get(b"authorization", b"")).digest()
        if scope["path"] != path or not compare_digest(given, digest):
            await send(refusal[0])
            await send(refusal[1])
            return
        contacts = read_contacts(connection, told["phonebook"])
        body = Yealink.directory(Book(About(id="", name="", site="", region="DE"), contacts), settings, request)
        start, end = _messages(200, body)
        await send(start)
        await send(end)

    return app


def read_contacts(connection: sqlite3.Connection, phonebook: str) -> list[Contact]:
    """The contacts of a phonebook from the product's database, in order."""
    rows = connection.execute(_QUERY, (phonebook,)).fetchall()
    return [msgspec.structs.replace(_contact.decode(body), id=id) for id, body in rows]


def _messages(status: int, body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    tag = b'"%b"' % sha256(body).hexdigest()[:32].encode()
    headers = [*_HEADERS, (b"content-length", b"%d" % len(body)), (b"etag", tag)]
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )


async def _serve(app: App, port: int) -> None:
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=_BACKLOG,
        backpressure=_BACKLOG,
        log_enabled=False,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    await server.serve()


def main() -> None:
    """Serve until SIGTERM."""
    told = json.loads(Path(sys.argv[2]).read_text())
    app = {"bare": bare, "database": database}[sys.argv[1]](told)
    asyncio.run(_serve(app, told["port"]))


if __name__ == "__main__":
    main()
