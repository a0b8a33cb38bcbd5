"""Sync tokens: how far a reader has come, as a text that is opaque for everybody else.

There are two kinds. Of a phonebook that includes no other, a token has its epoch and a position. Of a merged book it
has a part per member, in rank order; see `docs/decisions/0014-sync-tokens-over-inclusions.md`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_server.inclusions.closure import Book, Member

MAX_TOKEN: Final = 4_096
"""Characters in the longest token that is looked at. One of 64 members has about 1,500."""
GONE: Final = 1
"""The filter mark of a member that has left: nothing of it comes along any more."""
_KEY_BYTES: Final = 6


class Token(Struct, frozen=True, array_like=True):
    """The token of a phonebook that includes no other.

    The reader knows everything up to `position` of `epoch`. `begun` is where the phonebook was when the reader's
    snapshot began: contacts that were deleted by then were never told to it.
    """

    epoch: str
    position: int
    begun: int = 0


class Part(Struct, frozen=True, array_like=True):
    """How far a reader has come with one member of a merged book.

    `key` stands for the member's id and epoch, `filter` for its filter (see `Member.filter_mark`). Contacts up to
    `position` were told. Until the end of the member is reached, `floor` is where the reader may have known it before:
    what contacts lost or became behind it may concern it. At rest both are the same. `whole`: the member is read from
    its start again, whatever the reader has of it.
    """

    key: bytes
    position: int
    filter: int = 0
    floor: int = 0
    whole: bool = False

    @property
    def told(self) -> int:
        """Up to where the reader knows of deleted contacts; when the horizon is higher it may have missed one."""
        return max(self.position, self.floor)


Parts = tuple[Part, ...]
"""The token of a merged book."""


def newest_token(epoch: str, position: int, members: Sequence[Member]) -> str:
    """The token of who knows everything; `members` of the merged book, if it is one."""
    if len(members) <= 1:
        return encode_token(epoch, position)
    return encode_parts([at_rest(member.book, member.filter_mark()) for member in members])


def at_rest(book: Book, mark: int) -> Part:
    """The part of who knows all of a member."""
    return Part(key_of(book), book.position, mark, book.position)


def key_of(book: Book) -> bytes:
    """What stands for a phonebook and its epoch in a token."""
    return hashlib.blake2b(f"{book.id}\0{book.epoch}".encode(), digest_size=_KEY_BYTES).digest()


def encode_token(epoch: str, position: int, begun: int = 0) -> str:
    """The text of a token, in characters that need no escaping in a URL."""
    return _armour(Token(epoch, position, begun if begun > position else 0))


def encode_parts(parts: Sequence[Part]) -> str:
    """The text of a merged book's token; short for members at rest."""
    return _armour([_shortened(part) for part in parts])


def decode_token(text: str) -> Token | Parts | None:
    """What a token holds, None when it is none of ours."""
    if not text or len(text) > MAX_TOKEN:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        held = base64.b64decode(padded, b"-_", validate=True)
        return _decode_single(held) or _decode_parts(held)
    except (UnicodeError, binascii.Error, msgspec.MsgspecError, RecursionError):
        return None


def _decode_single(held: bytes) -> Token | None:
    try:
        token = msgspec.msgpack.decode(held, type=Token)
    except msgspec.ValidationError:
        return None
    return token if token.position >= 0 and token.begun >= 0 else None


def _decode_parts(held: bytes) -> Parts | None:
    parts = tuple(_lengthened(part) for part in msgspec.msgpack.decode(held, type=list[_Short]))
    keys = {part.key for part in parts}
    sound = all(part.position >= 0 and part.floor >= 0 for part in parts)
    return parts if parts and sound and len(keys) == len(parts) else None


class _Short(Struct, frozen=True, array_like=True):
    """A part without what goes without saying; `floor` counts from the position."""

    key: bytes
    position: int
    filter: int = 0
    floor: int = 0
    whole: bool = False


def _shortened(part: Part) -> tuple[Any, ...]:
    values: tuple[Any, ...] = (part.key, part.position, part.filter, part.floor - part.position, part.whole)
    while not values[-1] and len(values) > 2:
        values = values[:-1]
    return values


def _lengthened(short: _Short) -> Part:
    return Part(short.key, short.position, short.filter, short.position + short.floor, short.whole)


def _armour(token: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(token)).decode().rstrip("=")
