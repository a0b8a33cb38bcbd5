"""The files, byte for byte (`golden/`), and by what our own readers makes of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonebook_core.contact import find_problems, in_order
from phonebook_core.formats.csv import read_csv
from phonebook_core.formats.json import read_json
from phonebook_core.formats.vcard import read_vcard
from phonebook_core.phone_number import derive
from phonebook_vendor_feed.service import Feed, Settings
from phonebook_vendor_sdk import AboutBook, Book, Contact, NumberForm, OutputForm, PhoneNumber, PhoneRequest

GOLDEN = Path(__file__).parent / "golden"
READERS = {"contacts.json": read_json, "contacts.csv": read_csv, "contacts.vcf": read_vcard}


def person(id: str, *numbers: tuple[str, str], **fields: Any) -> Contact:
    return Contact(id=id, numbers=tuple(PhoneNumber(label=label, value=value) for label, value in numbers), **fields)


PEOPLE = [
    person("01", ("Mobile", "+44 7700 900101"), ("Office", "01632 960101"), ("Home", "01632 960102"),
           given_name="Ann", family_name="Example", organization="Example Ltd", groups=("Sales", "Board")),
    person("02", ("", "200"), display_name="Zentrale"),
    person("03", ("work", "201"), ("work", "202"), ("cell", "203"), ("Büro", "204"), ("fax", "205"),
           display_name="Many numbers", groups=("Sales",)),
    person("04", display_name="No number", groups=("Sales",)),
    person("05", ('a"b<c&d', "+1 (201) 555-0123"), display_name='O\'Neil & "Sons" <x> ]]>'),
    person("06", ("x\ty", "*21#"), display_name="Tab\there, line\nthere, return\rthere"),
    person("07", ("Work", "**9"), display_name="Bell\x07 null\x1b\ufffe end"),
    person("08", ("携帯", "+81 90-1234-5678"), display_name="山田太郎", groups=("東京 & 大阪",)),
    person("09", ("Mobile", "sip:maryam@example.net"), display_name="مريم \u202eabc"),
    person("10", ("Mobil", "030/123456-15"), display_name="😀 Emoji", groups=("board",)),
    person("11", ("Work", "$Tone!"), organization="$(reboot) =1+1"),
]  # fmt: skip


def book(people: list[Contact], form: NumberForm = NumberForm.AS_TYPED) -> Book:
    about = AboutBook(id="b", name="B", region="GB", output=OutputForm(form=form))
    return Book(about, in_order(derive(contact, "GB") for contact in people))


def rendered(file: str, what: Book, query: tuple[tuple[str, str], ...] = (), **chosen: Any) -> bytes:
    settings = Settings(**{"username": "pb-1", "password": "secret-secret", **chosen})
    return Feed.files[file].render(what, settings, PhoneRequest(file=file, url="http://phones.test/x", query=query))


@pytest.mark.parametrize(
    ("golden", "file", "what", "more"),
    [
        ("contacts.json", "contacts.json", book(PEOPLE), {}),
        ("contacts-dialled.json", "contacts.json", book(PEOPLE, NumberForm.E164), {}),
        ("contacts-empty.json", "contacts.json", book([]), {}),
        ("contacts.csv", "contacts.csv", book(PEOPLE), {}),
        ("contacts-empty.csv", "contacts.csv", book([]), {}),
        ("contacts.vcf", "contacts.vcf", book(PEOPLE), {}),
        ("contacts-4.vcf", "contacts.vcf", book(PEOPLE), {"vcard": "4.0"}),
    ],
)
def test_the_bytes_are_the_golden_ones(golden: str, file: str, what: Book, more: dict[str, Any]) -> None:
    body = rendered(file, what, **more)
    path = GOLDEN / golden
    if os.environ.get("GOLDEN_WRITE"):
        path.write_bytes(body)
    assert body == path.read_bytes()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(["<&>", "]]>", "\"'\t\n\r\0"])
PERSON = st.builds(
    Contact,
    id=st.uuids().map(str),
    display_name=TEXT,
    family_name=TEXT,
    numbers=st.lists(st.builds(PhoneNumber, value=TEXT.filter(str.strip), label=TEXT), max_size=5).map(tuple),
    groups=st.lists(TEXT, max_size=2).map(tuple),
)
people = st.lists(PERSON, max_size=5)


def plain(contacts: Any) -> list[Contact]:
    """The contacts without what no file holds: their ids here, and E.164, which is derived anew."""
    return [
        msgspec.structs.replace(
            contact, id="", numbers=tuple(msgspec.structs.replace(number, e164=None) for number in contact.numbers)
        )
        for contact in contacts
    ]


@given(people=people.map(lambda people: [person for person in people if not find_problems(person)]))
def test_every_file_can_be_imported_again_without_a_loss(people: list[Contact]) -> None:
    if not people:
        return
    what = book(people)
    for file, read in READERS.items():
        assert [row.contact for row in read(rendered(file, what, numbers="typed")).rows] == plain(what.contacts)


def test_numbers_are_as_phones_get_them_or_as_typed() -> None:
    what = book(PEOPLE, NumberForm.E164)
    assert b"030/123456-15" in rendered("contacts.csv", what, numbers="typed")
    for file in READERS:
        body = rendered(file, what)
        assert b"+443012345615" in body
        assert b"030/123456-15" not in body


def test_no_cell_of_the_spreadsheet_is_a_formula() -> None:
    evil = book([person("1", ("", "=1+1"), display_name="=cmd|' /C calc'!A0")])
    assert b"'=cmd" in rendered("contacts.csv", evil)
    assert b",=1" not in rendered("contacts.csv", evil)
