"""Dispatches from the phone to the server: on disk in between, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from phonebook_core.vendor_link.messages import Dispatch, Phone
from phonebook_vendor_sdk import Bench, VendorService
from phonebook_vendor_sdk.dispatch_spool import DispatchSpool

pytestmark = pytest.mark.anyio
Service = type[VendorService[Any]]


def dispatch(number: int) -> Dispatch:
    return Dispatch(id=f"p-{number}", phonebook="b", time=number, status=200, phone=Phone(model="M"), file="f.xml")


def drained(spool: DispatchSpool, *, limit: int = 500) -> list[str]:
    found: list[str] = []
    while True:
        batch, behind = spool.oldest(limit)
        if not batch:
            return found
        found.extend(d.id for d in batch)
        spool.acknowledge(behind)


Open = Callable[..., DispatchSpool]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens spools, and closes them at the end."""
    spools: list[DispatchSpool] = []

    def open_one(folder: Path, **more: int) -> DispatchSpool:
        spools.append(DispatchSpool(folder, **more))
        spools[-1].open()
        return spools[-1]

    yield open_one
    for spool in spools:
        spool.close()


def test_what_goes_in_comes_out_in_order_and_leaves_nothing(tmp_path: Path, opened: Open) -> None:
    spool = opened(tmp_path, segment=2_000)
    numbers = iter(range(10_000))
    for size in (1, 7, 500, 501, 3):
        spool.append([dispatch(next(numbers)) for _ in range(size)])
    assert len(list(tmp_path.iterdir())) > 2
    assert drained(spool) == [f"p-{n}" for n in range(1012)]
    assert list(tmp_path.iterdir()) == []
    spool.append([dispatch(5000)])
    assert drained(spool) == ["p-5000"]


def test_a_restart_brings_what_was_not_acknowledged(tmp_path: Path, opened: Open) -> None:
    spool = opened(tmp_path)
    spool.append([dispatch(1)])
    spool.append([dispatch(2)])
    _, behind = spool.oldest(1)
    spool.acknowledge(behind)
    again = opened(tmp_path)
    again.append([dispatch(3)])
    assert drained(again) == ["p-1", "p-2", "p-3"]  # p-1 once more: the server stores an id once


def test_a_torn_end_costs_only_itself(tmp_path: Path, opened: Open) -> None:
    spool = opened(tmp_path)
    spool.append([dispatch(1)])
    spool.append([dispatch(2)])
    spool.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    again = opened(tmp_path)
    again.append([dispatch(3)])
    assert drained(again) == ["p-1", "p-3"]
    assert list(tmp_path.iterdir()) == []


def test_a_full_spool_gives_up_the_oldest_and_counts_them(tmp_path: Path, opened: Open) -> None:
    spool = opened(tmp_path, limit=20_000, segment=4_000)
    for number in range(1_000):
        spool.append([dispatch(number)])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 24_000
    left = drained(spool)
    assert spool.dropped + len(left) == 1_000
    assert left == [f"p-{n}" for n in range(1_000 - len(left), 1_000)]


def test_a_disk_that_takes_nothing_leaves_the_spool_whole(tmp_path: Path, opened: Open) -> None:
    spool = opened(tmp_path / "spool")
    spool.append([dispatch(1)])
    spool.close()
    (tmp_path / "spool").rename(tmp_path / "away")
    with pytest.raises(OSError, match="spool"):
        spool.append([dispatch(2)])
    (tmp_path / "away").rename(tmp_path / "spool")
    spool.append([dispatch(3)])
    assert drained(spool) == ["p-1", "p-3"]


async def test_records_wait_while_the_server_does_not_store_and_come_once(service: Service, tmp_path: Path) -> None:
    async with Bench(service, state_dir=tmp_path) as bench:
        bench.server.stores = False
        for _ in range(5):
            await bench.get("list.txt")
        await bench.until(lambda: bool(list(tmp_path.glob("dispatches/*.log"))))
        await bench.cut_link()
        await bench.restart()
        await bench.get("list.txt")
        bench.server.stores = True
        await bench.restore_link()
        stored = await bench.dispatches(6)
        assert len(stored) == len({d.id for d in stored}) == 6
        await bench.until(lambda: not list(tmp_path.glob("dispatches/*.log")))


async def test_a_storm_is_folded_and_every_fetch_is_counted(service: Service) -> None:
    async with Bench(service) as bench:
        await bench.get("list.txt")
        for _ in range(1_500):
            await bench.get("list.txt", user_agent="storm")
        stored = await bench.dispatches(1_501)
        assert sum(d.count for d in stored) == 1_501
        assert len(stored) < 500
