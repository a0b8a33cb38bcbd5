"""The two files, byte for byte (`golden/`), and by what lxml makes of them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from phonebook_core.contact import in_order
from phonebook_core.phone_number import derive
from phonebook_vendor_sdk import AboutBook, Book, Contact, NumberForm, OutputForm, PhoneNumber, PhoneRequest
from phonebook_vendor_yealink.service import Settings, Yealink

GOLDEN = Path(__file__).parent / "golden"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def settings(**more: str | int | bool) -> Settings:
    return Settings(**{"username": "pb-1", "password": "secret-secret", "title": "Example & Söhne <GmbH>", **more})  # type: ignore[arg-type]


def numbers(*pairs: tuple[str, str]) -> tuple[PhoneNumber, ...]:
    return tuple(PhoneNumber(label=label, value=value) for label, value in pairs)


PEOPLE = [
    Contact(
        id="01",
        given_name="Ann",
        family_name="Example",
        groups=("Sales", "Board"),
        numbers=numbers(("Mobile", "+44 7700 900101"), ("Office", "01632 960101"), ("Home", "01632 960102")),
    ),
    Contact(id="02", display_name="Zentrale", numbers=numbers(("", "200"))),
    Contact(
        id="03",
        display_name="Many numbers",
        groups=("Sales",),
        numbers=numbers(
            *(("work", "201"), ("work", "202"), ("cell", "203"), ("Büro", "204")),
            *(("fax", "205"), ("fax", "206"), ("", "207")),
        ),
    ),
    Contact(id="04", display_name="No number", groups=("Sales",)),
    Contact(id="05", display_name='O\'Neil & "Sons" <x> ]]>', numbers=numbers(('a"b<c&d', "+1 (201) 555-0123"))),
    Contact(id="06", display_name="Tab\there, line\nthere, return\rthere", numbers=numbers(("x\ty", "*21#"))),
    Contact(id="07", display_name="Bell\x07 null\x1b\ufffe end", numbers=numbers(("Work", "**9"))),
    Contact(id="08", display_name="山田太郎", groups=("東京 & 大阪",), numbers=numbers(("携帯", "+81 90-1234-5678"))),
    Contact(id="09", display_name="مريم \u202eabc", numbers=numbers(("Mobile", "sip:maryam@example.net"))),
    Contact(id="10", display_name="😀 Emoji", groups=("board",), numbers=numbers(("Mobil", "030/123456-15"))),
    Contact(id="11", organization="$(reboot) !x", numbers=numbers(("Work", "$Tone!"))),
    Contact(id="12", display_name="ann example", numbers=numbers(("Cell", "+49 30 901820"))),
]


def book(
    people: list[Contact], form: NumberForm = NumberForm.AS_TYPED, *, region: str = "GB", prefix: str = ""
) -> Book:
    about = AboutBook(id="b", name="B", region=region, output=OutputForm(form=form, outside_prefix=prefix))
    return Book(about, in_order(derive(contact, region) for contact in people))


def rendered(file: str, what: Book, **more: str | int | bool) -> bytes:
    return Yealink.files[file].render(what, settings(**more), PhoneRequest(file=file, url="http://phones.test/x"))


@pytest.mark.parametrize(
    ("golden", "file", "what"),
    [
        ("directory.xml", "directory.xml", book(PEOPLE)),
        ("directory-e164.xml", "directory.xml", book(PEOPLE, NumberForm.E164)),
        ("directory-national.xml", "directory.xml", book(PEOPLE, NumberForm.NATIONAL, prefix="9")),
        ("directory-empty.xml", "directory.xml", book([PEOPLE[3]])),
        ("book.xml", "book.xml", book(PEOPLE)),
        ("book-no-groups.xml", "book.xml", book([PEOPLE[1], PEOPLE[11]])),
        ("book-empty.xml", "book.xml", book([])),
    ],
)
def test_the_bytes_are_the_golden_ones(golden: str, file: str, what: Book) -> None:
    body = rendered(file, what)
    path = GOLDEN / golden
    if os.environ.get("GOLDEN_WRITE"):
        path.write_bytes(body)
    assert body == path.read_bytes()
    etree.fromstring(body)


def test_every_number_of_every_contact_is_in_the_directory_with_its_label() -> None:
    root = etree.fromstring(rendered("directory.xml", book(PEOPLE)))
    assert root.tag == "YealinkIPPhoneDirectory"
    assert root.findtext("Title") == "Example & Söhne <GmbH>"
    found = {
        entry.findtext("Name"): [(n.get("label", ""), n.text) for n in entry.findall("Telephone")]
        for entry in root.findall("DirectoryEntry")
    }
    assert len(found) == len(PEOPLE) - 1
    assert found["Ann Example"] == [("Mobile", "+44 7700 900101"), ("Office", "01632 960101"), ("Home", "01632 960102")]
    assert found["Bell null end"] == [("Work", "**9")]


def test_folders_hold_their_contacts_and_a_contact_is_in_each_of_its_groups() -> None:
    root = etree.fromstring(rendered("book.xml", book(PEOPLE), rest="Everyone else"))
    folders = {menu.get("Name"): [unit.get("Name") for unit in menu] for menu in root.findall("Menu")}
    assert list(folders) == ["Board", "board", "Sales", "東京 & 大阪", "Everyone else"]
    assert folders["Board"] == ["Ann Example"]
    assert folders["Sales"] == ["Ann Example", "Many numbers", "Many numbers (2)", "Many numbers (3)"]
    assert len(folders["Everyone else"]) == 7


@pytest.mark.parametrize(
    ("labels", "slots"),
    [
        (["Office"], ["1", "", ""]),
        (["Mobile"], ["", "1", ""]),
        (["Home"], ["", "", "1"]),
        ([""], ["1", "", ""]),
        (["", "", "Work"], ["3", "1", "2"]),
        (["Home", "Mobile", "Office"], ["3", "2", "1"]),
        (["Home", "Fax"], ["2", "", "1"]),
        (["Mobile", "Handy", "Büro"], ["3", "1", "2"]),
        (["WORK", "Work", "Cell"], ["1", "3", "2"]),
    ],
)
def test_each_kind_of_number_has_its_slot_and_the_rest_fill_up(labels: list[str], slots: list[str]) -> None:
    one = Contact(id="1", display_name="A", numbers=numbers(*((label, str(n)) for n, label in enumerate(labels, 1))))
    (unit,) = etree.fromstring(rendered("book.xml", book([one])))[1]
    assert [unit.get(f"Phone{n}") for n in (1, 2, 3)] == slots
    assert unit.get("default_photo") == "Resource:"


TEXT = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(["<&>", "]]>", "\"'\t\n\r\0"])
people = st.lists(
    st.builds(
        Contact,
        id=st.uuids().map(str),
        display_name=TEXT,
        numbers=st.lists(st.builds(PhoneNumber, value=TEXT.filter(str.strip), label=TEXT), max_size=5).map(tuple),
        groups=st.lists(TEXT, max_size=2).map(tuple),
    ),
    max_size=5,
)


@given(people=people)
def test_whatever_the_contacts_contain_it_parses_and_no_number_is_lost(people: list[Contact]) -> None:
    what = Book(AboutBook(id="b", name="B"), in_order(people))
    root = etree.fromstring(rendered("directory.xml", what))
    assert [n.text or "" for n in root.iter("Telephone")] == [
        FORBIDDEN.sub("", what.dial(number)) for contact in what.with_numbers for number in contact.numbers
    ]
    root = etree.fromstring(rendered("book.xml", what))
    units = [phone for unit in root.iter("Unit") for n in (1, 2, 3) if (phone := unit.get(f"Phone{n}"))]
    wanted = [
        FORBIDDEN.sub("", what.dial(number))
        for contact in what.with_numbers
        for _ in range(len(set(contact.groups)) or 1)
        for number in contact.numbers
    ]
    assert sorted(units) == sorted(filter(None, wanted))
