"""Contacts by their ids, and those that changed since: for work that is prepared before the writing transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import anyio.to_thread
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.contacts import store
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db import tables

PORTION = 500
"""Ids that are asked for at once."""


async def read_these(
    connection: AsyncConnection, phonebook_id: str, ids: Sequence[str]
) -> AsyncIterator[list[StoredContact]]:
    """The contacts of this phonebook with these ids, in portions; deleted ones too, unknown ids are left out."""
    contact = tables.Contact
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        # SQLite would walk the whole phonebook for each portion, were it told which one it is.
        found = await read_rows(connection, store.select_contacts().where(contact.id.in_(portion)))
        yield [stored for stored in found if stored.phonebook_id == phonebook_id]


async def read_since(
    connection: AsyncConnection, phonebook_id: str, position: int
) -> AsyncIterator[list[StoredContact]]:
    """What changed in a phonebook behind this position, each contact as it is now; deleted ones too."""
    contact = tables.Contact
    query = store.select_contacts().where(contact.phonebook_id == phonebook_id)
    while True:
        portion = query.where(contact.position > position).order_by(contact.position).limit(PORTION)
        found = await read_rows(connection, portion)
        if found:
            yield found
            position = found[-1].position
        if len(found) < PORTION:
            return


async def read_rows(connection: AsyncConnection, query: Select[*tuple[Any, ...]]) -> list[StoredContact]:
    """The rows of a query that is made from `store.select_contacts`, decoded beside the loop."""
    rows = (await connection.execute(query)).all()
    return await anyio.to_thread.run_sync(lambda: [store.read_row(row) for row in rows])
