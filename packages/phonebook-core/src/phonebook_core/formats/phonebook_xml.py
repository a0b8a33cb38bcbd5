"""Phonebooks in the XML of telephones, recognised by their root element. Each dialect has a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact, find_problems
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats import directory_entries, fritzbox, grandstream, snom, xml, yealink
from phonebook_core.formats.reading import MAX_ROWS, Reading, Row, too_many_rows
from phonebook_core.formats.table import MAX_CELL
from phonebook_core.formats.xml import Element

_MAX_IN_ENTRY: Final = 2_000
_MAX_BESIDE: Final = 10_000
_MAX_IGNORED: Final = 100


class Dialect(Struct, frozen=True, kw_only=True):
    """How one kind of phonebook is read.

    `recognises` answers for the name of the root element, `entries` are the elements that are contacts; `read` makes
    a contact of one, given the elements around it from the root on. `read_names` are the elements whose text is read.
    `name_groups` (optional) says from what stands beside the entries what the groups are called.
    """

    label: str
    recognises: Callable[[str], bool]
    entries: frozenset[str]
    read: Callable[[Element, Sequence[Element]], Contact]
    read_names: frozenset[str]
    name_groups: Callable[[Element], dict[str, str]] | None = None


DIALECTS: Final = (
    Dialect(
        label=grandstream.LABEL,
        recognises=grandstream.ROOTS.__contains__,
        entries=grandstream.ENTRIES,
        read=grandstream.read,
        read_names=grandstream.READ,
        name_groups=grandstream.name_groups,
    ),
    Dialect(
        label=fritzbox.LABEL,
        recognises=fritzbox.ROOTS.__contains__,
        entries=fritzbox.ENTRIES,
        read=fritzbox.read,
        read_names=fritzbox.READ,
    ),
    Dialect(
        label=snom.LABEL,
        recognises=snom.ROOTS.__contains__,
        entries=snom.ENTRIES,
        read=snom.read,
        read_names=snom.READ,
    ),
    Dialect(
        label=yealink.LABEL,
        recognises=yealink.ROOTS.__contains__,
        entries=yealink.ENTRIES,
        read=yealink.read,
        read_names=yealink.READ,
    ),
    Dialect(
        label="",
        recognises=directory_entries.is_root,
        entries=directory_entries.ENTRIES,
        read=directory_entries.read,
        read_names=directory_entries.READ,
    ),
)
"""The last one takes what many brands share; its label is what stands before `IPPhoneDirectory`."""


def read_xml(data: bytes, *, encoding: str | None = None) -> Reading:
    """Read a phonebook of a telephone. Every entry is one `Row`, counted from 1, good or with reasons.

    Raises `Invalid` when the file as a whole cannot be read: too large, no XML, with a document type, of a kind that
    is not known here, or a menu that only points to phonebooks.
    """
    source, detected = xml.to_utf8(data, encoding)
    reader = _Reader(source)
    xml.feed(reader.parser, source)
    assert reader.dialect is not None
    rows = reader.rows
    if reader.dialect.name_groups is not None:
        names = reader.dialect.name_groups(reader.root)
        rows = [_with_names(row, names) for row in rows]
    return Reading(
        format="xml",
        encoding=detected,
        dialect=reader.dialect.label or directory_entries.label_of(reader.root.name),
        columns=(reader.root.name,),
        ignored_columns=tuple(sorted(reader.ignored)),
        rows=tuple(rows),
        counted_in="contact",
    )


class _Reader:
    """Keeps the elements that are open, and makes a row of each entry that ends."""

    def __init__(self, source: bytes) -> None:
        self.dialect: Dialect | None = None
        self.root = Element("", {})
        self.rows: list[Row] = []
        self.ignored: set[str] = set()
        self.parser = xml.open_xml(self._start, self._end, self._characters)
        self._source = source
        self._open: list[Element] = []
        self._entry_depth = 0
        self._entry_begin = 0
        self._in_entry = self._beside = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        if not self._open:
            self.dialect = _dialect_of(name)
            self.root = element
        elif not self._entry_depth and self.dialect is not None and name in self.dialect.entries:
            self._entry_depth = len(self._open)
            self._entry_begin = self.parser.CurrentByteIndex
            self._in_entry = 0
        elif self._entry_depth:
            self._in_entry += 1
            if self._in_entry <= _MAX_IN_ENTRY:
                self._open[-1].children.append(element)
        else:
            self._beside += 1
            if self._beside <= _MAX_BESIDE:
                self._open[-1].children.append(element)
        self._open.append(element)

    def _characters(self, text: str) -> None:
        if self._open and len(self._open[-1].text) < MAX_CELL:
            self._open[-1].text += text[:MAX_CELL]

    def _end(self, name: str) -> None:
        element = self._open.pop()
        if self._entry_depth and len(self._open) == self._entry_depth:
            self._entry_depth = 0
            self._add(element)
        elif self._entry_depth and len(self.ignored) < _MAX_IGNORED and element.text.strip():
            assert self.dialect is not None
            if name not in self.dialect.read_names:
                self.ignored.add(name[:80])

    def _add(self, entry: Element) -> None:
        assert self.dialect is not None
        if len(self.rows) == MAX_ROWS:
            raise too_many_rows("contacts")
        contact = None
        if self._in_entry > _MAX_IN_ENTRY:
            message = f"This entry has more than {_MAX_IN_ENTRY} elements. Split it into several."
            problems = [Problem(code="too_many", message=message)]
        else:
            contact = self.dialect.read(entry, self._open)
            problems = find_problems(contact)
        line = len(self.rows) + 1
        if problems:
            source = xml.source_of(self._source, self._entry_begin, self.parser.CurrentByteIndex)
            self.rows.append(Row(line=line, problems=tuple(problems), cells=(source,)))
        else:
            self.rows.append(Row(line=line, contact=contact))


def _dialect_of(root: str) -> Dialect:
    for dialect in DIALECTS:
        if dialect.recognises(root):
            return dialect
    if root.endswith("IPPhoneMenu"):
        raise Invalid(
            "This file is a menu that points to phonebooks. Fetch the addresses in it, and import those.",
            code="menu",
        )
    raise Invalid(
        f"XML that begins with <{root[:60]}> is no phonebook that is known here. Export it as CSV or vCard.",
        code="unknown_xml",
    )


def _with_names(row: Row, names: dict[str, str]) -> Row:
    if row.contact is None or not row.contact.groups:
        return row
    groups = dict.fromkeys(names[group] for group in row.contact.groups if group in names)
    return msgspec.structs.replace(row, contact=msgspec.structs.replace(row.contact, groups=tuple(groups)))
