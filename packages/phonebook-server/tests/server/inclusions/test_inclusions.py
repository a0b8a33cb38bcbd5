"""Inclusions over real HTTP: who may, what is refused, what readers of the including phonebook get."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from support.server import Person, RunningServer

_counter = itertools.count()


class Town:
    """Sites and phonebooks, made as a test needs them, by name."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api

    def site(self, name: str = "Office") -> str:
        id: str = self.api.post("/api/v1/sites", json={"name": name, "region": "DE"}).json()["id"]
        return id

    def book(self, site: str, name: str) -> str:
        id: str = self.api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": name}).json()["id"]
        return id

    def add(self, book: str, name: str, *numbers: str, groups: tuple[str, ...] = ()) -> str:
        body = {"display_name": name, "numbers": [{"value": number} for number in numbers], "groups": groups}
        answer = self.api.post(f"/api/v1/phonebooks/{book}/contacts", json=body)
        assert answer.status_code == 201, answer.text
        id: str = answer.json()["id"]
        return id

    def include(self, book: str, other: str, *groups: str, api: httpx.Client | None = None) -> httpx.Response:
        return (api or self.api).put(f"/api/v1/phonebooks/{book}/inclusions/{other}", json={"groups": groups})

    def changes(self, book: str, since: str = "") -> Any:
        return self.api.get(f"/api/v1/phonebooks/{book}/changes", params={"since": since}).json()


@pytest.fixture
def town(api: httpx.Client) -> Town:
    return Town(api)


@pytest.fixture
def person(api: httpx.Client, running: RunningServer) -> Iterator[tuple[Person, httpx.Client]]:
    made = running.add_person(f"person{next(_counter)}@example.org")
    with running.client(made.token) as client:
        yield made, client


def names(changes: Any) -> list[str]:
    return sorted(contact["display_name"] for contact in changes["upserts"])


def test_an_included_phonebook_is_listed_with_its_name_its_site_its_groups_and_how_many_come_along(town: Town) -> None:
    site = town.site("Berlin")
    sales, company, more = (town.book(site, name) for name in ("Sales", "Company", "More"))
    town.add(company, "Anna", "1", groups=("VIP",))
    town.add(company, "Bernd", "2")
    assert town.include(company, more).status_code == 200
    made = town.include(sales, company, "VIP", "VIP", "Board")
    assert (made.status_code, made.json()["groups"], made.json()["contacts"]) == (200, ["VIP", "Board"], 1)
    listed = town.api.get(f"/api/v1/phonebooks/{sales}/inclusions").json()
    assert listed["items"] == [made.json()]
    assert {"name": "Company", "site_name": "Berlin", "site_id": site, "deleted": False}.items() <= made.json().items()
    assert [(each["name"], [edge["phonebook_id"] for edge in each["includes"]]) for each in listed["members"]] == [
        ("Sales", [company]),
        ("Company", [more]),
        ("More", []),
    ]
    again = town.include(sales, company)
    assert (again.json()["contacts"], again.json()["created_at"]) == (2, made.json()["created_at"])


def test_what_a_reader_gets_is_the_merged_book_with_duplicates_shown_once(town: Town) -> None:
    site = town.site()
    sales, company = town.book(site, "Sales"), town.book(site, "Company")
    town.add(sales, "Own switchboard", "030 23125000")
    town.add(company, "Switchboard", "+49 30 23125000")
    both = town.add(company, "Both", "030/23125000", "200")
    town.add(company, "Nobody")
    town.include(sales, company)
    changes = town.changes(sales)
    assert names(changes) == ["Both", "Nobody", "Own switchboard"]
    [shown] = [contact for contact in changes["upserts"] if contact["id"] == both]
    assert [number["value"] for number in shown["numbers"]] == ["200"]
    assert shown["phonebook_id"] == company
    assert names(town.changes(company)) == ["Both", "Nobody", "Switchboard"]


def test_a_change_in_the_included_phonebook_and_one_of_the_inclusion_come_as_deltas(town: Town) -> None:
    site = town.site()
    sales, company = town.book(site, "Sales"), town.book(site, "Company")
    anna = town.add(company, "Anna", "1", groups=("VIP",))
    bernd = town.add(company, "Bernd", "2")
    before = town.changes(sales)["token"]
    town.include(sales, company)
    came = town.changes(sales, before)
    assert (names(came), came["removals"], came["snapshot"]) == (["Anna", "Bernd"], [], False)
    town.api.patch(f"/api/v1/contacts/{anna}", json={"display_name": "Anne"})
    changed = town.changes(sales, came["token"])
    assert (names(changed), changed["removals"]) == (["Anne"], [])
    town.include(sales, company, "VIP")
    filtered = town.changes(sales, changed["token"])
    assert (names(filtered), filtered["removals"], filtered["snapshot"]) == (["Anne"], [bernd], False)
    assert town.api.delete(f"/api/v1/phonebooks/{sales}/inclusions/{company}").json()["groups"] == ["VIP"]
    left = town.changes(sales, filtered["token"])
    assert (names(left), sorted(left["removals"]), left["snapshot"]) == ([], sorted([anna, bernd]), False)
    assert town.changes(sales, left["token"])["token"] == left["token"]


def test_a_deleted_phonebook_takes_its_contacts_away_and_brings_them_back(town: Town) -> None:
    site = town.site()
    sales, company = town.book(site, "Sales"), town.book(site, "Company")
    town.add(company, "Anna", "1")
    town.include(sales, company)
    token = town.changes(sales)["token"]
    undo = town.api.delete(f"/api/v1/phonebooks/{company}").json()["undo"]
    gone = town.changes(sales, token)
    assert (names(gone), len(gone["removals"])) == ([], 1)
    [listed] = town.api.get(f"/api/v1/phonebooks/{sales}/inclusions").json()["items"]
    assert (listed["deleted"], listed["contacts"]) == (True, 0)
    assert town.api.post(undo).is_success
    assert names(town.changes(sales, gone["token"])) == ["Anna"]


def test_a_loop_is_refused_with_its_path(town: Town) -> None:
    site = town.site()
    sales, company, group = (town.book(site, name) for name in ("Sales", "Company", "Group"))
    assert town.include(sales, company).is_success
    refused = town.include(company, sales)
    assert (refused.status_code, refused.json()["code"]) == (409, "loop")
    assert "“Company” includes “Sales”, which includes “Company”" in refused.json()["detail"]
    assert town.include(company, group).is_success
    assert (
        "“Group” includes “Sales”, which includes “Company”, which includes “Group”"
        in (town.include(group, sales).json()["detail"])
    )
    assert town.include(sales, sales).status_code == 409
    assert town.api.get(f"/api/v1/phonebooks/{group}/inclusions").json()["items"] == []


def test_a_loop_through_a_deleted_phonebook_is_refused_too_as_it_may_come_back(town: Town) -> None:
    site = town.site()
    sales, company, group = (town.book(site, name) for name in ("Sales", "Company", "Group"))
    town.include(sales, company)
    town.include(company, group)
    town.api.delete(f"/api/v1/phonebooks/{company}")
    assert town.include(group, sales).json()["code"] == "loop"


def test_at_most_64_phonebooks_are_merged_for_whoever_includes_them(town: Town) -> None:
    site = town.site()
    books = [town.book(site, f"Book {number}") for number in range(65)]
    head = town.book(site, "Head")
    for one, other in itertools.pairwise(books[:64]):
        assert town.include(one, other).is_success
    refused = town.include(books[63], books[64])
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many")
    assert refused.json()["detail"].startswith("A phonebook that includes “Book 63” would be merged from 65 phonebooks")
    assert town.include(head, books[0]).json()["detail"].startswith("“Head” would be merged from 65 phonebooks")
    town.add(books[63], "Far away", "1")
    assert names(town.changes(books[0])) == ["Far away"]
    assert len(town.changes(books[0])["token"]) < 1_600


def test_a_phonebook_of_another_site_is_included_by_a_manager_of_both_or_an_administrator(
    town: Town, person: tuple[Person, httpx.Client], running: RunningServer
) -> None:
    branch, head = town.site("Branch"), town.site("Head office")
    sales, company = town.book(branch, "Sales"), town.book(head, "Company")
    town.add(company, "Anna", "1")
    somebody, client = person

    def join(site: str, role: str) -> None:
        assert town.api.put(f"/api/v1/sites/{site}/members/{somebody.id}", json={"role": role}).is_success

    join(branch, "manager")
    assert town.include(sales, company, api=client).status_code == 404
    join(head, "editor")
    refused = town.include(sales, company, api=client)
    assert (refused.status_code, "takes a manager of both sites" in refused.json()["detail"]) == (403, True)
    join(head, "manager")
    assert town.include(sales, company, api=client).is_success
    with closing(sqlite3.connect(running.data_dir / "phonebook.sqlite3")) as db:
        noted = db.execute("SELECT site_id, subject FROM activity WHERE action = 'inclusion.added'").fetchall()
    assert {(branch, "Sales"), (head, "Company")} <= set(noted)
    assert town.api.delete(f"/api/v1/sites/{head}/members/{somebody.id}").is_success
    shown = client.get(f"/api/v1/phonebooks/{sales}/changes").json()
    assert names(shown) == ["Anna"]
    assert client.get(f"/api/v1/contacts/{shown['upserts'][0]['id']}").status_code == 404
    assert client.delete(f"/api/v1/phonebooks/{sales}/inclusions/{company}").is_success
    assert town.include(sales, company, api=client).status_code == 404
    assert client.delete(f"/api/v1/phonebooks/{sales}/inclusions/{company}").status_code == 404


@pytest.mark.parametrize("groups", [["x" * 256], [" "], ["a\0b"], [""], ["x"] * 1 + [str(n) for n in range(200)]])
def test_groups_that_no_contact_can_have_are_refused_with_their_place(town: Town, groups: list[str]) -> None:
    site = town.site()
    refused = town.include(town.book(site, "Sales"), town.book(site, "Company"), *groups)
    assert refused.status_code == 400
    assert refused.json()["problems"][0]["field"].startswith("groups")


def test_the_list_shows_the_merged_book_in_the_one_order_and_says_what_is_included(town: Town) -> None:
    site = town.site()
    sales, company = town.book(site, "Sales"), town.book(site, "Company")
    for number, name in enumerate(["Anna", "Clara", "Emil"]):
        town.add(sales, name, f"10{number}")
    for number, name in enumerate(["Bernd", "Dora", "Fritz"]):
        town.add(company, name, f"20{number}")
    town.add(company, "Another Anna", "100")
    town.include(sales, company)
    items: list[Any] = []
    cursor = None
    while True:
        params: dict[str, str | int] = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = town.api.get(f"/api/v1/phonebooks/{sales}/contacts", params=params).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [item["display_name"] for item in items] == ["Anna", "Bernd", "Clara", "Dora", "Emil", "Fritz"]
    assert [item["included"] for item in items] == [False, True] * 3
    assert {item["phonebook_id"] for item in items} == {sales, company}
    own = town.api.get(f"/api/v1/phonebooks/{sales}/contacts", params={"included": "false"}).json()
    assert [item["display_name"] for item in own["items"]] == ["Anna", "Clara", "Emil"]


def test_an_included_contact_in_the_list_has_all_of_its_numbers_so_that_editing_it_loses_none(town: Town) -> None:
    site = town.site()
    sales, company = town.book(site, "Sales"), town.book(site, "Company")
    town.add(sales, "Anna", "100")
    town.add(company, "Desk", "100", "200")
    town.include(sales, company)
    [listed] = town.api.get(f"/api/v1/phonebooks/{sales}/contacts", params={"search": "Desk"}).json()["items"]
    assert [number["value"] for number in listed["numbers"]] == ["100", "200"]
    [shown] = [each for each in town.changes(sales)["upserts"] if each["display_name"] == "Desk"]
    assert [number["value"] for number in shown["numbers"]] == ["200"], "phones show each number once"
    assert shown["included"]


def test_a_token_of_a_merged_book_gets_a_snapshot_where_it_is_none(town: Town) -> None:
    site = town.site()
    sales, company = town.book(site, "Sales"), town.book(site, "Company")
    town.add(sales, "Anna", "1")
    town.include(sales, company)
    token = town.changes(sales)["token"]
    elsewhere = town.changes(company, token)
    assert (elsewhere["snapshot"], elsewhere["upserts"]) == (True, [])
    for broken in (token[:-3], token[3:], "kZTE", "kA", "kZGR", token.swapcase()):
        assert town.changes(sales, broken)["snapshot"], broken
