"""Contacts that a source outside keeps: read-only here but for vendor values. The one place where that is enforced.

See `docs/decisions/0018-contacts-of-sources-are-read-only.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict
from phonebook_server.contacts.comparison import is_same
from phonebook_server.contacts.units import Kind, Unit
from phonebook_server.db import tables

if TYPE_CHECKING:
    from phonebook_server.contacts.store import Write


async def require_free(connection: AsyncConnection, writes: Iterable[Write], unit: Unit) -> None:
    """Raises Conflict when a write changes more than vendor values of a contact that a source keeps.

    Two may do that: the source itself, and undoing. What is undone shall stay so, hence that pauses the source; once
    it is resumed it is read anew as a whole.
    """
    if unit.kind is Kind.SOURCE:
        return
    touched = [write for write in writes if touches(write)]
    if not touched:
        return
    ids = {write.previous.source_id for write in touched if write.previous is not None}
    row = tables.Source
    found = await connection.execute(select(row.id, row.name).where(row.id.in_(ids)))
    names = {each.id: each.name for each in found}
    if not names:
        return
    if unit.kind is not Kind.UNDO:
        raise _refusal(touched, list(names.values()))
    for id in names:
        await connection.execute(
            update(row).where(row.id == id).values(paused=True, state=b"{}", version=row.version + 1)
        )
        await connection.execute(update(tables.SourceItem).where(tables.SourceItem.source_id == id).values(etag=""))


def touches(write: Write) -> bool:
    """Whether a write changes what only a source may: anything but vendor values and what follows from the region."""
    previous = write.previous
    if previous is None or previous.source_id is None:
        return False
    if write.change == "deleted" or previous.deleted_at is not None:
        return True
    plain = msgspec.structs.replace
    return not is_same(plain(previous.contact, meta={}), plain(write.contact, meta={}))


def _refusal(touched: Sequence[Write], names: Sequence[str]) -> Conflict:
    source = f"the source “{names[0]}”" if len(names) == 1 else f"the sources {', '.join(f'“{n}”' for n in names[:5])}"
    if all(write.previous is not None and write.previous.deleted_at is not None for write in touched):
        message = (
            f"This was removed at {source}, so it can only come back from there. Add it there again, or undo the sync "
            "that removed it, which pauses the source."
        )
    elif len(touched) == 1:
        message = (
            f"This contact is kept by {source}, so it cannot be changed here. Change it there; or remove the source "
            "and keep its contacts."
        )
    else:
        message = (
            f"Some of these contacts are kept by {source}, so they cannot be changed here. Leave them out, or change "
            "them there; or remove the source and keep its contacts."
        )
    return Conflict(message, code="kept_by_source")
