"""Which column of a file means what, as it was last used in a site for files with the same headers."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.formats import ColumnMapping
from phonebook_server.db import tables


async def find_mapping(connection: AsyncConnection, site_id: str, key: str) -> ColumnMapping | None:
    """The mapping last used for these headers (see `formats.header_key`), None when there is none."""
    row = tables.RememberedMapping
    query = select(row.mapping).where(row.site_id == site_id, row.key == key)
    found = (await connection.execute(query)).scalar_one_or_none() if key else None
    try:
        return None if found is None else msgspec.json.decode(found, type=ColumnMapping)
    except msgspec.DecodeError:  # of another version of this program
        return None


async def remember_mapping(
    connection: AsyncConnection, site_id: str, key: str, mapping: ColumnMapping | None, *, now: int
) -> None:
    """Keep a mapping for the next file with these headers; without a key or a mapping nothing is kept."""
    if not key or mapping is None:
        return
    values = {"mapping": msgspec.json.encode(mapping), "used_at": now}
    statement = insert(tables.RememberedMapping).values(site_id=site_id, key=key, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["site_id", "key"], set_=values))
