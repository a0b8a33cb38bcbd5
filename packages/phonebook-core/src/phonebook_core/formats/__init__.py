"""Contact files: read from whatever program wrote them, and written without losing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from phonebook_core.contact import Contact
from phonebook_core.formats import text, xlsx
from phonebook_core.formats.csv import open_csv, read_csv, write_csv
from phonebook_core.formats.json import read_json, write_json
from phonebook_core.formats.mapping import Column, ColumnMapping, find_mapping_problems, fit, header_key, is_enough
from phonebook_core.formats.phonebook_xml import read_xml
from phonebook_core.formats.reading import MAX_BYTES, MAX_ROWS, Reading, Row
from phonebook_core.formats.rejected import write_rejected
from phonebook_core.formats.rows import Table, read_table
from phonebook_core.formats.text import ENCODINGS
from phonebook_core.formats.vcard import read_vcard, write_vcard
from phonebook_core.formats.xlsx import open_xlsx, read_xlsx, write_xlsx

__all__ = [
    "ENCODINGS",
    "MAX_BYTES",
    "MAX_ROWS",
    "WRITERS",
    "Column",
    "ColumnMapping",
    "Reading",
    "Row",
    "Table",
    "find_mapping_problems",
    "fit",
    "header_key",
    "is_enough",
    "open_csv",
    "open_table",
    "open_xlsx",
    "read",
    "read_csv",
    "read_json",
    "read_table",
    "read_vcard",
    "read_xlsx",
    "read_xml",
    "write_csv",
    "write_json",
    "write_rejected",
    "write_vcard",
    "write_xlsx",
]

WRITERS: Final[Mapping[str, tuple[Callable[[Iterable[Contact]], bytes], str, str]]] = {
    "csv": (write_csv, "csv", "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "vcard3": (partial(write_vcard, version="3.0"), "vcf", "text/vcard; charset=utf-8"),
    "vcard4": (partial(write_vcard, version="4.0"), "vcf", "text/vcard; charset=utf-8"),
    "json": (write_json, "json", "application/json"),
}
"""The formats of an export: what writes it, what its name ends in, its media type."""


def open_table(
    data: bytes,
    *,
    filename: str = "",
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    has_header: bool | None = None,
) -> Table | None:
    """A file of columns (CSV, XLSX) taken apart, so that a person can say which column holds what; None for others.

    Raises `Invalid` when the file as a whole cannot be read.
    """
    format = _format_of(data, filename)
    if format == "xlsx":
        return open_xlsx(data, sheet=sheet, has_header=has_header)
    if format == "csv":
        return open_csv(data, encoding=encoding, delimiter=delimiter, has_header=has_header)
    return None


def read(
    data: bytes,
    *,
    filename: str = "",
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    has_header: bool | None = None,
    mapping: ColumnMapping | None = None,
) -> Reading:
    """Read a contact file of any kind, by what it holds; the name decides only when the content does not.

    What is given overrides what would be detected; what a format does not have (a delimiter, a mapping) is ignored.
    Raises `Invalid` when the file as a whole cannot be read, or the mapping does not fit. Bad rows are in the reading,
    with reasons.
    """
    format = _format_of(data, filename)
    if format == "vcard":
        return read_vcard(data, encoding=encoding)
    if format == "json":
        return read_json(data, encoding=encoding)
    if format == "xml":
        return read_xml(data, encoding=encoding)
    if format == "xlsx":
        return read_xlsx(data, sheet=sheet, has_header=has_header, mapping=mapping)
    return read_csv(data, encoding=encoding, delimiter=delimiter, has_header=has_header, mapping=mapping)


def _format_of(data: bytes, filename: str) -> str:
    if data.startswith(xlsx.MAGIC):
        return "xlsx"
    text.check_is_text_file(data)
    name = filename.lower()
    beginning = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:64].upper()
    if beginning.startswith(b"BEGIN:VCARD") or name.endswith((".vcf", ".vcard")):
        return "vcard"
    if beginning.startswith(b"<") or name.endswith(".xml"):
        return "xml"
    if beginning.startswith((b"[", b"{")) or name.endswith(".json"):
        return "json"
    return "csv"
