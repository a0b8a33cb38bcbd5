"""Sync tokens over inclusions: deltas from any point equal a fresh snapshot, which equals a plain model in Python."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec
import pytest
import sqlalchemy
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.phone_number import identity
from phonebook_core.vendor_link.codec import MAX_FRAME, encode
from phonebook_core.vendor_link.messages import Book, Changes
from phonebook_server.accounts.guards import COMMAND_LINE, Role, require_phonebook
from phonebook_server.contacts import indexes, merged, merged_changes, store, units
from phonebook_server.contacts.changes import ChangePage, changes_since
from phonebook_server.contacts.search import Place, Query, Scope, search
from phonebook_server.contacts.store import Change, Write
from phonebook_server.contacts.sync_tokens import newest_token
from phonebook_server.db import tables
from phonebook_server.db.database import Database
from phonebook_server.inclusions.closure import Edge
from phonebook_server.inclusions.store import load_below, members_of, put_edge, remove_edge

BOOKS = 5
NUMBERS = ("100", "2 00", "200", "(300)", "400", "500")
GROUPS = ("x", "y", "z")
Form = tuple[str, tuple[str, ...]]

_examples = itertools.count()


class Known(NamedTuple):
    """A live contact of the model."""

    book: int
    name: str
    numbers: tuple[str, ...]
    groups: tuple[str, ...]


class World:
    """Five phonebooks in the database, and the same in plain Python."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.example = next(_examples)
        self.ids = [f"{self.example:08x}{number:024x}" for number in range(BOOKS)]
        self.contacts: dict[str, Known] = {}
        self.edges: dict[tuple[int, int], tuple[tuple[str, ...], int]] = {}
        self.dead: set[int] = set()
        self.now = 0

    async def set_up(self) -> None:
        async with self.db.transaction() as connection:
            await connection.execute(
                insert(tables.Phonebook),
                [{"id": id, "site_id": "s", "name": id, "epoch": f"of {id}", "created_at": 0} for id in self.ids],
            )

    # what happens

    async def act(self, what: str, one: int, other: int, text: tuple[str, ...], groups: tuple[str, ...]) -> None:
        self.now += 1
        async with self.db.transaction() as connection:
            await getattr(self, f"_{what}")(connection, one, other, text, groups)

    async def _put(self, connection: AsyncConnection, book: int, number: int, numbers: Any, groups: Any) -> None:
        id = f"{self.example:08x}{book:08x}{number:016x}"
        previous = await store.find(connection, id)
        name = f"Contact {self.now}"
        contact = Contact(
            id=id, display_name=name, numbers=tuple(PhoneNumber(value=value) for value in numbers), groups=groups
        )
        change = Change.CREATED if previous is None else Change.EDITED
        await self._write(connection, book, Write(contact, change, previous))
        self.contacts[id] = Known(book, name, numbers, groups)

    async def put_many(self, book: int, count: int, numbers: tuple[str, ...]) -> None:
        """Contacts that all have these numbers."""
        held = tuple(PhoneNumber(value=value) for value in numbers)
        made = {f"{self.example:08x}{book:08x}{number + 100:016x}": f"Contact {number}" for number in range(count)}
        writes = [Write(Contact(id=id, display_name=name, numbers=held), Change.CREATED) for id, name in made.items()]
        async with self.db.transaction() as connection:
            unit = await units.begin(connection, units.Kind.EDIT, actor="a", now=self.now)
            await store.write(connection, self.ids[book], writes, unit=unit)
        self.contacts |= {id: Known(book, name, numbers, ()) for id, name in made.items()}

    async def _delete(self, connection: AsyncConnection, book: int, number: int, *_: Any) -> None:
        id = f"{self.example:08x}{book:08x}{number:016x}"
        if self.contacts.pop(id, None) is not None:
            previous = await store.find(connection, id)
            assert previous is not None
            await self._write(connection, book, Write(previous.contact, Change.DELETED, previous))

    async def _write(self, connection: AsyncConnection, book: int, write: Write) -> None:
        unit = await units.begin(connection, units.Kind.EDIT, actor="a", now=self.now)
        await store.write(connection, self.ids[book], [write], unit=unit)

    async def _include(self, connection: AsyncConnection, one: int, other: int, _: Any, groups: Any) -> None:
        graph = await load_below(connection, [self.ids[other]])
        if graph.find_path(self.ids[other], self.ids[one]) is not None:
            one, other = other, one
        if one != other:
            since = self.edges.get((one, other), ((), self.now))[1]
            await put_edge(connection, self._edge(one, other, groups))
            self.edges[one, other] = (groups, since)

    async def _exclude(self, connection: AsyncConnection, one: int, *_: Any) -> None:
        if self.edges:
            pair = sorted(self.edges)[one % len(self.edges)]
            await remove_edge(connection, self._edge(*pair, ()))
            del self.edges[pair]

    def _edge(self, one: int, other: int, groups: tuple[str, ...]) -> Edge:
        return Edge(phonebook_id=self.ids[one], included_id=self.ids[other], groups=groups, created_at=self.now)

    async def _kill(self, connection: AsyncConnection, book: int, *_: Any) -> None:
        self.dead ^= {book}
        gone = self.now if book in self.dead else None
        await connection.execute(self._update(book).values(deleted_at=gone))

    async def _rename(self, connection: AsyncConnection, book: int, *_: Any) -> None:
        await connection.execute(self._update(book).values(position=tables.Phonebook.position + 1))

    async def _purge(self, connection: AsyncConnection, book: int, *_: Any) -> None:
        contact = tables.Contact
        binned = sqlalchemy.and_(contact.phonebook_id == self.ids[book], contact.deleted_at.is_not(None))
        last = (
            await connection.execute(sqlalchemy.select(sqlalchemy.func.max(contact.position)).where(binned))
        ).scalar()
        if last is not None:
            await connection.execute(sqlalchemy.delete(contact).where(binned))
            await connection.execute(self._update(book).values(horizon=last))

    def _update(self, book: int) -> sqlalchemy.Update:
        return update(tables.Phonebook).where(tables.Phonebook.id == self.ids[book])

    # what a reader should have

    def expected(self, root: int) -> dict[str, Form]:
        order = [root]
        for book in order:
            inner = sorted((since, self.ids[b], b) for (a, b), (_, since) in self.edges.items() if a == book)
            order += [b for _, _, b in dict.fromkeys(inner) if b not in order and b not in self.dead]
        paths = list(self._paths(root, ()))
        passing = {
            id: known
            for id, known in self.contacts.items()
            if any(
                book == known.book and all(not each or set(each) & set(known.groups) for each in filters)
                for book, filters in paths
            )
        }
        shown: dict[str, Form] = {}
        for id, known in passing.items():
            kept = tuple(n for n in known.numbers if not self._is_taken(n, known.book, order, passing))
            if kept or not known.numbers:
                shown[id] = (known.name, kept)
        return shown

    def _paths(self, book: int, filters: tuple[tuple[str, ...], ...]) -> Iterator[tuple[int, Any]]:
        yield book, filters
        for (one, other), (groups, _) in self.edges.items():
            if one == book and other not in self.dead:
                yield from self._paths(other, (*filters, groups))

    def _is_taken(self, number: str, book: int, order: list[int], passing: dict[str, Known]) -> bool:
        same = identity(PhoneNumber(value=number))
        before = order[: order.index(book)]
        return any(
            known.book in before and same in {identity(PhoneNumber(value=each)) for each in known.numbers}
            for known in passing.values()
        )


class Reader:
    """Somebody who follows a merged book a page at a time, and may stop anywhere."""

    def __init__(self, world: World, root: int) -> None:
        self.world = world
        self.root = root
        self.token = ""
        self.known: dict[str, Form] = {}
        self.snapshots = 0

    async def read(self, limit: int) -> bool:
        """Read one page; gives whether there are more. After the last one it knows exactly what it should."""
        async with self.world.db.reading() as connection:
            book = await require_phonebook(connection, COMMAND_LINE, self.world.ids[self.root], Role.VIEWER)
            page = await changes_since(connection, book, self.token, limit)
            newest = newest_token(book.epoch, book.position, await members_of(connection, book.id))
        self.take(page)
        if not page.more:
            assert self.token == newest
            assert self.known == self.world.expected(self.root)
        return page.more

    def take(self, page: ChangePage) -> None:
        if page.snapshot:
            self.snapshots += 1
            self.known = {}
            assert not page.removals
        assert not {contact.id for contact in page.upserts} & set(page.removals)
        for contact in page.upserts:
            self.known[contact.id] = (contact.display_name, tuple(number.value for number in contact.numbers))
        for id in page.removals:
            self.known.pop(id, None)
        self.token = page.token

    async def follow(self, limit: int) -> None:
        for _ in range(500):
            if not await self.read(limit):
                return
        pytest.fail("the pages never end")


async def list_all(world: World, root: int, limit: int) -> dict[str, Form]:
    """The merged book as the list of contacts has it."""
    found: list[Contact] = []
    after: Place | None = None
    async with world.db.reading() as connection:
        members = await members_of(connection, world.ids[root])
        scopes = [Scope.of(member) for member in members]
        while portion := await search(connection, scopes, Query(), after=after, limit=limit):
            after = portion[-1].place
            shown = await merged.show(connection, members, [each.stored for each in portion])
            found += [each.contact for each in shown if each is not None]
    assert [store.encode_sort_key(contact) for contact in found] == sorted(map(store.encode_sort_key, found))
    assert len({contact.id for contact in found}) == len(found)
    return {contact.id: (contact.display_name, tuple(n.value for n in contact.numbers)) for contact in found}


Run = Callable[[Callable[[Database], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Run something with one real database that all examples share; each has phonebooks of its own."""

    def unsafe_but_quick(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    async def open(path: Path) -> Database:
        db = Database(path)
        sqlalchemy.event.listen(db.writer.sync_engine, "connect", unsafe_but_quick)
        async with db.transaction() as connection:
            await connection.run_sync(tables.Table.metadata.create_all)
            await connection.exec_driver_sql(indexes.CREATE)
            await connection.execute(insert(tables.DerivedIndex).values(name="search", rules=indexes.RULES))
            await connection.execute(insert(tables.Site).values(id="s", name="Site", region="DE", created_at=0))
        return db

    with tempfile.TemporaryDirectory() as folder, start_blocking_portal() as portal:
        db = portal.call(open, Path(folder) / "phonebook.sqlite3")
        yield lambda work: portal.call(work, db)
        portal.call(db.close)


LIMITS: list[dict[str, int]] = [{}, {"MAX_CONCERNED": 2, "_FETCH": 2}, {"_MOST_PAIRS": 3}, {"_MOST_LOOKED_AT": 2}]
NEAR = (0, 0, 0, 1, 1, 1, 2, 2, 3, 4)
"""Phonebooks, those more often that are looked at."""
KINDS = ("put",) * 4 + ("read",) * 4 + ("include",) * 2 + ("delete", "exclude", "other")


def some_steps(random: Random, count: int) -> Iterator[tuple[str, int, int, tuple[str, ...], tuple[str, ...]]]:
    """What happens, evenly spread; Hypothesis by itself prefers what is simple, where nothing has a number."""
    for _ in range(count):
        one, other = random.choice(NEAR), random.choice(NEAR)
        numbers = tuple(random.choices(NUMBERS, k=random.randrange(3)))
        groups = tuple(random.sample(GROUPS, random.randrange(3)))
        match random.choice(KINDS):
            case "read":
                yield "read", random.randrange(3), random.choice([1, 2, 50, 50, 50]), (), ()
            case "include":
                yield "include", one, other, (), groups if random.random() < 0.5 else ()
            case "exclude":
                yield "exclude", random.randrange(20), 0, (), ()
            case "other":
                yield random.choice(["kill", "rename", "purge"]), one, 0, (), ()
            case what:
                yield what, one, random.randrange(2), numbers, groups


IN_ONE_DATABASE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


async def live_through(db: Database, seed: int, count: int) -> None:
    """Let things happen, with readers that read in between, and see that in the end everybody has the same."""
    random = Random(seed)
    changed = random.choice(LIMITS)
    world = World(db)
    await world.set_up()
    readers = [Reader(world, 0), Reader(world, 0), Reader(world, 1)]
    watching = Reader(world, 0)
    was = {name: getattr(merged_changes, name) for name in changed}
    try:
        for name, value in changed.items():
            setattr(merged_changes, name, value)
        for what, one, other, numbers, groups in some_steps(random, count):
            if what != "read":
                await world.act(what, one, other, numbers, groups)
                if 0 not in world.dead:
                    await watching.follow(50)
            elif readers[one].root not in world.dead:
                await readers[one].read(other)
        for dead in sorted(world.dead & {0, 1}):
            await world.act("kill", dead, 0, (), ())
        for reader in (*readers, watching, Reader(world, 0)):
            await reader.follow(2)
    finally:
        for name, value in was.items():
            setattr(merged_changes, name, value)
    assert await list_all(world, 0, 3) == world.expected(0)


@settings(IN_ONE_DATABASE, max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_readers_of_a_merged_book_end_with_what_a_plain_model_has(run: Run, seed: int) -> None:
    run(lambda db: live_through(db, seed, 60))


@pytest.mark.slow
@settings(IN_ONE_DATABASE, max_examples=3_000)
@given(seed=st.integers(0, 2**32))
def test_readers_of_a_merged_book_end_with_what_a_plain_model_has_at_length(run: Run, seed: int) -> None:
    run(lambda db: live_through(db, seed, 80))


async def a_company(db: Database) -> tuple[World, Reader]:
    """Phonebook 0 includes 1; contact 0 of both has the number 100. A reader of 0 is at rest."""
    world = World(db)
    await world.set_up()
    await world.act("include", 0, 1, (), ())
    for book in (0, 1):
        await world.act("put", book, 0, ("100",), ())
    reader = Reader(world, 0)
    await reader.follow(50)
    assert [name for name, _ in reader.known.values()] == ["Contact 2"]
    return world, reader


def test_a_number_given_up_before_the_page_began_and_followed_by_another_change_is_noticed(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        await world.act("put", 0, 0, (), ())
        await world.act("put", 0, 1, (), ())
        await world.act("put", 0, 0, ("500",), ())
        await reader.follow(1)
        assert len(reader.known) == 3

    run(work)


def test_a_number_given_up_while_a_snapshot_is_read_is_noticed(run: Run) -> None:
    async def work(db: Database) -> None:
        world, _ = await a_company(db)
        reader = Reader(world, 0)
        for number in (1, 2):
            await world.act("put", 1, number, (f"{number}00000",), ())
        assert await reader.read(1)
        assert await reader.read(1)
        await world.act("put", 0, 0, (), ())
        await world.act("put", 0, 1, (), ())
        await world.act("put", 0, 0, (), ())
        await reader.follow(1)
        assert len(reader.known) == 5

    run(work)


def test_a_change_that_concerns_more_contacts_than_a_page_may_have_begins_a_snapshot(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        await world.put_many(1, merged_changes.MAX_CONCERNED + 1, ("100", "200"))
        await reader.follow(1_000)
        snapshots = reader.snapshots
        await world.act("put", 0, 0, ("100",), ())
        await reader.follow(1_000)
        assert reader.snapshots == snapshots  # its number is what it was
        await world.act("put", 0, 0, (), ())
        await reader.follow(1_000)
        assert reader.snapshots == snapshots + 1
        await world.act("put", 0, 1, ("500",), ())
        await reader.follow(1_000)
        assert reader.snapshots == snapshots + 1

    run(work)


def test_pages_fit_a_frame_however_large_the_contacts_are_that_a_change_concerns(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        wide = "𝄞" * 255
        large = Contact(
            display_name=wide,
            note="𝄞" * 10_000,
            numbers=(PhoneNumber(value="100"), *(PhoneNumber(value=f"{n}{wide[5:]}", label=wide) for n in range(99))),
        )
        async with db.transaction() as connection:
            unit = await units.begin(connection, units.Kind.EDIT, actor="a", now=1)
            writes = [
                Write(msgspec.structs.replace(large, id=f"{world.example:08x}{n:024x}"), Change.CREATED)
                for n in range(900, 906)
            ]
            await store.write(connection, world.ids[1], writes, unit=unit)
        for shown in (7, 8):
            more = True
            while more:
                async with db.reading() as connection:
                    book = await require_phonebook(connection, COMMAND_LINE, world.ids[0], Role.VIEWER)
                    page = await changes_since(connection, book, reader.token, 500)
                about = Book(id=book.id, name="B")
                reply = Changes(phonebook=book.id, book=about, token=page.token, upserts=page.upserts)
                assert len(encode(reply, -1)) < MAX_FRAME
                reader.take(page)
                more = page.more
            assert len(reader.known) == shown
            await world.act("put", 0, 0, (), ())

    run(work)


def test_another_order_of_the_members_begins_a_snapshot_as_numbers_change_hands(run: Run) -> None:
    async def work(db: Database) -> None:
        world = World(db)
        await world.set_up()
        for other in (1, 2):
            await world.act("include", 0, other, (), ())
            await world.act("put", other, 0, ("100",), ())
        reader = Reader(world, 0)
        await reader.follow(50)
        assert [name for name, _ in reader.known.values()] == ["Contact 2"]
        await world.act("include", 2, 1, (), ())
        await world.act("exclude", sorted(world.edges).index((0, 1)), 0, (), ())
        await reader.follow(50)
        assert [name for name, _ in reader.known.values()] == ["Contact 4"]
        assert reader.snapshots == 2

    run(work)


def test_the_very_next_change_takes_and_gives_back_a_number(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        for numbers, names in (((), ["Contact 3", "Contact 4"]), (("1 00",), ["Contact 5"])):
            await world.act("put", 0, 0, numbers, ())
            await reader.follow(50)
            assert sorted(name for name, _ in reader.known.values()) == names
        assert reader.snapshots == 1

    run(work)


def test_a_contact_that_passes_a_filter_no_longer_gives_its_number_back(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        await world.act("put", 0, 0, (), ())
        await world.act("include", 0, 2, (), ("x",))
        await world.act("include", 2, 3, (), ())
        await world.act("put", 2, 0, ("200",), ("x",))
        await world.act("put", 3, 0, ("200",), ("x",))
        await reader.follow(50)
        assert "Contact 8" not in dict(reader.known.values())
        await world.act("put", 2, 0, ("200",), ())
        await reader.follow(50)
        assert "Contact 8" in dict(reader.known.values())
        await world.act("put", 2, 0, ("200",), ("x", "y"))
        await reader.follow(50)
        assert "Contact 8" not in dict(reader.known.values())
        assert reader.snapshots == 1

    run(work)


def test_a_member_that_comes_takes_numbers_from_those_behind_it(run: Run) -> None:
    async def work(db: Database) -> None:
        world = World(db)
        await world.set_up()
        await world.act("include", 0, 1, (), ())
        await world.act("include", 1, 2, (), ())
        for book in (2, 3):
            await world.act("put", book, 0, ("100",), ())
        reader = Reader(world, 0)
        await reader.follow(50)
        assert [name for name, _ in reader.known.values()] == ["Contact 3"]
        await world.act("include", 0, 3, (), ())
        await reader.follow(50)
        assert [name for name, _ in reader.known.values()] == ["Contact 4"]
        await world.act("kill", 3, 0, (), ())
        await reader.follow(50)
        assert [name for name, _ in reader.known.values()] == ["Contact 3"]
        assert reader.snapshots == 1

    run(work)


def test_contacts_deleted_before_their_phonebook_leaves_or_is_filtered_otherwise_are_removed(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        await world.act("put", 1, 1, ("200",), ())
        await world.act("put", 1, 2, ("300",), ())
        await reader.follow(50)
        assert len(reader.known) == 3
        await world.act("delete", 1, 1, (), ())
        await world.act("include", 0, 1, (), ("x",))
        await reader.follow(1)
        assert len(reader.known) == 1
        await world.act("put", 1, 2, ("300",), ("x",))
        await reader.follow(1)
        await world.act("delete", 1, 2, (), ())
        await world.act("exclude", 0, 0, (), ())
        await reader.follow(1)
        assert len(reader.known) == 1
        assert reader.snapshots == 1

    run(work)


async def fill(db: Database, world: World, size: int) -> None:
    """Phonebook 0 includes 1, which includes 2; each of them has a third of the contacts, each with its own number."""
    await world.set_up()
    await world.act("include", 0, 1, (), ())
    await world.act("include", 1, 2, (), ())
    each = size // 3
    counting = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
    body = '{{"display_name":"Contact %d","numbers":[{{"value":"{number}%06d"}}]}}'
    contacts = (
        "INSERT INTO contacts (id, phonebook_id, body, sort_key, organization_key, version, position, row, created_at, "
        f"updated_at) SELECT printf('{{prefix}}%016x', i), '{{book}}', CAST(printf('{body}', i, i) AS BLOB), "
        "CAST(printf('contact %d', i) AS BLOB), x'ff', 1, i + 1, (SELECT coalesce(max(row), 0) FROM contacts) + i + 1, "
        "1, 1 FROM n"
    )
    numbers = (
        "INSERT INTO contact_numbers (contact_id, identity, phonebook_id, since) "
        "SELECT printf('{prefix}%016x', i), printf('{number}%06d', i), '{book}', i + 1 FROM n"
    )
    moved = "UPDATE phonebooks SET position = {last} + 1 WHERE id = '{book}'"
    async with db.transaction() as connection:
        for number, book in enumerate(world.ids[:3]):
            values = {"prefix": f"{world.example:08x}{number:08x}", "book": book, "last": each - 1, "number": number}
            for statement in (counting + contacts, counting + numbers, moved):
                await connection.exec_driver_sql(statement.format(**values))


async def work_of(connection: AsyncConnection, doing: Awaitable[Any]) -> int:
    """How many hundred steps SQLite's machine takes for something: the same on every computer."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.set_progress_handler(count, 100)
    await doing
    await driver.set_progress_handler(None, 0)
    return steps


def test_a_delta_after_one_edit_costs_the_same_with_300_contacts_and_with_100_000(run: Run) -> None:
    costs: list[list[int]] = []

    async def work(db: Database) -> None:
        for size in (300, 99_999):
            world = World(db)
            await fill(db, world, size)
            async with db.reading() as connection:
                book = await require_phonebook(connection, COMMAND_LINE, world.ids[0], Role.VIEWER)
                token = newest_token(book.epoch, book.position, await members_of(connection, book.id))
            costs.append([])
            for edited, numbers in ((0, ("2000007",)), (1, ("2000007",)), (2, ("100",)), (0, ("1000009",)), (0, ())):
                await world.act("put", edited, 7, numbers, ())
                async with db.reading() as connection:
                    book = await require_phonebook(connection, COMMAND_LINE, world.ids[0], Role.VIEWER)
                    costs[-1].append(await work_of(connection, changes_since(connection, book, token, 500)))
                async with db.reading() as connection:
                    page = await changes_since(connection, book, token, 500)
                assert not page.snapshot
                assert 0 < len(page.upserts) + len(page.removals) < 5
                token = page.token

    run(work)
    small, large = costs
    assert all(2 * few + 5 >= many for few, many in zip(small, large, strict=True)), costs


def test_a_number_is_taken_from_members_far_behind(run: Run) -> None:
    async def work(db: Database) -> None:
        world = World(db)
        await world.set_up()
        for other in (1, 2, 3):
            await world.act("include", 0, other, (), ())
        await world.act("put", 3, 0, ("100",), ())
        reader = Reader(world, 0)
        await reader.follow(50)
        for book in (1, 0):
            await world.act("put", book, 0, ("100",), ())
            await reader.follow(50)
            assert [name for name, _ in reader.known.values()] == [f"Contact {world.now}"]

    run(work)


def test_a_contact_removed_for_good_before_the_reader_knew_begins_a_snapshot(run: Run) -> None:
    async def work(db: Database) -> None:
        world, reader = await a_company(db)
        await world.act("put", 1, 1, ("200",), ())
        await reader.follow(50)
        late = Reader(world, 0)
        late.token, late.known = reader.token, dict(reader.known)
        await world.act("delete", 1, 1, (), ())
        await reader.follow(50)
        await world.act("purge", 1, 0, (), ())
        for each in (reader, late):
            await each.follow(50)
            assert len(each.known) == 1
        assert (reader.snapshots, late.snapshots) == (1, 1)

    run(work)
