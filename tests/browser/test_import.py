"""Files of contacts from the drop to the undo, and what keeps a phonebook in order: duplicates, history, bin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from support.pages import ADMINISTRATOR, LOOKS, Theme, find_violations, open_page, row, sign_in
from support.server import RunningServer

MESSY: Final = """\
Vorname;Nachname;Firma;Telefon;Handy;Kürzel;Kundennr
Jürgen;Weiß;"Bäckerei; Weiß & Söhne";030 9018001;0171 5551234;jw;1
Bea;Aydın-Groß;;'030 9018002;;bag;2
Karl;Neu;;4.915E+11;;kn;3
;;;;;;4
""".replace("ı", "i")
PASTED: Final = "Name\tTelefon\nCem Öztürk\t030 9018009\nDora Klein\t030 9018010\n"


class Book(NamedTuple):
    """A phonebook, with the API as the administrator."""

    api: httpx.Client
    url: str
    id: str

    def add(self, **fields: Any) -> dict[str, Any]:
        answer = self.api.post(f"/api/v1/phonebooks/{self.id}/contacts", json=fields)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def contacts(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api.get(f"/api/v1/phonebooks/{self.id}/contacts?limit=200").json()["items"]
        return items


@pytest.fixture
def book(served: RunningServer) -> Iterator[Book]:
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as api:
        site = api.post("/api/v1/sites", json={"name": "Werft", "region": "DE"}).json()["id"]
        id = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Zentrale"}).json()["id"]
        yield Book(api, f"{served.url}/phonebooks/{id}", id)


def file(name: str, text: str, encoding: str = "utf-8") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode(encoding)}


def upload(page: Page, book: Book, payload: FilePayload) -> None:
    page.goto(f"{book.url}/import")
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible()
    page.locator("input[type=file]").set_input_files(payload)
    expect(page.get_by_role("heading", name=payload["name"])).to_be_visible()


def outcome(page: Page, name: str) -> Locator:
    """The number of rows of which this becomes, as a button that shows only those."""
    return page.get_by_role("group", name="What happens").get_by_role("button", name=re.compile(f"^{name}"))


def lines(page: Page) -> Locator:
    return page.get_by_role("list", name="What happens").get_by_role("listitem")


def test_a_messy_file_is_understood_corrected_imported_and_undone(signed_in: Page, book: Book) -> None:
    book.add(given_name="Jürgen", family_name="Weiß", numbers=[{"value": "030 9018001"}])
    page = signed_in
    upload(page, book, file("messy.csv", MESSY, "cp1252"))
    expect(page.get_by_role("combobox", name="Written in")).to_have_value("Windows-1252")
    expect(page.get_by_role("combobox", name="Columns apart by")).to_have_value("Semicolon")
    expect(page.get_by_role("combobox", name="What Firma holds")).to_have_value("Company")
    expect(outcome(page, "New")).to_have_text("New 2")
    expect(outcome(page, "Changed")).to_have_text("Changed 1")
    expect(lines(page).nth(0)).to_contain_text("Bäckerei; Weiß & Söhne")

    expect(page.get_by_text("2 numbers look damaged by a spreadsheet")).to_be_visible()
    page.get_by_role("switch", name="Repair the one that is certain").click()
    expect(lines(page).nth(1)).to_contain_text("Bea Aydin-Groß030 9018002")

    page.get_by_role("combobox", name="What Kürzel holds").click()
    page.get_by_role("option", name="Note").click()
    expect(lines(page).nth(0)).to_contain_text("jw")

    outcome(page, "Rejected").click()
    expect(lines(page)).to_have_count(1)
    expect(lines(page)).to_contain_text("Give the contact a name")
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejected rows as a file").click()
    assert "Kundennr" in download.value.path().read_text()

    page.get_by_role("radio", name=re.compile("Leave it as it is")).click()
    expect(outcome(page, "New")).to_have_text("New 3")  # who has another number is somebody else then
    page.get_by_role("radio", name=re.compile("Take what the file says")).click()
    expect(outcome(page, "Changed")).to_have_text("Changed 1")
    page.reload()  # the address is the file's; nothing of it is lost
    expect(page.get_by_role("combobox", name="What Kürzel holds")).to_have_value("Note")
    page.get_by_role("button", name="Import 3 rows").click()

    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    for told in ("2 new", "1 changed", "1 rejected"):
        expect(page.get_by_text(told)).to_be_visible()
    assert sorted(contact["note"] for contact in book.contacts()) == ["bag", "jw", "kn"]
    page.reload()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    page.get_by_role("button", name="Undo the whole import").click()
    expect(page.get_by_text("This import was undone.")).to_be_visible()
    [left] = book.contacts()
    assert (left["family_name"], left["organization"]) == ("Weiß", "")

    upload(page, book, file("again.csv", MESSY))
    expect(page.get_by_text("As you mapped these columns last time.")).to_be_visible()
    expect(page.get_by_role("combobox", name="What Kürzel holds")).to_have_value("Note")


def test_a_file_that_nobody_understands_waits_until_somebody_says_what_is_in_it(signed_in: Page, book: Book) -> None:
    page = signed_in
    upload(page, book, file("plain.csv", "aa,bb\ncc,dd\n"))
    expect(page.get_by_text("It is not clear which column holds what.")).to_be_visible()
    expect(page.get_by_role("button", name="There is nothing to import")).to_be_disabled()
    page.get_by_role("switch", name="The first row names the columns").click()
    page.get_by_role("combobox", name="What Column 1 holds").click()
    page.get_by_role("option", name="Last name").click()
    expect(page.get_by_role("button", name="Import 2 rows")).to_be_enabled()
    page.get_by_role("button", name="Forget this file").click()
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("This file is not there any more")).to_be_visible()


def test_rows_that_were_copied_in_a_spreadsheet_are_pasted(signed_in: Page, book: Book) -> None:
    page = signed_in
    page.goto(f"{book.url}/contacts")
    expect(page.get_by_role("heading", name="No contact yet")).to_be_visible()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', text);
            const init = { clipboardData, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new ClipboardEvent('paste', init));
        }""",
        PASTED,
    )
    expect(outcome(page, "New")).to_have_text("New 2")
    page.get_by_role("button", name="Import 2 rows").click()
    page.get_by_role("link", name="To the contacts").click()
    expect(row(page, "Cem Öztürk")).to_contain_text("030 9018009")


def test_duplicates_are_merged_field_by_field_and_that_is_undone(signed_in: Page, book: Book) -> None:
    book.add(given_name="Bea", family_name="Aydin", numbers=[{"value": "030 9018001"}], organization="Werft")
    book.add(given_name="Bea", family_name="Aydın", numbers=[{"value": "+49 30 9018001"}], organization="Werft Nord")
    book.add(given_name="Cem", family_name="Öztürk", numbers=[{"value": "0171 5551234"}])
    book.add(given_name="Cemal", family_name="Oz", numbers=[{"value": "0171 5551234"}])
    page = signed_in
    page.goto(f"{book.url}/tidy")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("article", name="Cem").get_by_role("button", name="Not the same").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Compare and merge").click()
    company = page.get_by_role("radiogroup", name="Company")
    expect(company.get_by_role("radio", name="Werft Bea Aydin")).to_be_checked()
    company.get_by_role("radio", name="Something else").click()
    page.get_by_role("textbox", name="Something else for Company").fill("Werft Süd")
    page.get_by_role("button", name="Merge 2 contacts").click()
    expect(page.get_by_role("heading", name="No duplicates")).to_be_visible()
    assert sorted(contact["organization"] for contact in book.contacts()) == ["", "", "Werft Süd"]
    page.get_by_role("alert").filter(has_text="Merged into").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("article")).to_have_count(1)
    assert len(book.contacts()) == 4


def test_numbers_and_labels_are_put_in_order_after_a_look_at_every_change(signed_in: Page, book: Book) -> None:
    book.add(display_name="Bea", numbers=[{"value": "030 9018001", "label": "büro"}, {"value": "200"}])
    page = signed_in
    page.goto(f"{book.url}/tidy/numbers")
    expect(row(page, "+49309018001")).to_contain_text("030 9018001")
    expect(row(page, "büro")).to_contain_text("Work")
    page.get_by_role("checkbox", name="One spelling for labels").click()
    expect(row(page, "büro")).to_have_count(0)
    page.get_by_role("button", name="Change 1 contact").click()
    expect(page.get_by_role("heading", name="Everything is in order already.")).to_be_visible()
    [contact] = book.contacts()
    assert [(each["value"], each["label"]) for each in contact["numbers"]] == [("+49309018001", "büro"), ("200", "")]


def test_what_was_done_is_undone_from_the_history_and_what_changed_since_is_not_overwritten_unseen(
    signed_in: Page, book: Book
) -> None:
    contact = book.add(given_name="Bea", organization="Werft")
    other = book.add(given_name="Cem", organization="Werft")
    bulk = {"ids": [contact["id"], other["id"]], "change": {"set": {"organization": "Nord"}}}
    assert book.api.post(f"/api/v1/phonebooks/{book.id}/bulk", json=bulk).status_code == 200
    changed = book.api.patch(f"/api/v1/contacts/{contact['id']}", json={"organization": "Süd"})
    assert changed.status_code == 200
    page = signed_in
    page.goto(f"{book.url}/history")
    item = page.get_by_role("listitem").filter(has_text="Many contacts were changed at once")
    item.get_by_role("button", name="What it changed").click()
    expect(item).to_contain_text("Nord")
    item.get_by_role("button", name="Undo: Many contacts").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="1 field was changed since")).to_be_visible()
    expect(dialog.get_by_role("row").filter(has_text="Süd")).to_contain_text("Werft")
    dialog.get_by_role("radio", name="Leave what was changed since").check()
    dialog.get_by_role("button", name="Undo it").click()
    expect(item).to_contain_text("undone")
    assert sorted(each["organization"] for each in book.contacts()) == ["Süd", "Werft"]


def test_deleted_contacts_come_back_from_the_bin_until_it_is_emptied(signed_in: Page, book: Book) -> None:
    for name in ("Bea", "Cem", "Dora"):
        contact = book.add(given_name=name)
        assert book.api.delete(f"/api/v1/contacts/{contact['id']}").status_code == 200
    page = signed_in
    page.goto(f"{book.url}/history/bin")
    page.get_by_role("button", name="Bring back: Bea").click()
    expect(page.get_by_role("checkbox", name="Select Bea")).to_have_count(0)
    assert [contact["given_name"] for contact in book.contacts()] == ["Bea"]
    page.get_by_role("checkbox", name="Select Cem").check()
    page.get_by_role("button", name="Bring 1 back").click()
    expect(page.get_by_role("checkbox", name="Select Cem")).to_have_count(0)
    page.get_by_role("button", name="Empty the bin").click()
    page.get_by_role("button", name="Remove them for good").click()
    expect(page.get_by_role("heading", name="The bin is empty")).to_be_visible()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_importing_and_keeping_order_is_accessible(
    browser: Browser, served: RunningServer, book: Book, theme: Theme, size: tuple[int, int]
) -> None:
    for family_name in ("Aydin", "Aydın"):
        book.add(given_name="Bea", family_name=family_name, numbers=[{"value": "030 9018001", "label": "büro"}])
    gone = book.add(given_name="Dora")
    assert book.api.delete(f"/api/v1/contacts/{gone['id']}").status_code == 200
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(f"{book.url}/import")
        expect(page.get_by_role("button", name="Choose a file")).to_be_visible()
        assert find_violations(page) == []
        upload(page, book, file("messy.csv", MESSY))
        expect(outcome(page, "Rejected")).to_be_visible()
        assert find_violations(page) == []
        page.get_by_role("button", name="Import 3 rows").click()
        expect(page.get_by_role("button", name="Undo the whole import")).to_be_visible()
        assert find_violations(page) == []
        places: list[tuple[str, Locator]] = [
            ("tidy", page.get_by_role("link", name="Compare and merge")),
            ("tidy/numbers", page.get_by_role("button", name=re.compile("Change . contacts"))),
            ("history", page.get_by_role("button", name="Undo: A file was imported")),
            ("history/bin", page.get_by_role("button", name="Bring back: Dora")),
        ]
        for path, sign in places:
            page.goto(f"{book.url}/{path}")
            expect(sign).to_be_visible()
            assert find_violations(page) == [], path
        page.goto(f"{book.url}/tidy")
        page.get_by_role("link", name="Compare and merge").click()
        expect(page.get_by_role("button", name=re.compile("Merge . contacts"))).to_be_visible()
        assert find_violations(page) == []
