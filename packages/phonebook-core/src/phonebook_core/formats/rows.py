"""Rows of a table, from CSV or a workbook, as contacts: by its header, by its content, or as a person says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact, Email, PhoneNumber, find_problems, shown_name
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats import columns, mapping, sniffing
from phonebook_core.formats.labels import usual_label
from phonebook_core.formats.mapping import MAX_COLUMNS, Column, ColumnMapping, Layout, Pair
from phonebook_core.formats.reading import MAX_ROWS, Reading, Row, decode_meta, too_many_rows
from phonebook_core.formats.table import Record

_SYSTEM_GROUPS: Final = frozenset({"mycontacts", "starred", "starredinandroid", "othercontacts"})
_NAMES: Final = {"number": "Phone", "email": "Email", "label": "Label", "meta": "Meta"}


class Table(Struct, frozen=True, kw_only=True):
    """A file of columns, taken apart but not yet read: what a person sees to say which column holds what.

    `columns` are the headers, made up when `has_header` is false. `guess` is the mapping that is used unless another
    is given; it may be too little to read by (see `mapping.is_enough`). `records` come without the header.
    """

    format: Literal["csv", "xlsx"]
    encoding: str
    delimiter: str = ""
    sheet: str = ""
    damaged: bool = False
    has_header: bool
    columns: tuple[str, ...]
    guess: ColumnMapping
    records: list[Record]

    @property
    def header_key(self) -> str:
        """The name under which a mapping for these headers is remembered; empty when the file has none."""
        return mapping.header_key(self.columns) if self.has_header else ""


def lay_out(
    records: Iterable[Record],
    *,
    format: Literal["csv", "xlsx"],
    encoding: str,
    delimiter: str = "",
    sheet: str = "",
    damaged: bool = False,
    has_header: bool | None = None,
) -> Table:
    """The records as a table; whether the first is a header is found out when it is not said.

    Raises `Invalid` when there is no record, or too many of them or of columns.
    """
    kept = list(islice(records, MAX_ROWS + 2))
    if not kept:
        raise Invalid("The file is empty. Choose a file with contacts.", code="empty")
    first = [cell.strip() for cell in kept[0].cells]
    if len(first) > MAX_COLUMNS:
        raise Invalid(
            f"The file has {len(first)} columns; at most {MAX_COLUMNS} can be read. Take away those that hold nothing, "
            "or choose another delimiter.",
            code="too_many_columns",
        )
    sample = [record.cells for record in kept[: sniffing.SAMPLE] if record.problem is None]
    if has_header is None:
        has_header = not sniffing.looks_like_data(first) and (columns.is_header(first) or all(first))
    if has_header:
        headers, guess = first, sniffing.complete(columns.guess(first), sample[1:])
        kept = kept[1:]
    else:
        guess = sniffing.guess([cells[:MAX_COLUMNS] for cells in sample], (), short_numbers=True)
        headers = [_made_up(column, index) for index, column in enumerate(guess.columns)]
        named = zip(guess.columns, headers, strict=True)
        guess = ColumnMapping(columns=tuple(msgspec.structs.replace(c, header=header) for c, header in named))
    if len(kept) > MAX_ROWS:
        raise too_many_rows()
    return Table(
        format=format,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        damaged=damaged,
        has_header=has_header,
        columns=tuple(headers),
        guess=guess,
        records=kept,
    )


def read_table(table: Table, chosen: ColumnMapping | None = None) -> Reading:
    """The contacts of a table, by the chosen mapping or else the guessed one.

    A chosen mapping is fitted to the headers of the table, so one remembered for another order of columns will do.
    Raises `Invalid` with every problem of the chosen mapping, or when nothing is guessed and nothing chosen.
    """
    if chosen is None:
        if not mapping.is_enough(table.guess):
            raise _nothing_recognised(table)
        used = table.guess
    else:
        if problems := mapping.find_mapping_problems(chosen, max(len(table.columns), len(chosen.columns))):
            raise Invalid(problems)
        named = table.has_header and any(column.header for column in chosen.columns)
        used = mapping.fit(chosen, table.columns) if named else chosen
        if problems := mapping.find_mapping_problems(used, len(table.columns)):
            raise Invalid(problems)
    own = table.has_header and columns.is_own(table.columns) and used == columns.guess(table.columns)
    reader = _Reader(table, mapping.layout_of(used), own=own)
    return Reading(
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        has_header=table.has_header,
        columns=table.columns,
        mapping=used,
        header_key=table.header_key,
        ignored_columns=mapping.ignored(used, table.columns),
        rows=tuple([reader.read(record) for record in table.records]),
        counted_in="line" if table.format == "csv" else "row",
    )


class _Reader:
    """Makes rows of records. `own` is our own export, which is read to the letter."""

    def __init__(self, table: Table, layout: Layout, *, own: bool) -> None:
        self._damaged, self._encoding = table.damaged, table.encoding
        self._width = len(table.columns)
        self._layout, self._own = layout, own

    def read(self, record: Record) -> Row:
        cells = record.cells
        problems: list[Problem] = [record.problem] if record.problem else []
        used = len(cells)
        while used and not cells[used - 1].strip():
            used -= 1
        kept = tuple(cells[:used])
        if self._damaged and any("�" in cell for cell in kept):
            problems.append(
                Problem(
                    code="unreadable",
                    message=f"This row has characters that are not {self._encoding}. "
                    "Choose another encoding, or mend the row.",
                )
            )
        if not problems and used > self._width:
            problems.append(
                Problem(
                    code="too_many_cells",
                    message=f"This row has {used} cells under {self._width} columns. "
                    'Put quotation marks ("…") around text that holds the delimiter.',
                )
            )
        if problems:
            return Row(line=record.line, problems=tuple(problems), cells=kept)
        contact, problem = _contact(cells, self._layout, self._own)
        problems = [problem] if problem else find_problems(contact)
        if problems:
            return Row(line=record.line, problems=tuple(problems), cells=kept)
        return Row(line=record.line, contact=contact, warnings=tuple(_warnings(contact)), cells=kept)


def _contact(cells: list[str], layout: Layout, own: bool) -> tuple[Contact, Problem | None]:
    count = len(cells)

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
    return "" if mapping.normal(name) in _SYSTEM_GROUPS else name


def _warnings(contact: Contact) -> Iterable[Problem]:
    texts = [("display_name", "name", shown_name(contact))]
    texts += [(f"numbers.{index}.value", "number", number.value) for index, number in enumerate(contact.numbers)]
    for field, what, value in texts:
        if "\n" in value or "\r" in value:
            message = f"This {what} has a line break in it; perhaps a quotation mark is missing in the file."
            yield Problem(field=field, code="line_break", message=message)


def _made_up(column: Column, index: int) -> str:
    """A header for a column that has none, by which mended rows are recognised; the field says what it holds."""
    if column.field == mapping.IGNORE:
        return f"Column {index + 1}"
    return _NAMES.get(column.field) or column.field.replace("_", " ").title()


def _nothing_recognised(table: Table) -> Invalid:
    cells: Sequence[str] = table.columns if table.has_header or not table.records else table.records[0].cells
    found = ", ".join(repr(cell[:30]) for cell in cells[:8] if cell.strip())
    return Invalid(
        f"No column with names or numbers was recognised. The first line has: {found[:300]}. "
        "Give the file a first line with the names of the columns, as Name, Company, Phone, Mobile, "
        "or say which column holds what.",
        code="no_header",
    )
