"""What follows from contacts and finds them: the search index and the identities of their numbers.

`store.write` puts every change into them, in the same transaction, so both are always in step with the contacts. When
the rules by which they are made change, `refresh` makes them anew at the next start, a chunk at a time.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any, Final, NamedTuple

import anyio.to_thread
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, fold
from phonebook_core.errors import Unavailable
from phonebook_core.phone_number import identity
from phonebook_core.search_terms import index_contact
from phonebook_server.db import tables
from phonebook_server.db.database import Database

RULES: Final = 1
"""The version of what is indexed and how. Raise it with every change there; what was made before is then made anew."""
CHUNK: Final = 1_000
"""Contacts that `refresh` indexes in one transaction."""
SMALL: Final = 10_000
"""Contacts up to which the server waits for `refresh` before it serves."""
CREATE: Final = (
    "CREATE VIRTUAL TABLE contact_search USING fts5 (phonebook, groups, names, others, numbers, "
    "prefix = '1 2', tokenize = 'ascii', detail = 'column', columnsize = 0)"
)
"""The search index. `terms` splits and folds the words in it, so SQLite's tokenizer has nothing to decide."""
TUNE: Final = "INSERT INTO contact_search (contact_search, rank) VALUES ('hashsize', 8388608)"
"""Words that are gathered in memory before they are written; an import is quicker with 8 MiB than with the usual 1."""

_NAME: Final = "search"
_IN_THREAD: Final = 50
_LOG: Final = structlog.get_logger("phonebook.contacts")

_PUT_WORDS: Final = (
    "INSERT OR REPLACE INTO contact_search (rowid, phonebook, groups, names, others, numbers) VALUES (?, ?, ?, ?, ?, ?)"
)
_TAKE_WORDS: Final = "DELETE FROM contact_search WHERE rowid = ?"
_PUT_NUMBER: Final = (
    "INSERT INTO contact_numbers (contact_id, identity, phonebook_id, since, former_at) VALUES (?, ?, ?, ?, NULL) "
    "ON CONFLICT (contact_id, identity) DO UPDATE SET since = excluded.since, former_at = NULL"
)
_FORGET_TOKENS: Final = (
    "UPDATE phonebooks SET epoch = lower(hex(randomblob(16))) WHERE id IN (SELECT phonebook_id FROM inclusions)"
)
"""Merged books were read without some numbers meanwhile: their readers begin anew."""
_LEAVE_NUMBER: Final = "UPDATE contact_numbers SET former_at = ? WHERE contact_id = ? AND identity = ?"


class Indexed(NamedTuple):
    """A change of one contact: as what it was found before and is found from now on; None: not at all.

    `position` is the contact's new one.
    """

    contact_id: str
    phonebook_id: str
    row: int
    position: int
    before: Contact | None
    after: Contact | None


class IndexRows(NamedTuple):
    """Rows to be put into the indexes, and taken out."""

    put_words: list[tuple[Any, ...]]
    take_words: list[tuple[Any, ...]]
    put_numbers: list[tuple[Any, ...]]
    leave_numbers: list[tuple[Any, ...]]


async def prepare(changes: Sequence[Indexed]) -> IndexRows:
    """What `put` is to write for these changes; many are worked out beside the loop."""
    if len(changes) > _IN_THREAD:
        return await anyio.to_thread.run_sync(_rows_of, changes)
    return _rows_of(changes)


async def put(connection: AsyncConnection, rows: IndexRows) -> None:
    """Bring the indexes in step with changes, in the writing transaction that made them."""
    for statement, values in zip((_PUT_WORDS, _TAKE_WORDS, _PUT_NUMBER, _LEAVE_NUMBER), rows, strict=True):
        if values:
            await connection.exec_driver_sql(statement, values)


@lru_cache(maxsize=4_096)
def group_token(group: str) -> str:
    """What stands for a group in the search index. Groups are told apart exactly, case and accents too."""
    return hashlib.blake2b(group.encode(), digest_size=8).hexdigest()


def organization_key(contact: Contact) -> bytes:
    """What contacts are sorted by when it is by company; those without one come last."""
    return fold(contact.organization).encode() or b"\xff"


async def is_built(connection: AsyncConnection) -> bool:
    """Whether the indexes are complete and made by today's rules."""
    rules = select(tables.DerivedIndex.rules).where(tables.DerivedIndex.name == _NAME)
    return (await connection.execute(rules)).scalar_one_or_none() == RULES


async def require_built(connection: AsyncConnection) -> None:
    """Raises Unavailable while the indexes are being made."""
    if not await is_built(connection):
        raise Unavailable(
            "The search is being built after an upgrade, which takes up to a minute. Lists and phones work meanwhile; "
            "try again shortly.",
            code="search_being_built",
        )


async def refresh(db: Database) -> None:
    """Make the indexes anew unless they are complete and by today's rules. Others can read and write meanwhile.

    What it did not finish, the next call begins again.
    """
    async with db.transaction() as connection:
        if await is_built(connection):
            return
        await _note_rules(connection, 0)
        await connection.exec_driver_sql("DROP TABLE contact_search")
        await connection.exec_driver_sql(CREATE)
        await connection.exec_driver_sql(TUNE)
        await connection.exec_driver_sql("DELETE FROM contact_numbers WHERE former_at IS NULL")
    last = 0
    while True:
        async with db.transaction() as connection:
            found = await _index_behind(connection, last)
            if not found:
                await connection.exec_driver_sql(_FORGET_TOKENS)
                await _note_rules(connection, RULES)
                return
            last = found


@asynccontextmanager
async def kept_built(db: Database) -> AsyncGenerator[None]:
    """Within it the indexes get built if they are not: before it begins when that is quick, else beside it."""
    async with db.reading() as connection:
        built = await is_built(connection)
        some = select(tables.Contact.row).limit(SMALL + 1).subquery()
        small = (await connection.execute(select(func.count()).select_from(some))).scalar_one() <= SMALL
    if built or small:
        await refresh(db)
        yield
        return
    building = asyncio.create_task(_refresh_aloud(db))
    try:
        yield
    finally:
        building.cancel()
        with suppress(asyncio.CancelledError):
            await building


async def _refresh_aloud(db: Database) -> None:
    _LOG.info("the search is being built; until it is, searching answers with 503")
    try:
        await refresh(db)
    except Exception:  # everything but the search works; the next start tries again
        _LOG.exception("the search could not be built; restart the server to try again")
    else:
        _LOG.info("the search is built")


async def _index_behind(connection: AsyncConnection, last: int) -> int:
    """Index the next chunk of contacts behind this row. Gives the last row of it, 0 when there was none."""
    from phonebook_server.contacts import store  # which imports this module

    query = store.select_contacts().add_columns(tables.Contact.organization_key)
    rows = (
        await connection.execute(query.where(tables.Contact.row > last).order_by(tables.Contact.row).limit(CHUNK))
    ).all()
    if not rows:
        return 0
    changes = []
    keys = []
    for row in rows:
        stored = store.read_row(row[:-1])
        after = stored.contact if stored.deleted_at is None else None
        changes.append(Indexed(stored.contact.id, stored.phonebook_id, stored.row, stored.position, None, after))
        if (key := organization_key(stored.contact)) != row.organization_key:
            keys.append((key, stored.contact.id))
    await put(connection, await prepare([change for change in changes if change.after is not None]))
    if keys:
        await connection.exec_driver_sql("UPDATE contacts SET organization_key = ? WHERE id = ?", keys)
    return int(rows[-1].row)


async def _note_rules(connection: AsyncConnection, rules: int) -> None:
    statement = "INSERT OR REPLACE INTO derived_indexes (name, rules) VALUES (?, ?)"
    await connection.exec_driver_sql(statement, (_NAME, rules))


def _rows_of(changes: Sequence[Indexed]) -> IndexRows:
    rows = IndexRows([], [], [], [])
    for change in changes:
        before = None if change.before is None else _words(change, change.before)
        after = None if change.after is None else _words(change, change.after)
        if after is None:
            rows.take_words.append((change.row,))
        elif after != before:
            rows.put_words.append(after)
        had, has = _identities(change.before), _identities(change.after)
        rows.put_numbers.extend(
            (change.contact_id, each, change.phonebook_id, change.position) for each in has if each not in had
        )
        rows.leave_numbers.extend((change.position, change.contact_id, each) for each in had if each not in has)
    return rows


def _words(change: Indexed, contact: Contact) -> tuple[Any, ...]:
    groups = " ".join(dict.fromkeys(map(group_token, contact.groups)))
    return (change.row, change.phonebook_id, groups, *index_contact(contact))


def _identities(contact: Contact | None) -> dict[str, None]:
    return {} if contact is None else dict.fromkeys(map(identity, contact.numbers))
