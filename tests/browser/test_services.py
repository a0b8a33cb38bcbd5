"""Vendor services in the dashboard: on, set up, used by phones, rekeyed, off; and why a phone loads nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.office import Phone
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    NOT_BUILT,
    Theme,
    choose,
    find_violations,
    is_built,
    open_page,
    register,
    sign_in,
)
from support.server import RunningServer
from support.service import RunningService

OLD_PHONE: Final = "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37"
NEW_PHONE: Final = "Yealink SIP-T54W 96.86.0.70 80:5e:c0:aa:00:01"
VIEWER: Final = "viewer@example.org"


class Book:
    """A phonebook with a contact, over HTTP as its manager, and the phones that fetch it."""

    def __init__(self, server: RunningServer, name: str = "Office") -> None:
        self.server = server
        token = server.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
        self.http = server.client(token)
        self.site = self.post("/api/v1/sites", {"name": f"Site of {name}", "region": "DE"})["id"]
        self.id = self.more(name)
        self.post(
            f"/api/v1/phonebooks/{self.id}/contacts", {"display_name": "Dora", "numbers": [{"value": "030 23125100"}]}
        )

    def post(self, path: str, body: Any) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def more(self, name: str) -> str:
        """The id of another phonebook of the site."""
        return str(self.post(f"/api/v1/sites/{self.site}/phonebooks", {"name": name})["id"])

    def decide(self, **body: Any) -> Any:
        answer = self.http.put(f"/api/v1/phonebooks/{self.id}/services/yealink", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def access(self) -> Any:
        """How phones reach it, once it is on."""
        return self.wait_for("enabled")["access"]

    def wait_for(self, state: str) -> Any:
        until = time.monotonic() + 60
        while True:
            found = self.http.get(f"/api/v1/phonebooks/{self.id}/services/yealink").json()
            if found.get("state") == state and (found["settled"] or state == "unavailable"):
                return found
            assert time.monotonic() < until, found
            time.sleep(0.05)

    def phone(self, user_agent: str = NEW_PHONE, password: str = "") -> Phone:
        access = self.access()
        return Phone(access["url"], access["username"], password or access["password"], user_agent)

    def page(self, tab: str) -> str:
        return f"{self.server.url}/phonebooks/{self.id}/{tab}"


@pytest.fixture
def book(served: RunningServer) -> Iterator[Book]:
    book = Book(served)
    yield book
    book.http.close()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, RunningService]]:
    """A server that hosts nothing, and the Yealink service in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("alone")
    with RunningServer(folder / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        if not is_built(server):
            pytest.skip(NOT_BUILT)
        register(server, admin=True)
        with RunningService(server, folder / "state") as service:
            yield server, service


def test_a_service_is_turned_on_set_up_on_a_phone_and_off_again_with_a_warning_and_an_undo(
    signed_in: Page, book: Book
) -> None:
    page = signed_in
    page.goto(book.page("services/yealink"))
    page.get_by_role("button", name="Turn Yealink on").click()
    expect(page.get_by_text("Everything is filled in already.")).to_be_visible()
    page.get_by_role("button", name="Turn on", exact=True).click()
    values = page.get_by_role("region", name="What to enter on the phones")
    expect(values.get_by_text("directory.xml")).to_be_visible()
    access = book.access()
    expect(page.get_by_text(access["password"]).first).not_to_be_visible()
    values.get_by_role("button", name="Show the password").click()
    expect(values.get_by_text(access["password"], exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Configuration", exact=True)).to_contain_text(
        f"remote_phonebook.data.1.password = {access['password']}"
    )
    expect(page.get_by_text("No phone has fetched it yet.")).to_be_visible()
    assert book.phone().fetch().status_code == 200
    expect(page.get_by_text("1 phone in the last 7 days")).to_be_visible()  # without a reload
    page.get_by_role("button", name="Turn off").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 phone has fetched it in the last 7 days")
    expect(dialog).to_contain_text("Yealink T54W · 80:5E:C0:AA:00:01")
    dialog.get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("heading", name="Yealink is off")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(values).to_be_visible()
    assert book.access() == access


def test_every_problem_is_said_at_its_field_and_automatic_values_come_back(signed_in: Page, book: Book) -> None:
    page = signed_in
    book.decide(on=True)
    page.goto(book.page("services/yealink"))
    page.get_by_role("button", name="Change the settings").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Change “Name shown on the phone”").click()
    title = dialog.get_by_role("textbox", name="Name shown on the phone")
    title.fill("")
    dialog.get_by_role("textbox", name="Seconds between two fetches").fill("10")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Fill this in.")).to_be_visible()
    expect(dialog.get_by_text("At least 3,600.")).to_be_visible()
    expect(title).to_be_focused()
    title.fill("Our people")
    dialog.get_by_role("textbox", name="Seconds between two fetches").fill("7200")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("region", name="Settings")).to_contain_text("Our people")
    assert "<Title>Our people</Title>" in book.phone().fetch().text
    page.get_by_role("button", name="Change the settings").click()
    dialog.get_by_role("button", name="Back to automatic: “Name shown on the phone”").click()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Settings")).to_contain_text("Office")
    assert book.wait_for("enabled")["settings"] | {"password": None} == {
        "title": "Office",
        "refresh": 7200,
        "caller_names": True,
        "rest": "Other",
        "username": book.access()["username"],
        "password": None,
    }


def test_a_new_password_works_at_once_and_the_old_one_until_the_time_is_up(signed_in: Page, book: Book) -> None:
    page = signed_in
    book.decide(on=True)
    before = book.phone()
    assert before.fetch().status_code == 200
    page.goto(book.page("services/yealink"))
    page.get_by_role("button", name="New password").click()
    page.get_by_role("dialog").get_by_role("radio", name="3 days").check()
    page.get_by_role("button", name="Make a new password").click()
    expect(page.get_by_text("There is a new password", exact=True)).to_be_visible()
    expect(page.get_by_text("The old one works too until")).to_be_visible()
    after = book.phone()
    assert after.auth != before.auth
    assert (before.fetch().status_code, after.fetch().status_code) == (200, 200)
    assert before.fetch().status_code == 200
    page.get_by_role("link", name="Which phones still send it").click()
    expect(page.get_by_text("Still sends the password from before")).to_be_visible()
    page.goto(book.page("services/yealink"))
    page.get_by_role("button", name="New password").click()
    page.get_by_role("dialog").get_by_role("radio", name="Not at all").check()
    page.get_by_role("button", name="Make a new password").click()
    expect(page.get_by_text("The old one works too until")).to_be_hidden()
    assert (before.fetch().status_code, after.fetch().status_code) == (401, 401)
    assert book.phone().fetch().status_code == 200


def test_the_phones_tab_says_why_a_phone_loads_nothing_and_that_it_does_now(signed_in: Page, book: Book) -> None:
    page = signed_in
    page.goto(book.page("phones"))
    expect(page.get_by_text("No vendor service is turned on")).to_be_visible()
    page.get_by_role("link", name="To the vendor services").click()
    expect(page.get_by_role("tab", name="Vendor services")).to_have_attribute("aria-selected", "true")
    page.goto(book.page("services/yealink"))  # whether or not it is the only one
    page.get_by_role("button", name="Turn Yealink on").click()
    page.get_by_role("button", name="Turn on", exact=True).click()
    expect(page.get_by_text("What to enter on the phones")).to_be_visible()
    page.get_by_role("tab", name="Phones").click()
    expect(page.get_by_role("heading", name="No phone has asked yet")).to_be_visible()
    assert book.phone(password="wrong-password").fetch().status_code == 401
    phone = page.get_by_role("listitem").filter(has_text="Yealink T54W")
    expect(phone).to_contain_text("Sends a wrong user name or password")  # without a reload
    assert book.phone().fetch().status_code == 200
    expect(phone).to_contain_text("Loads the phonebook")
    page.get_by_role("link", name="Yealink T54W").first.click()
    expect(page.get_by_text("80:5E:C0:AA:00:01", exact=True)).to_be_visible()
    requests = page.get_by_role("region", name="Its last requests")
    expect(requests.get_by_role("row").filter(has_text="got the phonebook (200)")).to_contain_text("right")
    requests.get_by_text("Failed", exact=True).click()
    expect(requests.get_by_role("row").filter(has_text="got the phonebook (200)")).to_be_hidden()
    expect(requests.get_by_role("row").filter(has_text="refused (401)")).to_contain_text("wrong")
    access = book.access()
    without = httpx.get(access["url"], headers={"user-agent": OLD_PHONE})
    assert without.status_code == 401
    page.get_by_role("link", name="All phones").click()
    page.get_by_role("link", name="Yealink T46G").first.click()
    expect(page.get_by_text("Asks without a password: firmware 28.72.0.1 cannot send one")).to_be_visible()
    page.get_by_role("link", name="To the set-up page").first.click()
    page.get_by_role("checkbox", name="The phone has no fields").check()
    page.get_by_role("button", name="Show the password").click()
    shown = page.get_by_text("@127.0.0.1")
    assert httpx.get(shown.inner_text(), headers={"user-agent": OLD_PHONE}).status_code == 200
    expect(page.get_by_text("Yealink T46G has fetched the phonebook.")).to_be_visible()


def test_who_does_not_manage_the_site_sees_no_password_not_even_behind_the_qr_code(
    browser: Browser, served: RunningServer, book: Book
) -> None:
    book.decide(on=True)
    password = book.access()["password"]
    register(served, VIEWER, name="Vera")
    [vera] = [user["id"] for user in served.cli_json("user", "list") if user["email"] == VIEWER]
    answer = book.http.put(f"/api/v1/sites/{book.site}/members/{vera}", json={"role": "viewer"})
    assert answer.is_success, answer.text
    set_up = f"{served.url}/phone-setup/{book.id}/yealink"
    with open_page(browser) as page:
        page.goto(set_up)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.locator("[name=email]").fill(VIEWER)
        page.locator("[name=password]").fill("a few words that nobody guesses")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Only managers of the site see the password.")).to_be_visible()
        assert password not in page.content()
        page.goto(book.page("services/yealink"))
        expect(page.get_by_text("Managers of the site see the password.")).to_be_visible()
        expect(page.get_by_role("button", name="Turn off")).to_be_hidden()
        assert password not in page.content()


def test_a_service_that_stops_is_said_to_and_so_is_its_return(
    browser: Browser, alone: tuple[RunningServer, RunningService]
) -> None:
    server, service = alone
    book = Book(server)
    book.decide(on=True)
    book.access()
    with open_page(browser) as page:
        sign_in(page, server)
        page.goto(book.page("services/yealink"))
        expect(page.get_by_text("What to enter on the phones")).to_be_visible()
        service.kill()
        expect(page.get_by_text("Yealink is not running")).to_be_visible()
        expect(page.get_by_text("phonebook service token yealink")).to_be_visible()
        page.get_by_role("tab", name="Phones").click()
        expect(page.get_by_text("Yealink is not running")).to_be_visible()
        page.get_by_role("link", name="To the vendor services").click()
        service.start()
        expect(page.get_by_text("What to enter on the phones")).to_be_visible()
    book.http.close()


def test_a_phonebook_gets_another_region_and_form_and_a_loop_is_told_with_its_way(signed_in: Page, book: Book) -> None:
    page = signed_in
    book.decide(on=True)
    branch = book.more("Branch")
    page.goto(book.page("settings"))
    page.get_by_role("radio", name="National", exact=True).check()
    page.get_by_role("textbox", name="Digit for an outside line").fill("9")
    expect(page.get_by_role("table", name="Examples")).to_contain_text("903023125100")
    page.get_by_role("region", name="How phones get the numbers").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    phone = book.phone()
    until = time.monotonic() + 30
    while not phone.shows("903023125100"):
        assert time.monotonic() < until
    page.get_by_role("button", name="Include a phonebook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Phonebook").click()
    page.get_by_role("option", name="Branch").click()
    dialog.get_by_role("button", name="Include", exact=True).click()
    expect(page.get_by_role("link", name="Branch", exact=True).last).to_be_visible()
    expect(dialog).to_be_hidden()
    page.goto(f"{book.server.url}/phonebooks/{branch}/settings")
    expect(page.get_by_text("It is included by")).to_be_visible()
    page.get_by_role("button", name="Include a phonebook").click()
    dialog.get_by_role("combobox", name="Phonebook").click()
    page.get_by_role("option", name="Office").first.click()
    dialog.get_by_role("button", name="Include", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("BranchOfficeBranch")
    page.goto(book.page("settings"))
    choose(page, "Branch", "Stop including")
    expect(page.get_by_text("“Branch” is not included any more.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="What can be done with Branch")).to_be_visible()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_tabs_and_what_opens_over_them_are_accessible(
    browser: Browser, served: RunningServer, book: Book, theme: Theme, size: tuple[int, int]
) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(book.page("services/yealink"))
        page.get_by_role("button", name="Turn Yealink on").click()
        expect(page.get_by_role("button", name="Turn on", exact=True)).to_be_visible()
        assert find_violations(page) == []
        page.get_by_role("button", name="Turn on", exact=True).click()
        expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
        assert find_violations(page) == []
        assert book.phone().fetch().status_code == 200
        assert book.phone(OLD_PHONE, "wrong-password").fetch().status_code == 401
        for button in ("Change the settings", "New password", "Turn off"):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            expect(page.get_by_role("dialog").get_by_role("button").last).to_be_enabled()
            assert find_violations(page) == []
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
        page.goto(f"{served.url}/phone-setup/{book.id}/yealink")
        expect(page.get_by_role("heading", name="What to enter")).to_be_visible()
        assert find_violations(page) == []
        page.goto(book.page("phones"))
        expect(page.get_by_role("link", name="Yealink T46G").first).to_be_visible()
        assert find_violations(page) == []
        page.get_by_role("link", name="Yealink T46G").first.click()
        expect(page.get_by_role("heading", name="Its last requests")).to_be_visible()
        assert find_violations(page) == []
        page.goto(book.page("settings"))
        expect(page.get_by_role("button", name="Subscribe")).to_be_visible()
        assert find_violations(page) == []
        for button in ("Include a phonebook", "Subscribe"):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            assert find_violations(page) == []
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
