"""The program itself: a process, real sockets, a websocket server in the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import anyio
import httpx
import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from phonebook_core.errors import LinkClosed
from phonebook_core.vendor_link.forms import Automatic, filled
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import SUBPROTOCOL
from phonebook_vendor_sdk import AboutBook, Contact, PhoneNumber
from phonebook_vendor_sdk.bench_server import BenchServer
from phonebook_vendor_yealink.service import Yealink

pytestmark = pytest.mark.anyio
PROGRAM = [sys.executable, "-c", "from phonebook_vendor_yealink.service import main; main()"]
LOGIN = ("pb-1", "secret-secret")
KNOWN = {
    Automatic.PHONEBOOK_NAME: "Example Ltd",
    Automatic.GENERATED_USERNAME: LOGIN[0],
    Automatic.GENERATED_SECRET: LOGIN[1],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def person(id: str, name: str) -> Contact:
    return Contact(id=id, display_name=name, numbers=(PhoneNumber(value="200", label="Office"),))


class Central:
    """A server on a real port that lets one token in, in front of a server in memory."""

    def __init__(self) -> None:
        self.port = free_port()
        self.memory = BenchServer(AboutBook(id="book-1", name="Example Ltd"), [person("1", "Ann")])
        self.token = "good-token"
        self.turned_away = 0
        self.server: Server | None = None

    async def start(self) -> None:
        self.server = await serve(
            self._talk,
            "127.0.0.1",
            self.port,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            process_request=self._check,
            ping_interval=None,
        )

    async def stop(self) -> None:
        assert self.server is not None
        self.memory.hang_up()
        self.server.close()
        await self.server.wait_closed()

    async def enable(self) -> None:
        self.memory.turn_on()
        self.memory.configure(filled(Yealink.form, {}, KNOWN))
        await self.until_enabled()

    async def until_enabled(self) -> None:
        with anyio.fail_after(10):
            while self.memory.state is not State.ENABLED:  # noqa: ASYNC110
                await anyio.sleep(0.01)

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {self.token}" and request.path == "/vendors/link":
            return None
        self.turned_away += 1
        return connection.respond(HTTPStatus.UNAUTHORIZED, '{"detail": "This token was revoked."}')

    async def _talk(self, connection: ServerConnection) -> None:
        pipe = await self.memory.dial()

        async def outward() -> None:
            try:
                while True:
                    await connection.send(await pipe.receive())
            except LinkClosed:
                await connection.close()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(outward)
            try:
                while True:
                    frame = await connection.recv(decode=False)
                    await pipe.send(bytes(frame))
            except (ConnectionClosed, LinkClosed):
                await pipe.close()


@asynccontextmanager
async def central() -> AsyncGenerator[Central]:
    server = Central()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class Program:
    """The service as a process."""

    def __init__(self, central: Central, state: Path, *, token: str = "good-token") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/phones/yealink/book-1/directory.xml"
        self.log = state / "log"
        state.mkdir(exist_ok=True)
        self._file = self.log.open("wb")
        self.process = subprocess.Popen(
            PROGRAM,
            env={
                **environment(),
                "PHONEBOOK_SERVER_URL": f"http://127.0.0.1:{central.port}",
                "PHONEBOOK_SERVICE_TOKEN": token,
                "PHONEBOOK_SERVICE_PORT": str(self.port),
                "PHONEBOOK_SERVICE_STATE_DIR": str(state),
            },
            stdout=self._file,
            stderr=self._file,
        )

    def said(self) -> str:
        return self.log.read_text()

    async def until_said(self, words: str) -> None:
        with anyio.fail_after(15):
            while words not in self.said():
                assert self.process.poll() is None, self.said()
                await anyio.sleep(0.02)

    async def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        with anyio.fail_after(15):
            while self.process.poll() is None:  # noqa: ASYNC110
                await anyio.sleep(0.02)
        self._file.close()
        return int(self.process.returncode)


@asynccontextmanager
async def program(server: Central, state: Path, *, token: str = "good-token") -> AsyncGenerator[Program]:
    running = Program(server, state, token=token)
    try:
        await running.until_said("is answering phones at")
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        running._file.close()


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PHONEBOOK_")}


async def fetch(url: str, **more: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url, auth=LOGIN, headers={"Accept-Encoding": "identity", **more})


async def test_the_whole_way_over_real_sockets(tmp_path: Path) -> None:
    async with central() as server, program(server, tmp_path / "state") as service:
        await server.enable()
        access = server.memory.access
        assert access is not None
        assert access.url == service.url
        first = await fetch(service.url)
        assert first.status_code == 200
        assert b"Ann" in first.content
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(service.url)).status_code == 401
            known = await client.get(service.url, auth=LOGIN, headers={"If-None-Match": first.headers["etag"]})
            assert (known.status_code, known.content) == (304, b"")
            packed = await client.get(service.url, auth=LOGIN, headers={"Accept-Encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip"
            assert packed.content == first.content
            head = await client.head(service.url, auth=LOGIN, headers={"Accept-Encoding": "identity"})
            assert (head.status_code, head.headers["content-length"]) == (200, str(len(first.content)))
            posted = await client.post(
                service.url, auth=LOGIN, content=b"x" * 200_000, headers={"Accept-Encoding": "identity"}
            )
            assert posted.content == first.content
            assert (await client.put(service.url, auth=LOGIN)).status_code == 405
            assert (await client.get(service.url, auth=LOGIN)).status_code == 200
        with anyio.fail_after(5):
            while sum(d.count for d in server.memory.dispatches.values()) < 6:  # noqa: ASYNC110
                await anyio.sleep(0.02)
        assert await service.end() == 0
        assert "Traceback" not in service.said()


async def test_the_server_goes_the_service_is_killed_and_everything_returns(tmp_path: Path) -> None:
    async with central() as server:
        async with program(server, tmp_path / "state") as service:
            await server.enable()
            before = (await fetch(service.url)).content
            await server.stop()
            assert (await fetch(service.url)).content == before
            await anyio.sleep(0.8)
            await service.end(signal.SIGKILL)
        async with program(server, tmp_path / "state") as service:
            assert (await fetch(service.url)).content == before
            server.memory.put([person("2", "Ben")])
            await server.start()
            await server.until_enabled()
            assert b"Ben" in (await fetch(service.url)).content
            with anyio.fail_after(10):
                while len(server.memory.dispatches) < 4:  # noqa: ASYNC110
                    await anyio.sleep(0.02)
            assert sum(d.count for d in server.memory.dispatches.values()) == 4
            assert await service.end(signal.SIGINT) == 0


async def test_a_wrong_token_is_said_and_phones_are_still_served(tmp_path: Path) -> None:
    async with central() as server:
        async with program(server, tmp_path / "state") as service:
            await server.enable()
            before = (await fetch(service.url)).content
            await service.end()
        async with program(server, tmp_path / "state", token="revoked") as service:
            await service.until_said("refused the service token: This token was revoked.")
            assert "phonebook service token" in service.said()
            assert (await fetch(service.url)).content == before
            await anyio.sleep(1)
            assert server.turned_away == 1


def complaint(**variables: str) -> tuple[int, str]:
    done = subprocess.run(
        PROGRAM, env={**environment(), **variables}, capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stderr


def test_without_what_it_needs_it_says_all_of_it(tmp_path: Path) -> None:
    code, said = complaint(PHONEBOOK_SERVICE_PORT="x", PHONEBOOK_SERVICE_PUBLIC_URL="ftp://x")
    assert code == 2
    assert "This is the Yealink service of voip-phonebook." in said
    for words in (
        "PHONEBOOK_SERVER_URL: Say where the server is",
        "PHONEBOOK_SERVICE_TOKEN: Give the token",
        "phonebook service token yealink",
        "PHONEBOOK_SERVICE_PORT: Give a port",
        "PHONEBOOK_SERVICE_PUBLIC_URL: Give an address",
    ):
        assert words in said
    assert "Traceback" not in said


def test_a_port_or_folder_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    needed = {
        "PHONEBOOK_SERVER_URL": "http://127.0.0.1:9",
        "PHONEBOOK_SERVICE_TOKEN": "t",
        "PHONEBOOK_SERVICE_STATE_DIR": str(tmp_path),
    }
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = complaint(**needed, PHONEBOOK_SERVICE_PORT=str(taken.getsockname()[1]))
    assert code == 2
    assert "PHONEBOOK_SERVICE_PORT: 127.0.0.1:" in said
    assert "Address already in use" in said
    (tmp_path / "file").write_text("")
    code, said = complaint(**{**needed, "PHONEBOOK_SERVICE_STATE_DIR": str(tmp_path / "file" / "x")})
    assert code == 2
    assert "PHONEBOOK_SERVICE_STATE_DIR: The folder" in said
