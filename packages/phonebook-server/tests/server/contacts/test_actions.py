"""What may happen to contacts, on a real SQLite file: versions, positions, rights, repeated requests, other regions."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import insert, select, update

from phonebook_core.contact import Contact, in_order
from phonebook_core.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.config import load_config
from phonebook_server.contacts import actions, listing, store, units
from phonebook_server.contacts.inputs import ContactInput, EmailInput, NumberInput
from phonebook_server.contacts.store import Change, StoredContact
from phonebook_server.db import tables
from phonebook_server.db.database import Database
from phonebook_server.db.migrate import migrate
from phonebook_server.keys import Keys
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio

BOOK, FOREIGN_BOOK = "b" * 32, "f" * 32
HOUR = 3_600_000
EDITOR = Principal(user_id="editor", email="editor@example.org", is_admin=False, via="token")
VIEWER = Principal(user_id="viewer", email="viewer@example.org", is_admin=False, via="token")
STRANGER = Principal(user_id="stranger", email="stranger@example.org", is_admin=False, via="token")


class House:
    """A server without HTTP whose clock stands still, with an editor, a viewer and somebody of another site."""

    def __init__(self, folder: Path, db: Database) -> None:
        self.now = 1_800_000_000_000
        self.announced: list[str] = []
        self.server = Server(
            config=load_config({"PHONEBOOK_DATA_DIR": str(folder)}, cwd=folder),
            db=db,
            keys=Keys(os.urandom(32)),
            clock=lambda: self.now,
            announce=self._announce,
            enablements_changed=self._announce,
            publish=lambda event: None,
        )

    async def _announce(self, phonebook_id: str) -> None:
        async with self.server.db.reading() as connection:  # what is announced must be there for everybody
            position = select(tables.Phonebook.position).where(tables.Phonebook.id == phonebook_id)
            assert (await connection.execute(position)).scalar_one() > 0
        self.announced.append(phonebook_id)

    async def create(self, *, key: str | None = None, by: Principal = EDITOR, **fields: Any) -> StoredContact:
        return await actions.create_contact(self.server, by, BOOK, ContactInput(**fields), idempotency_key=key)

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.server.db.reading() as connection:
            return (await connection.execute(query)).all()

    async def position(self) -> int:
        [[position]] = await self.rows(select(tables.Phonebook.position).where(tables.Phonebook.id == BOOK))
        assert isinstance(position, int)
        return position


@asynccontextmanager
async def open_house(folder: Path) -> AsyncGenerator[House]:
    migrate(folder / "phonebook.sqlite3")
    db = Database(folder / "phonebook.sqlite3")
    common = {"created_at": 0, "deleted_at": None}
    people = (EDITOR, VIEWER, STRANGER)
    roles = (("editor", "s1", "editor"), ("viewer", "s1", "viewer"), ("stranger", "s2", "manager"))
    try:
        async with db.transaction() as connection:
            await connection.execute(
                insert(tables.User), [{"id": p.user_id, "email": p.email, "created_at": 0} for p in people]
            )
            await connection.execute(
                insert(tables.Site), [{"id": id, "name": id, "region": "DE", **common} for id in ("s1", "s2")]
            )
            await connection.execute(
                insert(tables.Membership),
                [{"user_id": user, "site_id": site, "role": role, "created_at": 0} for user, site, role in roles],
            )
            books = ((BOOK, "s1"), (FOREIGN_BOOK, "s2"))
            await connection.execute(
                insert(tables.Phonebook),
                [{"id": id, "site_id": site, "name": "Book", "epoch": "e", **common} for id, site in books],
            )
        yield House(folder, db)
    finally:
        await db.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_every_change_is_a_version_with_its_author_and_moves_the_position_by_one(house: House) -> None:
    made = await house.create(given_name="Ada")
    house.now += 5
    changed = await actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput(title="Countess"))
    await actions.delete_contact(house.server, EDITOR, made.contact.id)
    version = tables.ContactVersion
    rows = await house.rows(
        select(version.version, version.change, version.actor, version.at).order_by(version.version)
    )
    author = "editor@example.org"
    assert rows == [
        (1, "created", author, house.now - 5),
        (2, "edited", author, house.now),
        (3, "deleted", author, house.now),
    ]
    assert (made.position, changed.position, await house.position()) == (1, 2, 3)
    assert (changed.created_at, changed.updated_at) == (house.now - 5, house.now)
    assert house.announced == [BOOK] * 3


async def test_a_change_that_changes_nothing_makes_no_version_and_is_not_announced(house: House) -> None:
    made = await house.create(given_name="Ada", numbers=[NumberInput(value="030 123456")], meta={"x": {"a": 1}})
    same = ContactInput(given_name="Ada", numbers=[NumberInput(value="030 123456", e164="+1")], meta={"x": {"a": 1}})
    assert await actions.change_contact(house.server, EDITOR, made.contact.id, same) == made
    assert await actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput()) == made
    assert (await house.position(), len(house.announced)) == (1, 1)


async def test_true_in_place_of_one_is_a_change(house: House) -> None:
    made = await house.create(given_name="Ada", meta={"x": {"a": 1}})
    changed = await actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput(meta={"x": {"a": True}}))
    assert changed.version == 2


async def test_what_is_absent_stays_null_empties_and_vendor_values_merge_by_service(house: House) -> None:
    made = await house.create(
        given_name="Ada",
        note="Keep",
        numbers=[NumberInput(value="1"), NumberInput(value="2")],
        emails=[EmailInput(value="a@example.org", label="work")],
        groups=["A", "B"],
        meta={"yealink": {"line": 1}, "snom": {"x": 2}},
    )
    changed = await actions.change_contact(
        house.server,
        EDITOR,
        made.contact.id,
        ContactInput(
            given_name=None,
            numbers=[NumberInput(value="3", label=None)],
            groups=None,
            meta={"yealink": {"slot": 4}, "snom": None, "gigaset": {}},
        ),
    )
    contact = changed.contact
    assert (contact.given_name, contact.note, contact.groups) == ("", "Keep", ())
    assert [number.value for number in contact.numbers] == ["3"]
    assert [email.label for email in contact.emails] == ["work"]
    assert contact.meta == {"yealink": {"slot": 4}, "gigaset": {}}


async def test_e164_is_derived_by_the_server_whatever_the_client_says(house: House) -> None:
    numbers = [NumberInput(value="030 123456", e164="+1 lie"), NumberInput(value="200", e164="+49200")]
    made = await house.create(given_name="Ada", numbers=numbers)
    assert [number.e164 for number in made.contact.numbers] == ["+4930123456", None]


async def test_a_contact_that_cannot_be_stored_is_refused_with_every_problem_and_nothing_changes(house: House) -> None:
    with pytest.raises(Invalid) as raised:
        await house.create(
            title="x" * 256,
            numbers=[NumberInput(value=" "), NumberInput(value="a\0")],
            groups=[""],
            meta={"x": {"n": 2**70}, "y": {"s": "\ud800"}, "\ud800": {}},
        )
    fields = [problem.field for problem in raised.value.problems]
    expected = {"title", "numbers.0.value", "numbers.1.value", "groups.0", "meta.x", "meta.y", "meta"}
    assert set(fields) >= expected
    assert (await house.position(), house.announced) == (0, [])


@pytest.mark.parametrize(
    ("if_match", "version"),
    [('"1"', 2), ('W/"1"', 2), ("*", 2), (' "7" , "1" ', 2), (None, 2), ('"2"', 0), ('"01"', 0), ('"7", W/"8"', 0)],
)
async def test_if_match_lets_only_the_newest_version_be_changed(
    house: House, if_match: str | None, version: int
) -> None:
    made = await house.create(given_name="Ada")
    change = actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput(title="x"), if_match=if_match)
    if version:
        assert (await change).version == version
        return
    with pytest.raises(ChangedMeanwhile, match="version is now 1"):
        await change
    with pytest.raises(ChangedMeanwhile):
        await actions.delete_contact(house.server, EDITOR, made.contact.id, if_match=if_match)


@pytest.mark.parametrize("if_match", ["1", "", '"1" "2"', '"1', "ü", '"1",, "2"'])
async def test_an_if_match_that_is_no_entity_tag_is_refused_with_the_right_one(house: House, if_match: str) -> None:
    made = await house.create(given_name="Ada")
    with pytest.raises(Invalid, match='as "1"'):
        await actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput(title="x"), if_match=if_match)


async def test_the_same_idempotency_key_gives_the_contact_as_it_was_created(house: House) -> None:
    made = await house.create(key="k1", given_name="Ada", numbers=[NumberInput(value="030 123456")])
    await actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput(title="Countess"))
    house.now += 23 * HOUR
    again = await house.create(key="k1", given_name="Ada", numbers=[NumberInput(value="030 123456")])
    assert (again.contact, again.version, again.created_at, again.updated_at) == (
        made.contact,
        1,
        made.created_at,
        made.updated_at,
    )
    assert (await house.position(), len(house.announced)) == (2, 2)


@pytest.mark.parametrize("start", range(0, 25, 4))
async def test_an_idempotency_key_is_free_again_after_24_hours_but_not_before(house: House, start: int) -> None:
    house.now += start * HOUR
    first = await house.create(key="k1", given_name="Ada")
    house.now += 24 * HOUR - 1
    assert (await house.create(key="k1", given_name="Ada")).contact.id == first.contact.id
    house.now += 1
    second = await house.create(key="k1", given_name="Ada")
    assert second.contact.id != first.contact.id
    assert (await house.create(key="k1", given_name="Ada")).contact.id == second.contact.id


async def test_an_idempotency_key_with_another_contact_is_refused_and_other_people_and_books_do_not_share_it(
    house: House,
) -> None:
    made = await house.create(key="k1", given_name="Ada")
    with pytest.raises(Invalid, match="Send a new key") as raised:
        await house.create(key="k1", given_name="Grace")
    assert raised.value.field == "Idempotency-Key"
    admin = Principal(user_id="admin", email="admin@example.org", is_admin=True, via="token")
    other = await house.create(key="k1", by=admin, given_name="Ada")
    elsewhere = await actions.create_contact(
        house.server, admin, FOREIGN_BOOK, ContactInput(given_name="Ada"), idempotency_key="k1"
    )
    assert len({made.contact.id, other.contact.id, elsewhere.contact.id}) == 3


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "ü", "a\nb", " a"])
async def test_an_idempotency_key_that_cannot_be_one_is_refused(house: House, key: str) -> None:
    with pytest.raises(Invalid) as raised:
        await house.create(key=key, given_name="Ada")
    assert raised.value.field == "Idempotency-Key"


async def test_viewers_read_only_and_strangers_see_nothing_at_all(house: House) -> None:
    made = await house.create(given_name="Ada")
    id = made.contact.id
    assert await actions.get_contact(house.server, VIEWER, id) == made
    with pytest.raises(NotAllowed):
        await house.create(by=VIEWER, given_name="x")
    with pytest.raises(NotAllowed):
        await actions.change_contact(house.server, VIEWER, id, ContactInput(title="x"))
    with pytest.raises(NotAllowed):
        await actions.delete_contact(house.server, VIEWER, id)
    with pytest.raises(NotFound) as unknown:
        await actions.get_contact(house.server, VIEWER, "0" * 32)
    for refused in (
        actions.get_contact(house.server, STRANGER, id),
        actions.change_contact(house.server, STRANGER, id, ContactInput(title="x")),
        actions.delete_contact(house.server, STRANGER, id),
    ):
        with pytest.raises(NotFound) as foreign:
            await refused
        assert foreign.value.message == unknown.value.message
    with pytest.raises(NotFound):
        await listing.list_contacts(house.server, STRANGER, BOOK, cursor=None, limit=5)
    with pytest.raises(NotFound):
        await actions.read_changes(house.server, STRANGER, BOOK, since="", limit=5)


async def test_a_deleted_contact_is_gone_for_everybody_but_stays_in_the_bin(house: House) -> None:
    made = await house.create(given_name="Ada")
    await actions.delete_contact(house.server, EDITOR, made.contact.id)
    for refused in (
        actions.get_contact(house.server, EDITOR, made.contact.id),
        actions.delete_contact(house.server, EDITOR, made.contact.id),
        actions.change_contact(house.server, EDITOR, made.contact.id, ContactInput(title="x")),
    ):
        with pytest.raises(NotFound):
            await refused
    async with house.server.db.reading() as connection:
        binned = await store.find(connection, made.contact.id)
    assert binned is not None
    assert (binned.contact, binned.deleted_at) == (made.contact, house.now)


NAMES = ("Zoë", "zoe", "Ångström", "angstrom", "Ø", "ß", "ss", "山田", "Ж", "😀", "A", "a", "Émile", "emile", " x")


async def test_the_list_has_the_one_order_and_pages_join_without_gaps_while_contacts_change(house: House) -> None:
    stored = [await house.create(display_name=name) for name in NAMES]
    expected = [contact.id for contact in in_order(s.contact for s in stored)]
    for limit in (1, 2, 7, 15, 500):
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(20):
            page = await listing.list_contacts(house.server, VIEWER, BOOK, cursor=cursor, limit=limit)
            assert len(page.items) <= limit
            seen += [item.contact.id for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == expected
    first = await listing.list_contacts(house.server, VIEWER, BOOK, cursor=None, limit=3)
    await actions.delete_contact(house.server, EDITOR, first.items[2].contact.id)  # the one the cursor stands on
    rest = await listing.list_contacts(house.server, VIEWER, BOOK, cursor=first.next_cursor, limit=500)
    assert [item.contact.id for item in first.items + rest.items] == expected


@pytest.mark.parametrize("cursor", ["x", "ü", "\0", "AAAA", "A" * 5_000, "\ud800"])
async def test_a_cursor_that_is_none_is_refused(house: House, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await listing.list_contacts(house.server, VIEWER, BOOK, cursor=cursor, limit=5)


async def test_another_region_gives_a_new_version_only_to_contacts_whose_numbers_mean_something_else(
    house: House,
) -> None:
    national = await house.create(given_name="Ada", numbers=[NumberInput(value="030 123456")])
    international = await house.create(given_name="Grace", numbers=[NumberInput(value="+49 30 123456")])
    short = await house.create(given_name="Desk", numbers=[NumberInput(value="200")])
    gone = await house.create(given_name="Gone", numbers=[NumberInput(value="030 123456")])
    await actions.delete_contact(house.server, EDITOR, gone.contact.id)
    async with house.server.db.transaction() as connection:
        changed = await actions.rederive(connection, BOOK, "FR", actor="manager@example.org", now=house.now)
        await connection.execute(update(tables.Phonebook).where(tables.Phonebook.id == BOOK).values(region="FR"))
    assert changed == 1
    assert await house.position() == 6
    again = await actions.get_contact(house.server, VIEWER, national.contact.id)
    assert (again.version, again.position, again.contact.numbers[0].e164) == (2, 6, None)
    assert again.contact.numbers[0].value == "030 123456"
    for untouched in (international, short):
        assert await actions.get_contact(house.server, VIEWER, untouched.contact.id) == untouched


async def test_many_writes_at_once_get_a_position_each_in_one_step(house: House) -> None:
    writes = [store.Write(Contact(id=f"{n:032x}", display_name=str(n)), Change.IMPORTED) for n in range(2_500)]
    async with house.server.db.transaction() as connection:
        await require_phonebook(connection, EDITOR, BOOK, Role.EDITOR)
        written = await store.write(
            connection, BOOK, writes, unit=await units.begin(connection, units.Kind.EDIT, actor="a", now=1)
        )
    assert [stored.position for stored in written] == list(range(1, 2_501))
    assert await house.position() == 2_500
    async with house.server.db.reading() as connection:
        assert sorted(await store.read_all(connection, BOOK), key=lambda s: s.position) == written


async def test_edits_of_many_people_at_once_lose_nothing(house: House) -> None:
    made = await house.create(given_name="Ada", note="")
    counter = itertools.count()

    async def edit(_: int) -> None:
        for _ in range(5):
            while True:
                now = await actions.get_contact(house.server, EDITOR, made.contact.id)
                note = f"{now.contact.note} {next(counter)}"
                try:
                    await actions.change_contact(
                        house.server, EDITOR, made.contact.id, ContactInput(note=note), if_match=f'"{now.version}"'
                    )
                except ChangedMeanwhile:
                    continue
                break

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(edit, number)
    final = await actions.get_contact(house.server, EDITOR, made.contact.id)
    assert len(final.contact.note.split()) == 40
    assert (final.version, await house.position()) == (41, 41)
