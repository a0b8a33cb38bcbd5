"""What changed in a merged book since a token of parts, in time proportional to the changes.

Each member is read along its own positions. A contact that changed may change how others are shown, as it has a number
that they have too, or had it, or passes the filter no longer: those are told in the same page. A member that came, left
or is filtered otherwise is read whole. See `docs/decisions/0014-sync-tokens-over-inclusions.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import anyio.to_thread
import msgspec
from msgspec import Struct
from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.vendor_link.codec import PAGE_BYTES
from phonebook_server.contacts import merged, store
from phonebook_server.contacts.store import StoredContact
from phonebook_server.contacts.sync_tokens import GONE, Part, Parts, at_rest, key_of
from phonebook_server.db.tables import Contact, ContactNumber
from phonebook_server.inclusions.closure import Book, Member
from phonebook_server.inclusions.store import load_books

MAX_CONCERNED: Final = 500
"""The most contacts that come along in a page as the change of another concerns them. Above that: a snapshot."""
MAX_BYTES: Final = 3 * PAGE_BYTES
"""Bytes of one change with all it concerns; more might not fit a frame. Above that: a snapshot."""
_MOST_LOOKED_AT: Final = 2_000
"""Contacts that are looked at for one page, however few of them are told."""
_FETCH: Final = 100
_MOST_PAIRS: Final = 4_000
_IDS: Final = 500


class Merged(Struct, frozen=True, kw_only=True):
    """A page: contacts as they are shown now, ids of those that are not shown, and the parts of the next token."""

    shown: tuple[StoredContact, ...]
    hidden: tuple[str, ...]
    parts: Parts
    snapshot: bool
    more: bool


class _Stream(Struct, frozen=True, kw_only=True):
    """A member to be read, or a phonebook that was one (`rank` None); `part` says from where."""

    book: Book
    rank: int | None
    part: Part


class _TooMuch(Exception):
    """One change concerns so many contacts that a snapshot is less."""


async def read_merged(
    connection: AsyncConnection, members: Sequence[Member], since: Parts | None, limit: int
) -> Merged:
    """One page of what changed since `since`; None, or one that fits no more, begins a snapshot.

    A page tells `limit` contacts at most, and MAX_CONCERNED more that the change of these concerns. It may tell none
    although there is more, when many contacts are not shown.
    """
    if since is not None:
        streams = await _resume(connection, members, since)
        if streams is not None:
            try:
                return await _Page(connection, members, limit).read(streams, snapshot=False)
            except _TooMuch:
                pass
    parts = [Part(key_of(m.book), 0, m.filter_mark(), m.book.position) for m in members]
    streams = [_Stream(book=m.book, rank=m.rank, part=part) for m, part in zip(members, parts, strict=True)]
    return await _Page(connection, members, limit).read(streams, snapshot=True)


async def _resume(connection: AsyncConnection, members: Sequence[Member], since: Parts) -> list[_Stream] | None:
    """Where to go on in each member; None when the token fits no more."""
    keys = [key_of(member.book) for member in members]
    known = {part.key: part for part in since}
    before = [part.key for part in since if part.filter != GONE and part.key in keys]
    if since[0].key != keys[0] or before != [key for key in keys if key in before]:
        return None
    streams = []
    for member, key in zip(members, keys, strict=True):
        part, mark = known.pop(key, None), member.filter_mark()
        if part is None:  # it came; nothing of it was ever told
            part = Part(key, 0, mark, member.book.position, True)
        elif part.filter != mark:
            part = Part(key, 0, mark, part.floor, True)
        streams.append(_Stream(book=member.book, rank=member.rank, part=part))
    if known:
        books = {key_of(book): book for book in (await load_books(connection, None)).values()}
        for key, part in known.items():
            if key not in books:
                return None
            left = part if part.filter == GONE else Part(key, 0, GONE, part.floor, True)
            streams.append(_Stream(book=books[key], rank=None, part=left))
    fits = all(each.book.horizon <= each.part.told <= each.book.position for each in streams)
    return streams if fits else None


class _Page:
    """A page while it is read. What it has of a contact is final, as all is read in one transaction."""

    def __init__(self, connection: AsyncConnection, members: Sequence[Member], limit: int) -> None:
        self._connection = connection
        self._members = members
        self._limit = limit
        self._contacts: dict[str, StoredContact | None] = {}
        self._looked_at = 0
        self._told = 0
        self._concerned: set[str] = set()
        self._bytes = 0

    async def read(self, streams: Sequence[_Stream], *, snapshot: bool) -> Merged:
        """Read the streams one after the other until the page is full."""
        parts: list[Part] = []
        more = False
        for stream in streams:
            part = stream.part if more else await self._read_stream(stream)
            more = more or part is not None
            if part is not None:
                parts.append(part)
            elif stream.rank is not None:
                parts.append(at_rest(stream.book, stream.part.filter))
        return Merged(
            shown=tuple(each for each in self._contacts.values() if each is not None),
            hidden=tuple(id for id, each in self._contacts.items() if each is None),
            parts=tuple(parts),
            snapshot=snapshot,
            more=more,
        )

    async def _read_stream(self, stream: _Stream) -> Part | None:
        """Read on in a member. None: to its end; else the part with which the next page goes on."""
        part = stream.part
        while True:
            room = min(_FETCH, self._limit - self._told, _MOST_LOOKED_AT - self._looked_at)
            rows = await self._fetch(stream.book.id, part, room + 1)
            taken = await self._take(stream, rows[:room]) if room and rows else 0
            if taken:
                part = msgspec.structs.replace(part, position=rows[taken - 1].position)
            if taken == len(rows):
                return None
            if taken < min(room, len(rows)) or not room:
                return part

    async def _fetch(self, phonebook_id: str, part: Part, limit: int) -> Sequence[Row[Any]]:
        query = store.select_contacts().where(Contact.phonebook_id == phonebook_id, Contact.position > part.position)
        if part.floor > part.position:
            query = query.where(or_(Contact.deleted_at.is_(None), Contact.position > part.floor))
        return (await self._connection.execute(query.order_by(Contact.position).limit(limit))).all()

    async def _take(self, stream: _Stream, rows: Sequence[Row[Any]]) -> int:
        """Put the contacts of these rows, and those that they concern, into the page. Gives how many rows fitted."""
        changed = [row for row in rows if stream.part.whole or row.position > stream.part.floor]
        concerned = await self._find_concerned(stream, [row.id for row in changed])
        if concerned is None:
            if len(rows) > 1:
                return await self._take(stream, rows[: len(rows) // 2])
            if self._contacts:
                return 0
            raise _TooMuch
        taken = 0
        along: dict[str, int] = {}
        for row in rows:
            new = {id: size for id, size in concerned.get(row.id, {}).items() if id not in self._contacts}
            size = sum(new.values()) + (len(row.body) if row.deleted_at is None else 0)
            full = len(self._concerned | new.keys()) > MAX_CONCERNED or (new and size > MAX_BYTES)
            if self._contacts or taken:
                if full or self._bytes + size > PAGE_BYTES:
                    break
            elif full:
                raise _TooMuch
            taken += 1
            along |= new
            self._concerned |= new.keys()
            self._bytes += size
        await self._tell(stream, rows[:taken], along)
        return taken

    async def _tell(self, stream: _Stream, rows: Sequence[Row[Any]], along: Iterable[str]) -> None:
        """Find out how these contacts are shown now."""
        own = {row.id for row in rows}
        read = [*rows, *await self._fetch_these([id for id in along if id not in own])]
        contacts = await anyio.to_thread.run_sync(_read_rows, read) if len(read) > _FETCH // 2 else _read_rows(read)
        shown = await merged.show(self._connection, self._members, contacts)
        for stored, each in zip(contacts, shown, strict=True):
            id = stored.contact.id
            never_told = id in own and not stream.part.whole and stored.position <= stream.part.floor
            if each is not None or not never_told:
                self._contacts[id] = each
                self._told += id in own
        self._looked_at += len(rows)

    async def _fetch_these(self, ids: Sequence[str]) -> list[Row[Any]]:
        rows: list[Row[Any]] = []
        for start in range(0, len(ids), _IDS):
            query = store.select_contacts().where(Contact.id.in_(ids[start : start + _IDS]))
            rows += (await self._connection.execute(query)).all()
        return rows

    async def _find_concerned(self, stream: _Stream, ids: Sequence[str]) -> dict[str, dict[str, int]] | None:
        """For each changed contact the ids of those that may be shown otherwise for it, with their sizes.

        These are contacts of members that come after its own and have a number that it got or lost; any of its numbers
        when it may have passed the filter before and not now, or the other way round. None when there are too many.
        """
        after = [m.phonebook_id for m in self._members if stream.rank is None or m.rank > stream.rank]
        if not ids or not after:
            return {}
        floor = stream.part.floor
        all_of_them = stream.part.whole or stream.part.filter != 0
        got = ContactNumber.former_at.is_(None) if all_of_them else ContactNumber.since > floor
        had = select(ContactNumber.contact_id, ContactNumber.identity).where(
            ContactNumber.contact_id.in_(ids), or_(got, ContactNumber.former_at > floor)
        )
        numbers = [(row.contact_id, row.identity) for row in await self._connection.execute(had)]
        if not numbers:
            return {}
        listed = func.json_each(bindparam("numbers")).table_valued("value")
        query = (
            select(ContactNumber.identity, Contact.id, func.length(Contact.body))
            .select_from(listed)
            .join(ContactNumber, ContactNumber.identity == listed.c.value)
            .join(Contact, Contact.id == ContactNumber.contact_id)
            .where(
                ContactNumber.phonebook_id.in_(after),
                ContactNumber.former_at.is_(None),
                Contact.deleted_at.is_(None),
            )
            .limit(_MOST_PAIRS + 1)
        )
        encoded = msgspec.json.encode(list({number for _, number in numbers})).decode()
        pairs = (await self._connection.execute(query, {"numbers": encoded})).all()
        if len(pairs) > _MOST_PAIRS:
            return None
        having: dict[str, dict[str, int]] = {}
        for number, id, size in pairs:
            having.setdefault(number, {})[id] = size
        concerned: dict[str, dict[str, int]] = {}
        for id, number in numbers:
            concerned.setdefault(id, {}).update(having.get(number, {}))
        return concerned


def _read_rows(rows: Sequence[Row[Any]]) -> list[StoredContact]:
    return [store.read_row(row) for row in rows]
