"""Phonebooks that include others, up to the phone: what is saved in one is in the next fetch of all that include it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree
from support.office import Office, Phone
from support.server import RunningServer


@pytest.fixture
def branch(hosting: RunningServer) -> Iterator[Office]:
    """The office whose phone is looked at; it includes nothing yet."""
    office = Office(hosting, "Branch")
    yield office
    office.close()


@pytest.fixture
def company(hosting: RunningServer) -> Iterator[Office]:
    """Another site with a phonebook that can be included."""
    office = Office(hosting, "Company")
    yield office
    office.close()


def include(office: Office, other: str, *groups: str, into: str | None = None) -> None:
    answer = office.http.put(
        f"/api/v1/phonebooks/{into or office.phonebook}/inclusions/{other}", json={"groups": groups}
    )
    assert answer.status_code == 200, answer.text


def names(phone: Phone) -> list[str]:
    answer = phone.fetch()
    assert answer.status_code == 200, answer.text
    return [str(name.text) for name in etree.fromstring(answer.content).iter("Name")]


def test_a_contact_saved_in_the_company_book_is_in_the_very_next_fetch_of_the_branch(
    branch: Office, company: Office
) -> None:
    branch.add("Own", "200")
    between = branch.post(f"/api/v1/sites/{branch.site}/phonebooks", {"name": "Between"})["id"]
    include(branch, between)
    include(branch, company.phonebook, into=between)
    branch.decide()
    phone = branch.phone()
    assert names(phone) == ["Own"]
    contact = company.add("Number 0", "300")
    assert names(phone) == ["Number 0", "Own"]
    for number in range(1, 20):
        company.change(contact["id"], display_name=f"Number {number}")
        assert names(phone) == [f"Number {number}", "Own"]
    company.change(contact["id"], numbers=[{"value": "200"}])
    assert names(phone) == ["Own"]
    branch.http.delete(f"/api/v1/contacts/{_only(branch)}")
    assert names(phone) == ["Number 19"]


def test_leaving_an_inclusion_takes_its_contacts_away_at_the_next_fetch(branch: Office, company: Office) -> None:
    branch.add("Own", "200")
    company.add("Anna", "300", groups=["VIP"])
    company.add("Bernd", "301")
    branch.decide()
    phone = branch.phone()
    include(branch, company.phonebook)
    assert names(phone) == ["Anna", "Bernd", "Own"]
    include(branch, company.phonebook, "VIP")
    assert names(phone) == ["Anna", "Own"]
    url = f"/api/v1/phonebooks/{branch.phonebook}/inclusions/{company.phonebook}"
    assert branch.http.delete(url).status_code == 200
    assert names(phone) == ["Own"]


def test_a_deleted_phonebook_and_a_deleted_site_take_their_contacts_away_until_they_are_back(
    branch: Office, company: Office
) -> None:
    company.add("Anna", "300")
    include(branch, company.phonebook)
    branch.decide()
    phone = branch.phone()
    for path in (f"/api/v1/phonebooks/{company.phonebook}", f"/api/v1/sites/{company.site}"):
        assert names(phone) == ["Anna"]
        deleted = company.http.delete(path)
        assert deleted.status_code == 200, deleted.text
        assert names(phone) == []
        assert company.http.post(deleted.json()["undo"]).status_code == 200
        assert names(phone) == ["Anna"]


def _only(office: Office) -> str:
    [contact] = [
        item
        for item in office.http.get(f"/api/v1/phonebooks/{office.phonebook}/contacts").json()["items"]
        if item["phonebook_id"] == office.phonebook
    ]
    id: str = contact["id"]
    return id
