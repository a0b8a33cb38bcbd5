"""Contacts from CSV files of Google, Outlook, spreadsheets and ourselves, and to CSV without losing anything."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from phonebook_core.contact import Contact, Email, PhoneNumber, find_problems, shown_name
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats import columns, table, text
from phonebook_core.formats.columns import Layout, Pair
from phonebook_core.formats.labels import usual_label
from phonebook_core.formats.reading import MAX_ROWS, Reading, Row, decode_meta
from phonebook_core.formats.table import Record

_DAMAGED_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_LIKE_A_NUMBER: Final = re.compile(r"[+*#(]*[0-9][0-9 ()/.\-*#+]*")
_SYSTEM_GROUPS: Final = frozenset({"mycontacts", "starred", "starredinandroid", "othercontacts"})


def read_csv(data: bytes, *, encoding: str | None = None, delimiter: str | None = None) -> Reading:
    """Read a CSV file: what is not given is found out. Every row that is not blank is one `Row`, good or with reasons.

    Raises `Invalid` when the file as a whole cannot be read: too large, not text, or no column with names or numbers.
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
    header = next(records, None)
    if header is None:
        raise Invalid("The file is empty. Choose a file with contacts.", code="empty")
    names = [table.unescape(cell).strip() for cell in header.cells]
    layout = columns.recognise(names)
    if not layout.has_name_or_number:
        beginning = [header, *itertools.islice(records, 50)]
        records = itertools.chain(beginning, records)
        layout, names = _without_header(beginning), ["Name", "Phone"]
    rows: list[Row] = []
    for record in records:
        if len(rows) == MAX_ROWS:
            raise Invalid(f"The file has more than {MAX_ROWS} rows. Split it into several files.", code="too_many_rows")
        rows.append(_row(record, layout, damaged=decoded.damaged, encoding=decoded.encoding))
    return Reading(
        format="csv",
        encoding=decoded.encoding,
        delimiter=delimiter,
        columns=tuple(names),
        ignored_columns=layout.ignored,
        rows=tuple(rows),
    )


def write_csv(contacts: Iterable[Contact]) -> bytes:
    """The contacts as CSV with every field but the id and E.164: `read_csv` gives back exactly the same.

    UTF-8 with byte order mark, so that Excel shows it right, and safe to open there: no cell is run as a formula.
    """
    kept = list(contacts)
    numbers = max((len(contact.numbers) for contact in kept), default=0) or 1
    emails = max((len(contact.emails) for contact in kept), default=0) or 1
    slots = [f"{kind} {n} - {part}" for kind, count in (("Number", numbers), ("Email", emails))
             for n in range(1, count + 1) for part in ("Label", "Value")]  # fmt: skip
    return table.write_table(
        itertools.chain(
            [[*columns.OWN_NAMES, *slots, *columns.OWN_ENDS]],
            (_cells(contact, numbers, emails) for contact in kept),
        )
    )


def write_rejected(reading: Reading, reasons: dict[int, str]) -> bytes:
    """The rows of a reading that begin on the lines of `reasons`, to be mended and read again.

    A CSV reading gives CSV with the reason in a last column, a vCard reading vCards.
    """
    rows = [row for row in reading.rows if row.line in reasons]
    if reading.format == "vcard":
        return "".join("".join(row.cells) + "\r\n" for row in rows).encode(errors="replace")
    width = max(len(reading.columns), *(len(row.cells) for row in rows)) if rows else len(reading.columns)
    header = [*reading.columns, *[""] * (width - len(reading.columns)), "Problem"]
    return table.write_table(
        itertools.chain(
            [header],
            ([*row.cells, *[""] * (width - len(row.cells)), reasons[row.line]] for row in rows),
        ),
        reading.delimiter,
    )


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
    meta = msgspec.json.encode(contact.meta).decode() if contact.meta else ""
    groups = ";".join(re.sub(r"([\\;])", r"\\\1", group) for group in contact.groups)
    return [*cells, groups, contact.note, meta, contact.external_id]


def _row(record: Record, layout: Layout, *, damaged: bool, encoding: str) -> Row:
    cells = tuple([table.unescape(cell) for cell in record.cells])
    problems: list[Problem] = [record.problem] if record.problem else []
    used = len(cells)
    while used and not cells[used - 1].strip():
        used -= 1
    if damaged and any("�" in cell for cell in cells):
        problems.append(
            Problem(
                code="unreadable",
                message=f"This row has characters that are not {encoding}. Choose another encoding, or mend the row.",
            )
        )
    if not problems and used > layout.width:
        problems.append(
            Problem(
                code="too_many_cells",
                message=f"This row has {used} cells under {layout.width} columns. "
                'Put quotation marks ("…") around text that holds the delimiter.',
            )
        )
    if problems:
        return Row(line=record.line, problems=tuple(problems), cells=cells[:used])
    contact, problem = _contact(cells, layout)
    problems = [problem] if problem else find_problems(contact)
    if problems:
        return Row(line=record.line, problems=tuple(problems), cells=cells[:used])
    return Row(line=record.line, contact=contact, warnings=tuple(_warnings(contact)), cells=cells[:used])


def _contact(cells: tuple[str, ...], layout: Layout) -> tuple[Contact, Problem | None]:
    count = len(cells)
    own = layout.own

    def cell(index: int) -> str:
        if index >= count:
            return ""
        return cells[index] if own else cells[index].strip()

    fields: dict[str, Any] = {}
    for field, index in layout.texts:
        if (value := cell(index)) and field not in fields:
            fields[field] = value
    if layout.middle and (middle := " ".join(filter(None, map(cell, layout.middle)))):
        fields["given_name"] = f"{fields.get('given_name', '')} {middle}".strip()
    if not own and "note" in fields:
        fields["note"] = fields["note"].replace("\r\n", "\n")
    numbers = [PhoneNumber(value=v, label=label) for v, label in _labelled(cell, layout.numbers, own)]
    emails = [Email(value=v, label=label) for v, label in _labelled(cell, layout.emails, own)]
    groups = [group for index in layout.groups for group in _groups(cell(index), own)]
    if not own:
        groups = list(dict.fromkeys(groups))
    contact = Contact(**fields, numbers=tuple(numbers), emails=tuple(emails), groups=tuple(groups))
    if not own and contact.display_name:
        plain = msgspec.structs.replace(contact, display_name="")
        if shown_name(plain) == contact.display_name and (contact.given_name or contact.family_name):
            contact = plain
    if layout.meta is not None and (written := cell(layout.meta)).strip():
        meta = decode_meta(written)
        if meta is None:
            return contact, Problem(
                field="meta", code="meta", message="The column Meta must hold a JSON object of objects, or nothing."
            )
        contact = msgspec.structs.replace(contact, meta=meta)
    return contact, None


def _labelled(cell: Any, pairs: tuple[Pair, ...], own: bool) -> Iterable[tuple[str, str]]:
    for pair in pairs:
        value = cell(pair.value)
        if not value.strip():
            continue
        if pair.label is None:
            yield value, pair.fixed
        elif own:
            yield value, cell(pair.label)
        else:
            label = usual_label(cell(pair.label))
            for part in value.split(" ::: "):
                if part.strip():
                    yield part.strip(), label


def _groups(written: str, own: bool) -> list[str]:
    if not written:
        return []
    if own:
        parts = re.findall(r"((?:[^\\;]|\\.)+|\\$)", written, re.DOTALL)
        return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts]
    groups = re.split(r":::" if ":::" in written else r"[;,]", written)
    return [name for name in (_group(group) for group in groups) if name]


def _group(written: str) -> str:
    written = written.strip()
    if not written.startswith("* "):
        return written
    name = written[2:].strip()  # Google marks its own groups so
    return "" if columns.normal(name) in _SYSTEM_GROUPS else name


def _warnings(contact: Contact) -> Iterable[Problem]:
    for index, number in enumerate(contact.numbers):
        if _DAMAGED_NUMBER.fullmatch(number.value.strip()):
            yield Problem(
                field=f"numbers.{index}.value",
                code="damaged_number",
                message=f"{number.value} looks like a number that a spreadsheet has rounded; its last digits are lost.",
            )
        elif "\n" in number.value or "\r" in number.value:
            yield Problem(
                field=f"numbers.{index}.value",
                code="line_break",
                message="This number has a line break in it; perhaps a quotation mark is missing in the file.",
            )
    if "\n" in (name := shown_name(contact)) or "\r" in name:
        yield Problem(
            field="display_name",
            code="line_break",
            message="This name has a line break in it; perhaps a quotation mark is missing in the file.",
        )


def _without_header(beginning: list[Record]) -> Layout:
    """Name and number side by side need no header, when that is plain; anything else is refused."""
    rows = [[cell.strip() for cell in record.cells] for record in beginning if record.problem is None]
    rows = [row + [""] * (2 - len(row)) for row in rows]
    if rows and all(len(row) == 2 and all(row) for row in rows):
        for number, name in ((1, 0), (0, 1)):
            if all(_LIKE_A_NUMBER.fullmatch(row[number]) and any(c.isalpha() for c in row[name]) for row in rows):
                return Layout(texts=(("display_name", name),), numbers=(Pair(number),), width=2)
    found = ", ".join(repr(cell[:30]) for cell in beginning[0].cells[:8] if cell.strip())
    raise Invalid(
        f"No column with names or numbers was recognised. The first line has: {found[:300]}. "
        "Give the file a first line with the names of the columns, as Name, Company, Phone, Mobile.",
        code="no_header",
    )
