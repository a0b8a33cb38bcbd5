"""The indexes that follow from contacts: always what a rebuild would make, and made anew when their rules change."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import delete, select, text, update
from support.house import BOOK, OTHER_BOOK, VIEWER, House, open_house

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import Unavailable
from phonebook_core.phone_number import derive, identity
from phonebook_server.contacts import indexes, store, units
from phonebook_server.contacts.listing import list_contacts
from phonebook_server.contacts.search import Query
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.db import tables
from phonebook_server.ids import new_id

pytestmark = pytest.mark.anyio

WORDS = text("SELECT rowid, phonebook, groups, names, others, numbers FROM contact_search ORDER BY rowid")
KEYS = select(tables.Contact.id, tables.Contact.organization_key).order_by(tables.Contact.id)
LIVE_NUMBERS = (
    select(tables.ContactNumber.contact_id, tables.ContactNumber.identity, tables.ContactNumber.phonebook_id)
    .where(tables.ContactNumber.former_at.is_(None))
    .order_by(tables.ContactNumber.contact_id, tables.ContactNumber.identity)
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def write(house: House, writes: list[Write], book: str = BOOK) -> list[StoredContact]:
    async with house.server.db.transaction() as connection:
        unit = await units.begin(connection, units.Kind.BULK, actor="a", now=house.now)
        return await store.write(connection, book, writes, unit=unit)


async def indexed(house: House) -> tuple[Any, ...]:
    return tuple([[tuple(row) for row in await house.rows(query)] for query in (WORDS, KEYS, LIVE_NUMBERS)])


async def make_stale(house: House) -> None:
    async with house.server.db.transaction() as connection:
        await connection.execute(update(tables.DerivedIndex).values(rules=indexes.RULES - 1))


async def former(house: House, contact_id: str) -> dict[str, int | None]:
    number = tables.ContactNumber
    rows = await house.rows(select(number.identity, number.former_at).where(number.contact_id == contact_id))
    return {row.identity: row.former_at for row in rows}


def some_contact(chance: random.Random, id: str) -> Contact:
    numbers = chance.sample(("030 123456", "+49 30 123456", "*21#", "200", "0171 5550100", "sip:a@b.example"), 3)
    return derive(
        Contact(
            id=id,
            display_name=chance.choice(("Ada", "Jürgen", "山田", "O’Connor")),
            organization=chance.choice(("", "Öl AG")),
            groups=tuple(chance.sample(("A", "B", "ä"), chance.randrange(3))),
            emails=tuple(Email(value=f"{n}@example.org") for n in range(chance.randrange(2))),
            numbers=tuple(PhoneNumber(value=value) for value in numbers[: chance.randrange(4)]),
        ),
        "DE",
    )


@pytest.mark.parametrize("seed", range(6))
async def test_after_any_writes_the_indexes_are_what_a_rebuild_makes(house: House, seed: int) -> None:
    chance = random.Random(seed)
    known: dict[str, tuple[str, StoredContact]] = {}
    history: dict[str, set[str]] = {}
    for _ in range(25):
        house.now += 1
        book = chance.choice((BOOK, OTHER_BOOK))
        writes = [Write(some_contact(chance, new_id()), Change.CREATED) for _ in range(chance.choice((0, 1, 60)))]
        here = [stored for where, stored in known.values() if where == book]
        for stored in chance.sample(here, min(len(here), chance.randrange(5))):
            if stored.deleted_at is not None:
                change, contact = (
                    Change.RESTORED,
                    chance.choice((stored.contact, some_contact(chance, stored.contact.id))),
                )
            elif chance.random() < 0.3:
                change, contact = Change.DELETED, stored.contact
            else:
                change, contact = Change.EDITED, some_contact(chance, stored.contact.id)
            writes.append(Write(contact, change, stored))
        for stored in await write(house, writes, book):
            known[stored.contact.id] = (book, stored)
            history.setdefault(stored.contact.id, set()).update(map(identity, stored.contact.numbers))
    for id, (_, stored) in known.items():
        live = set() if stored.deleted_at is not None else set(map(identity, stored.contact.numbers))
        numbers = await former(house, id)
        assert {number for number, at in numbers.items() if at is None} == live
        assert set(numbers) == history[id]
    before = await indexed(house)
    await make_stale(house)
    await indexes.refresh(house.server.db)
    assert await indexed(house) == before


async def test_a_number_that_went_remembers_since_which_position_and_comes_back_live(house: House) -> None:
    one, two = PhoneNumber(value="200"), PhoneNumber(value="*21#")
    [made] = await write(house, [Write(Contact(id=new_id(), numbers=(one, two)), Change.CREATED)])
    id = made.contact.id
    [less] = await write(house, [Write(Contact(id=id, numbers=(two,)), Change.EDITED, made)])
    assert await former(house, id) == {"200": less.position, "*21#": None}
    [gone] = await write(house, [Write(less.contact, Change.DELETED, less)])
    assert await former(house, id) == {"200": less.position, "*21#": gone.position}
    [back] = await write(house, [Write(made.contact, Change.RESTORED, gone)])
    assert await former(house, id) == {"200": None, "*21#": None}
    assert back.position == 4


async def test_a_new_installation_can_be_searched_at_once(house: House) -> None:
    async with house.server.db.reading() as connection:
        assert await indexes.is_built(connection)


async def test_the_migration_makes_the_index_that_a_rebuild_makes(house: House) -> None:
    query = text("SELECT sql FROM sqlite_master WHERE name = 'contact_search'")
    [[migrated]] = await house.rows(query)
    assert migrated == indexes.CREATE
    await make_stale(house)
    await indexes.refresh(house.server.db)
    assert await house.rows(query) == [(migrated,)]


async def test_a_database_from_before_the_search_is_indexed_at_the_start(house: House) -> None:
    await house.fill(1_500, organization="Öl AG", numbers=(PhoneNumber(value="200"),))
    before = await indexed(house)
    async with house.server.db.transaction() as connection:  # as the migration leaves contacts that were there
        await connection.execute(delete(tables.DerivedIndex))
        await connection.execute(text("DELETE FROM contact_search"))
        await connection.execute(delete(tables.ContactNumber))
        await connection.execute(update(tables.Contact).values(organization_key=b"\xff"))
    with pytest.raises(Unavailable, match="being built") as raised:
        await list_contacts(house.server, VIEWER, BOOK, query=Query(text="con"), cursor=None, limit=5)
    assert raised.value.code == "search_being_built"
    listed = await list_contacts(house.server, VIEWER, BOOK, cursor=None, limit=5)
    assert (len(listed.items), listed.total) == (5, 1_500)
    async with indexes.kept_built(house.server.db):
        assert await indexed(house) == before


async def test_what_is_written_while_the_search_is_being_built_is_in_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "CHUNK", 20)
    _, ids = await house.fill(400)
    await make_stale(house)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(indexes.refresh, house.server.db)
        for n in range(20):
            await house.change(ids[n * 19], display_name=f"Changed {n}")
            await house.delete(ids[n * 19 + 1])
            await house.create(display_name=f"New {n}")
    before = await indexed(house)
    assert len(before[0]) == 400
    await make_stale(house)
    await indexes.refresh(house.server.db)
    assert await indexed(house) == before


async def test_a_large_phonebook_is_indexed_beside_serving_and_an_interrupted_build_begins_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.fill(60)
    before = await indexed(house)
    monkeypatch.setattr(indexes, "SMALL", 10)
    monkeypatch.setattr(indexes, "CHUNK", 7)
    await make_stale(house)
    async with indexes.kept_built(house.server.db):
        pass  # stopped at once
    async with indexes.kept_built(house.server.db):
        with anyio.fail_after(60):
            while True:
                async with house.server.db.reading() as connection:
                    if await indexes.is_built(connection):
                        break
                await anyio.sleep(0.01)
    assert await indexed(house) == before
