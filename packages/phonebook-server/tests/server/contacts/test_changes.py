"""Sync tokens: deltas from any point equal a fresh snapshot, whatever happens in between."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.vendor_link.codec import MAX_FRAME, PAGE_BYTES, encode
from phonebook_core.vendor_link.messages import Book, Changes
from phonebook_server.accounts.guards import COMMAND_LINE, PhonebookRow, Role, require_phonebook
from phonebook_server.contacts import indexes, store, units
from phonebook_server.contacts.changes import (
    MAX_PAGE,
    ChangePage,
    changes_since,
)
from phonebook_server.contacts.store import Change, Write
from phonebook_server.contacts.sync_tokens import Token, decode_token, encode_token, newest_token
from phonebook_server.db import tables
from phonebook_server.db.database import Database
from phonebook_server.ids import new_id

BOOK = "b" * 32


async def begin(connection: AsyncConnection) -> units.Unit:
    return await units.begin(connection, units.Kind.EDIT, actor="a", now=1)


EPOCH = "first"


@asynccontextmanager
async def a_phonebook() -> AsyncGenerator[Database]:
    """A real SQLite file with one empty phonebook in it, and a second one that must never show."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "phonebook.sqlite3")
        try:
            async with db.transaction() as connection:
                await connection.run_sync(tables.Table.metadata.create_all)
                await connection.exec_driver_sql(indexes.CREATE)
                await connection.execute(
                    insert(tables.Site),
                    {"id": "s", "name": "Site", "region": "DE", "created_at": 0, "deleted_at": None},
                )
                common = {"site_id": "s", "name": "Book", "epoch": EPOCH, "created_at": 0, "deleted_at": None}
                await connection.execute(insert(tables.Phonebook), [{"id": BOOK, **common}, {"id": "other", **common}])
                other = Write(Contact(id=new_id(), display_name="Elsewhere"), Change.CREATED)
                await store.write(connection, "other", [other], unit=await begin(connection))
            yield db
        finally:
            await db.close()


async def book_of(connection: AsyncConnection) -> PhonebookRow:
    return await require_phonebook(connection, COMMAND_LINE, BOOK, Role.VIEWER)


async def ask(db: Database, since: str, limit: int = MAX_PAGE) -> ChangePage:
    async with db.reading() as connection:
        return await changes_since(connection, await book_of(connection), since, limit)


async def put(db: Database, contact_id: str, text: str) -> None:
    async with db.transaction() as connection:
        previous = await store.find(connection, contact_id)
        contact = Contact(id=contact_id, display_name=text)
        change = Change.CREATED if previous is None else Change.EDITED
        await store.write(
            connection,
            BOOK,
            [Write(contact, change, previous)],
            unit=await begin(connection),
        )


async def put_many(db: Database, count: int) -> list[str]:
    ids = [new_id() for _ in range(count)]
    writes = [Write(Contact(id=id, display_name=f"Contact {n}"), Change.CREATED) for n, id in enumerate(ids)]
    async with db.transaction() as connection:
        await store.write(connection, BOOK, writes, unit=await begin(connection))
    return ids


async def delete(db: Database, contact_id: str) -> None:
    async with db.transaction() as connection:
        previous = await store.find(connection, contact_id)
        assert previous is not None
        write = Write(previous.contact, Change.DELETED, previous)
        await store.write(connection, BOOK, [write], unit=await begin(connection))


async def purge(db: Database) -> None:
    """What keeping the bin small will do: tombstones go for good, and the horizon moves up."""
    async with db.transaction() as connection:
        book = await book_of(connection)
        contact = tables.Contact
        gone = sqlalchemy.delete(contact).where(contact.phonebook_id == BOOK, contact.deleted_at.is_not(None))
        await connection.execute(gone)
        await connection.execute(
            update(tables.Phonebook).where(tables.Phonebook.id == BOOK).values(horizon=book.position)
        )


class Reader:
    """Somebody who follows a phonebook by sync tokens, a page at a time, and may stop anywhere."""

    def __init__(self) -> None:
        self.token = ""
        self.known: dict[str, str] = {}
        self.more = True

    def take(self, page: ChangePage) -> None:
        if page.snapshot:
            self.known = {}
            assert not page.removals
        self.known.update({contact.id: contact.display_name for contact in page.upserts})
        for id in page.removals:
            self.known.pop(id, None)
        self.token, self.more = page.token, page.more

    async def follow(self, db: Database, limit: int = MAX_PAGE) -> None:
        """Read pages until there are no more."""
        for _ in range(1_000):
            self.take(await ask(db, self.token, limit))
            if not self.more:
                return
        pytest.fail("the pages never end")


writing = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 7), st.sampled_from("xyz")),
    st.tuples(st.just("delete"), st.integers(0, 7), st.just("")),
    st.tuples(st.just("purge"), st.just(0), st.just("")),
)
reading = st.tuples(st.just("read"), st.integers(0, 2), st.sampled_from(["1", "2", "3", "50"]))


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.one_of(writing, writing, reading), max_size=40))
def test_readers_that_follow_in_pages_between_writes_end_with_what_a_fresh_snapshot_has(
    steps: list[tuple[str, int, str]],
) -> None:
    async def run() -> None:
        async with a_phonebook() as db:
            model: dict[str, str] = {}
            readers = [Reader() for _ in range(3)]
            for what, which, text in steps:
                contact_id = f"{which:032x}"
                if what == "put":
                    if contact_id not in model and await _is_in_bin(db, contact_id):
                        continue
                    model[contact_id] = text
                    await put(db, contact_id, text)
                elif what == "delete" and contact_id in model:
                    del model[contact_id]
                    await delete(db, contact_id)
                elif what == "purge":
                    await purge(db)
                elif what == "read":
                    readers[which].take(await ask(db, readers[which].token, int(text)))
            for reader in (*readers, Reader()):
                await reader.follow(db, limit=2)
                assert reader.known == model

    anyio.run(run)


async def _is_in_bin(db: Database, contact_id: str) -> bool:
    async with db.reading() as connection:
        return await store.find(connection, contact_id) is not None


@pytest.mark.anyio
async def test_a_contact_deleted_while_a_snapshot_is_read_is_not_kept_by_the_reader() -> None:
    async with a_phonebook() as db:
        ids = await put_many(db, 10)
        reader = Reader()
        reader.take(await ask(db, "", 5))
        assert ids[0] in reader.known
        await delete(db, ids[0])
        await reader.follow(db, 5)
        assert set(reader.known) == set(ids[1:])


@pytest.mark.anyio
async def test_only_the_first_page_of_a_snapshot_says_so_and_old_tombstones_are_never_told() -> None:
    async with a_phonebook() as db:
        ids = await put_many(db, 5)
        await delete(db, ids[4])
        pages = [await ask(db, "", 2)]
        while pages[-1].more:
            pages.append(await ask(db, pages[-1].token, 2))
        assert [page.snapshot for page in pages] == [True, False]
        assert [contact.id for page in pages for contact in page.upserts] == ids[:4]
        assert not any(page.removals for page in pages)
        async with db.reading() as connection:
            book = await book_of(connection)
            assert pages[-1].token == newest_token(book.epoch, book.position, ())


@pytest.mark.anyio
@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "\0",
        "ü",
        "\ud800",
        "=" * 50,
        "A" * 5_000,
        encode_token("another epoch", 5),
        encode_token(EPOCH, 6),
        encode_token(EPOCH, 2, 6),
        encode_token(EPOCH, 2**63),
        encode_token(EPOCH, 1),
        encode_token(EPOCH, -1),
    ],
)
async def test_a_token_that_cannot_be_used_begins_a_snapshot(token: str) -> None:
    async with a_phonebook() as db:
        ids = await put_many(db, 5)
        async with db.transaction() as connection:
            await connection.execute(update(tables.Phonebook).where(tables.Phonebook.id == BOOK).values(horizon=2))
        page = await ask(db, token)
        assert page.snapshot
        assert [contact.id for contact in page.upserts] == ids


@pytest.mark.anyio
async def test_a_token_at_the_horizon_still_gets_the_changes_only() -> None:
    async with a_phonebook() as db:
        ids = await put_many(db, 5)
        async with db.transaction() as connection:
            await connection.execute(update(tables.Phonebook).where(tables.Phonebook.id == BOOK).values(horizon=2))
        page = await ask(db, encode_token(EPOCH, 2))
        assert not page.snapshot
        assert [contact.id for contact in page.upserts] == ids[2:]


@pytest.mark.anyio
async def test_nothing_new_gives_an_empty_page_with_the_same_token() -> None:
    async with a_phonebook() as db:
        empty = await ask(db, "")
        assert empty.snapshot
        assert not empty.upserts
        assert await ask(db, empty.token) == ChangePage(
            stored=(), removals=(), token=empty.token, snapshot=False, more=False
        )


@pytest.mark.anyio
@pytest.mark.parametrize("limit", [-3, 0, 1])
async def test_a_limit_below_one_counts_as_one(limit: int) -> None:
    async with a_phonebook() as db:
        await put_many(db, 3)
        page = await ask(db, "", limit)
        assert (len(page.upserts), page.more) == (1, True)


@pytest.mark.anyio
async def test_pages_of_the_largest_contacts_fit_a_frame_and_come_all() -> None:
    wide = "𝄞" * 255
    largest = Contact(
        display_name=wide,
        note="𝄞" * 10_000,
        numbers=tuple(PhoneNumber(value=wide, label=wide) for _ in range(100)),
        groups=(wide,) * 100,
    )
    async with a_phonebook() as db:
        writes = [Write(Contact(id=new_id(), display_name="Small"), Change.CREATED)]
        writes += [Write(replace_id(largest, new_id()), Change.CREATED) for _ in range(4)]
        async with db.transaction() as connection:
            await store.write(connection, BOOK, writes, unit=await begin(connection))
        reader = Reader()
        for _ in range(5):
            page = await ask(db, reader.token, 500)
            reply = Changes(phonebook=BOOK, book=Book(id=BOOK, name="B"), token=page.token, upserts=page.upserts)
            assert len(encode(reply, -1)) < MAX_FRAME
            assert len(page.upserts) == 1 or sum(len(store.encode_body(c)) for c in page.upserts) <= PAGE_BYTES
            reader.take(page)
        assert (len(reader.known), reader.more) == (5, False)


def replace_id(contact: Contact, id: str) -> Contact:
    return store.decode_body(store.encode_body(contact), id)


@pytest.mark.anyio
async def test_neither_changes_nor_pages_of_the_list_look_at_more_rows_than_they_give() -> None:
    async with a_phonebook() as db, db.reading() as connection:
        book = await book_of(connection)
        plans: list[str] = []

        def explain(*arguments: Any) -> None:
            _, cursor, statement, parameters, *_ = arguments
            if not statement.startswith("EXPLAIN"):
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend(row[3] for row in cursor.fetchall())

        sqlalchemy.event.listen(connection.sync_connection, "before_cursor_execute", explain)
        await changes_since(connection, book, encode_token(EPOCH, 0), 500)
        await changes_since(connection, book, "", 500)
        await store.page(connection, BOOK, after=(b"", ""), limit=51)
        await store.page(connection, BOOK, after=(b"m", "1"), limit=51)
    included = [
        "SCAN CONSTANT ROW",
        "SCALAR SUBQUERY 1",
        "SEARCH inclusions USING INDEX sqlite_autoindex_inclusions_1 (phonebook_id=?)",
    ]
    assert plans == [
        *included,
        "SEARCH contacts USING INDEX ix_contacts_changes (phonebook_id=? AND position>?)",
        *included,
        "SEARCH contacts USING INDEX ix_contacts_changes (phonebook_id=? AND position>?)",
        "SEARCH contacts USING INDEX ix_contacts_list (phonebook_id=? AND (sort_key,id)>(?,?))",
        "SEARCH contacts USING INDEX ix_contacts_list (phonebook_id=? AND (sort_key,id)>(?,?))",
    ]


@given(epoch=st.text(max_size=40), position=st.integers(0, 2**62), begun=st.integers(0, 2**62))
def test_a_token_says_what_was_put_in_and_needs_no_escaping(epoch: str, position: int, begun: int) -> None:
    try:
        text = encode_token(epoch, position, begun)
    except UnicodeEncodeError:
        return
    token = decode_token(text)
    assert isinstance(token, Token)
    assert (token.epoch, token.position, max(token.begun, position)) == (epoch, position, max(begun, position))
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=80))
def test_no_text_makes_reading_a_token_fail(text: str) -> None:
    decode_token(text)
