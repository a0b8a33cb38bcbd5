"""Workbooks: read as people see them, written so that nothing changes, and bombs refused before they go off."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.errors import Invalid
from phonebook_core.formats import Reading, open_xlsx, read, read_xlsx, write_xlsx
from phonebook_core.formats.xlsx import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="00000000000"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd;@"/><numFmt numFmtId="166" formatCode="&quot;+&quot;0"/>'
    '<numFmt numFmtId="167" formatCode="#,##0.00\\ [$€-407];[Red]\\-#,##0.00"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="14"/>'
    '<xf numFmtId="167"/></cellXfs></styleSheet>'
)
HEADER = '<row r="1"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>Phone</v></c></row>'


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def workbook(*sheets: str, states: tuple[str, ...] = (), strings: str = "", **more: str) -> bytes:
    listed = "".join(
        f'<sheet name="Sheet{n}" sheetId="{n}" r:id="r{n}" {f"state={state!r}" if state else ""}/>'
        for n, state in enumerate([*states, *[""] * (len(sheets) - len(states))], 1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
    )
    parts = {
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
    }
    for n, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    return zipped(parts | more)


def numbers_of(cells: str) -> list[str]:
    reading = read(workbook(f'{HEADER}<row r="2"><c r="A2" t="str"><v>Ann</v></c>{cells}</row>'))
    assert reading.rows[0].contact is not None
    return [number.value for number in reading.rows[0].contact.numbers]


def names(reading: Reading) -> list[str]:
    return [row.contact.display_name for row in reading.rows if row.contact]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ('<c r="B2"><v>4917112345678</v></c>', ["4917112345678"]),
        ('<c r="B2"><v>4917112345678.0</v></c>', ["4917112345678"]),
        ('<c r="B2"><v>4.917112345678E12</v></c>', ["4917112345678"]),
        ('<c r="B2"><v>4.9171123456789E+15</v></c>', ["4.9171123456789E+15"]),
        ('<c r="B2" s="1"><v>1712345678</v></c>', ["01712345678"]),
        ('<c r="B2" s="3"><v>491712345678</v></c>', ["+491712345678"]),
        ('<c r="B2" s="5"><v>200</v></c>', ["200"]),
        ('<c r="B2" s="2"><v>45000</v></c>', []),
        ('<c r="B2" s="4"><v>45000</v></c>', []),
        ('<c r="B2" t="d"><v>2026-01-01</v></c>', []),
        ('<c r="B2" t="e"><v>#N/A</v></c>', []),
        ('<c r="B2" t="str"><f>"2"&amp;"00"</f><v>200</v></c>', ["200"]),
        ('<c r="B2"><f>100+100</f><v>200</v></c>', ["200"]),
        ('<c r="B2"><f>100+100</f></c>', []),
        ('<c r="B2" t="inlineStr"><is><r><t>20</t></r><r><t>0</t></r><rPh><t>x</t></rPh></is></c>', ["200"]),
        ('<c t="str"><v>200</v></c>', ["200"]),
        ('<c r="B2" t="s"><v>9</v></c>', []),
        ('<c r="B2" s="99"><v>200</v></c>', ["200"]),
        ('<c r="B2"><v>NaN</v></c>', []),
        ('<c r="B2"><v>inf</v></c>', []),
        ('<c r="B2"><v>-5</v></c>', ["-5"]),
    ],
)
def test_a_cell_is_read_as_people_see_it(cell: str, number: list[str]) -> None:
    assert numbers_of(cell) == number


def test_shared_strings_are_read_without_their_reading_aid() -> None:
    strings = (
        "<si><t>Name</t></si><si><t>Phone</t></si><si><r><t>山田</t></r><rPh sb='0' eb='2'><t>ヤマダ</t></rPh></si>"
    )
    rows = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c><c><v>200</v></c></row>'
    assert names(read(workbook(rows, strings=strings))) == ["山田"]


def test_hidden_sheets_are_skipped_and_the_first_with_a_header_wins_unless_one_is_named() -> None:
    notes = '<row><c t="str"><v>How to use this list</v></c></row>'
    hidden, first, second = (
        f'{HEADER}<row><c t="str"><v>{name}</v></c><c><v>200</v></c></row>' for name in ("Hidden", "First", "Second")
    )
    data = workbook(hidden, notes, first, second, states=("hidden",))
    reading = read(data)
    assert (names(reading), reading.sheet, reading.counted_in, reading.rows[0].line) == (["First"], "Sheet3", "row", 2)
    assert names(read(data, sheet="Sheet4")) == ["Second"]
    with pytest.raises(Invalid, match=r"no sheet to read.*'Sheet2', 'Sheet3', 'Sheet4'"):
        read(data, sheet="Sheet1")


def test_rows_keep_their_numbers_and_gaps_cost_nothing() -> None:
    row = '<row r="1048000"><c r="A1048000" t="str"><v>Ann</v></c><c r="B1048000"><v>200</v></c></row>'
    began = time.process_time()
    assert [row.line for row in read(workbook(HEADER + row)).rows] == [1_048_000]
    assert time.process_time() - began < 1


def test_what_xml_cannot_hold_is_written_and_read_back() -> None:
    assert escape("a\r\x01_x000D_&<") == "a_x000D__x0001__x005F_x000D_&amp;&lt;"
    contact = Contact(display_name=" a\r\n\x01_x000D_ ", numbers=(PhoneNumber(value="=1+1"),))
    assert [row.contact for row in read_xlsx(write_xlsx([contact])).rows] == [contact]


def test_a_lone_surrogate_in_a_foreign_workbook_stays_text() -> None:
    row = '<row><c t="str"><v>a_xD800_</v></c><c><v>200</v></c></row>'
    assert names(read(workbook(HEADER + row))) == ["a_xD800_"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"xl/worksheets/sheet1.xml": b"0" * 200_000_000}), "too_large"),
        (zipped({"xl/worksheets/sheet1.xml": b"0" * 30_000_000}), "too_large"),
        (zipped({f"f{n}": b"" for n in range(20_000)}), "too_large"),
        (zipped({f"f{n}": b"" for n in range(1_001)}), "too_large"),
        (zipped({"word/document.xml": b"<w/>"}), "not_a_workbook"),
        (zipped({"xl/workbook.xml": b"<w/>"}, zipfile.ZIP_LZMA), "damaged"),
        (zipped({"xl/workbook.xml": b"<w/>"})[:-30], "damaged"),
        (zipped({"xl/workbook.xml": b"<!DOCTYPE a><w/>"}), "doctype"),
        (zipped({"xl/workbook.xml": b"<w>"}), "broken_xml"),
        (workbook(), "no_sheet"),
        (workbook(""), "empty"),
        (workbook(HEADER, states=("veryHidden",)), "no_sheet"),
        (workbook('<row><c r="ZZZ1"><v>1</v></c></row>'), "too_many_columns"),
        (workbook('<row><c r="&#88;FD1048576"><v>1</v></c></row>'), "too_many_columns"),
        (workbook('<row><c r="ÄÄ1"><v>1</v></c></row>'), "too_many_columns"),
        (workbook(HEADER + "<row><c><v>1</v></c></row>" * 100_001), "too_many_rows"),
        (workbook("<row><c t='str'><v>Colour</v></c></row>"), "no_header"),
    ],
    ids=range(17),
)
def test_bombs_and_what_is_no_workbook_are_refused_with_a_sentence(data: bytes, code: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        read(data)
    assert time.process_time() - began < 8
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    honest = zipped({"xl/workbook.xml": b"<w>" + b" " * 1_000_000 + b"</w>"})
    size = (1_000_007).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(Invalid) as refused:
        read(honest.replace(size, (10).to_bytes(4, "little")))
    assert refused.value.code in ("damaged", "broken_xml")


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=6),
    st.none() | st.integers(0, 5_000),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_read_or_refused_with_a_sentence(changes: list[tuple[int, int]], cut: int | None) -> None:
    data = bytearray(write_xlsx([Contact(display_name="Ann", numbers=(PhoneNumber(value="200"),))]))
    for place, byte in changes:
        data[place % len(data)] = byte
    refusal = "."
    try:
        read_xlsx(bytes(data[:cut]))
    except Invalid as refused:
        refusal = refused.message
    assert refusal.endswith(".")


def test_a_cell_beyond_all_measure_rejects_its_row_only() -> None:
    row = '<row r="{n}"><c t="str"><v>{name}</v></c><c><v>200</v></c></row>'
    reading = read(workbook(HEADER + row.format(n=2, name="a" * 70_000) + row.format(n=3, name="Ann")))
    assert [[problem.code for problem in row.problems] for row in reading.rows] == [["too_long"], []]


def test_the_table_shows_what_can_be_mapped() -> None:
    rows = '<row><c t="str"><v>Wer</v></c><c t="str"><v>Wo</v></c></row><row><c t="str"><v>Ann</v></c></row>'
    table = open_xlsx(workbook(rows))
    assert (table.columns, table.sheet, len(table.records)) == (("Wer", "Wo"), "Sheet1", 1)
