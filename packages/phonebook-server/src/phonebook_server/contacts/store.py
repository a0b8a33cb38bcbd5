"""Contact rows as core structs, and the only way by which contacts are written.

`write` keeps four things together: the contact, its new version, the phonebook's position and the contact's own.
Every changed contact gets a position of its own, so that a position says exactly how far a reader has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import anyio.to_thread
import msgspec
from msgspec import Struct
from sqlalchemy import LargeBinary, Select, Text, bindparam, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, fold, shown_name
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


class StoredContact(Struct, frozen=True, kw_only=True):
    """The newest version of a contact, with what the database knows about it. Times are UTC milliseconds since 1970."""

    contact: Contact
    phonebook_id: str
    version: int
    position: int
    created_at: int
    updated_at: int
    deleted_at: int | None = None


class Write(NamedTuple):
    """One contact to be written: its new content, what is done to it, and what it was (None: it is new)."""

    contact: Contact
    change: Change
    previous: StoredContact | None = None


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
    connection: AsyncConnection, phonebook_id: str, writes: Sequence[Write], *, unit: str, actor: str, now: int
) -> list[StoredContact]:
    """Store these contacts, each as a new version with the next position of the phonebook; `unit` binds them.

    New contacts need their id. Works in the transaction of `connection`, which must be a writing one that has read
    every `previous`; announce the phonebook when it has ended.
    """
    if not writes:
        return []
    book = tables.Phonebook
    moved = update(book).where(book.id == phonebook_id).values(position=book.position + len(writes))
    last = (await connection.execute(moved.returning(book.position))).scalar_one()
    first = last - len(writes) + 1
    written: list[StoredContact] = []
    for start in range(0, len(writes), CHUNK):
        chunk = writes[start : start + CHUNK]
        results = [_written(w, phonebook_id, first + start + n, now) for n, w in enumerate(chunk)]
        bodies = [encode_body(stored.contact) for stored in results]
        rows = [_columns(stored, body) for stored, body in zip(results, bodies, strict=True)]
        new = [row for row, w in zip(rows, chunk, strict=True) if w.previous is None]
        old = [row for row, w in zip(rows, chunk, strict=True) if w.previous is not None]
        if new:
            await connection.execute(insert(tables.Contact), new)
        if old:
            await connection.execute(_UPDATE, old)
        versions = [
            {
                "contact_id": stored.contact.id,
                "version": stored.version,
                "change": w.change.value,
                "body": body,
                "unit": unit,
                "actor": actor,
                "at": now,
            }
            for stored, body, w in zip(results, bodies, chunk, strict=True)
        ]
        await connection.execute(insert(tables.ContactVersion), versions)
        written += results
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
    )


def read_row(row: Sequence[Any]) -> StoredContact:
    """A row of `select_contacts` as a struct."""
    contact_id, phonebook_id, body, version, position, created_at, updated_at, deleted_at = row
    return StoredContact(
        contact=decode_body(body, contact_id),
        phonebook_id=phonebook_id,
        version=version,
        position=position,
        created_at=created_at,
        updated_at=updated_at,
        deleted_at=deleted_at,
    )


def _read_rows(rows: Sequence[Sequence[Any]]) -> list[StoredContact]:
    return [read_row(row) for row in rows]


def _written(write: Write, phonebook_id: str, position: int, now: int) -> StoredContact:
    previous = write.previous
    return StoredContact(
        contact=write.contact,
        phonebook_id=phonebook_id,
        version=1 if previous is None else previous.version + 1,
        position=position,
        created_at=now if previous is None else previous.created_at,
        updated_at=now,
        deleted_at=now if write.change is Change.DELETED else None,
    )


def _columns(stored: StoredContact, body: bytes) -> dict[str, Any]:
    return {
        "id": stored.contact.id,
        "phonebook_id": stored.phonebook_id,
        "body": body,
        "sort_key": encode_sort_key(stored.contact),
        "version": stored.version,
        "position": stored.position,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
        "deleted_at": stored.deleted_at,
        "which": stored.contact.id,
    }


_UPDATE: Final = (
    update(tables.Contact)
    .where(tables.Contact.id == bindparam("which"))
    .values({name: bindparam(name) for name in ("body", "sort_key", "version", "position", "updated_at", "deleted_at")})
)
