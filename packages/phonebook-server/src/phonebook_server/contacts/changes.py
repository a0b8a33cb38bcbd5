"""What changed in a phonebook since a sync token: upserts, removals and the next token, or a snapshot.

Writers keep nothing per reader: every changed contact moves to the end of its phonebook's positions, and a deleted one
stays behind as a tombstone, so that “since” is a range of an index. A snapshot is read along the same positions:
what changes meanwhile comes again behind, and only tombstones that are older than the snapshot are left out.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Row, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.codec import PAGE_BYTES
from phonebook_server.accounts.guards import PhonebookRow
from phonebook_server.contacts import store
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db import tables

MAX_PAGE: Final = 1_000
"""The most contacts in one page of changes."""
MAX_TOKEN: Final = 300
"""Characters in the longest token that is looked at."""
_FETCH: Final = 100


class Token(Struct, frozen=True, array_like=True):
    """What a sync token holds, for this module only: readers treat the text as opaque.

    The reader knows everything up to `position` of `epoch`. `begun` is where the phonebook was when the reader's
    snapshot began: contacts that were deleted by then were never told to it.
    """

    epoch: str
    position: int
    begun: int = 0


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


def newest_token(phonebook: PhonebookRow) -> str:
    """The token of who knows everything about the phonebook as it was read."""
    return encode_token(phonebook.epoch, phonebook.position)


def encode_token(epoch: str, position: int, begun: int = 0) -> str:
    """The text of a token, in characters that need no escaping in a URL."""
    token = Token(epoch, position, begun if begun > position else 0)
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(token)).decode().rstrip("=")


def decode_token(text: str) -> Token | None:
    """What a token holds, None when it is none of ours."""
    if not text or len(text) > MAX_TOKEN:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        token = msgspec.msgpack.decode(base64.b64decode(padded, b"-_", validate=True), type=Token)
    except (UnicodeError, binascii.Error, msgspec.MsgspecError, RecursionError):
        return None
    return token if token.position >= 0 and token.begun >= 0 else None


async def changes_since(connection: AsyncConnection, phonebook: PhonebookRow, since: str, limit: int) -> ChangePage:
    """One page of what changed since the token `since`; its cost depends on the changes, not on the phonebook.

    `phonebook` must have been read in the same transaction. A token that is empty, unreadable, of another epoch, older
    than the horizon or from the future begins a snapshot. A page ends at `limit` contacts (at most MAX_PAGE) or before
    it would pass PAGE_BYTES, and always has at least one contact when there is one to tell.
    """
    token = _usable(decode_token(since), phonebook)
    snapshot = token is None
    if token is None:
        token = Token(phonebook.epoch, 0, phonebook.position)
    rows, more = await _rows_since(connection, phonebook.id, token, max(1, min(limit, MAX_PAGE)))
    last = rows[-1].position if rows else token.position
    reached = last if more else max(last, phonebook.position)
    return ChangePage(
        stored=tuple(store.read_row(row) for row in rows if row.deleted_at is None),
        removals=tuple(row.id for row in rows if row.deleted_at is not None),
        token=encode_token(phonebook.epoch, reached, token.begun),
        snapshot=snapshot,
        more=more,
    )


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
