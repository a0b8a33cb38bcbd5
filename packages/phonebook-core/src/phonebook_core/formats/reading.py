"""What reading a contact file yields: one row per contact of the file, good or bad, and nothing lost on the way."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from phonebook_core.contact import MAX_META_BYTES, MAX_META_DEPTH, Contact, Meta, find_meta_problems
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats.mapping import ColumnMapping

__all__ = ["MAX_BYTES", "MAX_META_DEPTH", "MAX_ROWS", "Format", "Reading", "Row", "decode_meta", "too_many_rows"]

MAX_BYTES: Final = 10 * 1024 * 1024
"""Bytes of a file to read."""
MAX_ROWS: Final = 100_000
"""Contacts in a file to read."""

Format = Literal["csv", "xlsx", "vcard", "json", "xml"]


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One contact of a file, as far as it could be read.

    `line` is where it stands, from 1: the line on which it begins, or what `Reading.counted_in` says instead.
    `contact` is None when the row cannot become a contact; then `problems` says why. `warnings` are for a person to
    look at; the contact is good all the same. `cells` is what stood there (the cells of a table row without empty ones
    at its end; the text of a vCard, JSON object or XML element), so that a rejected row can be shown, mended and read
    again.
    """

    line: int
    contact: Contact | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    cells: tuple[str, ...] = ()


class Reading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contact file, read, and how: everything detected can be given to `formats.read` to have it otherwise.

    Every contact of the file is one of `rows`, in the order of the file. `columns` is the header of a table (CSV,
    XLSX), with names made up where it has none (`has_header` is false), and of XML the root element; `mapping` is how
    its columns were read, and `header_key` the name to remember that under. `ignored_columns` are the columns,
    properties or elements that hold nothing this product keeps. `dialect` says whose XML it is, `sheet` which sheet of
    a workbook was read.
    """

    format: Format
    encoding: str
    delimiter: str = ""
    sheet: str = ""
    dialect: str = ""
    has_header: bool = True
    columns: tuple[str, ...] = ()
    mapping: ColumnMapping | None = None
    header_key: str = ""
    ignored_columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    counted_in: Literal["line", "row", "contact"] = "line"


def too_many_rows(what: str = "rows") -> Invalid:
    """The refusal of a file with more than `MAX_ROWS` contacts."""
    return Invalid(f"The file has more than {MAX_ROWS} {what}. Split it into several files.", code="too_many_rows")


def decode_meta(text: str) -> Meta | None:
    """The `meta` of a contact from its JSON, or None when it is not an object of objects, or cannot be stored."""
    if len(text) > MAX_META_BYTES:
        return None
    try:
        meta = msgspec.json.decode(text.encode(), type=dict[str, dict[str, Any]])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return None if find_meta_problems(meta) else meta
