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
from phonebook_vendor_sdk import AboutBook, Book, Contact, NumberForm, OutputForm, PhoneNumber, PhoneRequest
from phonebook_vendor_snom.service import Settings, Snom

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
    settings = Settings(
        **{"username": "pb-1", "password": "secret-secret", "title": "Example & Söhne <GmbH>", **chosen}
    )
    return Snom.files[file].render(what, settings, PhoneRequest(file=file, url="http://phones.test/x", query=query))


@pytest.mark.parametrize(
    ("golden", "file", "what", "more"),
    [
        ("directory.xml", "directory.xml", book(PEOPLE), {}),
        ("directory-e164.xml", "directory.xml", book(PEOPLE, NumberForm.E164), {}),
        ("directory-empty.xml", "directory.xml", book([]), {}),
        ("dect.xml", "dect.xml", book(PEOPLE), {}),
        ("dect-empty.xml", "dect.xml", book([]), {}),
        ("browse.xml", "browse.xml", book(PEOPLE), {}),
        ("browse-found.xml", "browse.xml", book(PEOPLE), {"query": (("q", "ann"),)}),
        ("browse-search.xml", "browse.xml", book(PEOPLE), {"query": (("search", "1"),)}),
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


def test_every_number_is_in_the_directory_with_its_type() -> None:
    root = etree.fromstring(rendered("directory.xml", book(PEOPLE)))
    assert (root.tag, root.get("e"), root.get("version")) == ("tbook", "2", "2.0")
    numbers = {c.findtext("last_name"): [(n.get("type"), n.get("no")) for n in c.iter("number")] for c in root}
    assert numbers["Example"] == [
        ("mobile", "+44 7700 900101"),
        ("business", "01632 960101"),
        ("home", "01632 960102"),
    ]
    assert numbers["Many numbers"][-1] == ("fixed", "205")
    assert [c.findtext("first_name") for c in root if c.findtext("last_name") == "Example"] == ["Ann"]


def test_a_base_gets_its_three_numbers_in_the_fixed_order_and_none_is_lost() -> None:
    body = rendered("dect.xml", book(PEOPLE))
    entries = [[(each.tag, each.text or "") for each in entry] for entry in etree.fromstring(body)]
    assert all([tag for tag, _ in entry] == ["Name", "Telephone", "Office", "Mobile"] for entry in entries)
    found = {entry[0][1]: [text for _, text in entry[1:]] for entry in entries}
    assert found["Ann Example"] == ["01632 960102", "01632 960101", "+44 7700 900101"]
    assert found["Many numbers"] == ["205", "201", "203"]
    assert found["Many numbers (2)"] == ["204", "202", ""]
    assert b"<Mobile></Mobile>" in body
    assert b"/>" not in body


def test_pages_lead_to_each_other_and_keep_what_was_searched_for() -> None:
    many = book([person(f"{n:03}", ("", str(n)), display_name=f"Ann {n:03}") for n in range(70)])

    def page(*query: tuple[str, str]) -> tuple[list[str], dict[str, str]]:
        root = etree.fromstring(rendered("browse.xml", many, query))
        keys = {key.findtext("Name", ""): key.findtext("URL", "") for key in root.iter("SoftKeyItem")}
        return [entry.findtext("Name", "") for entry in root.iter("DirectoryEntry")], keys

    names, keys = page()
    assert (len(names), names[0]) == (30, "Ann 000")
    assert keys == {"F1": "http://phones.test/x?search=1", "F4": "http://phones.test/x?page=2"}
    names, keys = page(("page", "3"))
    assert (names, list(keys)) == ([f"Ann {n:03}" for n in range(60, 70)], ["F1", "F2"])
    _, keys = page(("q", "ann"), ("page", "1"))
    assert keys["F4"] == "http://phones.test/x?q=ann&page=2"


@given(people=people)
def test_whatever_the_contacts_contain_it_parses_and_no_number_is_lost(people: list[Contact]) -> None:
    what = book(people)
    wanted = [FORBIDDEN.sub("", what.dial(number)) for contact in what.with_numbers for number in contact.numbers]
    root = etree.fromstring(rendered("directory.xml", what))
    assert [number.get("no") for number in root.iter("number")] == wanted
    root = etree.fromstring(rendered("dect.xml", what))
    found = [each.text for entry in root for each in list(entry)[1:] if each.text]
    assert sorted(found) == sorted(filter(None, wanted))
    root = etree.fromstring(rendered("browse.xml", what))
    assert [each.text or "" for each in root.iter("Telephone")] == wanted
