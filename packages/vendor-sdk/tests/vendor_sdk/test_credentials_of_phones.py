"""What becomes known of a phone's credentials: none, wrong ones, those before a rotation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from phonebook_core.vendor_link.messages import Dispatch
from phonebook_vendor_sdk import Bench, Contact, VendorService
from phonebook_vendor_sdk.bare import PATIENCE, PER_ADDRESS, REMEMBERED, SILENCE, Bare, BareRequests
from phonebook_vendor_sdk.clock import Clock
from phonebook_vendor_sdk.snapshot import Snapshots

pytestmark = pytest.mark.anyio
Service = type[VendorService[Any]]
OLD = ("pb-bench", "bench-secret-bench-secret")
NEW = ("pb-bench", "another-secret-another")


class Hands:
    """A wall clock that is moved by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    @property
    def clock(self) -> Clock:
        return Clock(time.monotonic, self.wall)

    def wall(self) -> float:
        return time.time() + self.ahead

    def in_ms(self, seconds: float) -> int:
        return int((self.wall() + seconds) * 1000)


def told(dispatches: list[Dispatch]) -> list[tuple[int, str, str, int]]:
    return [(d.status, d.auth, d.phone.user_agent, d.count) for d in dispatches]


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# without credentials


def phone(agent: str = "A", address: str = "192.0.2.1", book: str = "b") -> Bare:
    return Bare(book, address, agent.encode())


def test_a_phone_that_only_asks_without_credentials_is_told_of_once_in_a_while() -> None:
    bare = BareRequests()
    for second in (0, 10, 20):
        bare.asked(phone(), 1000.0 + second, "f", 5)
        assert bare.due(1000.0 + second) == []
    [(who, waiting)] = bare.due(1000.0 + PATIENCE)
    assert (who, waiting.time, waiting.requests) == (phone(), 1000.0, 3)
    bare.asked(phone(), 1050.0, "f", 5)
    assert not bare
    assert bare.due(1000.0 + PATIENCE + SILENCE - 1) == []
    bare.asked(phone(), 1000.0 + PATIENCE + SILENCE, "f", 5)
    assert [who for who, _ in bare.due(1000.0 + 2 * PATIENCE + SILENCE)] == [phone()]


def test_a_phone_that_comes_back_with_credentials_is_not_told_of() -> None:
    bare = BareRequests()
    for one in (phone("A"), phone("B"), phone("A", "192.0.2.2"), phone("A", book="c")):
        bare.asked(one, 0.0, "f", 5)
    bare.signed(phone("A"))
    bare.signed(phone("unknown"))
    assert [who for who, _ in bare.due(PATIENCE)] == [phone("B"), phone("A", "192.0.2.2"), phone("A", book="c")]


def test_many_names_from_one_address_and_from_many_take_a_bounded_memory() -> None:
    bare = BareRequests()
    for number in range(10 * PER_ADDRESS):
        bare.asked(phone(f"agent {number}"), 0.0, "f", 5)
    assert len(bare.due(PATIENCE)) == PER_ADDRESS
    for number in range(3 * REMEMBERED):
        bare.asked(phone(address=f"2001:db8::{number:x}"), 40.0, "f", 5)
    assert len(bare.due(40.0 + PATIENCE)) == REMEMBERED
    bare.asked(phone("last"), 10_000.0, "f", 5)
    assert [who for who, _ in bare.due(10_000.0 + PATIENCE)] == [phone("last")]
    assert bare.due(20_000.0) == []
    assert (len(bare._told), len(bare._of_address)) == (0, 0)


def test_a_clock_that_is_set_back_keeps_nobody_waiting_for_ever() -> None:
    bare = BareRequests()
    bare.asked(phone(), 1_000_000.0, "f", 5)
    assert len(bare.due(500.0)) == 1
    bare.asked(phone(), 200.0, "f", 5)
    assert len(bare.due(200.0 + PATIENCE)) == 1


async def test_a_phone_without_credentials_is_recorded_when_it_does_not_come_back_with_them(service: Service) -> None:
    hands = Hands()
    async with Bench(service, clock=hands.clock) as bench:
        for agent in ("never", "later"):
            assert (await bench.get("list.txt", login=None, user_agent=agent)).status == 401
        await bench.get("list.txt", user_agent="later")
        assert told(await bench.dispatches(1)) == [(200, "ok", "later", 1)]
        hands.ahead = PATIENCE + 1
        assert told(await bench.dispatches(2))[1:] == [(401, "none", "never", 1)]
        await bench.get("list.txt", login=None, user_agent="never")
        hands.ahead += PATIENCE + 1
        await bench.get("list.txt", user_agent="later")
        assert [d.auth for d in await bench.dispatches(3)] == ["ok", "none", "ok"]


async def test_what_came_of_credentials_is_in_the_record(service: Service) -> None:
    async with Bench(service) as bench:
        await bench.get("list.txt", login=("pb-bench", "wrong"))
        await bench.get("no.txt")
        await bench.get("list.txt", headers={"If-None-Match": "*"})
        for _ in range(11):
            await bench.get("list.txt", login=("a", "b"), address="192.0.2.77", user_agent="guessing")
        stored = await bench.dispatches(14)
    assert [(d.status, d.auth) for d in stored[:3]] == [(401, "wrong"), (404, "ok"), (304, "ok")]
    assert told(stored)[-1] == (429, "throttled", "", 1)


# the password before


async def test_after_a_rotation_both_passwords_open_until_the_overlap_ends(service: Service) -> None:
    hands = Hands()
    async with Bench(service, clock=hands.clock) as bench:
        await bench.get("list.txt", login=OLD)
        await bench.rotate(NEW[1], hands.in_ms(3600))
        assert bench.access.password == NEW[1]
        assert "former_password" in (bench.server.hello.features if bench.server.hello else ())
        assert (await bench.get("list.txt", login=NEW)).status == 200
        assert (await bench.get("list.txt", login=OLD)).status == 200
        assert (await bench.get("list.txt", login=(OLD[0], "wrong"))).status == 401
        hands.ahead = 3601
        assert (await bench.get("list.txt", login=OLD)).status == 401
        assert (await bench.get("list.txt", login=NEW)).status == 200
        stored = [(d.status, d.auth) for d in await bench.dispatches(6)]
    assert stored == [(200, "ok"), (200, "ok"), (200, "former"), (401, "wrong"), (401, "former"), (200, "ok")]


async def test_without_an_overlap_the_password_before_only_tells_which_phones_have_it(service: Service) -> None:
    async with Bench(service) as bench:
        await bench.rotate(NEW[1], 0)
        assert (await bench.get("list.txt", login=OLD)).status == 401
        assert [(d.status, d.auth) for d in await bench.dispatches(1)] == [(401, "former")]


async def test_another_rotation_ends_the_overlap_before(service: Service) -> None:
    async with Bench(service) as bench:
        await bench.rotate(NEW[1], int(time.time() * 1000) + 60_000)
        await bench.rotate("a-third-secret-a-third", int(time.time() * 1000) + 60_000)
        assert (await bench.get("list.txt", login=NEW)).status == 200
        assert (await bench.get("list.txt", login=OLD)).status == 401


async def test_the_overlap_lasts_through_a_restart_without_the_server_and_no_secret_is_on_disk(
    service: Service, tmp_path: Path, people: list[Contact]
) -> None:
    hands = Hands()
    async with Bench(service, contacts=people, state_dir=tmp_path, clock=hands.clock) as bench:
        await bench.get("list.txt")
        await bench.rotate(NEW[1], hands.in_ms(3600))
        await bench.get("list.txt")
        await bench.cut_link()
        await bench.restart()
        assert (await bench.get("list.txt", login=OLD)).status == 200
        assert (await bench.get("list.txt", login=NEW)).status == 200
        kept = everything_in(tmp_path)
        assert NEW[1].encode() in kept  # as it was before there was an overlap
        assert OLD[1].encode() not in kept
        hands.ahead = 3601
        assert (await bench.get("list.txt", login=OLD)).status == 401
        assert (await bench.get("list.txt", login=NEW)).status == 200


async def test_a_snapshot_from_before_there_were_overlaps_is_read(service: Service, tmp_path: Path) -> None:
    async with Bench(service, state_dir=tmp_path) as bench:
        await bench.get("list.txt")
    folder = Snapshots(tmp_path / "snapshots")
    [saved] = folder.load()
    assert (saved.head.former, saved.head.former_until) == (b"", 0)
    folder.save(replace(saved, head=replace(saved.head, former=b"x" * 32, former_until=5)))
    [again] = folder.load()
    assert (again.head.former, again.head.former_until) == (b"x" * 32, 5)


async def test_phones_with_either_password_are_served_while_the_book_changes(service: Service) -> None:
    async with Bench(service) as bench:
        await bench.rotate(NEW[1], int(time.time() * 1000) + 60_000)
        for number in range(5):
            await bench.put(Contact(id=str(number), display_name=f"Person {number}"))
            for login in (OLD, NEW):
                assert f"Person {number}".encode() in (await bench.get("list.txt", login=login)).body
