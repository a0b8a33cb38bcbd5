"""The bin of a phonebook: what was deleted, bringing it back, and removing it for good.

What is removed for good leaves no tombstone, so the phonebook's horizon rises: older sync tokens get a snapshot.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, Problem
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts import store, units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.reading import read_these
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.db import tables
from phonebook_server.paging import decode_cursor, encode_cursor, read_number
from phonebook_server.server import Server

DAY_MS: Final = 24 * 60 * 60 * 1000
PURGE_SECONDS: Final = 24 * 60 * 60
"""How often what is too old is removed, beside once at the start."""
PORTION: Final = 250
"""Contacts that are removed in one transaction, so that nobody waits long to write."""
_LOG: Final = structlog.get_logger("phonebook.contacts")


class Binned(Struct, frozen=True, kw_only=True):
    """A deleted contact: by whom, as part of which unit, and when it will be removed for good (None: never)."""

    stored: StoredContact
    deleted_at: int
    actor: str
    unit: str
    purged_at: int | None


class BinPage(Struct, frozen=True, kw_only=True):
    """Deleted contacts, the newest first; `next_cursor` asks for the following page, None when this is the last."""

    items: list[Binned]
    next_cursor: str | None


class Restored(Struct, frozen=True, kw_only=True):
    """How many contacts came back, as which unit, and the path that undoes it; null when none did."""

    restored: int
    unit: str | None = None
    undo: str | None = None


class Emptied(Struct, frozen=True, kw_only=True):
    """How many contacts were removed for good. This is the one thing that nothing undoes."""

    purged: int


async def list_bin(
    server: Server, principal: Principal, phonebook_id: str, *, cursor: str | None, limit: int
) -> BinPage:
    """A page of a phonebook's deleted contacts, the newest first. Needs a viewer."""
    [before] = decode_cursor(cursor, 1)
    contact, version = tables.Contact, tables.ContactVersion
    query = (
        store.select_contacts()
        .add_columns(version.actor, version.unit)
        .join(version, and_(version.contact_id == contact.id, version.version == contact.version))
        .where(contact.phonebook_id == phonebook_id, contact.deleted_at.is_not(None))
        .order_by(contact.position.desc())
    )
    if before:
        query = query.where(contact.position < read_number(before))
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        rows = (await connection.execute(query.limit(limit + 1))).all()
    days = server.config.bin_days
    items = [
        Binned(
            stored=store.read_row(row[:-2]),
            deleted_at=row.deleted_at,
            actor=row.actor,
            unit=row.unit,
            purged_at=row.deleted_at + days * DAY_MS if days else None,
        )
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    return BinPage(items=items, next_cursor=encode_cursor(str(items[-1].stored.position)) if more else None)


async def restore_contacts(server: Server, principal: Principal, phonebook_id: str, ids: list[str]) -> Restored:
    """Bring deleted contacts back, all of them or none. Needs an editor. Those that are back already stay as they are.

    Raises Invalid naming the ids that are not there (any more).
    """
    wanted = list(dict.fromkeys(ids))
    writes: list[Write] = []
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        found: set[str] = set()
        async for portion in read_these(connection, phonebook_id, wanted):
            found.update(stored.contact.id for stored in portion)
            writes += [
                Write(derive(stored.contact, phonebook.region), Change.RESTORED, stored)
                for stored in portion
                if stored.deleted_at is not None
            ]
        if missing := [id for id in wanted if id not in found]:
            raise Invalid(
                [
                    Problem(
                        field=f"ids.{ids.index(id)}",
                        code="not_found",
                        message="This contact is not in the phonebook's bin (any more). Load the bin again.",
                    )
                    for id in missing[:20]
                ]
            )
        if not writes:
            return Restored(restored=0)
        now = server.clock()
        summary = f"{len(writes)} contacts brought back from the bin"
        unit = await units.begin(connection, units.Kind.RESTORE, actor=name_actor(principal), now=now, summary=summary)
        await store.write(connection, phonebook_id, writes, unit=unit)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="contacts.restored",
            site_id=phonebook.site_id,
            phonebook_id=phonebook_id,
            subject=phonebook.name,
            detail=f"{summary}; unit {unit.id}",
        )
    await server.announce(phonebook_id)
    undoable = units.undoable(unit.id)
    return Restored(restored=len(writes), unit=undoable.unit, undo=undoable.undo)


async def empty_bin(server: Server, principal: Principal, phonebook_id: str) -> Emptied:
    """Remove what is in a phonebook's bin now for good. Needs a manager. What is deleted meanwhile stays in it."""
    contact = tables.Contact
    binned = and_(contact.phonebook_id == phonebook_id, contact.deleted_at.is_not(None))
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        count = (await connection.execute(select(func.count()).where(binned))).scalar_one()
        if count:
            await record(
                connection,
                clock_ms=server.clock(),
                principal=principal,
                action="bin.emptied",
                site_id=phonebook.site_id,
                phonebook_id=phonebook_id,
                subject=phonebook.name,
                detail=f"{count} contacts removed for good",
            )
    return Emptied(purged=await _purge(server, phonebook_id, contact.position <= phonebook.position))


async def purge_bins(server: Server) -> int:
    """Remove for good what has been in a bin for longer than the configured days; gives how many contacts that were."""
    if not server.config.bin_days:
        return 0
    contact = tables.Contact
    is_old = contact.deleted_at < server.clock() - server.config.bin_days * DAY_MS
    async with server.db.reading() as connection:
        phonebooks = (await connection.execute(select(contact.phonebook_id).where(is_old).distinct())).scalars().all()
    return sum([await _purge(server, phonebook_id, is_old) for phonebook_id in phonebooks])


async def keep_bins_small(server: Server) -> None:
    """Purge the bins at once and then daily, until cancelled."""
    while True:
        try:
            purged = await purge_bins(server)
        except Exception:  # a full disk or a locked file passes; the next day is another try
            _LOG.exception("cannot remove old contacts from the bins")
        else:
            if purged:
                _LOG.info("old contacts removed from the bins", contacts=purged)
        await asyncio.sleep(PURGE_SECONDS)


async def _purge(server: Server, phonebook_id: str, which: ColumnElement[bool]) -> int:
    """Remove those of a phonebook's deleted contacts for good, a portion per transaction."""
    purged = 0
    while True:
        async with server.db.transaction() as connection:
            count = await _purge_portion(connection, phonebook_id, which)
        purged += count
        if count < PORTION:
            return purged
        await asyncio.sleep(0)  # whoever waits to write comes first


async def _purge_portion(connection: AsyncConnection, phonebook_id: str, which: ColumnElement[bool]) -> int:
    contact, book = tables.Contact, tables.Phonebook
    query = select(contact.id, contact.position).where(
        contact.phonebook_id == phonebook_id, contact.deleted_at.is_not(None), which
    )
    gone = (await connection.execute(query.order_by(contact.position).limit(PORTION))).all()
    if not gone:
        return 0
    await connection.execute(delete(contact).where(contact.id.in_([row.id for row in gone])))
    raised = update(book).where(book.id == phonebook_id, book.horizon < gone[-1].position)
    await connection.execute(raised.values(horizon=gone[-1].position))
    return len(gone)
