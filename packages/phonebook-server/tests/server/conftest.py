"""One real server per test module, and the app in the test's own process where the clock must be moved."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest
from support.in_process import in_process
from support.server import Person, RunningServer

from phonebook_server.config import Config, load_config
from phonebook_server.opening import open_server
from phonebook_server.server import Server

NOON = 1_800_000_000_000


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """`phonebook serve` without vendor services, shared by the tests of a module."""
    with RunningServer(tmp_path_factory.mktemp("phonebook") / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        yield server


@pytest.fixture(scope="module")
def admin(running: RunningServer) -> Person:
    """An administrator of `running`."""
    return running.add_person("admin@example.org", admin=True)


@pytest.fixture
def api(running: RunningServer, admin: Person) -> Iterator[httpx.Client]:
    """The API of `running` as the administrator."""
    with running.client(admin.token) as client:
        yield client


@pytest.fixture
def clock() -> Clock:
    """The clock of `opened`."""
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration with a folder of its own."""
    return load_config({"PHONEBOOK_DATA_DIR": str(tmp_path / "data"), "PHONEBOOK_HOSTED_SERVICES": ""}, cwd=tmp_path)


@pytest.fixture
async def opened(config: Config, clock: Clock) -> AsyncGenerator[Server]:
    """The server's parts in this process, at the time of `clock`."""
    server = open_server(config, clock=clock)
    yield server
    await server.db.close()


@pytest.fixture
async def near(opened: Server) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the app in this process; its cookies are kept like a browser's."""
    async with in_process(opened.config, opened.clock) as client:
        yield client
