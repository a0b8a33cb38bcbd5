"""Which column holds what: guessed, shown, changed by a person, remembered for the same headers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonebook_core.contact import Contact
from phonebook_core.errors import Invalid
from phonebook_core.formats import (
    Column,
    ColumnMapping,
    Reading,
    find_mapping_problems,
    fit,
    header_key,
    is_enough,
    open_csv,
    open_table,
    read,
    read_csv,
    read_table,
    write_csv,
    write_rejected,
)
from phonebook_core.formats.mapping import FIELDS, MAX_COLUMNS
from phonebook_core.formats.rows import Table

UNKNOWN = b"Wer;Firmensitz;R1;R2;Art;Nr\nAnn;Bremen;030 23125101;0171 2345678;Mobil;A-7\n"
CHOSEN = ColumnMapping(
    columns=(
        Column(header="Wer", field="display_name"),
        Column(header="Firmensitz"),
        Column(header="R1", field="number", label="Work"),
        Column(header="R2", field="number", label_from=4),
        Column(header="Art", field="label"),
        Column(header="Nr", field="external_id"),
    )
)


def good(reading: Reading) -> list[Contact]:
    return [row.contact for row in reading.rows if row.contact is not None]


def fields(table: Table) -> list[str]:
    return [column.field for column in table.guess.columns]


def test_a_chosen_mapping_reads_columns_that_nothing_is_known_about() -> None:
    (ann,) = good(read_csv(UNKNOWN, mapping=CHOSEN))
    assert (ann.display_name, ann.external_id) == ("Ann", "A-7")
    assert [(number.label, number.value) for number in ann.numbers] == [
        ("Mobile", "0171 2345678"),
        ("Work", "030 23125101"),
    ] or [(number.label, number.value) for number in ann.numbers] == [
        ("Mobil", "0171 2345678"),
        ("Work", "030 23125101"),
    ]


def test_a_remembered_mapping_fits_the_same_headers_in_another_order_and_writing() -> None:
    turned = b"NR;art;r2;R 1;firmensitz;WER\nA-7;Mobil;0171 2345678;030 23125101;Bremen;Ann\n"
    table = open_csv(turned)
    assert table.header_key == open_csv(UNKNOWN).header_key != ""
    assert good(read_table(table, CHOSEN)) == good(read_csv(UNKNOWN, mapping=CHOSEN))


def test_other_headers_have_another_key_and_the_column_of_reasons_does_not_count() -> None:
    assert header_key(["Name", "Phone"]) == header_key(["phone", "NAME", "Problem"])
    assert header_key(["Name", "Phone"]) != header_key(["Name", "Phone", "Phone"])
    assert header_key([]) == header_key(["", "-"]) == ""


@given(st.permutations(range(len(CHOSEN.columns))))
@settings(max_examples=50, deadline=None)
def test_fitting_keeps_what_each_header_holds(order: list[int]) -> None:
    headers = [CHOSEN.columns[index].header for index in order]
    fitted = fit(CHOSEN, headers)
    assert fit(fitted, [column.header for column in CHOSEN.columns]) == CHOSEN
    assert fitted.columns[headers.index("R2")].label_from == headers.index("Art")


def test_a_remembered_mapping_ignores_new_columns_and_misses_lost_ones() -> None:
    fitted = fit(CHOSEN, ["New", "R2", "Wer"])
    assert [column.field for column in fitted.columns] == ["ignore", "number", "display_name"]
    assert fitted.columns[1].label_from is None


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ((Column(field="birthday"),), "mapping.columns.0.field"),
        ((Column(field="display_name", label="x"),), "mapping.columns.0.label"),
        ((Column(field="number", label="x", label_from=1), Column()), "mapping.columns.0.label"),
        ((Column(field="number", label="x" * 300),), "mapping.columns.0.label"),
        ((Column(field="number", label_from=0),), "mapping.columns.0.label_from"),
        ((Column(field="number", label_from=7),), "mapping.columns.0.label_from"),
        ((Column(field="number"), Column(field="meta"), Column(field="meta")), "mapping.columns.2.field"),
        ((Column(), Column(field="email")), "mapping.columns"),
        ((), "mapping.columns"),
        ((Column(field="number"),) * 4, "mapping.columns"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_the_place_and_a_sentence(
    columns: tuple[Column, ...], where: str
) -> None:
    mapping = ColumnMapping(columns=columns)
    problems = find_mapping_problems(mapping, 3)
    assert where in [problem.field for problem in problems]
    assert all(problem.message.endswith(".") for problem in problems)
    with pytest.raises(Invalid):
        read_csv(b"a;b;c\n1;2;3\n", mapping=mapping)


def test_a_mapping_from_a_client_is_decoded_strictly() -> None:
    mapping = msgspec.json.decode(msgspec.json.encode(CHOSEN), type=ColumnMapping)
    assert mapping == CHOSEN
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"columns": [{"field": "number", "colour": 1}]}', type=ColumnMapping)


@given(
    st.lists(
        st.builds(
            Column,
            field=st.sampled_from(FIELDS),
            label=st.sampled_from(["", "Work"]),
            label_from=st.sampled_from([None, 0, 1, 5]),
        ),
        max_size=4,
    )
)
@settings(max_examples=200, deadline=None)
def test_a_mapping_without_problems_always_reads(columns: list[Column]) -> None:
    mapping = ColumnMapping(columns=tuple(columns))
    data = b"a,b,c\n1,2,3\nx,,{}\n"
    if find_mapping_problems(mapping, 3):
        with pytest.raises(Invalid):
            read_csv(data, has_header=True, mapping=mapping)
    else:
        assert len(read_csv(data, has_header=True, mapping=mapping).rows) == 2


@pytest.mark.parametrize(
    ("data", "has_header", "expected"),
    [
        (b"Ann;Fenwick;030 23125101\nBob;Hill;0171 2345678\n", False, ["given_name", "family_name", "number"]),
        (b"Ann Fenwick;200\nBob Hill;201\n", False, ["display_name", "number"]),
        (b"7;Ann Fenwick;030 23125101\n8;Bob Hill;0171 2345678\n", False, ["ignore", "display_name", "number"]),
        (b"Name;R;0171 2345678\n", False, ["given_name", "family_name", "number"]),
        (b"Kunde;Ort;Anschluss\nAnn Hill;Bremen;030 23125101\n", True, ["display_name", "organization", "number"]),
        (b"Name;Seit\nAnn;01.02.2020\n", True, ["display_name", "ignore"]),
        (b"Name;Anschluss\nAnn;030 23125101\n", True, ["display_name", "number"]),
    ],
)
def test_columns_are_guessed_by_what_stands_in_them(data: bytes, has_header: bool, expected: list[str]) -> None:
    table = open_csv(data)
    assert (table.has_header, fields(table)) == (has_header, expected)


def test_a_person_can_say_whether_the_first_line_is_a_header() -> None:
    data = b"Name,Phone\nAnn,200\n"
    assert [contact.display_name for contact in good(read(data))] == ["Ann"]
    table = open_table(data, has_header=False)
    assert table is not None
    assert (table.has_header, len(table.records), table.header_key) == (False, 2, "")


def test_a_table_that_nothing_is_known_about_can_be_shown_and_mapped() -> None:
    table = open_csv(b"Colour;Size\nred;42\n", has_header=True)
    assert not is_enough(table.guess)
    assert (table.columns, table.records[0].cells) == (("Colour", "Size"), ["red", "42"])
    mapping = ColumnMapping(columns=(Column(field="display_name"), Column(field="number")))
    assert [contact.display_name for contact in good(read_table(table, mapping))] == ["red"]
    with pytest.raises(Invalid, match="say which column holds what"):
        read_table(table)


def test_rejected_rows_of_a_mapped_file_find_their_mapping_again() -> None:
    data = UNKNOWN + b";;;;;\n;Bremen;;;;\n"
    reading = read_csv(data, mapping=CHOSEN)
    (bad,) = [row for row in reading.rows if row.problems]
    rejected = write_rejected(reading, {bad.line: "Give it a name."})
    assert rejected.decode("utf-8-sig").splitlines()[0] == "Wer;Firmensitz;R1;R2;Art;Nr;Problem"
    table = open_csv(rejected.replace(b";Bremen", b"Bob;Bremen"))
    assert table.header_key == reading.header_key
    assert [contact.display_name for contact in good(read_table(table, CHOSEN))] == ["Bob"]
    again = write_rejected(read_table(table, CHOSEN), {2: "Still wrong."})
    assert again.decode("utf-8-sig").splitlines()[0] == "Wer;Firmensitz;R1;R2;Art;Nr;Problem"
    assert again.decode("utf-8-sig").splitlines()[1].endswith(";Still wrong.")


def test_rejected_rows_of_a_headerless_file_get_a_header_and_are_read_again() -> None:
    reading = read_csv(b"030 23125101|Ann Hill\n|" + b"B" * 300 + b"\n0171 2345678|Cid Hill\n")
    rejected = write_rejected(reading, {row.line: "Too long." for row in reading.rows if row.problems})
    (mended,) = good(read_csv(rejected.replace(b"B" * 300, b"Bob")))
    assert mended.display_name == "Bob"


def test_rejected_rows_of_our_own_export_are_read_to_the_letter_again() -> None:
    lines = write_csv([Contact(display_name=" Ann ", note="x")]).decode().replace(",x,", "," + "x" * 10_001 + ",")
    reading = read_csv(lines.encode())
    rejected = write_rejected(reading, {row.line: "Shorten it." for row in reading.rows})
    (mended,) = good(read_csv(rejected.replace(b"x" * 10_001, b"x")))
    assert (mended.display_name, mended.note) == (" Ann ", "x")


def test_too_many_columns_and_cells_beyond_all_measure_are_told() -> None:
    with pytest.raises(Invalid, match="1001 columns; at most 1000"):
        read_csv(b"Name" + b",x" * MAX_COLUMNS + b"\nAnn\n")
    reading = read_csv(b"Name,Photo\nAnn," + b"A" * 70_000 + b"\nBob,\n")
    assert [[problem.code for problem in row.problems] for row in reading.rows] == [["too_long"], []]
