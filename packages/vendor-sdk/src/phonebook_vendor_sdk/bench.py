"""A whole service in a test, without sockets: the real runtime, the real ends of the link, and a server in memory.

    ann = Contact(id="1", display_name="Ann", numbers=(PhoneNumber(value="200"),))
    async with Bench(Yealink, contacts=[ann]) as bench:
        response = await bench.get("directory.xml")
        assert response.status == 200
        await bench.remove("1")
        assert b"Ann" not in (await bench.get("directory.xml")).body

Everything that a server does to a service can be done here: turn on and off, send settings, edit contacts, cut the
link, let the service start again on its state folder. Fails with a TimeoutError when the service does not do its part.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.forms import Automatic, filled, without_hidden
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Access, Book, Dispatch, Report
from phonebook_core.vendor_link.transport import Hosting
from phonebook_vendor_sdk.bench_server import BenchServer
from phonebook_vendor_sdk.clock import REAL, Clock
from phonebook_vendor_sdk.runtime import Runtime
from phonebook_vendor_sdk.service import VendorService

SECONDS = 5.0
"""How long the bench waits for the service to do its part."""
PUBLIC_URL = "http://phones.test"


class Response(Struct, frozen=True, kw_only=True):
    """What a phone got. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Bench:
    """One phonebook, one service, one server in memory; see the module.

    `settings` are what a person typed; automatic values are filled in as the server does it. With `state_dir` the
    service keeps its state there, else in a folder that is removed at the end.
    """

    def __init__(
        self,
        service: type[VendorService[Any]],
        *,
        contacts: Iterable[Contact] = (),
        settings: Mapping[str, Any] | None = None,
        book: Book | None = None,
        state_dir: Path | None = None,
        turned_on: bool = True,
        clock: Clock = REAL,
        random: Random | None = None,
        snapshots: bool = True,
        replay_seconds: float = 0.5,
        quiet_seconds: float = 0.2,
        burst_seconds: float = 0.05,
    ) -> None:
        self.phonebook = (book or _BOOK).id
        self.service = service
        self.server = BenchServer(book or _BOOK, contacts)
        self._typed = dict(settings or {})
        self._turned_on = turned_on
        self._own_folder = tempfile.TemporaryDirectory() if state_dir is None else None
        self._hosting = Hosting(
            public_url=PUBLIC_URL,
            state_dir=state_dir or Path(self._own_folder.name if self._own_folder else "."),
            dial=self.server.dial,
        )
        self._make: Callable[[], Runtime] = lambda: Runtime(
            service(),
            self._hosting,
            clock=clock,
            random=random,
            snapshots=snapshots,
            replay_seconds=replay_seconds,
            quiet_seconds=quiet_seconds,
            burst_seconds=burst_seconds,
        )
        self._tasks: TaskGroup | None = None
        self._running = anyio.CancelScope()
        self._ended = anyio.Event()
        self.runtime = self._make()

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        try:
            await self._begin()
            if self._turned_on:
                await self.turn_on()
                await self.configure()
        except BaseException:
            self._tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await self._tasks.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)
        if self._own_folder is not None:
            self._own_folder.cleanup()

    # as a person at the server

    async def turn_on(self) -> Report:
        """Turn the service on for the phonebook; returns what it reports."""
        self.server.turn_on()
        return await self._settled()

    async def configure(self, **typed: Any) -> Report:
        """Send settings: what was typed up to now, automatic values, defaults. Returns what the service reports."""
        self._typed.update(typed)
        self.server.configure(self._settings())
        return await self._settled()

    async def rotate(self, password: str, former_until: int) -> Report:
        """Give the phones another password; they may use the one before until then (UTC milliseconds)."""
        _, former = self._login()
        self._typed["password"] = password
        self.server.configure(self._settings(), former_password=former, former_until=former_until)
        return await self._settled()

    async def turn_off(self) -> Report:
        """Turn the service off for the phonebook."""
        self.server.turn_off()
        return await self._settled()

    async def put(self, *contacts: Contact) -> None:
        """Save contacts, new ones or changed ones; returns when the service knows that there is something newer."""
        await self._noted(self.server.put(contacts))

    async def remove(self, *ids: str) -> None:
        """Delete contacts by their ids."""
        await self._noted(self.server.remove(ids))

    async def change_book(self, book: Book) -> None:
        """Change the name, region or output form of the phonebook."""
        await self._noted(self.server.change_book(book))

    async def cut_link(self) -> None:
        """Break the link; it stays down until `restore_link`."""
        self.server.is_reachable = False
        self.server.hang_up()
        await self.until(lambda: not self.runtime.is_linked)

    async def restore_link(self) -> None:
        """Let the service dial again, and wait until everything is as it was."""
        self.server.is_reachable = True
        await self.until(lambda: self.runtime.is_linked)
        await self._settled()

    async def restart(self) -> None:
        """Stop the service and start it again on its state folder."""
        await self.stop()
        self.runtime = self._make()
        await self._begin()

    async def stop(self) -> None:
        """Stop the service as by SIGTERM."""
        self._running.cancel()
        await self._ended.wait()

    @property
    def known(self) -> Mapping[Automatic, Any]:
        """What the server fills in by itself."""
        book = self.server.book
        return {
            Automatic.PHONEBOOK_NAME: book.name,
            Automatic.SITE_NAME: book.site,
            Automatic.REGION: book.region,
            Automatic.GENERATED_USERNAME: "pb-bench",
            Automatic.GENERATED_SECRET: "bench-secret-bench-secret",
        }

    # what is so

    @property
    def state(self) -> State:
        """The state as the server sees it."""
        return self.server.state

    @property
    def report(self) -> Report:
        """The last report of the service."""
        assert self.server.report is not None, "The service has not reported yet."
        return self.server.report

    @property
    def access(self) -> Access:
        """How phones reach the phonebook."""
        assert self.report.access is not None, "The service is not enabled, so there is no access."
        return self.report.access

    async def dispatches(self, count: int) -> list[Dispatch]:
        """The stored dispatches, once they stand for at least so many fetches."""
        await self.until(lambda: sum(d.count for d in self.server.dispatches.values()) >= count)
        return list(self.server.dispatches.values())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so."""
        with anyio.fail_after(SECONDS):
            while not holds():  # noqa: ASYNC110  # whatever a test asks about has no event
                await anyio.sleep(0.005)

    # as a phone

    async def get(
        self,
        file: str,
        *,
        method: str = "GET",
        login: tuple[str, str] | bool | None = True,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        address: str = "192.0.2.10",
        user_agent: str = "",
        phonebook: str | None = None,
        body: bytes = b"",
    ) -> Response:
        """Fetch a file as a phone does. `login`: True the right one, None or False none at all, or another."""
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if user_agent:
            sent["user-agent"] = user_agent
        if login is True:
            login = self._login()
        if login:
            sent["authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
        path = f"/phones/{self.service.slug}/{phonebook or self.phonebook}/{file}"
        return await ask(self.runtime.phones, path, method, sent, query=query, address=address, body=body)

    # how it works

    def _login(self) -> tuple[str, str]:
        """The login in force: of the last report that had one."""
        access = self.server.access
        if access is not None:
            return access.username, access.password
        return str(self.known[Automatic.GENERATED_USERNAME]), str(self.known[Automatic.GENERATED_SECRET])

    def _settings(self) -> Mapping[str, Any]:
        """The settings as a server sends them."""
        form = self.service.form
        return without_hidden(form, filled(form, self._typed, self.known))

    async def _begin(self) -> None:
        self._running, self._ended = anyio.CancelScope(), anyio.Event()
        runtime, running, ended = self.runtime, self._running, self._ended

        async def keep() -> None:
            try:
                with running:
                    await runtime.run()
            finally:
                ended.set()

        assert self._tasks is not None
        self._tasks.start_soon(keep)
        await self.runtime.opened.wait()
        if self.server.is_reachable:
            await self.until(lambda: self.runtime.is_linked)
            await self._settled()

    async def _settled(self) -> Report:
        await self.until(lambda: self.server.is_settled)
        return self.server.report or Report(phonebook=self.phonebook, state=State.DISABLED, serial=0, generation=0)

    async def _noted(self, token: str) -> None:
        await self.until(lambda: self.server.has_noted(token))


async def ask(
    app: Any,
    path: str,
    method: str,
    headers: Mapping[str, str],
    *,
    query: str = "",
    address: str = "192.0.2.10",
    body: bytes = b"",
) -> Response:
    """Ask an ASGI application one thing."""
    started: dict[str, Any] = {}
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            chunks.append(message["body"])

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": (address, 40000),
    }
    await app(scope, receive, send)
    answered = {name.decode(): value.decode("latin-1") for name, value in started["headers"]}
    return Response(status=started["status"], headers=answered, body=b"".join(chunks))


_BOOK = Book(id="bench", name="Example Ltd", site="Head office", region="GB")
