"""Lists come a page at a time: `?cursor=&limit=` in, `{"items", "next_cursor"}` out."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

import msgspec
from litestar.params import QueryParameter

from phonebook_core.errors import Invalid

MAX_LIMIT: Final = 200
DEFAULT_LIMIT: Final = 50

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many items at most.")]


def encode_cursor(*after: str) -> str:
    """The opaque text for the place after the item with these sort values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(after)).decode().rstrip("=")


def decode_cursor(cursor: str | None, size: int) -> tuple[str, ...]:
    """The sort values in a cursor; empty texts, which come before everything, when there is none. Raises Invalid."""
    if not cursor:
        return ("",) * size
    try:
        values = msgspec.json.decode(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True), type=tuple[str, ...]
        )
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        values = ()
    if len(values) != size:
        raise _unreadable()
    return values


def fold_ascii(text: str) -> str:
    """The text as SQLite's `lower` has it: only ASCII letters are made small. For cursors of lists by name."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def read_number(text: str) -> int:
    """A whole number in a cursor. Raises Invalid when it is none of ours."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise _unreadable()
    return int(text)


def _unreadable() -> Invalid:
    return Invalid(
        "This cursor cannot be read. Take the `next_cursor` of the page before, or leave it out to begin anew.",
        field="cursor",
    )
