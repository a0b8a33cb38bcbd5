"""The files, byte for byte (`golden/`), and by what lxml makes of them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from phonebook_core.contact import in_order
from phonebook_core.phone_number import derive
from phonebook_vendor_grandstream.service import Grandstream, Settings
from phonebook_vendor_sdk import AboutBook, Book, Contact, NumberForm, OutputForm, PhoneNumber, PhoneRequest

GOLDEN = Path(__file__).parent / "golden"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
    return Grandstream.files[file].render(
        what, settings, PhoneRequest(file=file, url="http://phones.test/x", query=query)
    )


@pytest.mark.parametrize(
    ("golden", "file", "what", "more"),
    [
        ("phonebook.xml", "phonebook.xml", book(PEOPLE), {}),
        ("phonebook-e164.xml", "phonebook.xml", book(PEOPLE, NumberForm.E164), {"account": 1}),
        ("phonebook-empty.xml", "phonebook.xml", book([]), {}),
    ],
)
def test_the_bytes_are_the_golden_ones(golden: str, file: str, what: Book, more: dict[str, Any]) -> None:
    body = rendered(file, what, **more)
    path = GOLDEN / golden
    if os.environ.get("GOLDEN_WRITE"):
        path.write_bytes(body)
    assert body == path.read_bytes()
    etree.fromstring(body)


TEXT = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(["<&>", "]]>", "\"'\t\n\r\0"])
PERSON = st.builds(
    Contact,
    id=st.uuids().map(str),
    display_name=TEXT,
    family_name=TEXT,
    numbers=st.lists(st.builds(PhoneNumber, value=TEXT.filter(str.strip), label=TEXT), max_size=5).map(tuple),
    groups=st.lists(TEXT, max_size=2).map(tuple),
)
people = st.lists(PERSON, max_size=5)


def entries(what: Book, **chosen: Any) -> dict[str, Any]:
    root = etree.fromstring(rendered("phonebook.xml", what, **chosen))
    return {f"{c.findtext('FirstName')} {c.findtext('LastName')}".strip(): c for c in root.iter("Contact")}


def numbers(entry: Any) -> list[tuple[str, str]]:
    return [(phone.get("type"), phone.findtext("phonenumber")) for phone in entry.iter("Phone")]


def test_each_kind_of_number_has_its_type_and_more_than_three_get_another_entry() -> None:
    found = entries(book(PEOPLE))
    assert numbers(found["Ann Example"]) == [
        ("Work", "01632 960101"),
        ("Cell", "+44 7700 900101"),
        ("Home", "01632 960102"),
    ]
    assert numbers(found["Many numbers"]) == [("Work", "201"), ("Cell", "203"), ("Home", "202")]
    assert numbers(found["Many numbers (2)"]) == [("Work", "204"), ("Cell", "205")]
    assert "No number" not in found


def test_groups_have_names_and_their_contacts_say_which() -> None:
    root = etree.fromstring(rendered("phonebook.xml", book(PEOPLE)))
    names = {group.findtext("id"): group.findtext("name") for group in root.findall("pbgroup")}
    assert list(names.values()) == ["Board", "board", "Sales", "東京 & 大阪"]
    assert [names[g.text] for g in entries(book(PEOPLE))["Ann Example"].findall("Group")] == ["Sales", "Board"]


def test_the_id_of_an_entry_stays_while_others_come_and_go() -> None:
    before = {name: entry.findtext("id") for name, entry in entries(book(PEOPLE)).items()}
    after = {name: entry.findtext("id") for name, entry in entries(book(PEOPLE[2:])).items()}
    assert after == {name: before[name] for name in after}
    assert len(set(before.values())) == len(before)


def test_the_account_that_calls_can_be_chosen() -> None:
    assert entries(book(PEOPLE), account=2)["Zentrale"].findtext("Phone/accountindex") == "2"


def test_older_models_get_the_same_under_their_name() -> None:
    assert rendered("gs_phonebook.xml", book(PEOPLE)) == rendered("phonebook.xml", book(PEOPLE))


@given(people=people)
def test_whatever_the_contacts_contain_it_parses_and_no_number_is_lost(people: list[Contact]) -> None:
    what = book(people)
    root = etree.fromstring(rendered("phonebook.xml", what))
    wanted = [FORBIDDEN.sub("", what.dial(number)) for contact in what.with_numbers for number in contact.numbers]
    assert sorted(each.text or "" for each in root.iter("phonenumber")) == sorted(wanted)
