"""Contacts of a phonebook that are probably the same, and remembering which are not. Nothing is ever merged by itself.

Finding them looks at the whole phonebook, so what was found is kept in memory until a contact changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

import anyio
import anyio.to_thread
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.chosen import require_chosen
from phonebook_server.contacts.reading import read_these
from phonebook_server.contacts.similar import Face, Group, face, find_groups
from phonebook_server.contacts.store import CHUNK, StoredContact
from phonebook_server.db import tables
from phonebook_server.paging import DEFAULT_LIMIT, decode_cursor, encode_cursor
from phonebook_server.server import Server

KEPT: Final = 4
"""Phonebooks whose groups are kept in memory."""


class DuplicateGroup(NamedTuple):
    """Contacts that are probably the same, and why."""

    contacts: list[StoredContact]
    group: Group


class DuplicatePage(NamedTuple):
    """A page of groups, the surest first; `total` is how many groups there are in all."""

    items: list[DuplicateGroup]
    next_cursor: str | None
    total: int


class _Found(NamedTuple):
    position: int
    dismissed: frozenset[tuple[str, str]]
    groups: list[Group]


class Duplicates:
    """The groups of the phonebooks that were looked at last."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}
        self._one_at_a_time = anyio.Lock()

    async def list_duplicates(
        self,
        server: Server,
        principal: Principal,
        phonebook_id: str,
        *,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> DuplicatePage:
        """Groups of the phonebook's own contacts that are probably the same. Needs an editor."""
        after = decode_cursor(cursor, 3)
        async with server.db.reading() as connection:
            await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        async with self._one_at_a_time:
            groups = await self._find(server, principal, phonebook_id)
        start = bisect_right(groups, after, key=lambda group: group.key) if cursor else 0
        page = groups[start : start + limit]
        ids = list(dict.fromkeys(id for group in page for id in group.ids))
        contacts: dict[str, StoredContact] = {}
        async with server.db.reading() as connection:
            async for portion in read_these(connection, phonebook_id, ids):
                contacts.update((stored.contact.id, stored) for stored in portion if stored.deleted_at is None)
        items = []
        for group in page:
            left = [contacts[id] for id in group.ids if id in contacts]
            if len(left) > 1:  # the others were deleted at this moment
                items.append(DuplicateGroup(left, group))
        more = start + limit < len(groups)
        return DuplicatePage(items, encode_cursor(*page[-1].key) if more else None, len(groups))

    async def _find(self, server: Server, principal: Principal, phonebook_id: str) -> list[Group]:
        known = self._found.pop(phonebook_id, None)
        faces: list[Face] = []
        async with server.db.reading() as connection:
            position = (await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)).position
            dismissed = await _read_dismissed(connection, phonebook_id)
            if known is not None and (known.position, known.dismissed) != (position, dismissed):
                known = None
            if known is None:
                faces = await _read_faces(connection, phonebook_id)
        if known is None:
            groups = await anyio.to_thread.run_sync(find_groups, faces, dismissed)
            known = _Found(position, dismissed, groups)
        self._found[phonebook_id] = known  # as the newest
        while len(self._found) > KEPT:
            del self._found[next(iter(self._found))]
        return known.groups


async def dismiss(server: Server, principal: Principal, phonebook_id: str, ids: Sequence[str]) -> int:
    """Remember that no two of these contacts are the same. Needs an editor. Gives how many pairs that are."""
    async with server.db.transaction() as connection:
        pairs = await _require_pairs(connection, principal, phonebook_id, ids)
        now, actor = server.clock(), name_actor(principal)
        rows = [{"one": one, "other": other, "actor": actor, "at": now} for one, other in pairs]
        await connection.execute(insert_or_ignore(tables.NotDuplicates).on_conflict_do_nothing(), rows)
        await _record(connection, server, principal, phonebook_id, "duplicates.dismissed", len(ids))
    return len(pairs)


async def undismiss(server: Server, principal: Principal, phonebook_id: str, ids: Sequence[str]) -> int:
    """Forget that these contacts are not the same. Needs an editor. Gives how many pairs that are."""
    pair = tables.NotDuplicates
    async with server.db.transaction() as connection:
        pairs = await _require_pairs(connection, principal, phonebook_id, ids)
        await connection.execute(delete(pair).where(tuple_(pair.one, pair.other).in_(pairs)))
        await _record(connection, server, principal, phonebook_id, "duplicates.undismissed", len(ids))
    return len(pairs)


async def _require_pairs(
    connection: AsyncConnection, principal: Principal, phonebook_id: str, ids: Sequence[str]
) -> list[tuple[str, str]]:
    """Every two of these contacts, the smaller id first, when the asker may change them."""
    await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
    chosen = await require_chosen(connection, phonebook_id, ids)
    return list(combinations(sorted(stored.contact.id for stored in chosen), 2))


async def _record(
    connection: AsyncConnection, server: Server, principal: Principal, phonebook_id: str, action: str, count: int
) -> None:
    phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
    await record(
        connection,
        clock_ms=server.clock,
        principal=principal,
        action=action,
        site_id=phonebook.site_id,
        phonebook_id=phonebook_id,
        subject=phonebook.name,
        detail=f"{count} contacts",
    )


async def _read_dismissed(connection: AsyncConnection, phonebook_id: str) -> frozenset[tuple[str, str]]:
    pair, contact = tables.NotDuplicates, tables.Contact
    query = select(pair.one, pair.other).join(contact, contact.id == pair.one)
    rows = await connection.execute(query.where(contact.phonebook_id == phonebook_id))
    return frozenset((row.one, row.other) for row in rows)


async def _read_faces(connection: AsyncConnection, phonebook_id: str) -> list[Face]:
    contact = tables.Contact
    query = select(contact.id, contact.body).where(contact.phonebook_id == phonebook_id, contact.deleted_at.is_(None))
    faces: list[Face] = []
    async with connection.stream(query) as rows:
        async for chunk in rows.partitions(CHUNK):
            faces += await anyio.to_thread.run_sync(lambda chunk=chunk: [face(id, body) for id, body in chunk])  # type: ignore[misc]
    return faces
