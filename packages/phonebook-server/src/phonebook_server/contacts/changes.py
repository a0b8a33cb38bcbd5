"""What changed in a phonebook since a sync token: upserts, removals and the next token, or a snapshot.

Writers keep nothing per reader: every changed contact moves to the end of its phonebook's positions, and a deleted one
stays behind as a tombstone, so that “since” is a range of an index. A snapshot is read along the same positions:
what changes meanwhile comes again behind, and only tombstones that are older than the snapshot are left out.

A phonebook that includes others is read as the merged book; `merged_changes` does that.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Row, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.codec import PAGE_BYTES
from phonebook_server.accounts.guards import PhonebookRow
from phonebook_server.contacts import store
from phonebook_server.contacts.merged_changes import read_merged
from phonebook_server.contacts.store import StoredContact
from phonebook_server.contacts.sync_tokens import Part, Parts, Token, decode_token, encode_parts, encode_token, key_of
from phonebook_server.db import tables
from phonebook_server.inclusions.closure import Member
from phonebook_server.inclusions.store import includes_any, members_of

MAX_PAGE: Final = 1_000
"""The most contacts in one page of changes, besides those of a merged book that come along with others."""
_FETCH: Final = 100


class ChangePage(Struct, frozen=True, kw_only=True):
    """One page of changes. `snapshot`: forget what you have first. While `more`, ask again with `token`."""

    stored: tuple[StoredContact, ...]
    removals: tuple[str, ...]
    token: str
    snapshot: bool
    more: bool

    @property
    def upserts(self) -> tuple[Contact, ...]:
        """The contacts that were made or changed, each as it is now."""
        return tuple(stored.contact for stored in self.stored)


async def changes_since(connection: AsyncConnection, phonebook: PhonebookRow, since: str, limit: int) -> ChangePage:
    """One page of what changed since the token `since`; its cost depends on the changes, not on the phonebook.

    `phonebook` must have been read in the same transaction. A token that is empty, unreadable, of another epoch, older
    than the horizon or from the future begins a snapshot. A page ends at `limit` contacts (at most MAX_PAGE) or before
    it would pass PAGE_BYTES; with what included phonebooks add see `read_merged`. Without them it always has at least
    one contact when there is one to tell.
    """
    limit = max(1, min(limit, MAX_PAGE))
    token = decode_token(since)
    if isinstance(token, Token | None) and not await includes_any(connection, phonebook.id):
        return await _changes_of_one(connection, phonebook, token, limit)
    members = await members_of(connection, phonebook.id)
    page = await read_merged(connection, members, _as_parts(token, members[0]), limit)
    return ChangePage(
        stored=page.shown,
        removals=page.hidden,
        token=_encode(phonebook, page.parts),
        snapshot=page.snapshot,
        more=page.more,
    )


async def _changes_of_one(
    connection: AsyncConnection, phonebook: PhonebookRow, token: Token | None, limit: int
) -> ChangePage:
    token = _usable(token, phonebook)
    snapshot = token is None
    if token is None:
        token = Token(phonebook.epoch, 0, phonebook.position)
    rows, more = await _rows_since(connection, phonebook.id, token, limit)
    last = rows[-1].position if rows else token.position
    reached = last if more else max(last, phonebook.position)
    return ChangePage(
        stored=tuple(store.read_row(row) for row in rows if row.deleted_at is None),
        removals=tuple(row.id for row in rows if row.deleted_at is not None),
        token=encode_token(phonebook.epoch, reached, token.begun),
        snapshot=snapshot,
        more=more,
    )


def _as_parts(token: Token | Parts | None, own: Member) -> Parts | None:
    """The token as one of a merged book: whoever has one of before the first inclusion goes on with it."""
    if not isinstance(token, Token):
        return token
    if token.epoch != own.book.epoch:
        return None
    return (Part(key_of(own.book), token.position, 0, max(token.position, token.begun)),)


def _encode(phonebook: PhonebookRow, parts: Parts) -> str:
    if len(parts) > 1:
        return encode_parts(parts)
    return encode_token(phonebook.epoch, parts[0].position, parts[0].floor)


def _usable(token: Token | None, phonebook: PhonebookRow) -> Token | None:
    if token is None or token.epoch != phonebook.epoch:
        return None
    told = max(token.position, token.begun)
    return token if phonebook.horizon <= told <= phonebook.position else None


async def _rows_since(
    connection: AsyncConnection, phonebook_id: str, token: Token, limit: int
) -> tuple[list[Row[Any]], bool]:
    """The rows of the page and whether there are more. Fetched in small portions, as bodies may be large."""
    contact = tables.Contact
    rows: list[Row[Any]] = []
    size = 0
    position = token.position
    while True:
        query = store.select_contacts().where(contact.phonebook_id == phonebook_id, contact.position > position)
        if token.begun > position:
            query = query.where(or_(contact.deleted_at.is_(None), contact.position > token.begun))
        portion = min(_FETCH, limit + 1 - len(rows))
        fetched = (await connection.execute(query.order_by(contact.position).limit(portion))).all()
        for row in fetched:
            size += len(row.body) if row.deleted_at is None else 0
            if len(rows) == limit or (rows and size > PAGE_BYTES):
                return rows, True
            rows.append(row)
            position = row.position
        if len(fetched) < portion:
            return rows, False
