"""What reading a contact file yields: one row per contact of the file, good or bad, and nothing lost on the way."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from phonebook_core.contact import MAX_META_BYTES, Contact, Meta
from phonebook_core.errors import Problem

MAX_BYTES: Final = 10 * 1024 * 1024
"""Bytes of a file to read."""
MAX_ROWS: Final = 100_000
"""Contacts in a file to read."""
MAX_META_DEPTH: Final = 32
"""Levels of nesting in `meta` from a file."""


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One contact of a file, as far as it could be read.

    `line` is the line of the file, from 1, on which it begins. `contact` is None when the row cannot become a contact;
    then `problems` says why. `warnings` are for a person to look at; the contact is good all the same.
    `cells` is what stood there (the cells of a CSV row without empty ones at its end, the text of a vCard), so that a
    rejected row can be shown, mended and read again.
    """

    line: int
    contact: Contact | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    cells: tuple[str, ...] = ()


class Reading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contact file, read. Every contact of the file is one of `rows`, in the order of the file.

    `columns` is the header of a CSV file; `ignored_columns` are those columns (of a vCard: properties) that hold
    nothing this product keeps.
    """

    format: Literal["csv", "vcard"]
    encoding: str
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def decode_meta(text: str) -> Meta | None:
    """The `meta` of a contact from its JSON, or None when it is not an object of objects, or too large or deep."""
    if len(text) > MAX_META_BYTES:
        return None
    try:
        meta = msgspec.json.decode(text.encode(), type=dict[str, dict[str, Any]])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return meta if _depth_at_most(meta, MAX_META_DEPTH) else None


def _depth_at_most(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for parent in level
            if isinstance(parent, (dict, list))
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return True
    return False
