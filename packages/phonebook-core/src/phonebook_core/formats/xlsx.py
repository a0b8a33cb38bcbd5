"""Contacts from Excel workbooks, and to workbooks in which every cell is text and stays as it is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Final

from phonebook_core.contact import Contact
from phonebook_core.errors import Invalid
from phonebook_core.formats import text
from phonebook_core.formats.csv import own_rows
from phonebook_core.formats.mapping import ColumnMapping, is_enough
from phonebook_core.formats.reading import Reading
from phonebook_core.formats.rows import Table, lay_out, read_table
from phonebook_core.formats.workbook import Sheet, Workbook

MAGIC: Final = b"PK\x03\x04"
"""How every workbook begins."""
_MAX_SHEETS: Final = 50
_NEEDS_ESCAPE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NOT_SAID: Final = (1980, 1, 1, 0, 0, 0)

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Contacts" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
"""Everything but the sheet. Style 1 is text, so that a number typed over a number is kept as typed."""


def open_xlsx(data: bytes, *, sheet: str | None = None, has_header: bool | None = None) -> Table:
    """Take a workbook apart: the sheet of that name, or else the first that people see and that holds contacts.

    Raises `Invalid` when the file as a whole cannot be read: too large, damaged, protected, no such sheet, empty.
    """
    text.check_size(data)
    workbook = Workbook(data)
    sheets = [each for each in workbook.sheets if sheet is None or each.name == sheet][:_MAX_SHEETS]
    if not sheets:
        names = ", ".join(repr(each.name[:40]) for each in workbook.sheets[:20]) or "none"
        raise Invalid(f"The workbook has no sheet to read. Those that can be seen: {names}.", code="no_sheet")
    tables: list[Table] = []
    for each in sheets:
        table = _open_sheet(workbook, each, has_header)
        if table is not None and is_enough(table.guess):
            return table
        if table is not None:
            tables.append(table)
    if not tables:
        raise Invalid("The workbook is empty. Choose a file with contacts.", code="empty")
    return tables[0]


def read_xlsx(
    data: bytes, *, sheet: str | None = None, has_header: bool | None = None, mapping: ColumnMapping | None = None
) -> Reading:
    """Read a workbook, see `open_xlsx`. Every row that is not blank is one `Row` by its number in the sheet."""
    return read_table(open_xlsx(data, sheet=sheet, has_header=has_header), mapping)


def write_xlsx(contacts: Iterable[Contact]) -> bytes:
    """The contacts as a workbook with every field but the id and E.164: `read_xlsx` gives back exactly the same.

    All cells are text, so nothing is run, rounded or taken for a date. The same contacts give the same bytes.
    """
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _PARTS.items():
            archive.writestr(_entry(name), _HEAD + part)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as stream:
            stream.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">'.encode())
            names: list[str] = []
            for number, row in enumerate(own_rows(contacts), 1):
                if not names:
                    names = [_letters(index) for index in range(len(row))]
                    stream.write(f'<cols><col min="1" max="{len(row)}" width="18" style="1"/></cols>'.encode())
                    stream.write(b"<sheetData>")
                cells = "".join([_cell(f"{name}{number}", cell) for name, cell in zip(names, row, strict=True) if cell])
                stream.write(f'<row r="{number}">{cells}</row>'.encode())
            stream.write(b"</sheetData></worksheet>")
    return packed.getvalue()


def escape(value: str) -> str:
    """Text for a cell: characters that XML cannot hold as `_x000D_`, and what looks like that as `_x005F_x000D_`."""
    return _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", value).translate(_ENTITIES)


def _open_sheet(workbook: Workbook, sheet: Sheet, has_header: bool | None) -> Table | None:
    records = workbook.records(sheet)
    if not records:
        return None
    return lay_out(records, format="xlsx", encoding="utf-8", sheet=sheet.name, has_header=has_header)


def _cell(reference: str, value: str) -> str:
    return f'<c r="{reference}" s="1" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NOT_SAID)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
