"""The bin: what is in it, bringing it back, and removing it for good without readers missing anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.house import (
    ADMIN,
    BOOK,
    DAY,
    EDITOR,
    MANAGER,
    OTHER_BOOK,
    STRANGER,
    VIEWER,
    House,
    open_house,
)

from phonebook_core.errors import Invalid, NotAllowed, NotFound
from phonebook_server.contacts import store, units
from phonebook_server.contacts.bin import Binned, empty_bin, keep_bins_small, list_bin, purge_bins, restore_contacts
from phonebook_server.contacts.inputs import NumberInput
from phonebook_server.contacts.undo import undo_unit
from phonebook_server.db import tables
from phonebook_server.phonebooks import actions as phonebooks
from phonebook_server.phonebooks.restoring import list_deleted_phonebooks, restore_phonebook
from phonebook_server.sites import actions as sites
from phonebook_server.sites.restoring import list_deleted_sites, restore_site

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def binned(house: House, *, limit: int = 50) -> list[Binned]:
    found: list[Binned] = []
    cursor: str | None = None
    while True:
        page = await list_bin(house.server, VIEWER, BOOK, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def count(house: House, table: type[tables.Table]) -> int:
    [[number]] = await house.rows(select(func.count()).select_from(table))
    return int(number)


async def test_the_bin_shows_what_was_deleted_newest_first_with_who_and_until_when(house: House) -> None:
    made = [await house.create(display_name=str(n)) for n in range(7)]
    deleted: list[tuple[str, str]] = []
    for stored in made[:5]:
        house.now += 1000
        deleted.append((stored.contact.id, await house.delete(stored.contact.id)))
    found = await binned(house)
    for limit in (1, 2, 5):
        assert await binned(house, limit=limit) == found
    assert [(each.stored.contact.id, each.unit) for each in found] == deleted[::-1]
    assert found[0].actor == "editor@example.org"
    assert (found[0].deleted_at, found[0].purged_at) == (house.now, house.now + 30 * DAY)


async def test_without_an_end_to_the_bin_nothing_is_removed_and_no_date_is_named(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"PHONEBOOK_BIN_DAYS": "0"}) as house:
        made = await house.create(display_name="x")
        await house.delete(made.contact.id)
        house.now += 10_000 * DAY
        assert await purge_bins(house.server) == 0
        assert [each.purged_at for each in await binned(house)] == [None]


async def test_contacts_come_back_from_the_bin_together_as_one_unit(house: House) -> None:
    made = [await house.create(display_name=str(n), numbers=[NumberInput(value="030 123456")]) for n in range(3)]
    before = await house.live()
    for stored in made[:2]:
        await house.delete(stored.contact.id)
    ids = [stored.contact.id for stored in made]
    house.announced.clear()
    restored = await restore_contacts(house.server, EDITOR, BOOK, [*ids, ids[0]])
    assert (restored.restored, restored.undo) == (2, f"/api/v1/units/{restored.unit}/undo")
    assert (await house.live(), await binned(house), house.announced) == (before, [], [BOOK])
    assert (await house.actions_recorded())[-1] == "contacts.restored"
    assert (await restore_contacts(house.server, EDITOR, BOOK, ids)).unit is None
    assert restored.unit is not None
    await undo_unit(house.server, EDITOR, restored.unit)
    assert {each.stored.contact.id for each in await binned(house)} == set(ids[:2])


async def test_one_unknown_contact_keeps_all_in_the_bin(house: House) -> None:
    made = await house.create(display_name="x")
    elsewhere = await house.create(OTHER_BOOK, display_name="y")
    await house.delete(made.contact.id)
    await house.delete(elsewhere.contact.id)
    with pytest.raises(Invalid, match="not in the phonebook's bin") as raised:
        await restore_contacts(house.server, EDITOR, BOOK, [made.contact.id, elsewhere.contact.id, "x"])
    assert [problem.field for problem in raised.value.problems] == ["ids.1", "ids.2"]
    assert len(await binned(house)) == 1
    for asker, error in ((VIEWER, NotAllowed), (STRANGER, NotFound)):
        with pytest.raises(error):
            await restore_contacts(house.server, asker, BOOK, [made.contact.id])
        with pytest.raises(error):
            await empty_bin(house.server, asker, BOOK)
    with pytest.raises(NotAllowed):
        await empty_bin(house.server, EDITOR, BOOK)


async def test_what_is_older_than_the_days_is_removed_with_its_versions_and_the_rest_stays(house: House) -> None:
    _, ids = await house.fill(610)
    old, young, live = ids[:600], ids[600:605], ids[605:]
    for id in old[:3]:
        await house.delete(id)
    async with house.server.db.transaction() as connection:  # the others at once
        found = [await store.find(connection, id) for id in old[3:]]
        unit = await units.begin(connection, units.Kind.BULK, actor="a", now=house.now)
        writes = [store.Write(each.contact, store.Change.DELETED, each) for each in found if each]
        await store.write(connection, BOOK, writes, unit=unit)
    house.now += 2 * DAY
    for id in young:
        await house.delete(id)
    house.now += 29 * DAY
    assert await purge_bins(house.server) == 600
    assert await purge_bins(house.server) == 0
    assert {each.stored.contact.id for each in await binned(house)} == set(young)
    assert set(await house.live()) == set(live)
    assert await count(house, tables.ContactVersion) == 10 + 5
    [[horizon, position]] = await house.rows(
        select(tables.Phonebook.horizon, tables.Phonebook.position).where(tables.Phonebook.id == BOOK)
    )
    assert (horizon, position) == (1210, 1215)


async def test_readers_that_missed_a_removed_contact_get_a_snapshot_and_others_go_on(house: House) -> None:
    made = [await house.create(display_name=str(n)) for n in range(4)]
    _, _, _, early = await house.followed()
    await house.delete(made[0].contact.id)
    _, removals, snapshot, late = await house.followed(early)
    assert (removals, snapshot) == ([made[0].contact.id], False)
    await house.change(made[1].contact.id, note="x")
    house.now += 31 * DAY
    assert await purge_bins(house.server) == 1
    upserts, removals, snapshot, _ = await house.followed(early)
    assert (set(upserts), removals, snapshot) == (set(await house.live()), [], True)
    upserts, removals, snapshot, _ = await house.followed(late)
    assert (set(upserts), removals, snapshot) == ({made[1].contact.id}, [], False)


async def test_emptying_the_bin_removes_what_is_in_it_and_is_recorded(house: House) -> None:
    made = [await house.create(display_name=str(n)) for n in range(3)]
    for stored in made[:2]:
        await house.delete(stored.contact.id)
    assert (await empty_bin(house.server, MANAGER, BOOK)).purged == 2
    assert (await empty_bin(house.server, MANAGER, BOOK)).purged == 0
    assert (await house.actions_recorded()).count("bin.emptied") == 1
    assert set(await house.live()) == {made[2].contact.id}
    for stored in made[:2]:
        assert await house.find(stored.contact.id) is None


async def test_the_server_purges_at_its_start_and_others_write_meanwhile(house: House) -> None:
    _, ids = await house.fill(300)
    async with house.server.db.transaction() as connection:
        found = [await store.find(connection, id) for id in ids]
        unit = await units.begin(connection, units.Kind.BULK, actor="a", now=house.now)
        writes = [store.Write(each.contact, store.Change.DELETED, each) for each in found if each]
        await store.write(connection, BOOK, writes, unit=unit)
    house.now += 31 * DAY
    task = asyncio.create_task(keep_bins_small(house.server))
    try:
        made = await house.create(display_name="meanwhile")
        async with asyncio.timeout(60):
            while await binned(house, limit=200):  # noqa: ASYNC110  # it is the database that changes
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert set(await house.live()) == {made.contact.id}


async def test_a_deleted_phonebook_comes_back_as_it_was_with_its_numbers_read_for_todays_region(house: House) -> None:
    await house.create(display_name="x", numbers=[NumberInput(value="030 123456")])
    await phonebooks.delete_phonebook(house.server, MANAGER, BOOK)
    await sites.change_site(house.server, MANAGER, "s1", name=None, region="FR")
    listed = await list_deleted_phonebooks(house.server, MANAGER, "s1", cursor=None, limit=5)
    assert [(each.id, each.undo) for each in listed.items] == [(BOOK, f"/api/v1/phonebooks/{BOOK}/restoration")]
    for asker, error in ((EDITOR, NotAllowed), (STRANGER, NotFound)):
        with pytest.raises(error):
            await restore_phonebook(house.server, asker, BOOK)
        with pytest.raises(error):
            await list_deleted_phonebooks(house.server, asker, "s1", cursor=None, limit=5)
    house.announced.clear()
    back = await restore_phonebook(house.server, MANAGER, BOOK)
    assert (back.id, back.region, house.announced) == (BOOK, "FR", [BOOK])
    assert [number.e164 for contact in (await house.live()).values() for number in contact.numbers] == [None]
    assert await restore_phonebook(house.server, MANAGER, BOOK) == back
    assert (await list_deleted_phonebooks(house.server, MANAGER, "s1", cursor=None, limit=5)).items == []
    assert (await house.actions_recorded()).count("phonebook.restored") == 1


async def test_deleted_phonebooks_are_listed_a_page_at_a_time(house: House) -> None:
    made = []
    for n in range(5):
        input = phonebooks.PhonebookInput(name=f"Book {n}")
        made.append((await phonebooks.create_phonebook(house.server, MANAGER, "s1", input)).id)
    for n, id in enumerate(made):
        house.now += n % 2
        await phonebooks.delete_phonebook(house.server, MANAGER, id)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await list_deleted_phonebooks(house.server, MANAGER, "s1", cursor=cursor, limit=2)
        seen += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_a_deleted_site_comes_back_with_its_phonebooks_but_not_those_deleted_before(house: House) -> None:
    await phonebooks.delete_phonebook(house.server, MANAGER, OTHER_BOOK)
    await sites.delete_site(house.server, ADMIN, "s1")
    with pytest.raises(NotFound):
        await restore_phonebook(house.server, ADMIN, OTHER_BOOK)
    for asker, error in ((MANAGER, NotFound), (STRANGER, NotFound)):
        with pytest.raises(error):
            await restore_site(house.server, asker, "s1")
    with pytest.raises(NotAllowed):
        await list_deleted_sites(house.server, MANAGER, cursor=None, limit=5)
    listed = await list_deleted_sites(house.server, ADMIN, cursor=None, limit=5)
    assert [(each.id, each.undo) for each in listed.items] == [("s1", "/api/v1/sites/s1/restoration")]
    house.announced.clear()
    back = await restore_site(house.server, ADMIN, "s1")
    assert (back.id, house.announced) == ("s1", [BOOK])
    assert await restore_site(house.server, ADMIN, "s1") == back
    with pytest.raises(NotAllowed):
        await restore_site(house.server, MANAGER, "s1")
    await restore_phonebook(house.server, MANAGER, OTHER_BOOK)
    assert (await list_deleted_sites(house.server, ADMIN, cursor=None, limit=5)).items == []
