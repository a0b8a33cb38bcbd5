"""What crosses packages is tested here: real processes, real sockets, a real database file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.office import Office
from support.server import RunningServer
from support.service import RunningService


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def hosting(tmp_path: Path) -> Iterator[RunningServer]:
    """`phonebook serve` with the Yealink service hosted."""
    with RunningServer(tmp_path / "data") as server:
        yield server


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[RunningServer]:
    """`phonebook serve` that hosts no service."""
    with RunningServer(tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        yield server


@pytest.fixture
def yealink(bare: RunningServer, tmp_path: Path) -> Iterator[RunningService]:
    """`phonebook-yealink` on its own, linked to `bare`."""
    with RunningService(bare, tmp_path / "yealink") as service:
        yield service


@pytest.fixture
def office(bare: RunningServer) -> Iterator[Office]:
    """An office on `bare`."""
    office = Office(bare)
    yield office
    office.close()
