"""The page of `phonebook-vendor dev` over HTTP, for a browser on this machine and for nobody else."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any, Final

import anyio
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from phonebook_vendor_sdk.conformance.check import Failed
from phonebook_vendor_sdk.conformance.subjects import Subject
from phonebook_vendor_sdk.develop.workshop import Workshop

MAX_BODY: Final = 1_048_576
FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline (Content Security Policy, level 3)."""


class Page:
    """The ASGI application: the page, what it shows at `/state`, and what it does at `/do`."""

    def __init__(self, workshop: Workshop, port: int) -> None:
        self._workshop = workshop
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
        folder = resources.files("phonebook_vendor_sdk.develop") / "page"
        self._files = {path: ((folder / name).read_bytes(), kind) for path, (name, kind) in FILES.items()}

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        status, kind, body = await self._answer(scope, receive)
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"content-security-policy", POLICY.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Mapping[str, Any], receive: Any) -> tuple[int, str, bytes]:
        headers = dict(scope["headers"])
        if headers.get(b"host") not in self._hosts:
            return _problem(403, "This page is for a browser on this machine. Open it by 127.0.0.1 or localhost.")
        wanted = scope["method"], scope["path"]
        if wanted[0] == "GET" and wanted[1] in self._files:
            body, kind = self._files[wanted[1]]
            return 200, kind, body
        if wanted == ("GET", "/state"):
            return 200, "application/json", msgspec.json.encode(self._workshop.shown())
        if wanted != ("POST", "/do"):
            return _problem(404, "There is nothing here. The page is at /.")
        if headers.get(b"content-type", b"").partition(b";")[0] != b"application/json":
            return _problem(415, "Send JSON, as application/json.")
        try:
            asked = msgspec.json.decode(await _body(receive), type=dict[str, Any])
            done = await self._workshop.do(str(asked.get("action")), asked)
        except (msgspec.MsgspecError, UnicodeDecodeError, Failed) as error:
            return _problem(422, str(error))
        return 200, "application/json", msgspec.json.encode(done)


async def develop(subject: Subject, port: int, *, ready: Callable[[str], None] = print) -> None:
    """Run the service and the page at this port until SIGINT or SIGTERM. Raises OSError when the port is taken.

    `ready` gets a line with the address of the page once it can be opened.
    """
    with tempfile.TemporaryDirectory(prefix="phonebook-dev-", ignore_cleanup_errors=True) as folder:
        workshop = Workshop(subject, Path(folder))
        page = Page(workshop, port)
        server = Server(
            page, address="127.0.0.1", port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
        )
        stop = anyio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with workshop.stage, anyio.create_task_group() as tasks:
            await workshop.begin()
            tasks.start_soon(workshop.keep)
            serving = asyncio.ensure_future(server.serve())
            serving.add_done_callback(lambda _: stop.set())
            await _until_open(port, serving)
            ready(f"Open http://127.0.0.1:{port}/ in a browser. Ctrl-C ends it.")
            await stop.wait()
            server.stop()  # type: ignore[no-untyped-call]
            with anyio.move_on_after(5):
                await asyncio.wait([serving])
            tasks.cancel_scope.cancel()


async def _until_open(port: int, serving: asyncio.Future[None]) -> None:
    while not serving.done():
        with suppress(OSError):
            await (await anyio.connect_tcp("127.0.0.1", port)).aclose()
            return
        await anyio.sleep(0.02)


async def _body(receive: Any) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Failed("That is too much for one request.")
        more = message.get("more_body", False)
    return body


def _problem(status: int, sentence: str) -> tuple[int, str, bytes]:
    problem = {"title": "It was not done", "status": status, "detail": sentence}
    return status, "application/problem+json", msgspec.json.encode(problem)
