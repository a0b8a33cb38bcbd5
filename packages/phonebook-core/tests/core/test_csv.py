"""Reading CSV files as real programs write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from phonebook_core import errors
from phonebook_core.contact import Contact
from phonebook_core.formats import MAX_BYTES, MAX_ROWS, Reading, read, read_csv, write_csv, write_rejected
from phonebook_core.formats.table import escape, unescape
from phonebook_core.importing import plan

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> Reading:
    return read((SAMPLES / name).read_bytes(), filename=name)


def good(reading: Reading) -> list[Contact]:
    return [row.contact for row in reading.rows if row.contact is not None]


def numbers(contact: Contact) -> list[tuple[str, str]]:
    return [(number.label, number.value) for number in contact.numbers]


def test_the_new_google_export_is_read() -> None:
    reading = sample("google-2024.csv")
    ann, taro, reception = good(reading)
    assert (ann.given_name, ann.family_name, ann.display_name) == ("Ann Marie", "Example", "")
    assert (ann.organization, ann.title, ann.department) == ("Example Ltd", "Head of Sales", "Sales")
    assert numbers(ann) == [("Work", "+44 1632 960001"), ("Work", "+44 1632 960002"), ("Mobile", "+44 7700 900123")]
    assert ann.note == 'Prefers mornings,\nspeaks "Platt"'
    assert ann.groups == ("Friends", "Choir")
    assert taro.groups == ()
    assert (reception.organization, reception.numbers[0].label) == ("Reception Example Ltd", "Main line")
    assert [row.line for row in reading.rows] == [2, 4, 5]
    assert "Birthday" in reading.ignored_columns


def test_the_old_google_export_in_utf16_is_read() -> None:
    reading = sample("google-2015.csv")
    ann, bob = good(reading)
    assert reading.encoding == "utf-16-le"
    assert numbers(ann) == [
        ("Mobile", "+1 650 555 0101"),
        ("Mobile", "+1 650 555 0102"),
        ("Work Fax", "+1 650 555 0103"),
    ]
    assert (ann.emails[0].label, ann.emails[0].value) == ("Work", "ann@example.com")
    assert (bob.display_name, bob.groups) == ("Dr. Bob Sample", ("Coworkers",))


@pytest.mark.parametrize(
    ("name", "given", "family", "organization", "title", "first", "groups"),
    [
        ("outlook-en.csv", "Ann", "Example", "Example Ltd", "Manager", "+44 1632 960001", ("Customers", "VIP")),
        (
            "outlook-de.csv",
            "Jörg",
            "Müller",
            "Größe & Söhne GmbH",
            "Leiter",
            "+49 30 23125 101",
            ("Lieferanten", "Wichtig"),
        ),
        (
            "outlook-fr.csv",
            "René",
            "Exemple",
            "Société Générique",
            "Directeur",
            "+33 1 99 00 00 01",
            ("Clients", "Amis"),
        ),
    ],
)
def test_outlook_in_windows_1252_is_read_in_its_languages_with_the_fax_last(
    name: str, given: str, family: str, organization: str, title: str, first: str, groups: tuple[str, ...]
) -> None:
    reading = sample(name)
    contact = good(reading)[0]
    assert (reading.encoding, reading.delimiter) == ("cp1252", ",")
    assert (contact.given_name, contact.family_name, contact.organization) == (given, family, organization)
    assert (contact.title, contact.groups) == (title, groups)
    assert numbers(contact)[0] == ("Work", first)
    assert numbers(contact)[-1][0] == "Work Fax"
    assert not any(row.problems for row in reading.rows)


def test_every_row_of_a_messy_spreadsheet_is_there_good_or_with_a_reason() -> None:
    reading = sample("generic-semicolon.csv")
    assert [(row.line, [problem.code for problem in row.problems]) for row in reading.rows] == [
        (2, []),
        (4, []),
        (6, ["required"]),
        (7, ["broken_quotes"]),
        (8, ["too_many_cells"]),
        (9, []),
    ]
    assert good(reading)[0].note == 'sagt; "ja"'
    assert numbers(good(reading)[1]) == [("", "*21#"), ("Extension", "200")]
    assert reading.ignored_columns == ("Kundennummer",)


def test_a_number_that_a_spreadsheet_has_rounded_is_kept_with_a_warning() -> None:
    row = sample("generic-semicolon.csv").rows[-1]
    assert row.contact is not None
    assert row.contact.numbers[0].value == "4,9302E+11"
    (warning,) = plan([], Reading(format="csv", encoding="utf-8", rows=(row,)), region="DE").warnings
    assert (warning.field, warning.code) == ("numbers.0.value", "damaged_number")


def test_excel_unicode_text_is_read() -> None:
    reading = sample("excel-unicode.txt")
    assert (reading.encoding, reading.delimiter) == ("utf-16-le", "\t")
    assert [contact.display_name for contact in good(reading)] == ["Jörg Müller", "山田 太郎"]


def test_the_delimiter_that_excel_declares_is_honoured() -> None:
    reading = sample("excel-sep.csv")
    assert (reading.delimiter, reading.rows[0].line) == (";", 3)


def test_name_and_number_side_by_side_need_no_header() -> None:
    reading = sample("headerless.csv")
    assert [(contact.display_name, contact.numbers[0].value) for contact in good(reading)] == [
        ("Ann Example", "+44 1632 960001"),
        ("Reception", "200"),
    ]


@pytest.mark.parametrize("data", [b"a,b,c\n1,2,3\n", b"Colour;Size\nred;42\n", b"red,1\n", b"E-mail\na@example.com\n"])
def test_a_header_that_means_nothing_is_refused_naming_what_was_found(data: bytes) -> None:
    with pytest.raises(errors.Invalid) as refused:
        read_csv(data)
    assert refused.value.code == "no_header"
    assert repr(data.split(b"\n")[0].replace(b";", b",").split(b",")[0].decode()) in refused.value.message


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("TÉLÉPHONE  (BUREAU)", "numbers"),
        ("telefon_geschaeftlich", "numbers"),
        ("Tel.", "numbers"),
        ("Teléfono móvil", "numbers"),
        ("MOBILE-PHONE 2", "numbers"),
        ("Firma", "organization"),
        ("société", "organization"),
        ("Courriel", "emails"),
        ("Catégories", "groups"),
    ],
)
def test_headers_match_whatever_their_case_accents_and_spaces(header: str, field: str) -> None:
    (contact,) = good(read_csv(f"Name,{header}\nAnn,5\n".encode()))
    assert getattr(contact, field)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found_even_when_another_is_inside_quotes(delimiter: str) -> None:
    text = f'Name{delimiter}Phone\n"a,b;c|d\te"{delimiter}200\n'
    reading = read_csv(text.encode())
    assert reading.delimiter == delimiter
    assert good(reading)[0].display_name == "a,b;c|d\te"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_each_encoding_is_found(encoding: str) -> None:
    reading = read_csv("Name,Telefon\nJörg Müller,030 23125101\n".encode(encoding))
    assert good(reading)[0].display_name == "Jörg Müller"


def test_an_encoding_can_be_chosen() -> None:
    data = "Name,Phone\nЖанна Пример,200\n".encode("cp1251")
    assert good(read_csv(data, encoding="windows-1251"))[0].display_name == "Жанна Пример"


@pytest.mark.parametrize("encoding", ["klingon", "hex", "idna", "", "\0"])
def test_an_unknown_encoding_is_refused_with_the_known_ones(encoding: str) -> None:
    with pytest.raises(errors.Invalid, match="cp1252") as refused:
        read_csv(b"Name,Phone\n", encoding=encoding)
    assert refused.value.field == "encoding"


def test_a_wrong_encoding_is_refused_with_the_place() -> None:
    with pytest.raises(errors.Invalid, match="byte 12"):
        read_csv(b"Name,Phone\n\xff,200\n", encoding="utf-8")


def test_one_bad_byte_in_utf8_rejects_its_row_and_spoils_no_other() -> None:
    lines = "".join(f"Jörg Müller {n},{n}00\n" for n in range(1, 20)).encode()
    reading = read_csv(b"Name,Phone\n" + lines + b"M\xfcller,200\n")
    assert reading.encoding == "utf-8"
    assert [row.line for row in reading.rows if row.problems] == [21]
    assert good(reading)[0].display_name == "Jörg Müller 1"


def test_a_nul_byte_rejects_its_row() -> None:
    reading = read_csv(b"Name,Phone\nAnn\0,200\nBob,201\n")
    assert [[problem.code for problem in row.problems] for row in reading.rows] == [["unreadable"], []]


def test_an_open_quotation_mark_spoils_only_its_own_line() -> None:
    reading = read_csv(b'Name,Phone\n"Ann,200\nBob,201\n"Cy "C" Sample",202\nDee,203\n')
    assert [(row.line, bool(row.problems)) for row in reading.rows] == [(2, True), (3, False), (4, True), (5, False)]


def test_a_quotation_mark_inside_a_cell_means_itself() -> None:
    assert good(read_csv(b'Name,Phone\n19" rack,200\n'))[0].display_name == '19" rack'


def test_a_file_that_is_too_large_or_has_too_many_rows_is_refused() -> None:
    with pytest.raises(errors.Invalid, match="10 MiB"):
        read_csv(b"Name,Phone\n" + b"x" * MAX_BYTES)
    with pytest.raises(errors.Invalid, match="100000 rows"):
        read_csv(b"Name,Phone\n" + b"a,1\n" * (MAX_ROWS + 1))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04...", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_contact_file_is_refused_by_its_kind(data: bytes, said: str) -> None:
    with pytest.raises(errors.Invalid, match=said):
        read(data)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ("+49 30 (0) 23125-1", "+49 30 (0) 23125-1"),
        ("-1", "'-1"),
        ("*21#", "*21#"),
        ("'x", "'x"),
        ("'=x", "''=x"),
    ],
)
def test_a_formula_gets_an_apostrophe_and_a_number_does_not(cell: str, written: str) -> None:
    assert escape(cell) == written
    assert unescape(written) == cell


def test_our_own_export_opens_in_excel_and_names_its_columns() -> None:
    data = write_csv([])
    assert data.startswith(b"\xef\xbb\xbfDisplay Name,Given Name,")
    assert data.endswith(b"\r\n")
    assert read_csv(data).rows == ()


def test_rejected_rows_can_be_mended_and_read_again() -> None:
    reading = sample("generic-semicolon.csv")
    bad = {row.line: row.problems[0].message for row in reading.rows if row.problems}
    again = read_csv(write_rejected(reading, bad))
    assert len(again.rows) == len(bad)
    assert "Problem" in again.ignored_columns
