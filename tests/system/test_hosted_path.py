"""The main job with one program: contacts go in, the hosted Yealink service turns them into what phones fetch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree
from support.office import Office, Phone
from support.server import RunningServer

GOOGLE = (
    "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n"
    "Ann,Example,* myContacts ::: Sales,Work,ann@example.org,Mobile,+49 30 23125 001\n"
    "Jörg,Müller & Söhne,* myContacts,,,Work,030 23125002\n"
).encode()
APPLE = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Tanaka;Yuki;;;\r\nFN:Yuki Tanaka\r\n"
    b"item1.TEL:+81 3-5555-0123\r\nitem1.X-ABLabel:Reception\r\nUID:tanaka-1\r\nEND:VCARD\r\n"
)


@pytest.fixture
def office(hosting: RunningServer) -> Iterator[Office]:
    office = Office(hosting)
    yield office
    office.close()


def names(xml: bytes) -> list[str]:
    return [str(name.text) for name in etree.fromstring(xml).iter("Name")]


def test_a_contact_typed_in_once_appears_on_a_yealink_phone(office: Office) -> None:
    assert office.wait_for("disabled")["access"] is None
    office.add("Ann Example", "0171 5551234", numbers=[{"label": "Mobile", "value": "0171 5551234"}])
    assert office.decide()["state"] == "enabled"
    answer = office.phone().fetch()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    entry = etree.fromstring(answer.content).find("DirectoryEntry")
    assert entry is not None
    assert entry.findtext("Name") == "Ann Example"
    number = entry.find("Telephone")
    assert number is not None
    assert (number.get("label"), number.text) == ("Mobile", "0171 5551234")


def test_imported_files_appear_in_the_very_next_fetch_and_change_nothing_twice(office: Office) -> None:
    office.decide()
    phone = office.phone()
    for data, filename, read in ((GOOGLE, "google.csv", 2), (APPLE, "apple.vcf", 1)):
        counts = office.import_file(data, filename)
        assert (counts["read"], counts["created"], counts["rejected"]) == (read, read, 0)
        again = office.import_file(data, filename)
        assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, read)
    assert names(phone.fetch().content) == ["Ann Example", "Jörg Müller & Söhne", "Yuki Tanaka"]


def test_a_file_imported_on_the_command_line_reaches_the_phones_of_the_running_server(
    office: Office, hosting: RunningServer
) -> None:
    office.decide()
    phone = office.phone()
    path = hosting.data_dir.parent / "google.csv"
    path.write_bytes(GOOGLE)
    counts = hosting.cli_json("import", str(path), "--phonebook", office.phonebook)
    assert (counts["read"], counts["created"]) == (2, 2)
    office.add("Somebody", "200")  # the next commit, so the one before has been announced by now or with it
    assert names(phone.fetch().content) == ["Ann Example", "Jörg Müller & Söhne", "Somebody"]


def test_every_edit_is_in_the_very_next_fetch(office: Office) -> None:
    office.decide()
    phone = office.phone()
    contact = office.add("Number 0", "200")
    for number in range(1, 40):
        office.change(contact["id"], display_name=f"Number {number}")
        assert phone.shows(f"<Name>Number {number}</Name>")
    assert office.http.delete(f"/api/v1/contacts/{contact['id']}").status_code == 200
    assert not phone.shows("<Name>")


def test_groups_become_folders_in_the_book_for_dect(office: Office) -> None:
    office.add("Ann Example", "200", "201", "202", "203", groups=["Sales"])
    office.decide()
    book = etree.fromstring(office.phone().fetch("book.xml").content)
    units = [(str(menu.get("Name")), str(unit.get("Name"))) for menu in book.iter("Menu") for unit in menu]
    assert units == [("Sales", "Ann Example"), ("Sales", "Ann Example (2)")]


def test_numbers_are_written_in_the_output_form_of_the_phonebook(office: Office) -> None:
    office.add("Ann", "+49 30 23125001")
    office.decide()
    phone = office.phone()
    for form, prefix, written in (
        ("e164", "", "+493023125001"),
        ("international_00", "0", "000493023125001"),
        ("national", "0", "003023125001"),
    ):
        change = {"output": {"form": form, "outside_prefix": prefix}}
        assert office.http.patch(f"/api/v1/phonebooks/{office.phonebook}", json=change).status_code == 200
        assert phone.shows(f">{written}<")


def test_a_renamed_phonebook_renames_the_directory_on_the_phone(office: Office) -> None:
    office.decide()
    phone = office.phone()
    answer = office.http.patch(f"/api/v1/phonebooks/{office.phonebook}", json={"name": "Head <Office>"})
    assert answer.status_code == 200
    office.wait_for("enabled")
    assert phone.shows("<Title>Head &lt;Office&gt;</Title>")


def test_a_refused_change_of_settings_leaves_the_phones_served_and_says_why(office: Office) -> None:
    office.decide()
    phone = office.phone()
    refused = office.decide(refresh=9)
    assert (refused["state"], refused["settled"]) == ("enabled", True)
    assert [problem["field"] for problem in refused["problems"]] == ["refresh"]
    assert phone.fetch().status_code == 200
    mended = office.decide(refresh=7200)
    assert mended["problems"] == []
    assert "flash_time = 7200" in mended["access"]["snippets"][0]["text"]


def test_a_refused_change_survives_a_restart_without_taking_the_phones_down(
    office: Office, hosting: RunningServer
) -> None:
    office.decide()
    office.decide(refresh=9)
    phone = office.phone()
    hosting.restart()
    again = office.wait_for("enabled")
    assert [problem["field"] for problem in again["problems"]] == ["refresh"]
    assert phone.fetch().status_code == 200


def test_turning_off_ends_access_and_turning_on_again_restores_it_unchanged(office: Office) -> None:
    office.decide()
    phone = office.phone()
    assert office.decide(on=False)["state"] == "disabled"
    assert phone.fetch().status_code == 404
    assert office.decide()["state"] == "enabled"
    assert phone.fetch().status_code == 200  # the same password as before


def test_who_fetched_what_is_recorded_once_with_model_firmware_and_mac(office: Office) -> None:
    office.decide()
    phone = office.phone()
    size = int(phone.fetch().headers["content-length"])
    assert Phone(phone.url, phone.auth[0], "wrong").fetch().status_code == 401
    latest, first = office.wait_for_dispatches(2)
    assert (first["status"], first["bytes"], first["service"]) == (200, size, "yealink")
    told = first["phone"]
    assert (told["vendor"], told["model"], told["firmware"]) == ("Yealink", "T46G", "28.72.0.1")
    assert (told["mac"], told["address"]) == ("0015654aa937", "127.0.0.1")
    assert first["token"]
    assert latest["status"] == 401


def test_contacts_keep_what_belongs_to_services_and_phones_do_not_see_it(office: Office) -> None:
    contact = office.add("Ann", "200", meta={"acme": {"ring": 3}, "yealink": {"x": 1}})
    office.decide()
    office.change(contact["id"], title="Dr")
    stored = office.http.get(f"/api/v1/contacts/{contact['id']}").json()
    assert stored["meta"] == {"acme": {"ring": 3}, "yealink": {"x": 1}}


def test_a_deleted_phonebook_is_gone_for_its_phones(office: Office) -> None:
    office.decide()
    phone = office.phone()
    assert office.http.delete(f"/api/v1/phonebooks/{office.phonebook}").status_code == 200
    assert phone.fetch().status_code == 404


def test_hostile_names_arrive_as_valid_xml_with_nothing_lost(office: Office) -> None:
    hostile = 'Ann & "Bob" <b> \' ]]> <!DOCTYPE x> ‮right-to-left 😀 山田'
    office.add(hostile, "200", groups=["<&>"])
    office.decide()
    phone = office.phone()
    assert names(phone.fetch().content) == [hostile]
    book = etree.fromstring(phone.fetch("book.xml").content)
    assert [unit.get("Name") for unit in book.iter("Unit")] == [hostile]
