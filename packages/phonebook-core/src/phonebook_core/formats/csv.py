"""Contacts from CSV files of whatever program, and to CSV without losing anything."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import Invalid
from phonebook_core.formats import columns, table, text
from phonebook_core.formats.mapping import ColumnMapping
from phonebook_core.formats.reading import Reading
from phonebook_core.formats.rows import Table, lay_out, read_table
from phonebook_core.formats.table import Record


def open_csv(
    data: bytes, *, encoding: str | None = None, delimiter: str | None = None, has_header: bool | None = None
) -> Table:
    """Take a CSV file apart; what is not given is found out.

    Raises `Invalid` when the file as a whole cannot be read: too large, not text, nothing in it.
    """
    decoded = text.decode(data, encoding)
    start, first_line = 0, 1
    if declared := table.declared_delimiter(decoded.text):
        start, first_line = declared[1], 2
    if delimiter is None:
        delimiter = declared[0] if declared else table.detect_delimiter(decoded.text, columns.count_known, start=start)
    elif len(delimiter) != 1 or delimiter in '"\r\n':
        raise Invalid("The delimiter is one character, as , or ; or a tab.", field="delimiter", code="delimiter")
    records = table.records(decoded.text, delimiter, start=start, line=first_line)
    return lay_out(
        map(_unescaped, records),
        format="csv",
        encoding=decoded.encoding,
        delimiter=delimiter,
        damaged=decoded.damaged,
        has_header=has_header,
    )


def read_csv(
    data: bytes,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    has_header: bool | None = None,
    mapping: ColumnMapping | None = None,
) -> Reading:
    """Read a CSV file: what is not given is found out. Every row that is not blank is one `Row`, good or with reasons.

    Raises `Invalid` when the file as a whole cannot be read: too large, not text, or no column with names or numbers.
    """
    return read_table(open_csv(data, encoding=encoding, delimiter=delimiter, has_header=has_header), mapping)


def write_csv(contacts: Iterable[Contact]) -> bytes:
    """The contacts as CSV with every field but the id and E.164: `read_csv` gives back exactly the same.

    UTF-8 with byte order mark, so that Excel shows it right, and safe to open there: no cell is run as a formula.
    """
    return table.write_table(own_rows(contacts))


def own_rows(contacts: Iterable[Contact]) -> Iterator[list[str]]:
    """The rows of our own tables, the header first. The bytes of the same contacts are the same at any time."""
    kept = list(contacts)
    numbers = max((len(contact.numbers) for contact in kept), default=0) or 1
    emails = max((len(contact.emails) for contact in kept), default=0) or 1
    slots = [f"{kind} {n} - {part}" for kind, count in (("Number", numbers), ("Email", emails))
             for n in range(1, count + 1) for part in ("Label", "Value")]  # fmt: skip
    header = [[*columns.OWN_NAMES, *slots, *columns.OWN_ENDS]]
    return itertools.chain(header, (_cells(contact, numbers, emails) for contact in kept))


def _cells(contact: Contact, numbers: int, emails: int) -> list[str]:
    cells = [contact.display_name, contact.given_name, contact.family_name]
    cells += [contact.organization, contact.department, contact.title]
    labelled: tuple[tuple[Sequence[PhoneNumber | Email], int], ...] = (
        (contact.numbers, numbers),
        (contact.emails, emails),
    )
    for items, count in labelled:
        for item in items:
            cells += [item.label, item.value]
        cells += ["", ""] * (count - len(items))
    meta = msgspec.json.encode(contact.meta, order="deterministic").decode() if contact.meta else ""
    groups = ";".join(re.sub(r"([\\;])", r"\\\1", group) for group in contact.groups)
    return [*cells, groups, contact.note, meta, contact.external_id]


def _unescaped(record: Record) -> Record:
    cells = [table.unescape(cell) if cell[:1] == "'" else cell for cell in record.cells]
    return Record(record.line, cells, record.problem)
