"""A phonebook in this process, and sources that really are elsewhere: a Radicale, a web server."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import msgspec
import pytest
from support.radicale import RunningRadicale
from support.subscriber import Subscriber
from support.web import Web

from phonebook_server.server import Server


@pytest.fixture(scope="session")
def radicale_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRadicale]:
    with RunningRadicale(tmp_path_factory.mktemp("radicale")) as radicale:
        yield radicale


@pytest.fixture
def radicale(radicale_process: RunningRadicale) -> RunningRadicale:
    """A Radicale whose user has no address book yet."""
    radicale_process.clear()
    return radicale_process


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def allowing(opened: Server) -> Server:
    """The server, allowed to ask this machine."""
    config = msgspec.structs.replace(opened.config, source_allowed_networks=("127.0.0.0/8", "::1/128"))
    return dataclasses.replace(opened, config=config)


@pytest.fixture
async def book(allowing: Server) -> Subscriber:
    """A phonebook that may subscribe to what is on this machine."""
    return await Subscriber(allowing).make()
