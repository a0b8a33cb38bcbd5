"""The main jobs by somebody who has no mouse: everything is reached with Tab and done with Enter, Space and arrows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from support import acme
from support.office import Phone
from support.pages import ADMINISTRATOR, NOT_BUILT, PASSWORD, is_built, open_page, register, sign_in
from support.post import Post
from support.server import RunningServer
from support.service import RunningService

MOST_TABS: Final = 90
NEW_PASSWORD: Final = "other words that nobody guesses"


@pytest.fixture
def api(served: RunningServer) -> Iterator[httpx.Client]:
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as client:
        yield client


def make_phonebook(api: httpx.Client, site: str = "Office", name: str = "Phonebook") -> str:
    """The id of a phonebook of a new site."""
    id = api.post("/api/v1/sites", json={"name": site, "region": "DE"}).json()["id"]
    return str(api.post(f"/api/v1/sites/{id}/phonebooks", json={"name": name}).json()["id"])


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus, as somebody without a mouse would."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {wanted}")


def press(page: Page, name: str, role: str = "button") -> None:
    """Go to a button or link of this name and press Enter on it."""
    tab_to(page, page.get_by_role(role, name=name, exact=True).first)  # type: ignore[arg-type]
    page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    """Go to the field of this name, in place of what is in it write this."""
    tab_to(page, page.get_by_role("textbox", name=name).first)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def write_password(page: Page, text: str) -> None:
    tab_to(page, page.locator("[name=password]:visible"))
    page.keyboard.type(text)


def test_from_the_first_link_to_the_first_phone(page: Page, empty: RunningServer) -> None:
    with RunningService(empty, empty.data_dir.parent / "yealink"):
        page.goto(empty.first_link)
        write(page, "Name", "Ada First")
        write(page, "E-mail address", ADMINISTRATOR)
        write_password(page, PASSWORD)
        page.keyboard.press("Enter")
        press(page, "Set up step by step", "link")
        write(page, "Name of the company or office", "Keys")
        page.keyboard.press("Enter")
        write(page, "Name, row 1", "Anna")
        page.keyboard.press("Tab")
        page.keyboard.type("200")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 contact is in the phonebook.")).to_be_visible()
        press(page, "Continue", "link")
        press(page, "Turn Yealink on")
        expect(page.get_by_text("Yealink is on.")).to_be_visible()
        press(page, "Continue", "link")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        taken = []
        for label in ("Address – Desk phones (T series): every number with its label", "User name", "Password"):
            press(page, f"Copy: {label}")
            taken.append(str(page.evaluate("navigator.clipboard.readText()")))
        press(page, "Continue", "link")
        expect(page.get_by_role("heading", name="Now the phone fetches it")).to_be_visible()
        address, username, password = taken
        assert "Anna" in Phone(address, username, password).fetch().text
        expect(page.get_by_role("heading", name="It works")).to_be_visible()


def test_somebody_is_invited_and_signs_in(
    browser: Browser, signed_in: Page, served: RunningServer, api: httpx.Client, post: Post
) -> None:
    make_phonebook(api, "Aarau")
    page = signed_in
    page.goto(f"{served.url}/people")
    press(page, "Invite somebody")
    write(page, "E-mail address", "keys@example.org")
    tab_to(page, page.get_by_role("dialog").get_by_label("Sites").first)
    page.keyboard.type("Aarau")
    expect(page.get_by_role("option", name="Aarau")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("dialog").get_by_label("Role in Aarau"))
    page.keyboard.type("e")
    press(page, "Invite")
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("The mail was sent", timeout=60_000)
    press(page, "Done")
    [link] = post.wait_for(to="keys@example.org")[-1].links
    with open_page(browser) as theirs:
        theirs.goto(link)
        write(theirs, "Name", "Kay Keys")
        write_password(theirs, PASSWORD)
        theirs.keyboard.press("Enter")
        press(theirs, "Aarau", "link")
        expect(theirs.get_by_role("heading", name="Aarau")).to_be_visible()


def test_a_forgotten_password_is_replaced(page: Page, served: RunningServer, post: Post) -> None:
    register(served, "forgets@example.org", name="Fo Rgets")
    page.goto(f"{served.url}/sign-in")
    press(page, "Forgotten password?", "link")
    write(page, "E-mail address", "forgets@example.org")
    page.keyboard.press("Enter")
    [link] = post.wait_for(to="forgets@example.org")[-1].links
    page.goto(link)
    write_password(page, NEW_PASSWORD)
    page.keyboard.press("Enter")
    press(page, "Sign in", "link")
    write(page, "E-mail address", "forgets@example.org")
    write_password(page, NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()


def test_a_file_is_mapped_imported_and_undone(signed_in: Page, served: RunningServer, api: httpx.Client) -> None:
    book = make_phonebook(api)
    page = signed_in
    page.goto(f"{served.url}/phonebooks/{book}/import")
    tab_to(page, page.get_by_role("button", name="Choose a file"))
    content = "Name;Telefon;Kürzel\nBea Aydin;030 9018001;ba\nCem Nowak;030 9018002;cn\n"
    payload: FilePayload = {"name": "people.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(payload)  # the system's own window is not the page's
    expect(page.get_by_role("heading", name="people.csv")).to_be_visible()
    tab_to(page, page.get_by_role("combobox", name="What Kürzel holds"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Note")).to_be_visible()
    for _ in range(40):
        if page.locator("[role=option][data-combobox-selected]").inner_text() == "Note":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="What Kürzel holds")).to_have_value("Note")
    press(page, "Import 2 rows")
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    press(page, "Undo the whole import")
    expect(page.get_by_text("This import was undone.")).to_be_visible()
    assert api.get(f"/api/v1/phonebooks/{book}/contacts").json()["items"] == []


def test_two_people_edit_one_contact(
    browser: Browser, signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    book = make_phonebook(api)
    made = api.post(f"/api/v1/phonebooks/{book}/contacts", json={"display_name": "Bea", "organization": "Werft"}).json()
    page = signed_in
    page.goto(f"{served.url}/phonebooks/{book}/contacts/{made['id']}")
    write(page, "Company", "Werft Nord")
    answer = api.patch(f"/api/v1/contacts/{made['id']}", json={"organization": "Werft Süd"})
    assert answer.status_code == 200
    expect(page.get_by_text("Somebody else has just changed this contact.")).to_be_visible()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Somebody else was faster")
    tab_to(page, dialog.get_by_role("radio", name=re.compile("Werft Süd")))
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("radio", name=re.compile("Werft Nord"))).to_be_checked()
    press(page, "Save this")
    expect(page.get_by_role("row").filter(has_text="Werft Nord")).to_be_visible()


def test_a_password_of_phones_is_replaced_and_a_failing_phone_explained(
    signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    book = make_phonebook(api)
    path = f"/api/v1/phonebooks/{book}/services/yealink"
    service = api.put(path, json={"on": True}).json()
    while not service["access"]:
        service = api.get(path).json()
    old = Phone(service["access"]["url"], service["access"]["username"], service["access"]["password"])
    page = signed_in
    page.goto(f"{served.url}/phonebooks/{book}/services/yealink")
    press(page, "New password")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_role("radio", checked=True))
    for _ in range(10):
        if dialog.get_by_role("radio", name="Not at all").is_checked():
            break
        page.keyboard.press("ArrowDown")
    press(page, "Make a new password")
    expect(dialog).to_be_hidden()
    assert old.fetch().status_code == 401
    page.goto(f"{served.url}/phonebooks/{book}/phones")
    press(page, "Yealink T46G", "link")
    expect(page.get_by_text("Still sends the password from before").first).to_be_visible()


def test_a_service_whose_form_needs_an_answer_is_set_up_and_seen_to_stop_and_return(
    browser: Browser, tmp_path: Path
) -> None:
    with RunningServer(tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        if not is_built(server):
            pytest.skip(NOT_BUILT)
        register(server, admin=True)
        token = server.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
        command = [sys.executable, acme.__file__]
        with (
            RunningService(server, tmp_path / "acme", slug="acme", command=command) as service,
            server.client(token) as api,
            open_page(browser) as page,
        ):
            book = make_phonebook(api)
            sign_in(page, server)
            page.goto(f"{server.url}/phonebooks/{book}/services/acme")
            press(page, "Turn Acme on")
            press(page, "Turn on")
            expect(page.get_by_text("Fill this in.")).to_be_visible()
            write(page, "Licence key", "bad-key")
            expect(page.get_by_role("textbox", name="Gateway")).to_be_hidden()
            tab_to(page, page.get_by_role("combobox", name="Way"))
            page.keyboard.press("ArrowDown")
            expect(page.get_by_role("option", name="A gateway asks")).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            write(page, "Gateway", "gw.example.org")
            page.keyboard.press("Enter")
            expect(page.get_by_text("This key is for another product.")).to_be_visible()
            expect(page.get_by_role("textbox", name="Licence key")).to_be_focused()
            page.keyboard.press("Control+a")
            page.keyboard.type("good-key")
            page.keyboard.press("Enter")
            expect(page.get_by_text("What to enter on the phones")).to_be_visible()
            assert api.get(f"/api/v1/phonebooks/{book}/services/acme").json()["settings"]["gateway"] == "gw.example.org"
            service.kill()
            expect(page.get_by_text("Acme is not running")).to_be_visible()
            service.start()
            expect(page.get_by_text("What to enter on the phones")).to_be_visible()
