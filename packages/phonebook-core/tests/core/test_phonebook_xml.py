"""Phonebooks of telephones in XML: recognised, and read without what makes XML dangerous. See also `test_corpus`."""

from __future__ import annotations

import time

import pytest

from phonebook_core.contact import Contact
from phonebook_core.errors import Invalid
from phonebook_core.formats import Reading, read, read_xml, write_rejected

LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(12)
) + b"]><phonebooks><contact><person><realName>&m;</realName></person></contact></phonebooks>"  # fmt: skip


def good(reading: Reading) -> list[Contact]:
    return [row.contact for row in reading.rows if row.contact is not None]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LAUGHS, "doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><phonebooks/>', "doctype"),
        (b'<!DOCTYPE phonebooks [<!ENTITY x SYSTEM "http://127.0.0.1/">]><phonebooks>&x;</phonebooks>', "doctype"),
        (b"<phonebooks>&nbsp;</phonebooks>", "broken_xml"),
        (b"<phonebooks><contact></phonebooks>", "broken_xml"),
        (b"<phonebooks><contact><person><realName>A & B</realName></person></contact></phonebooks>", "broken_xml"),
        (b"<phonebooks>" + b"<a>" * 40 + b"</a>" * 40 + b"</phonebooks>", "too_large"),
        (b"<html><body>Sign in</body></html>", "unknown_xml"),
        (b"<CompanyIPPhoneMenu><MenuItem><Name>a</Name><URL>b</URL></MenuItem></CompanyIPPhoneMenu>", "menu"),
        (b'<?xml version="1.0" encoding="klingon"?><phonebooks/>', "unknown_encoding"),
        ('<?xml version="1.0" encoding="utf-8"?><phonebooks a="é"/>'.encode("cp1252"), "wrong_encoding"),
        ('<phonebooks a="é"/>'.encode("cp1252"), "wrong_encoding"),
    ],
)
def test_what_is_no_plain_phonebook_is_refused_in_a_moment_with_a_sentence(data: bytes, code: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        read(data)
    assert time.process_time() - began < 1
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_a_wrong_encoding_can_be_corrected() -> None:
    data = "<phonebooks><contact><person><realName>Jörg</realName></person></contact></phonebooks>".encode("cp1252")
    assert good(read_xml(data, encoding="cp1252"))[0].display_name == "Jörg"


def test_utf_16_with_its_declaration_is_read() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><AddressBook><Contact><LastName>Jörg</LastName></Contact></AddressBook>'
    )
    assert good(read(text.encode("utf-16")))[0].family_name == "Jörg"


def test_a_prefix_of_a_namespace_is_ignored() -> None:
    unit = b'<y:Unit Name="a" Phone1="1"/>'
    data = b'<y:YealinkIPPhoneBook xmlns:y="urn:x"><y:Menu Name="m">' + unit + b"</y:Menu></y:YealinkIPPhoneBook>"
    assert good(read(data))[0].numbers[0].value == "1"


def test_the_local_contacts_of_a_phone_are_read_without_its_own_groups() -> None:
    data = (
        b'<root_contact><contact display_name="Ann" office_number="1" mobile_number="" other_number="3" line="-1" '
        b'ring="Auto" group_id_name="All Contacts"/></root_contact>'
    )
    (ann,) = good(read(data))
    assert [(number.label, number.value) for number in ann.numbers] == [("Work", "1"), ("Other", "3")]
    assert ann.groups == ()


def test_first_and_last_name_with_typed_numbers_are_read() -> None:
    data = (
        b"<IPPhoneDirectory><DirectoryEntry><LastName>Fenwick</LastName><FirstName>Orla</FirstName><PhoneNumbers>"
        b"<Phone><Number>1</Number><Type>Mobile</Type></Phone></PhoneNumbers></DirectoryEntry></IPPhoneDirectory>"
    )
    (orla,) = good(read(data))
    assert (orla.family_name, orla.numbers[0].label) == ("Fenwick", "Mobile")


def test_an_entry_with_an_overlong_text_is_rejected_and_can_be_mended_and_read_again() -> None:
    entry = "<DirectoryEntry><Name>{}</Name><Telephone>1</Telephone></DirectoryEntry>"
    data = f"<FanvilIPPhoneDirectory>{entry.format('A')}{entry.format('B' * 300)}</FanvilIPPhoneDirectory>".encode()
    reading = read(data)
    assert [(row.line, bool(row.problems)) for row in reading.rows] == [(1, False), (2, True)]
    assert reading.counted_in == "contact"
    rejected = write_rejected(reading, {2: "Shorten -- this."})
    assert b"Shorten - - this." in rejected
    assert [bool(row.problems) for row in read(rejected).rows] == [True]
    assert good(read(rejected.replace(b"B" * 300, b"Bob")))[0].display_name == "Bob"


def test_a_rejected_unit_keeps_the_marks_in_its_attributes() -> None:
    unit = f'<Unit Name="{"n" * 300} > b" Phone1="1"/>'
    reading = read(f'<YealinkIPPhoneBook><Menu Name="m">{unit}</Menu></YealinkIPPhoneBook>'.encode())
    assert reading.rows[0].cells == (unit,)


def test_an_entry_with_too_many_elements_is_rejected_and_the_others_are_read() -> None:
    many = "<number>1</number>" * 3000
    big = f"<contact><telephony>{many}</telephony></contact>"
    small = "<contact><person><realName>A</realName></person></contact>"
    reading = read(f"<phonebooks>{big}{small}</phonebooks>".encode())
    assert [[problem.code for problem in row.problems] for row in reading.rows] == [["too_many"], []]
