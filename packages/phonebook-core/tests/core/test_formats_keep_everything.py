"""Properties of all formats: what is written is read back exactly, and no bytes break the readers."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from typing import Literal

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phonebook_core import errors
from phonebook_core.contact import Contact, Email, PhoneNumber, find_problems
from phonebook_core.formats import (
    WRITERS,
    Reading,
    read,
    read_csv,
    read_json,
    read_vcard,
    read_xlsx,
    read_xml,
    write_csv,
    write_json,
    write_rejected,
    write_vcard,
)
from phonebook_core.formats.table import is_formula
from phonebook_core.importing import OnMatch, plan

AWKWARD = [
    "=1+1", "'=1+1", "''=1+1", "+49 30 23125 1", "+cmd|' /C calc'!A0", "-1", "-x", "@sum", "\t=1", "\r", "a\r\nb", "\n",
    " a ", '"', '""', ";", ",", "\\", "\\n", "\\;", "a:b", "Ann; Bob, C", "_$!<Mobile>!$_", "Work", "work",
    "\ufeff", "�",
    "山田 太郎", "Jörg" * 30, "é" * 80, "👩‍👩‍👧", "\u2028", "\x85", "\x0b\x1f", "tel:+1", "END:VCARD",
    "BEGIN:VCARD", " ::: ",
    "_x000D_", "_x005F_x000D_", "_x", "\ufffe\uffff", "\x01", "\t", "_xD800_", "200.0", "'200", "true", "null", "1e5",
    "* myContacts", "4.4E+11", "sep=;", "\u202eabc", "<b>&amp;]]>", "=3D=", "A" * 75, "A" * 74 + "é",
]  # fmt: skip
texts = st.one_of(
    st.just(""),
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
)
values = texts.filter(lambda text: bool(text.strip()))
metas = st.dictionaries(texts, st.dictionaries(texts, st.one_of(texts, st.booleans(), st.integers(-9, 9))), max_size=2)
contacts = st.builds(
    Contact,
    given_name=texts,
    family_name=texts,
    display_name=texts,
    organization=texts,
    department=texts,
    title=texts,
    note=texts,
    external_id=texts,
    numbers=st.lists(st.builds(PhoneNumber, value=values, label=texts), max_size=3).map(tuple),
    emails=st.lists(st.builds(Email, value=values, label=texts), max_size=2).map(tuple),
    groups=st.lists(values, max_size=3).map(tuple),
    meta=metas,
).filter(lambda contact: not find_problems(contact))
readers = pytest.mark.parametrize("reader", [read, read_csv, read_vcard, read_json, read_xml, read_xlsx])
exports = pytest.mark.parametrize("format", WRITERS)


def write(format: str, book: list[Contact]) -> bytes:
    writer, _, _ = WRITERS[format]
    return writer(book)


def read_or_refusal(reader: Callable[[bytes], Reading], data: bytes) -> Reading | None:
    refusal = "."
    try:
        return reader(data)
    except errors.Invalid as error:
        refusal = error.message
    assert refusal.endswith(".")
    return None


def contacts_of(reading: Reading) -> list[Contact]:
    assert [row for row in reading.rows if row.problems] == []
    return [row.contact for row in reading.rows if row.contact is not None]


@exports
@given(st.lists(contacts, min_size=1, max_size=4))
@settings(max_examples=120, deadline=None)
def test_every_export_gives_back_exactly_what_was_written(format: str, book: list[Contact]) -> None:
    assert contacts_of(read(write(format, book))) == book


@exports
@given(st.lists(contacts, min_size=1, max_size=3, unique_by=lambda contact: contact.external_id or id(contact)))
@settings(max_examples=60, deadline=None)
def test_an_export_imported_into_an_empty_phonebook_gives_the_same_json_and_twice_changes_nothing(
    format: str, book: list[Contact]
) -> None:
    distinct = plan([], read(write_json(book)), region="DE").creates
    file = write(format, list(distinct))
    planned = plan([], read(file), region="DE")
    assert write_json(planned.creates) == write_json(distinct)
    assert write(format, list(planned.creates)) == file
    stored = [msgspec.structs.replace(contact, id=f"c{n}") for n, contact in enumerate(planned.creates)]
    for on_match in OnMatch:
        again = plan(stored, read(file), region="DE", on_match=on_match)
        assert (again.creates, again.updates, again.rejected) == ((), (), 0)


@given(contacts)
@settings(max_examples=60, deadline=None)
def test_the_order_of_keys_in_meta_does_not_change_the_bytes(contact: Contact) -> None:
    turned = {slug: dict(reversed(list(values.items()))) for slug, values in reversed(list(contact.meta.items()))}
    for format in WRITERS:
        assert write(format, [contact]) == write(format, [msgspec.structs.replace(contact, meta=turned)])


@exports
def test_an_export_of_nobody_is_a_file_all_the_same(format: str) -> None:
    file = write(format, [])
    if format.startswith("vcard"):
        assert file == b""
    else:
        assert contacts_of(read(file)) == []


@given(contacts)
@settings(max_examples=50, deadline=None)
def test_no_written_cell_is_a_formula(contact: Contact) -> None:
    written = write_csv([contact]).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(written, newline="")):
        assert [cell for cell in row if is_formula(cell) and not cell.startswith("'")] == []


@given(contacts, st.sampled_from(["3.0", "4.0"]))
@settings(max_examples=100, deadline=None)
def test_every_vcard_line_is_utf8_of_75_octets_at_most(contact: Contact, version: Literal["3.0", "4.0"]) -> None:
    lines = write_vcard([contact], version).split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert len(line) <= 75
        line.decode()


@given(contacts)
@settings(max_examples=50, deadline=None)
def test_id_and_e164_are_not_written(contact: Contact) -> None:
    derived = tuple(msgspec.structs.replace(number, e164="+1") for number in contact.numbers)
    stored = msgspec.structs.replace(contact, id="17", numbers=derived)
    for format in WRITERS:
        assert write(format, [stored]) == write(format, [contact])


@readers
@given(data=st.binary(max_size=300))
@example(data=b"BEGIN:VCARD\nBEGIN:VCARD\nEND:VCARD")
@example(data=b'Name,Phone\n\0,\0\n"')
@settings(max_examples=80, deadline=None)
def test_arbitrary_bytes_are_read_or_refused_with_a_sentence(reader: Callable[[bytes], Reading], data: bytes) -> None:
    if reading := read_or_refusal(reader, data):
        assert all((row.contact is None) == bool(row.problems) for row in reading.rows)


SCRAPS = [
    b"BEGIN:VCARD\n", b"END:VCARD\r\n", b"VERSION:2.1\n", b"VERSION:3.0\n", b"FN:Ann\n", b"TEL;TYPE=",
    b"WORK:1\n", b"\r\n ", b"=\n",
    b";ENCODING=QUOTED-PRINTABLE", b";BASE64", b";CHARSET=utf-7:", b"AGENT:\n", b"PHOTO:", b"item1.",
    b"X-ABLabel:", b'"', b";", b":",
    b"X-PHONEBOOK-META:{", b"\xff", b"\xc3", b"\0", b"\\", b"KIND:group\n", b"MEMBER:1\n", b"UID:1\n",
    b"<phonebooks>", b"<contact>", b"<person><realName>", b"</", b">", b"<", b"<!DOCTYPE a [", b"<!ENTITY a 'b'>",
    b"&a;", b"<?xml version='1.0' encoding='", b"'?>", b"<tbook>", b"<item>", b"<AddressBook>", b"<Contact>",
    b"<Unit Name='", b"[", b"]", b"{", b"}", b'"contacts":', b'"numbers":', b"1e999", b"PK\x03\x04", b"PK\x05\x06",
    b"Name", b"Phone", b",", b"\t", b"\n", b"Meta", b"{}", b"'", b"=1", b"sep=;\n", b"Ann", b"200",
]  # fmt: skip


@readers
@given(data=st.lists(st.one_of(st.sampled_from(SCRAPS), st.binary(max_size=4)), max_size=40).map(b"".join))
@settings(max_examples=100, deadline=None)
def test_scraps_of_contact_files_are_read_or_refused_with_a_sentence(
    reader: Callable[[bytes], Reading], data: bytes
) -> None:
    if reading := read_or_refusal(reader, data):
        assert write_rejected(reading, {row.line: "why" for row in reading.rows}) or not reading.rows
        assert all(find_problems(row.contact) == [] for row in reading.rows if row.contact)


@pytest.mark.parametrize(
    "bomb",
    [
        b'Name,Phone\n"' + b"a" * 4_000_000,
        b"Name,Phone\n" + b'"' * 4_000_001,
        b"Name,Phone\n" + b'"a\n' * 90_000,
        b"Name,Phone\n" + b"," * 4_000_000,
        b"Name,Phone\n" + b'a,"b\n' * 90_001,
        b"BEGIN:VCARD\nFN:a" + b"\n a" * 1_000_000 + b"\nEND:VCARD",
        b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:" + b"=\n" * 1_000_000 + b"\nEND:VCARD",
        b"BEGIN:VCARD\nAGENT:\n" * 90_000,
        b"BEGIN:VCARD\n" * 99_999,
        b"BEGIN:VCARD\nTEL" + b';"' * 120_000 + b"\nEND:VCARD",
        b"BEGIN:VCARD\nTEL" + b";a=" * 60_000 + b"\nEND:VCARD",
        b"BEGIN:VCARD\nX-PHONEBOOK-META:" + b'{"a":' * 3_000 + b"1" + b"}" * 3_000 + b"\nEND:VCARD",
        b"[" * 4_000_000,
        b"[{}" + b",{}" * 99_999 + b"]",
        b'[{"meta": {"a": ' + b'{"a":' * 800_000 + b"1" + b"}" * 800_000 + b"}}]",
        b"<phonebooks>" * 800_000,
        b"<phonebooks>" + b"<a/>" * 1_900_000,
        b"<phonebooks><contact>" + b"<a/>" * 1_900_000 + b"</contact></phonebooks>",
        b"<phonebooks>" + b"<contact/>" * 99_999 + b"</phonebooks>",
        b"<phonebooks a='" + b"x" * 8_000_000 + b"'/>",
        b"<phonebooks>" + b"x\n" * 4_000_000 + b"</phonebooks>",
    ],
    ids=range(21),
)
def test_bombs_are_refused_or_read_in_a_moment(bomb: bytes) -> None:
    began = time.process_time()
    read_or_refusal(read, bomb)
    assert time.process_time() - began < 10
