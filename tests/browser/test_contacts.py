"""Contacts one by one: in the table by keyboard, in the panel, and two people at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect
from support.contact_book import Book, make_book, open_table, table, undo
from support.pages import ADMINISTRATOR, find_violations, open_page, register, row, sign_in, submit
from support.server import RunningServer

COLLEAGUE: Final = "colleague@example.org"


@pytest.fixture
def book(served: RunningServer) -> Iterator[Book]:
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as api:
        yield make_book(served, api)


def test_contacts_are_found_edited_like_a_sheet_made_and_deleted_with_the_keyboard_alone(
    signed_in: Page, book: Book
) -> None:
    bea = book.add("Bea Aydın", "0171 5551234", organization="Werft")
    book.add("Cem Öztürk", "030 9018001")
    page = signed_in
    open_table(page, book.url)
    page.keyboard.press("/")
    page.keyboard.type("0171-555")
    expect(page.get_by_text("1 found")).to_be_visible()
    expect(row(page, "Cem")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_text("2 contacts")).to_be_visible()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Company of Bea Aydın")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Werft Nord")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Numbers of Bea Aydın 1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("030 9018777")
    page.keyboard.press("Enter")
    expect(row(page, "Bea")).to_contain_text("+1")
    expect(row(page, "Bea")).to_contain_text("Werft Nord")
    expect(table(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Numbers of Cem Öztürk 1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(table(page)).to_be_focused()
    numbers = [
        {"value": "0171 5551234", "label": "", "e164": "+491715551234"},
        {"value": "030 9018777", "label": "", "e164": "+49309018777"},
    ]
    book.await_stored(bea, organization="Werft Nord", numbers=numbers)

    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="First name")).to_be_focused()
    page.keyboard.type("Zoë")
    page.keyboard.press("Tab")
    page.keyboard.type("Adler")
    page.keyboard.press("Control+Enter")
    expect(row(page, "Zoë Adler")).to_be_visible()
    expect(table(page)).to_be_visible()

    table(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(row(page, "Cem")).to_have_count(0)
    undo(page, "Cem Öztürk")
    expect(row(page, "Cem")).to_be_visible()


def test_what_was_typed_in_the_row_and_is_refused_is_mended_in_the_panel(signed_in: Page, book: Book) -> None:
    contact = book.add("Bea Aydın", "0171 5551234")
    page = signed_in
    open_table(page, book.url)
    table(page).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    expect(page.get_by_role("textbox", name="Company of Bea Aydın")).to_be_focused()
    page.keyboard.insert_text("x" * 300)
    page.keyboard.press("Enter")
    company = page.get_by_role("dialog").get_by_role("textbox", name="Company")
    expect(company).to_have_value("x" * 300)
    expect(page.get_by_text("Shorten this to 255 characters")).to_be_visible()
    company.fill("Werft")
    page.keyboard.press("Control+s")
    expect(row(page, "Werft")).to_be_visible()
    book.await_stored(contact, organization="Werft")


def test_a_panel_with_changes_is_not_closed_unseen(signed_in: Page, book: Book) -> None:
    book.add("Bea Aydın")
    page = signed_in
    open_table(page, book.url)
    page.get_by_role("button", name="Bea Aydın").click()
    page.get_by_role("textbox", name="Note").fill("calls back")
    page.keyboard.press("Escape")
    expect(page.get_by_text("You have not saved what you changed.")).to_be_visible()
    page.get_by_role("button", name="Go on editing").click()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("calls back")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_several_contacts_are_added_one_after_the_other_and_versions_are_brought_back(
    signed_in: Page, book: Book
) -> None:
    page = signed_in
    page.goto(book.url)
    page.get_by_role("button", name="New contact").click()
    for given in ("Bea", "Cem"):
        page.get_by_role("textbox", name="First name").fill(given)
        page.get_by_role("textbox", name="Number 1", exact=True).fill("030 9018001")
        page.get_by_role("button", name="Save and add another").click()
        expect(page.get_by_role("textbox", name="First name")).to_have_value("")
    page.get_by_role("textbox", name="First name").fill("Dora")
    submit(page)
    expect(page.get_by_text("3 contacts")).to_be_visible()
    page.get_by_role("button", name="Bea", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox", name="Company").fill("Falsch")
    submit(page)
    expect(row(page, "Falsch")).to_be_visible()
    page.get_by_role("button", name="Bea", exact=True).click()
    page.get_by_role("button", name="Show earlier versions").click()
    page.get_by_role("button", name="Bring version 1 back").click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Company")).to_have_value("")


def test_two_people_who_edit_one_contact_see_both_and_nothing_is_lost(
    browser: Browser, served: RunningServer, book: Book
) -> None:
    contact = book.add("Bea Aydın", "0171 5551234", organization="Werft")
    register(served, COLLEAGUE, name="Carl Colleague")
    [colleague] = [user for user in served.cli_json("user", "list") if user["email"] == COLLEAGUE]
    member = f"/api/v1/sites/{book.site}/members/{colleague['id']}"
    assert book.api.put(member, json={"role": "editor"}).status_code in (200, 201, 204)
    with open_page(browser) as mine, open_page(browser) as theirs:
        sign_in(mine, served)
        sign_in(theirs, served, COLLEAGUE)
        for page in (mine, theirs):
            open_table(page, book.url)
            page.get_by_role("button", name="Bea Aydın").click()
            expect(page.get_by_role("dialog").get_by_role("textbox", name="Company")).to_have_value("Werft")
        mine.get_by_role("dialog").get_by_role("textbox", name="Company").fill("Werft Nord")
        mine.get_by_role("textbox", name="Note").fill("calls back")
        theirs.get_by_role("dialog").get_by_role("textbox", name="Company").fill("Werft Süd")
        theirs.get_by_role("textbox", name="Department").fill("Einkauf")
        submit(theirs)
        expect(row(theirs, "Werft Süd")).to_be_visible()
        expect(mine.get_by_text("Somebody else has just changed this contact.")).to_be_visible()

        submit(mine)
        dialog = mine.get_by_role("dialog", name="Somebody else was faster")
        expect(dialog).to_contain_text(COLLEAGUE)
        assert find_violations(mine) == []
        expect(dialog.get_by_role("radio", name=re.compile("Werft Süd"))).to_be_checked()
        dialog.get_by_role("radio", name=re.compile("Werft Nord")).click()
        dialog.get_by_role("button", name="Save this").click()
        expect(row(mine, "Werft Nord")).to_be_visible()
        book.await_stored(contact, organization="Werft Nord", department="Einkauf", note="calls back")
        expect(row(theirs, "Werft Nord")).to_be_visible()

        table(mine).focus()  # now in the row, and the contact is gone meanwhile
        mine.keyboard.press("ArrowRight")
        mine.keyboard.press("Enter")
        expect(mine.get_by_role("textbox", name="Company of Bea Aydın")).to_be_focused()
        mine.keyboard.press("End")
        mine.keyboard.type(" GmbH")
        theirs.get_by_role("button", name="Bea Aydın").click()
        theirs.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(row(theirs, "Bea")).to_have_count(0)
        mine.get_by_role("dialog", name="The contact was deleted").get_by_role("button", name="Bring it back").click()
        expect(row(mine, "Werft Nord GmbH")).to_be_visible()
