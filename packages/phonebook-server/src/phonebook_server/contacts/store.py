"""Contact rows as core structs, and the only way by which contacts are written.

`write` keeps what belongs together: the contact, its new version, the phonebook's position and the contact's own, and
what finds the contact (`indexes`).
Every changed contact gets a position of its own, so that a position says exactly how far a reader has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import anyio.to_thread
import msgspec
from msgspec import Struct
from sqlalchemy import LargeBinary, Select, Text, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, fold, shown_name
from phonebook_server.contacts import indexes, kept, units
from phonebook_server.contacts.indexes import Indexed, organization_key
from phonebook_server.contacts.units import Unit
from phonebook_server.db import tables

CHUNK: Final = 1_000
"""Rows that are read or written in one go; between two, the event loop serves others."""

_decoder: Final = msgspec.json.Decoder(Contact)


class Change(StrEnum):
    """What made a version of a contact."""

    CREATED = "created"
    EDITED = "edited"
    DELETED = "deleted"
    RESTORED = "restored"
    IMPORTED = "imported"
    MERGED = "merged"
    UNDONE = "undone"


class StoredContact(Struct, frozen=True, kw_only=True):
    """The newest version of a contact, with what the database knows about it. Times are UTC milliseconds since 1970.

    `row` is its place in the search index, `source_id` the source outside that keeps it.
    """

    contact: Contact
    phonebook_id: str
    version: int
    position: int
    created_at: int
    updated_at: int
    deleted_at: int | None = None
    row: int = 0
    source_id: str | None = None


class Write(NamedTuple):
    """One contact to be written: its new content, what is done to it, and what it was (None: it is new).

    `source_id` is for new ones; those that are there keep theirs.
    """

    contact: Contact
    change: Change
    previous: StoredContact | None = None
    source_id: str | None = None


def encode_body(contact: Contact) -> bytes:
    """The contact as it is stored: JSON without the id. Equal contacts have equal bytes."""
    return msgspec.json.encode(msgspec.structs.replace(contact, id=""))


def decode_body(body: bytes, contact_id: str) -> Contact:
    """The contact that was stored as `body`."""
    return msgspec.structs.replace(_decoder.decode(body), id=contact_id)


def encode_sort_key(contact: Contact) -> bytes:
    """`phonebook_core.contact.sort_key` without the id, so that comparing bytes compares code points everywhere."""
    return fold(shown_name(contact)).encode()


async def find(connection: AsyncConnection, contact_id: str) -> StoredContact | None:
    """The contact with this id, deleted ones too."""
    row = (await connection.execute(select_contacts().where(tables.Contact.id == contact_id))).one_or_none()
    return None if row is None else read_row(row)


async def find_first_version(connection: AsyncConnection, contact_id: str) -> StoredContact | None:
    """The contact as it was created, whatever became of it."""
    version = tables.ContactVersion
    query = (
        select(version.body, version.at, tables.Contact.phonebook_id)
        .join(tables.Contact, tables.Contact.id == version.contact_id)
        .where(version.contact_id == contact_id, version.version == 1)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return StoredContact(
        contact=decode_body(row.body, contact_id),
        phonebook_id=row.phonebook_id,
        version=1,
        position=0,
        created_at=row.at,
        updated_at=row.at,
    )


async def page(
    connection: AsyncConnection, phonebook_id: str, *, after: tuple[bytes, str], limit: int
) -> list[StoredContact]:
    """Up to `limit` contacts that are not deleted, in the one order, behind this sort key and id (empty: the first)."""
    contact = tables.Contact
    key, contact_id = after
    query = select_contacts().where(
        contact.phonebook_id == phonebook_id,
        contact.deleted_at.is_(None),
        tuple_(contact.sort_key, contact.id) > tuple_(literal(key, LargeBinary()), literal(contact_id, Text())),
    )
    rows = await connection.execute(query.order_by(contact.sort_key, contact.id).limit(limit))
    return [read_row(row) for row in rows]


async def read_all(connection: AsyncConnection, phonebook_id: str) -> list[StoredContact]:
    """Every contact of the phonebook that is not deleted, in no particular order. Large ones do not stall the loop."""
    query = select_contacts().where(tables.Contact.phonebook_id == phonebook_id, tables.Contact.deleted_at.is_(None))
    found: list[StoredContact] = []
    async with connection.stream(query) as rows:
        async for chunk in rows.partitions(CHUNK):
            found += await anyio.to_thread.run_sync(_read_rows, chunk)
    return found


async def write(
    connection: AsyncConnection, phonebook_id: str, writes: Sequence[Write], *, unit: Unit
) -> list[StoredContact]:
    """Store these contacts, each as a new version with the next position of the phonebook; `unit` binds them.

    A deleted contact is in the bin then; anything else that is written is live. New contacts need their id. Works in
    the transaction of `connection`, which must be a writing one that has read every `previous`; announce the phonebook
    when it has ended. Raises Conflict for what only a source may change; see `kept`.
    """
    if not writes:
        return []
    await kept.require_free(connection, writes, unit)
    book = tables.Phonebook
    moved = (
        update(book)
        .where(book.id == phonebook_id)
        .values(
            position=book.position + len(writes),
            contacts=book.contacts + sum(map(_gained, writes)),
            contacts_changed_at=unit.at,
        )
    )
    last = (await connection.execute(moved.returning(book.position))).scalar_one()
    first = last - len(writes) + 1
    row = (await connection.execute(select(func.coalesce(func.max(tables.Contact.row), 0)))).scalar_one()
    written: list[StoredContact] = []
    for start in range(0, len(writes), CHUNK):
        chunk = writes[start : start + CHUNK]
        results = []
        for n, each in enumerate(chunk):
            row += each.previous is None
            results.append(_written(each, phonebook_id, first + start + n, unit.at, row))
        changes = [_indexed(stored, w) for stored, w in zip(results, chunk, strict=True)]
        indexing = asyncio.create_task(indexes.prepare(changes))  # while SQLite writes
        bodies = [encode_body(stored.contact) for stored in results]
        new: list[tuple[Any, ...]] = []
        old: list[tuple[Any, ...]] = []
        versions: list[tuple[Any, ...]] = []
        for stored, body, each in zip(results, bodies, chunk, strict=True):
            (new if each.previous is None else old).append(_columns(stored, body))
            versions.append((stored.contact.id, stored.version, each.change.value, body, unit.id, unit.actor, unit.at))
        if new:
            await connection.exec_driver_sql(_INSERT, new)
        if old:
            await connection.exec_driver_sql(_UPDATE, old)
        await connection.exec_driver_sql(_INSERT_VERSION, versions)
        await indexes.put(connection, await indexing)
        written += results
    created = sum(each.previous is None for each in writes)
    deleted = sum(each.change is Change.DELETED for each in writes)
    changed = len(writes) - created - deleted
    await units.count(connection, unit, phonebook_id, created=created, changed=changed, deleted=deleted)
    return written


def select_contacts() -> Select[*tuple[Any, ...]]:
    """The query whose rows `read_row` understands."""
    contact = tables.Contact
    return select(
        contact.id,
        contact.phonebook_id,
        contact.body,
        contact.version,
        contact.position,
        contact.created_at,
        contact.updated_at,
        contact.deleted_at,
        contact.row,
        contact.source_id,
    )


def read_row(row: Sequence[Any]) -> StoredContact:
    """A row of `select_contacts` as a struct."""
    contact_id, phonebook_id, body, version, position, created_at, updated_at, deleted_at, number, source_id = row
    return StoredContact(
        contact=decode_body(body, contact_id),
        phonebook_id=phonebook_id,
        version=version,
        position=position,
        created_at=created_at,
        updated_at=updated_at,
        deleted_at=deleted_at,
        row=number,
        source_id=source_id,
    )


def _read_rows(rows: Sequence[Sequence[Any]]) -> list[StoredContact]:
    return [read_row(row) for row in rows]


def _written(write: Write, phonebook_id: str, position: int, now: int, row: int) -> StoredContact:
    previous = write.previous
    return StoredContact(
        contact=write.contact,
        phonebook_id=phonebook_id,
        version=1 if previous is None else previous.version + 1,
        position=position,
        created_at=now if previous is None else previous.created_at,
        updated_at=now,
        deleted_at=now if write.change is Change.DELETED else None,
        row=row if previous is None else previous.row,
        source_id=write.source_id if previous is None else previous.source_id,
    )


def _gained(write: Write) -> int:
    """How many more live contacts there are after this."""
    was_live = write.previous is not None and write.previous.deleted_at is None
    return (write.change is not Change.DELETED) - was_live


def _indexed(stored: StoredContact, write: Write) -> Indexed:
    previous = write.previous
    return Indexed(
        contact_id=stored.contact.id,
        phonebook_id=stored.phonebook_id,
        row=stored.row,
        position=stored.position,
        before=None if previous is None or previous.deleted_at is not None else previous.contact,
        after=None if stored.deleted_at is not None else stored.contact,
    )


def _columns(stored: StoredContact, body: bytes) -> tuple[Any, ...]:
    """The row as `_INSERT` and `_UPDATE` take it."""
    return (
        body,
        encode_sort_key(stored.contact),
        organization_key(stored.contact),
        stored.version,
        stored.position,
        stored.updated_at,
        stored.deleted_at,
        stored.phonebook_id,
        stored.row,
        stored.source_id,
        stored.created_at,
        stored.contact.id,
    )


# For very many rows, these go past SQLAlchemy, which takes as long over their values as SQLite does.
_INSERT: Final = (
    "INSERT INTO contacts (body, sort_key, organization_key, version, position, updated_at, deleted_at, "
    "phonebook_id, row, source_id, created_at, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE: Final = (
    "UPDATE contacts SET body = ?1, sort_key = ?2, organization_key = ?3, version = ?4, position = ?5, "
    "updated_at = ?6, deleted_at = ?7 WHERE id = ?12"
)
_INSERT_VERSION: Final = (
    "INSERT INTO contact_versions (contact_id, version, change, body, unit, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
