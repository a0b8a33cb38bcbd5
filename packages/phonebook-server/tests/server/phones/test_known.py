"""What is known of a phone after its requests, kept where dispatches are stored."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects import sqlite
from support.house import BOOK, FOREIGN_BOOK, House, open_house

from phonebook_core.vendor_link.messages import Dispatch, Phone
from phonebook_server.db import tables
from phonebook_server.dispatches.store import list_dispatches, select_dispatches, store_dispatches
from phonebook_server.phones import store
from phonebook_server.phones.known import DAY_MS, KnownPhone, after, recent

pytestmark = pytest.mark.anyio
NOW = 1_800_000_000_000
HOUR = 3_600_000
MAC = "0015654aa937"


def dispatch(id: str, ago: int = 0, status: int = 200, book: str = BOOK, count: int = 1, **phone: str) -> Dispatch:
    described = Phone(**{"mac": MAC, "address": "10.0.0.1", "user_agent": "ua", **phone})
    return Dispatch(
        id=id, phonebook=book, time=NOW - ago, status=status, phone=described, file="f", token=f"t{id}", count=count
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as house:
        enablement = {
            "slug": "yealink", "generation": 1, "settings": b"", "generated": b"", "problems": b"", "changed_at": 0,
        }  # fmt: skip
        async with house.server.db.transaction() as connection:
            await connection.execute(insert(tables.Enablement).values(phonebook_id=BOOK, **enablement))
        yield house


async def stored(house: House, *dispatches: Dispatch) -> list[KnownPhone]:
    async with house.server.db.transaction() as connection:
        await store_dispatches(connection, "yealink", dispatches, house.now)
    async with house.server.db.reading() as connection:
        return await store.list_phones(connection, BOOK, before=None, limit=100)


async def test_a_phone_is_known_by_its_mac_else_by_address_and_name(house: House) -> None:
    [one] = await stored(house, dispatch("1", 5 * HOUR, model="T46"), dispatch("2", HOUR, address="10.0.0.2"))
    assert (one.mac, one.address, one.first_at, one.last_at) == (MAC, "10.0.0.2", NOW - 5 * HOUR, NOW - HOUR)
    phones = await stored(
        house, dispatch("3", mac=""), dispatch("4", mac="", address="10.0.0.9"), dispatch("5", mac="")
    )
    assert sorted((phone.address, phone.requests) for phone in phones) == [
        ("10.0.0.1", 2),
        ("10.0.0.2", 2),
        ("10.0.0.9", 1),
    ]
    assert [phone.last_at for phone in phones] == sorted((phone.last_at for phone in phones), reverse=True)


async def test_a_request_that_is_brought_again_counts_once(house: House) -> None:
    first = [dispatch("1", 100, count=7), dispatch("2", 50, status=401)]
    [phone] = await stored(house, *first)
    [again] = await stored(house, *first, dispatch("2", 50, status=401))
    assert again == phone
    assert (phone.requests, phone.failures) == (8, 1)


async def test_requests_for_what_the_service_has_nothing_to_do_with_are_dropped(house: House) -> None:
    assert await stored(house, dispatch("1", book=FOREIGN_BOOK), dispatch("2", book="none")) == []
    assert await house.rows(select(tables.Dispatch.id)) == []


async def test_every_dispatch_names_its_phone_and_can_be_asked_for_by_it(house: House) -> None:
    phones = await stored(
        house, dispatch("1"), dispatch("2", 10, status=401), dispatch("3", 20, mac=""), dispatch("4", 30, status=503)
    )
    ids = {phone.mac: phone.id for phone in phones}
    async with house.server.db.reading() as connection:

        async def asked(**filters: object) -> list[str]:
            found = await list_dispatches(connection, BOOK, before=None, limit=10, **filters)  # type: ignore[arg-type]
            return [each.dispatch.id for each in found]

        assert await asked(phone_id=ids[MAC]) == ["1", "2", "4"]
        assert await asked(phone_id=ids[""]) == ["3"]
        assert await asked(failed=True) == ["2", "4"]
        assert await asked(failed=True, phone_id=ids[MAC]) == ["2", "4"]
        assert await asked(phone_id="unknown") == []
        elsewhere = await list_dispatches(connection, FOREIGN_BOOK, before=None, limit=10, phone_id=ids[MAC])
        assert elsewhere == []


async def test_the_phones_of_a_book_are_bounded_and_those_that_never_had_it_go_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_PHONES", 3)
    await stored(house, dispatch("good", 10 * HOUR, mac="good"))
    many = [dispatch(f"x{n}", HOUR - n, status=401, mac=f"bad{n}") for n in range(10)]
    phones = await stored(house, *many)
    assert {phone.mac for phone in phones} == {"good", "bad8", "bad9"}
    phones = await stored(house, dispatch("new", mac="new"))
    assert {phone.mac for phone in phones} == {"good", "bad9", "new"}


async def test_a_phone_that_is_long_gone_is_forgotten(house: House) -> None:
    await stored(house, dispatch("1", mac="old"))
    house.now = NOW + (store.FORGET_DAYS + 1) * DAY_MS
    assert [phone.mac for phone in await stored(house, dispatch("2", -(store.FORGET_DAYS + 1) * DAY_MS))] == [MAC]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "ix_dispatches_phonebook"),
        ({"phone_id": "x"}, "ix_dispatches_phone "),
        ({"failed": True}, "ix_dispatches_failed"),
        ({"failed": True, "phone_id": "x"}, "ix_dispatches_phone "),
    ],
)
@pytest.mark.parametrize("before", [None, (5, "id")])
async def test_lists_take_an_index_however_they_are_filtered(
    house: House, asked: dict[str, Any], index: str, before: tuple[int, str] | None
) -> None:
    query = select_dispatches(BOOK, before=before, limit=5, **{"phone_id": None, "failed": False, **asked})
    written = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with house.server.db.reading() as connection:
        plan = " ".join(str(row) for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {written}")))
    assert f"USING INDEX {index}" in plan, plan
    assert "TEMP B-TREE" not in plan, plan


# pure


def test_requests_are_counted_for_seven_days() -> None:
    phone = None
    for day in range(20):
        phone = after(
            phone, "p", "s", dispatch(str(day), -day * DAY_MS, status=401 if day % 2 else 200), NOW + day * DAY_MS
        )
    assert phone is not None
    assert (len(phone.days), phone.requests, phone.failures) == (7, 7, 4)
    assert recent(phone.days, NOW + 22 * DAY_MS) == dict(list(phone.days.items())[3:])
    late = after(phone, "p", "s", dispatch("late", 30 * DAY_MS), NOW + 19 * DAY_MS)
    assert (late.requests, late.first_at, late.last_at) == (7, NOW - 30 * DAY_MS, phone.last_at)


def test_what_comes_late_counts_and_changes_nothing_newer() -> None:
    phone = after(None, "p", "s", dispatch("1", 0, model="new"), NOW)
    late = after(phone, "p", "s", dispatch("2", HOUR, status=401, model="old"), NOW)
    assert (late.model, late.last_status, late.requests, late.failures) == ("new", 200, 2, 1)
    assert (late.ok_at, late.failed_at, late.token) == (NOW, NOW - HOUR, "t1")


def test_a_clock_that_is_ahead_counts_as_now() -> None:
    assert after(None, "p", "s", dispatch("1", -10 * DAY_MS), NOW).last_at == NOW


def test_the_usual_interval_follows_the_newest_gaps_and_overlooks_requests_of_one_visit() -> None:
    phone = None
    for ago in (24, 18, 12, 6):
        for second in (0, 5):
            phone = after(phone, "p", "s", dispatch(f"{ago}{second}", ago * HOUR - second * 1000), NOW)
    assert phone is not None
    assert phone.every_ms == pytest.approx(6 * HOUR, rel=0.01)


async def test_many_dispatches_of_many_phones_are_stored_in_one_go(house: House) -> None:
    many = [dispatch(f"d{n}", n, mac=f"{n:012x}") for n in range(500)]
    await stored(house, *many)
    [[phones]] = await house.rows(select(func.count()).select_from(tables.Phone))
    assert phones == 500
