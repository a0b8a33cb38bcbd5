"""Many contacts: selected and changed at once, from other phonebooks, 100,000; and how accessible all that is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from support.contact_book import Book, make_book, open_table, table, undo
from support.pages import ADMINISTRATOR, LOOKS, Theme, find_violations, open_page, row, sign_in
from support.server import RunningServer


@pytest.fixture
def book(served: RunningServer) -> Iterator[Book]:
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as api:
        yield make_book(served, api)


def test_selected_contacts_and_all_that_match_are_changed_and_that_is_undone(signed_in: Page, book: Book) -> None:
    contacts = [book.add(f"Emil {letter}", f"030 901800{n}") for n, letter in enumerate("ABCDEF")]
    book.add("Zoë Z")
    page = signed_in
    open_table(page, f"{book.url}?search=emil")
    page.get_by_role("checkbox", name="Select Emil B").click()
    page.get_by_role("checkbox", name="Select Emil D").click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="What is done with the selected contacts")
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Select all 6").click()
    expect(bar).to_contain_text("6 selected")
    page.get_by_role("checkbox", name="Select Emil F").click()
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Groups").click()
    page.get_by_role("dialog").get_by_role("combobox", name="Groups").fill("Kunden")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(row(page, "Kunden")).to_have_count(5)
    assert [book.get(contact)["groups"] for contact in contacts] == [["Kunden"]] * 5 + [[]]
    undo(page, "5 contacts changed.")
    expect(row(page, "Kunden")).to_have_count(0)

    table(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert book.total() == 1
    undo(page, "6 contacts deleted.")
    expect(row(page, "Emil")).to_have_count(6)


def test_a_large_change_goes_on_in_the_background_and_is_undone(signed_in: Page, book: Book) -> None:
    book.import_rows(2_500)
    other = book.api.post(f"/api/v1/sites/{book.site}/phonebooks", json={"name": "Lager"}).json()["id"]
    page = signed_in
    open_table(page, book.url)
    table(page).focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("combobox", name="Phonebook").click()
    page.get_by_role("option", name="Lager").click()
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    expect(page.get_by_text("2,500 contacts copied.")).to_be_visible()
    assert book._replace(id=other).total() == 2_500
    undo(page, "2,500 contacts copied.")
    expect(page.get_by_text("Brought back.")).to_be_visible()
    assert book._replace(id=other).total() == 0


def test_contacts_of_other_phonebooks_are_shown_with_the_way_to_their_home(
    signed_in: Page, served: RunningServer, book: Book
) -> None:
    other = make_book(served, book.api, "Vertrieb")
    book.add("Anna Here", "030 9018001")
    other.add("Bea There", "030 9018002")
    assert book.api.put(f"/api/v1/phonebooks/{book.id}/inclusions/{other.id}", json={"groups": []}).status_code == 200
    page = signed_in
    open_table(page, book.url)
    expect(page.get_by_role("checkbox", name="Select Bea There")).to_have_count(0)
    page.get_by_role("button", name="Bea There").click()
    expect(page.get_by_text("This contact belongs to the phonebook “Vertrieb”")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_count(0)
    page.get_by_role("link", name="Open it there").click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="First name")).to_have_value("Bea")


@pytest.mark.slow
def test_a_phonebook_with_100000_contacts_is_scrolled_searched_and_edited(signed_in: Page, book: Book) -> None:
    book.import_rows(100_000)
    page = signed_in
    open_table(page, book.url)
    expect(page.get_by_text("100,000 contacts")).to_be_visible()
    table(page).focus()
    page.keyboard.press("Control+End")
    expect(row(page, "N099999")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.type("Werft")
    page.keyboard.press("Enter")
    expect(row(page, "N099999")).to_contain_text("Werft")
    page.keyboard.press("/")
    page.keyboard.type("n0500")
    expect(page.get_by_text("100 found")).to_be_visible()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_contacts_are_accessible(
    browser: Browser, served: RunningServer, book: Book, theme: Theme, size: tuple[int, int]
) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(book.url)
        expect(page.get_by_role("heading", name="No contact yet")).to_be_visible()
        assert find_violations(page) == []
        book.add("Bea Aydın", "0171 5551234", organization="Werft", groups=["Kunden", "Berlin"])
        book.add("Cem Öztürk", "200")
        expect(row(page, "Bea")).to_be_visible()
        page.get_by_role("checkbox", name="Select Bea Aydın").click()
        expect(page.get_by_text("1 selected")).to_be_visible()
        assert find_violations(page) == []
        page.get_by_role("button", name="Groups", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert find_violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Bea Aydın").click()
        page.get_by_role("button", name="Show earlier versions").click()
        expect(page.get_by_text("as it is now")).to_be_visible()
        assert find_violations(page) == []
