"""Finding contacts in very many phonebooks at once: a few that fit, quickly, for somebody who goes on typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import case, text
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.search_terms import begin_of_name, readable
from phonebook_server.contacts import indexes, store
from phonebook_server.contacts.matching import tiers_in
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db.tables import Contact

MOST_LOOKED_AT: Final = 500
"""Matches of one question that are looked at and sorted. Of more, nobody misses the rest: they type on."""
_MATCHING: Final = "contacts.row IN (SELECT rowid FROM contact_search WHERE contact_search MATCH :match LIMIT :most)"


async def find_anywhere(
    connection: AsyncConnection, phonebook_ids: Sequence[str], typed: str, *, limit: int
) -> list[StoredContact]:
    """Up to `limit` contacts of these phonebooks that what was typed finds.

    First those whose shown name begins with it, then those with every term in their name, then the others; in the one
    order each. Raises Unavailable while the search index is being built.
    """
    found: dict[str, StoredContact] = {}
    tiers = tiers_in(phonebook_ids, typed) if phonebook_ids else []
    if tiers:
        await indexes.require_built(connection)
    begin = begin_of_name(readable(typed))
    begins = case((Contact.sort_key.between(begin, begin + b"\xff"), 0), else_=1)
    for match in tiers:
        if len(found) < limit:
            query = store.select_contacts().where(text(_MATCHING).bindparams(match=match, most=MOST_LOOKED_AT))
            rows = await connection.execute(query.order_by(begins, Contact.sort_key, Contact.id).limit(limit))
            for stored in map(store.read_row, rows):
                found.setdefault(stored.contact.id, stored)
    return list(found.values())[:limit]
