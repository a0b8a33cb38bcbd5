"""Units: changes that were made as one and can be undone as one. Rows in, rows out; what may be undone is elsewhere."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from sqlalchemy import insert, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.db import tables
from phonebook_server.ids import new_id


class Kind(StrEnum):
    """What a unit was."""

    EDIT = "edit"
    IMPORT = "import"
    BULK = "bulk"
    MERGE = "merge"
    NORMALISE = "normalise"
    RESTORE = "restore"
    UNDO = "undo"
    REGION = "region"
    SOURCE = "source"


class Unit(Struct, frozen=True, kw_only=True):
    """A unit that changes are being written for. `actor` is who does it, as it is kept in histories."""

    id: str
    kind: Kind
    actor: str
    at: int


class Undoable(Struct, frozen=True, kw_only=True):
    """What destroys something answers with this: the unit that it was, and the path that undoes it by POST."""

    unit: str
    undo: str


def undoable(unit_id: str) -> Undoable:
    """How this unit is undone."""
    return Undoable(unit=unit_id, undo=f"/api/v1/units/{unit_id}/undo")


async def begin(
    connection: AsyncConnection, kind: Kind, *, actor: str, now: int, summary: str = "", undoes: str | None = None
) -> Unit:
    """A new unit, in the caller's writing transaction; hand it to every `store.write` that belongs to it."""
    unit = Unit(id=new_id(), kind=kind, actor=actor, at=now)
    await connection.execute(
        insert(tables.Unit).values(id=unit.id, kind=kind.value, actor=actor, at=now, summary=summary, undoes=undoes)
    )
    return unit


async def count(
    connection: AsyncConnection, unit: Unit, phonebook_id: str, *, created: int, changed: int, deleted: int
) -> None:
    """Note what was written for a unit in a phonebook."""
    row = tables.Unit
    counted = update(row).where(row.id == unit.id)
    await connection.execute(
        counted.values(created=row.created + created, changed=row.changed + changed, deleted=row.deleted + deleted)
    )
    place = insert_or_ignore(tables.UnitPhonebook).values(phonebook_id=phonebook_id, unit_id=unit.id)
    await connection.execute(place.on_conflict_do_nothing())
