"""What was done in a phonebook: its units, and which contacts each of them changed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, shown_name
from phonebook_server.accounts.guards import (
    PhonebookRow,
    Principal,
    Role,
    phonebook_row,
    require_phonebook,
    visible_phonebooks,
)
from phonebook_server.checks import iso
from phonebook_server.contacts.comparison import FieldChange, differences
from phonebook_server.contacts.store import Change
from phonebook_server.contacts.undo import Touched, find_unit, read_touched, select_touched
from phonebook_server.contacts.units import Kind
from phonebook_server.db import tables
from phonebook_server.paging import decode_cursor, encode_cursor
from phonebook_server.server import Server


class UnitView(Struct, frozen=True, kw_only=True):
    """Changes that were made as one. `created`, `changed` and `deleted` count contacts, `phonebooks` are where.

    `undone_by` is the unit that undid it, `undoes` the one that it undid. `can_undo`: it is not undone, something of it
    is left, and your role in all its phonebooks is enough.
    """

    id: str
    kind: Kind
    actor: str
    at: str
    summary: str
    created: int
    changed: int
    deleted: int
    phonebooks: list[str]
    undone_by: str | None
    undoes: str | None
    can_undo: bool


class UnitList(Struct, frozen=True, kw_only=True):
    """A page of units, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[UnitView]
    next_cursor: str | None


class UnitContact(Struct, frozen=True, kw_only=True):
    """A contact that a unit changed: what it is called now, whether it is there, and what the unit did to it."""

    contact: str
    phonebook_id: str
    name: str
    is_deleted: bool
    change: Change
    changes: list[FieldChange]


class UnitDetails(UnitView, frozen=True, kw_only=True):
    """A unit with a page of the contacts that it changed; those in phonebooks that you cannot see are left out."""

    contacts: list[UnitContact]
    next_cursor: str | None


async def list_units(
    server: Server, principal: Principal, phonebook_id: str, *, kind: Kind | None, cursor: str | None, limit: int
) -> UnitList:
    """A page of what was done in a phonebook, the newest first. Needs a viewer. `kind`: only units of this one."""
    [before] = decode_cursor(cursor, 1)
    unit, place = tables.Unit, tables.UnitPhonebook
    query = (
        select(unit.__table__)
        .join(place, place.unit_id == unit.id)
        .where(place.phonebook_id == phonebook_id)
        .order_by(place.unit_id.desc())
    )
    if kind is not None:
        query = query.where(unit.kind == kind.value)
    if before:
        query = query.where(place.unit_id < before)
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        rows = (await connection.execute(query.limit(limit + 1))).all()
        items = [
            _view(row, books, others, is_left)
            for row, books, others, is_left in await _with_places(connection, principal, list(rows[:limit]))
        ]
    return UnitList(items=items, next_cursor=encode_cursor(items[-1].id) if len(rows) > limit else None)


async def get_unit(
    server: Server, principal: Principal, unit_id: str, *, cursor: str | None, limit: int
) -> UnitDetails:
    """A unit and a page of the contacts that it changed, by id. Needs a viewer in one of its phonebooks."""
    [after] = decode_cursor(cursor, 1)
    contact = tables.Contact
    async with server.db.reading() as connection:
        row, books, has_others = await find_unit(connection, principal, unit_id)
        query = select_touched(unit_id).where(contact.phonebook_id.in_(books), contact.id > after)
        rows = (await connection.execute(query.order_by(contact.id).limit(limit + 1))).all()
        [(_, _, _, is_left)] = await _with_places(connection, principal, [row])
    view = _view(row, list(books.values()), has_others, is_left)
    contacts = [_contact(read_touched(each)) for each in rows[:limit]]
    return UnitDetails(
        **{name: getattr(view, name) for name in UnitView.__struct_fields__},
        contacts=contacts,
        next_cursor=encode_cursor(contacts[-1].contact) if len(rows) > limit else None,
    )


async def _with_places(
    connection: AsyncConnection, principal: Principal, rows: list[Row[Any]]
) -> list[tuple[Row[Any], list[PhonebookRow], bool, bool]]:
    """Each unit with its phonebooks that the asker may see, whether there are others, and whether anything is left."""
    place, version, ids = tables.UnitPhonebook, tables.ContactVersion, [row.id for row in rows]
    pairs = (await connection.execute(select(place.unit_id, place.phonebook_id).where(place.unit_id.in_(ids)))).all()
    seen = visible_phonebooks(principal).where(tables.Phonebook.id.in_({pair.phonebook_id for pair in pairs}))
    visible = {row.id: phonebook_row(row, principal) for row in await connection.execute(seen)}
    unit = tables.Unit
    is_left = select(version.unit).where(version.unit == unit.id).exists()
    left = set((await connection.execute(select(unit.id).where(unit.id.in_(ids), is_left))).scalars())
    found = []
    for row in rows:
        touched = [pair.phonebook_id for pair in pairs if pair.unit_id == row.id]
        books = [visible[id] for id in touched if id in visible]
        found.append((row, books, len(books) < len(touched), row.id in left))
    return found


def _view(row: Row[Any], books: list[PhonebookRow], has_others: bool, is_left: bool) -> UnitView:
    is_allowed = not has_others and all(book.role.allows(Role.EDITOR) for book in books)
    return UnitView(
        id=row.id,
        kind=Kind(row.kind),
        actor=row.actor,
        at=iso(row.at),
        summary=row.summary,
        created=row.created,
        changed=row.changed,
        deleted=row.deleted,
        phonebooks=[book.id for book in books],
        undone_by=row.undone_by,
        undoes=row.undoes,
        can_undo=is_allowed and is_left and row.undone_by is None and row.kind != Kind.REGION,
    )


def _contact(touched: Touched) -> UnitContact:
    now = touched.now
    if not touched.is_there_after:
        change = Change.DELETED
    elif touched.before is None:
        change = Change.CREATED if touched.is_new else Change.RESTORED
    else:
        change = Change.EDITED
    return UnitContact(
        contact=now.contact.id,
        phonebook_id=now.phonebook_id,
        name=shown_name(now.contact),
        is_deleted=now.deleted_at is not None,
        change=change,
        changes=[] if change is Change.DELETED else differences(touched.before or Contact(), touched.after),
    )
