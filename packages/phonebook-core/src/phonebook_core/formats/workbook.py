"""The parts of an Excel workbook (ECMA-376): sheets, shared strings, number formats, and cells as text.

Read here and not by a library, as none does it both quickly and within bounds: openpyxl takes 3 s for 10,000 rows,
and calamine reserves memory for every cell that a sheet pretends to have.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final

from msgspec import Struct

from phonebook_core.errors import Invalid
from phonebook_core.formats import table, xml
from phonebook_core.formats.archive import Archive
from phonebook_core.formats.mapping import MAX_COLUMNS
from phonebook_core.formats.reading import MAX_ROWS, too_many_rows
from phonebook_core.formats.table import MAX_CELL, Record
from phonebook_core.formats.xml import Element

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_DATES: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NOT_IN_FORMATS: Final = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.")
_PADDED: Final = re.compile(r"(?:\"?(\+?)\"?|\\(\+))(0{2,15}|0|#)")
_ESCAPE: Final = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
_EXACT: Final = 10**15


class Sheet(Struct, frozen=True):
    """A sheet that people see, and the file it is in."""

    name: str
    file: str


class NumberFormat(Struct, frozen=True):
    """How a number is shown, as far as it changes what is read: not at all if it is a date; filled up with zeros."""

    is_date: bool = False
    prefix: str = ""
    digits: int = 0


_PLAIN: Final = NumberFormat()


class Workbook:
    """A workbook, opened. Raises `Invalid` when it is none, or when something in it is broken or beyond all bounds."""

    def __init__(self, data: bytes) -> None:
        self._archive = Archive(data)
        book = self._archive.read(_WORKBOOK)
        if book is None:
            raise Invalid(
                "This archive holds no Excel workbook (.xlsx). Save the contacts as .xlsx, CSV or vCard.",
                code="not_a_workbook",
            )
        targets = {
            relation.attributes.get("Id", ""): _path(relation.attributes.get("Target", ""))
            for relation in _tree(self._archive.read(_RELATIONS) or b"<none/>").children
        }
        listed = [sheet for sheets in _tree(book).all("sheets") for sheet in sheets.all("sheet")]
        self.sheets = [
            Sheet(sheet.attributes.get("name", ""), targets.get(sheet.attributes.get("r:id", ""), ""))
            for sheet in listed
            if sheet.attributes.get("state", "visible") == "visible"
        ]
        self._strings: list[str] | None = None
        self._formats: list[NumberFormat] | None = None

    def records(self, sheet: Sheet) -> list[Record]:
        """The rows of a sheet that hold something, by their number, cells as text: what a formula gave, no dates."""
        data = self._archive.read(sheet.file)
        if data is None:
            return []
        if self._strings is None:
            self._strings = _shared_strings(self._archive.read(_STRINGS))
        if self._formats is None:
            self._formats = _number_formats(self._archive.read(_STYLES))
        reader = _Cells(self._strings, self._formats)
        parser = xml.open_xml(reader.start, reader.end, reader.characters)
        xml.feed(parser, xml.to_utf8(data)[0])
        return reader.records


class _Cells:
    """Takes what a sheet consists of, gives records. Gaps cost nothing, whatever numbers rows and cells have."""

    def __init__(self, strings: Sequence[str], formats: Sequence[NumberFormat]) -> None:
        self.records: list[Record] = []
        self._strings, self._formats = strings, formats
        self._row = self._column = 0
        self._cells: list[str] = []
        self._type = self._style = ""
        self._text: list[str] = []
        self._taking = self._phonetic = False
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._column = self._place(attributes.get("r", ""))
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._text = []
        elif name in ("v", "t"):
            self._taking = not self._phonetic
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self._row + 1
            self._cells, self._column = [], -1
        elif name == "rPh":
            self._phonetic = True

    def characters(self, text: str) -> None:
        if self._taking:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._taking = False
        elif name == "c":
            if self._text and (value := self._value("".join(self._text))):
                gap = self._column - len(self._cells)
                if gap > 0:
                    self._cells.extend([""] * gap)
                if gap >= 0:
                    self._cells.append(value)
                else:
                    self._cells[self._column] = value
        elif name == "row":
            self._add()
        elif name == "rPh":
            self._phonetic = False

    def _add(self) -> None:
        if any(cell and not cell.isspace() for cell in self._cells):
            if len(self.records) > MAX_ROWS:
                raise too_many_rows()
            too_long = max(map(len, self._cells)) > MAX_CELL
            self.records.append(Record(self._row, self._cells, table.CELL_TOO_LONG if too_long else None))

    def _place(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if not letters:
            place = self._column + 1
        elif (known := self._columns.get(letters)) is not None:
            return known
        else:
            place = 0
            for letter in letters[:8]:
                place = place * 26 + ord(letter.upper()) - 64
            place -= 1
            self._columns[letters] = place
        if not 0 <= place < MAX_COLUMNS:
            raise Invalid(
                f"The sheet has something in column {reference[:20] or place + 1}; at most {MAX_COLUMNS} columns can "
                "be read. Take away what is far to the right.",
                code="too_many_columns",
            )
        return place

    def _value(self, text: str) -> str:
        match self._type:
            case "s":
                index = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
                return self._strings[index] if 0 <= index < len(self._strings) else ""
            case "inlineStr" | "str":
                return unescape(text)
            case "b":
                return "TRUE" if text == "1" else "FALSE"
            case "n":
                style = self._style
                index = int(style) if style.isascii() and style.isdigit() and len(style) < 6 else 0
                return as_digits(text, self._formats[index] if index < len(self._formats) else _PLAIN)
            case _:
                return ""  # a date, or an error of a formula


def as_digits(text: str, format: NumberFormat = _PLAIN) -> str:
    """A stored number as somebody typed it: `4917112345678.0` and `4.917112345678E12` are whole, and shown so.

    A number that lost digits when it was stored stays as it is, so that it can be pointed out.
    """
    if format.is_date:
        return ""
    try:
        value = float(text)
    except ValueError:
        return ""
    if not isfinite(value):
        return ""
    if not value.is_integer() or abs(value) >= _EXACT:
        return text.strip()
    return format.prefix + f"{int(value):0{format.digits}d}" if value >= 0 else str(int(value))


def unescape(text: str) -> str:
    """Text of a cell with the characters that XML cannot hold, which stand as `_x000D_`."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _path(target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target))


def _tree(data: bytes) -> Element:
    """A small part of the workbook as elements."""
    top = Element("", {})
    around = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        around[-1].children.append(element)
        around.append(element)

    parser = xml.open_xml(start, lambda _: around.pop(), lambda _: None)
    xml.feed(parser, xml.to_utf8(data)[0])
    return top.children[0]


def _shared_strings(data: bytes | None) -> list[str]:
    strings: list[str] = []
    if data is None:
        return strings
    parts: list[str] = []
    taking = phonetic = False

    def start(name: str, _: object) -> None:
        nonlocal taking, phonetic
        if name == "t":
            taking = not phonetic
        elif name == "rPh":
            phonetic = True
        elif name == "si":
            parts.clear()

    def characters(text: str) -> None:
        if taking:
            parts.append(text)

    def end(name: str) -> None:
        nonlocal taking, phonetic
        if name == "t":
            taking = False
        elif name == "rPh":
            phonetic = False
        elif name == "si":
            strings.append(unescape("".join(parts)))

    xml.feed(xml.open_xml(start, end, characters), xml.to_utf8(data)[0])
    return strings


def _number_formats(data: bytes | None) -> list[NumberFormat]:
    """The number format of each cell style."""
    if data is None:
        return []
    styles = _tree(data)
    written = {
        format.attributes.get("numFmtId", ""): format.attributes.get("formatCode", "")
        for formats in styles.all("numFmts")
        for format in formats.children
    }
    ids = [style.attributes.get("numFmtId", "0") for styles in styles.all("cellXfs") for style in styles.children]
    return [_number_format(id, written.get(id)) for id in ids]


def _number_format(id: str, code: str | None) -> NumberFormat:
    if code is None:
        return NumberFormat(is_date=id.isascii() and id.isdigit() and len(id) < 4 and int(id) in _DATES)
    if match := _PADDED.fullmatch(code):
        return NumberFormat(prefix=match[1] or match[2] or "", digits=match[3].count("0"))
    bare = _NOT_IN_FORMATS.sub("", code[:500]).lower().replace("general", "")
    return NumberFormat(is_date=any(letter in bare for letter in "ymdhs"))
