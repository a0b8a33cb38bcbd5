"""Reading vCards as real programs write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from phonebook_core import errors
from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.formats import Reading, read, read_vcard, write_rejected, write_vcard
from phonebook_core.formats.labels import EMAIL_TYPES, PHONE_TYPES, label_of_types

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> Reading:
    return read((SAMPLES / name).read_bytes(), filename=name)


def good(reading: Reading) -> list[Contact]:
    return [row.contact for row in reading.rows if row.contact is not None]


def numbers(contact: Contact) -> list[tuple[str, str]]:
    return [(number.label, number.value) for number in contact.numbers]


def one(*lines: str) -> Contact:
    (contact,) = good(read_vcard("\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD"]).encode()))
    return contact


def test_an_apple_card_with_labels_of_its_own_is_read() -> None:
    ann, company = good(sample("apple-3.0.vcf"))
    assert (ann.given_name, ann.family_name, ann.display_name) == ("Ann Marie", "Example", "")
    assert (ann.organization, ann.department) == ("Example Ltd", "Sales")
    assert numbers(ann) == [
        ("Mobile", "+44 7700 900123"),
        ("Work", "+44 1632 960001"),
        ("Work Fax", "+44 1632 960009"),
        ("Home Fax", "+44 1632 960002"),
        ("Direct line", "200"),
    ]
    assert ann.note.startswith("First line\nSecond line, with")
    assert ann.note.endswith("folded twice because it goes on and on until nobody wants to read it any more really")
    assert (company.organization, company.display_name, company.numbers[0].label) == ("Example Ltd", "", "Main")


def test_apple_group_cards_become_groups_of_their_members() -> None:
    reading = sample("apple-3.0.vcf")
    assert [contact.groups for contact in good(reading)] == [("Customers",), ("Customers",)]
    assert not any(row.problems for row in reading.rows)


def test_a_group_card_with_members_elsewhere_is_a_rejected_row() -> None:
    reading = sample("nextcloud-4.0.vcf")
    assert good(reading)[0].groups == ("Family",)
    assert [problem.code for row in reading.rows for problem in row.problems] == ["group_card"]


def test_a_nextcloud_card_is_read() -> None:
    (contact,) = good(sample("nextcloud-3.0.vcf"))
    assert numbers(contact) == [("Work", "+49 30 23125 101"), ("Mobile", "+49 171 39200 01")]
    assert contact.groups == ("Lieferanten", "Größe, Söhne")
    assert contact.external_id == "0a1b2c3d-0000-4000-8000-000000000003"


def test_numbers_that_are_uris_become_numbers_with_their_extension() -> None:
    (contact,) = good(sample("nextcloud-4.0.vcf"))
    assert numbers(contact) == [
        ("Home", "+49-30-23125-102 ext. 12"),
        ("Mobile", "+49-171-39200-02"),
        ("", "sip:taro@example.com"),
    ]
    assert contact.display_name == "山田 太郎"


@pytest.mark.parametrize("name", ["outlook-2.1.vcf", "nokia-2.1.vcf"])
def test_old_cards_in_latin1_and_quoted_printable_are_read(name: str) -> None:
    (contact,) = good(sample(name))
    assert (contact.given_name, contact.family_name) == ("Jörg", "Müller")
    assert not any(row.problems for row in sample(name).rows)


def test_an_outlook_note_with_soft_line_breaks_is_read() -> None:
    (contact,) = good(sample("outlook-2.1.vcf"))
    assert contact.note == "Erste Zeile\nZweite Zeile mit Größe"
    assert contact.organization == "Größe & Söhne GmbH"
    assert [label for label, _ in numbers(contact)] == ["Work", "Mobile", "Work Fax"]


def test_an_android_card_with_a_character_cut_in_two_is_read() -> None:
    taro, reception = good(sample("android-2.1.vcf"))
    assert (taro.given_name, taro.family_name, taro.display_name) == ("太郎", "山田", "")
    assert numbers(taro) == [("Mobile", "+1 650-555-0101"), ("Direct", "200")]
    assert reception.given_name == "Reception"


def test_pictures_are_dropped_and_said_to_be() -> None:
    assert "PHOTO" in sample("apple-3.0.vcf").ignored_columns


def test_every_broken_card_is_a_row_with_a_reason() -> None:
    reading = sample("broken.vcf")
    assert [(row.line, [problem.code for problem in row.problems]) for row in reading.rows] == [
        (1, ["outside_card"]),
        (2, ["no_end"]),
        (6, []),
        (11, ["unreadable"]),
        (16, []),
        (26, ["required"]),
        (29, ["no_end"]),
    ]
    assert [contact.numbers[0].value for contact in good(reading)] == ["2", "3"]


def test_a_file_without_any_card_is_refused() -> None:
    with pytest.raises(errors.Invalid, match="BEGIN:VCARD"):
        read_vcard(b"Name,Phone\nAnn,200\n")


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_any_line_ending_will_do_and_the_last_may_be_missing(ending: str) -> None:
    data = ending.join(["BEGIN:VCARD", "VERSION:3.0", "FN:Jö", " rg", "END:VCARD"]).encode()
    assert good(read_vcard(data))[0].display_name == "Jörg"


def test_a_fold_in_the_middle_of_a_character_is_mended() -> None:
    data = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:J\xc3\r\n \xb6rg\r\nEND:VCARD\r\n"
    assert good(read_vcard(data))[0].display_name == "Jörg"


def test_a_card_in_utf16_is_read() -> None:
    data = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jörg\r\nEND:VCARD\r\n".encode("utf-16")
    assert good(read(data))[0].display_name == "Jörg"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("TEL;WORK;VOICE:1", "Work"),
        ("TEL;TYPE=work,voice:1", "Work"),
        ("TEL;TYPE=work;TYPE=voice:1", "Work"),
        ('tel;type="CELL,VOICE":1', "Mobile"),
        ("TEL;TYPE=x-direct:1", "direct"),
        ("TEL;TYPE=Assistant:1", "Assistant"),
        ("TEL;TYPE=pref:1", ""),
        ("TEL:1", ""),
    ],
)
def test_types_in_every_style_become_labels(line: str, label: str) -> None:
    assert numbers(one("VERSION:3.0", "FN:A", line)) == [(label, "1")]


def test_usual_labels_and_their_types_mean_the_same() -> None:
    for table in (PHONE_TYPES, EMAIL_TYPES):
        assert {label: label_of_types(types) for label, types in table.items()} == {label: label for label in table}


def test_a_backslash_in_an_old_card_means_itself() -> None:
    assert one("VERSION:2.1", "FN:A", "NOTE:C:\\new\\; D").note == "C:\\new; D"


def test_a_label_of_our_own_is_written_as_apple_writes_it() -> None:
    data = write_vcard([Contact(given_name="Ann", numbers=(PhoneNumber(value="200", label="Door"),))], "3.0")
    assert b"item1.TEL:200\r\nitem1.X-ABLabel:Door\r\n" in data


def test_rejected_cards_can_be_mended_and_read_again() -> None:
    reading = sample("broken.vcf")
    data = write_rejected(reading, {11: "why"})
    assert b"just words" in data
    mended = data.replace(b"just words\r\n", b"")
    assert good(read_vcard(mended))[0].display_name == "Not a property follows"
