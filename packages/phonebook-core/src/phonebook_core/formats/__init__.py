"""Contact files: CSV and vCard, read from whatever program wrote them and written without losing anything."""

from __future__ import annotations

from phonebook_core.formats import text
from phonebook_core.formats.csv import read_csv, write_csv, write_rejected
from phonebook_core.formats.reading import MAX_BYTES, MAX_ROWS, Reading, Row
from phonebook_core.formats.text import ENCODINGS
from phonebook_core.formats.vcard import read_vcard, write_vcard

__all__ = [
    "ENCODINGS",
    "MAX_BYTES",
    "MAX_ROWS",
    "Reading",
    "Row",
    "read",
    "read_csv",
    "read_vcard",
    "write_csv",
    "write_rejected",
    "write_vcard",
]


def read(data: bytes, *, filename: str = "", encoding: str | None = None, delimiter: str | None = None) -> Reading:
    """Read a contact file, CSV or vCard by what it holds; the name decides only when the content does not.

    Raises `Invalid` when the file as a whole cannot be read. Bad rows are in the reading, with reasons.
    """
    text.check_is_text_file(data)
    beginning = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:11].upper()
    if beginning == b"BEGIN:VCARD" or filename.lower().endswith((".vcf", ".vcard")):
        return read_vcard(data, encoding=encoding)
    return read_csv(data, encoding=encoding, delimiter=delimiter)
