"""The first run: from the link that the server prints to the first phone that fetches, and every way off that path."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.office import Phone
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    NOT_BUILT,
    PASSWORD,
    Theme,
    fill,
    find_violations,
    is_built,
    open_page,
    sign_in,
    submit,
)
from support.server import RunningServer

YEALINK: Final = "Yealink SIP-T54W 96.86.0.70 80:5e:c0:aa:00:01"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningServer]:
    """A server as it is after it was installed: nobody and nothing is there, the services are hosted."""
    with RunningServer(tmp_path / "data") as server:
        if not is_built(server):
            pytest.skip(NOT_BUILT)
        yield server


def begin(page: Page, server: RunningServer, name: str) -> str:
    """The first step; gives the id of the phonebook that is made."""
    page.goto(f"{server.url}/start")
    page.get_by_role("textbox", name="Name of the company or office").fill(name)
    page.get_by_role("button", name="Create and continue").click()
    expect(page.get_by_role("heading", name="Who should be in it?")).to_be_visible()
    found = re.search(r"/start/(\w+)/contacts", page.url)
    assert found, page.url
    return found[1]


def copied(page: Page, label: str) -> str:
    """A value, taken as a person takes it."""
    page.get_by_role("button", name=f"Copy: {label}").click()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_from_the_printed_link_to_the_first_phone(page: Page, fresh: RunningServer) -> None:
    page.goto(fresh.first_link)
    fill(page, name="Ada First", email=ADMINISTRATOR, password=PASSWORD)
    submit(page)
    page.get_by_role("link", name="Set up step by step").first.click()
    page.get_by_role("button", name="Create and continue").click()
    expect(page.get_by_text("Fill this in.")).to_be_visible()
    page.get_by_role("textbox", name="Name of the company or office").fill("Huber & Söhne")
    page.get_by_role("button", name="Create and continue").click()
    expect(page.get_by_role("heading", name="Set up “Huber & Söhne”")).to_be_visible()

    page.get_by_role("textbox", name="Name, row 1").fill("Anna Müller")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("This row lacks a name or a number.")).to_be_visible()
    page.get_by_role("textbox", name="Number, row 1").fill("+49 30 23125100")
    page.get_by_role("button", name="Add 1 contact").click()
    expect(page.get_by_text("1 contact is in the phonebook.")).to_be_visible()
    page.get_by_text("Paste", exact=True).click()
    page.get_by_role("textbox", name="Your list").fill("Ben Schulz\t+49 30 23125101\nCem, +49 30 23125102, 103\nnobody")
    expect(page.get_by_text("1 line has no number and will be left out:")).to_be_visible()
    page.get_by_role("button", name="Add 2 contacts").click()
    expect(page.get_by_text("3 contacts are in the phonebook.")).to_be_visible()
    page.get_by_role("link", name="Continue").click()

    page.get_by_role("button", name="Turn Yealink on").click()
    expect(page.get_by_text("Yealink is on.")).to_be_visible()
    page.get_by_role("link", name="Continue").click()

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = copied(page, "Address – Desk phones (T series): every number with its label")
    username, password = copied(page, "User name"), copied(page, "Password")
    expect(page.get_by_text("Waiting for the phone …")).to_be_visible()
    page.get_by_role("link", name="Continue").click()

    expect(page.get_by_role("heading", name="Now the phone fetches it")).to_be_visible()
    assert Phone(address, username, "wrong-password", YEALINK).fetch().status_code == 401
    expect(page.get_by_text("Yealink T54W asked and got nothing.")).to_be_visible()  # without a reload
    expect(page.get_by_text("User name or password is wrong.")).to_be_visible()
    answer = Phone(address, username, password, YEALINK).fetch()
    assert answer.status_code == 200
    assert all(name in answer.text for name in ("Anna Müller", "Ben Schulz", "Cem"))
    expect(page.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_text("Yealink T54W has fetched “Phonebook”.")).to_be_visible()
    page.get_by_role("link", name="To the phonebook").click()
    expect(page.get_by_text("Anna Müller").first).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Set up a site").click()
    expect(page.get_by_role("heading", name="Whose phones are they?")).to_be_visible()
    expect(page.get_by_text("You were setting up")).to_be_hidden()


def test_every_step_can_be_skipped_and_the_path_is_gone_on_with_another_time(
    signed_in: Page, served: RunningServer
) -> None:
    page = signed_in
    begin(page, served, "Skipper")
    page.get_by_role("link", name="Skip this step").click()
    expect(page.get_by_role("heading", name="Which phones do you have?")).to_be_visible()
    page.get_by_role("link", name="Skip this step").click()
    expect(page.get_by_text("No vendor service is on yet")).to_be_visible()
    page.goto(f"{served.url}/sites")
    page.get_by_role("link", name="Set up another site").click()
    expect(page.get_by_text("You were setting up “Phonebook”")).to_be_visible()
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_role("heading", name="Enter this on a phone")).to_be_visible()
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("heading", name="Which phones do you have?")).to_be_visible()
    page.get_by_role("link", name="Leave the guide").click()
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    page.get_by_role("link", name="Set up another site").click()
    expect(page.get_by_role("heading", name="Whose phones are they?")).to_be_visible()
    expect(page.get_by_text("You were setting up")).to_be_hidden()


def test_contacts_come_from_a_file_or_are_samples_that_an_undo_takes_away(
    signed_in: Page, served: RunningServer
) -> None:
    page = signed_in
    book = begin(page, served, "Files")
    page.get_by_text("Samples", exact=True).click()
    page.get_by_role("button", name="Add the samples").click()
    expect(page.get_by_text("6 contacts are in the phonebook.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("6 contacts are in the phonebook.")).to_be_hidden()
    page.get_by_text("File", exact=True).click()
    content = "Name;Telefon\r\nDora Ötker;030 23125100\r\nEmil;030 23125101\r\n".encode("cp1252")
    page.locator("input[type=file]").set_input_files({"name": "leute.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_text("“leute.csv” can be read:")).to_be_visible()
    expect(page.get_by_text("2 new contacts")).to_be_visible()
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_text("2 contacts are in the phonebook.")).to_be_visible()
    content = b"x1;x2\r\nfoo;bar\r\n"
    page.locator("input[type=file]").set_input_files({"name": "odd.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("link", name="To the import page").click()
    expect(page).to_have_url(re.compile(f"/phonebooks/{book}/import"))


def test_the_keyboard_alone_leads_to_a_service_that_is_on(signed_in: Page, served: RunningServer) -> None:
    page = signed_in
    page.goto(f"{served.url}/start")
    page.get_by_role("textbox", name="Name of the company or office").focus()
    page.keyboard.type("Keys")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Name, row 1").focus()
    page.keyboard.type("Anna")
    page.keyboard.press("Tab")
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 contact is in the phonebook.")).to_be_visible()
    page.get_by_role("link", name="Continue").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Turn Yealink on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Yealink is on.")).to_be_visible()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_every_step_is_accessible(browser: Browser, served: RunningServer, theme: Theme, size: tuple[int, int]) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(f"{served.url}/start")
        expect(page.get_by_role("heading", name="Whose phones are they?")).to_be_visible()
        assert find_violations(page) == []
        book = begin(page, served, f"Looks {theme} {size[0]}")
        for way in ("Type", "Paste", "File", "Samples"):
            page.get_by_text(way, exact=True).click()
            assert find_violations(page) == [], way
        page.goto(f"{served.url}/start/{book}/service")
        page.get_by_role("button", name="Turn Yealink on").click()
        expect(page.get_by_text("Yealink is on.")).to_be_visible()
        assert find_violations(page) == []
        page.goto(f"{served.url}/start/{book}/phone")
        expect(page.get_by_text("directory.xml").first).to_be_visible()
        for way in ("By hand", "Mobile", "Config file"):
            page.get_by_text(way, exact=True).click()
            assert find_violations(page) == [], way
        page.goto(f"{served.url}/start/{book}/fetch")
        expect(page.get_by_text("Waiting for the phone …")).to_be_visible()
        assert find_violations(page) == []
        token = served.cli_json("token", "create", ADMINISTRATOR, "--name", f"test {time.time_ns()}")["token"]
        with served.client(token) as api:
            access = api.get(f"/api/v1/phonebooks/{book}/services/yealink").json()["access"]
        login = (access["username"], access["password"])
        assert httpx.get(access["url"], auth=login, headers={"user-agent": YEALINK}).status_code == 200
        expect(page.get_by_role("heading", name="It works")).to_be_visible()
        page.wait_for_timeout(700)  # what comes in must have come in before its colours are measured
        assert find_violations(page) == []
