"""Sites and phonebooks: making, finding, renaming and deleting them, and taking that back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    Theme,
    choose,
    find_violations,
    open_page,
    open_palette,
    row,
    sign_in,
    submit,
)
from support.server import RunningServer


@pytest.fixture
def api(served: RunningServer) -> Iterator[httpx.Client]:
    """The API as the administrator, in a session of its own."""
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as client:
        yield client


def make_site(api: httpx.Client, name: str, *phonebooks: str) -> tuple[str, list[str]]:
    """The ids of a new site and its phonebooks."""
    site = api.post("/api/v1/sites", json={"name": name, "region": "DE"}).json()["id"]
    path = f"/api/v1/sites/{site}/phonebooks"
    return site, [api.post(path, json={"name": phonebook}).json()["id"] for phonebook in phonebooks]


def test_a_site_is_made_renamed_and_found_by_part_of_its_name(signed_in: Page, served: RunningServer) -> None:
    page = signed_in
    page.goto(f"{served.url}/sites")
    page.get_by_role("button", name="New site").first.click()
    submit(page)
    expect(page.get_by_text("Fill in a name.")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Zürich Nord")
    submit(page)
    expect(page.get_by_role("heading", name="Zürich Nord")).to_be_visible()
    expect(page.get_by_role("heading", name="No phonebook yet")).to_be_visible()
    page.get_by_label("breadcrumb").get_by_role("link", name="Sites").click()
    choose(page, "Zürich Nord", "Rename")
    page.get_by_role("textbox", name="Name").fill("Zürich Süd")
    submit(page)
    expect(row(page, "Zürich Süd")).to_be_visible()
    page.get_by_role("searchbox", name="Find a site").fill("zur sud")
    expect(page).to_have_url(re.compile("search=zur"))
    expect(row(page, "Zürich Süd")).to_be_visible()
    page.get_by_role("searchbox", name="Find a site").fill("nowhere")
    expect(page.get_by_text("Nothing found for “nowhere”.")).to_be_visible()


def test_a_deleted_site_comes_back_by_one_click(signed_in: Page, served: RunningServer, api: httpx.Client) -> None:
    make_site(api, "Hotel Adler", "Rezeption")
    page = signed_in
    page.goto(f"{served.url}/sites")
    choose(page, "Hotel Adler", "Delete")
    expect(row(page, "Hotel Adler")).to_have_count(0)
    page.get_by_role("alert").filter(has_text="Hotel Adler").get_by_role("button", name="Undo").click()
    expect(row(page, "Hotel Adler")).to_be_visible()
    expect(row(page, "Hotel Adler")).to_contain_text("1")


def test_a_phonebook_is_made_shown_at_a_glance_renamed_deleted_and_brought_back(
    signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    site, [book] = make_site(api, "Werft", "Zentrale")
    for number in range(3):
        contact = {"display_name": f"Contact {number}", "numbers": [{"value": f"030 12345{number}"}]}
        assert api.post(f"/api/v1/phonebooks/{book}/contacts", json=contact).status_code == 201
    page = signed_in
    page.goto(f"{served.url}/sites/{site}")
    card = page.get_by_role("article", name="Zentrale")
    expect(card).to_contain_text("Contacts3")
    expect(card).to_contain_text("this minute")
    expect(card).to_contain_text("Yealink: off")
    page.get_by_role("button", name="New phonebook").click()
    page.get_by_role("textbox", name="Name").fill("Lager")
    submit(page)
    expect(page.get_by_role("heading", name="Lager")).to_be_visible()
    expect(page.get_by_role("tab", name="Contacts")).to_have_attribute("aria-selected", "true")
    page.get_by_label("breadcrumb").get_by_role("link", name="Werft").click()
    choose(page, "Lager", "Rename")
    page.get_by_role("textbox", name="Name").fill("Lager und Versand")
    submit(page)
    expect(page.get_by_role("article", name="Lager und Versand")).to_be_visible()
    choose(page, "Lager und Versand", "Delete")
    expect(page.get_by_role("article", name="Lager und Versand")).to_have_count(0)
    page.get_by_role("alert").filter(has_text="Lager").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("article", name="Lager und Versand")).to_be_visible()


def test_what_others_do_appears_without_a_reload(signed_in: Page, served: RunningServer, api: httpx.Client) -> None:
    site, [book] = make_site(api, "Kanzlei", "Empfang")
    page = signed_in
    page.goto(f"{served.url}/sites/{site}")
    card = page.get_by_role("article", name="Empfang")
    expect(card).to_contain_text("Contacts0")
    assert api.post(f"/api/v1/phonebooks/{book}/contacts", json={"display_name": "Neu"}).status_code == 201
    expect(card).to_contain_text("Contacts1")
    assert api.put(f"/api/v1/phonebooks/{book}/services/yealink", json={"on": True}).status_code == 200
    expect(card).to_contain_text("Yealink: on")
    assert api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Archiv"}).status_code == 201
    expect(page.get_by_role("article", name="Archiv")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Archiv")).to_be_visible()


def test_two_hundred_sites_are_switched_between_by_typing(
    signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    for number in range(205):
        assert api.post("/api/v1/sites", json={"name": f"Filiale {number:03}", "region": "DE"}).status_code == 201
    page = signed_in
    page.goto(f"{served.url}/sites")
    page.get_by_role("button", name="Choose a site").click()
    page.get_by_role("dialog").get_by_role("combobox").fill("filiale 204")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Filiale 204")).to_be_visible()
    open_palette(page)
    page.keyboard.type("liale 117")
    expect(page.get_by_role("dialog").get_by_text("Filiale 117")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Filiale 117")).to_be_visible()


def test_a_contact_of_any_phonebook_in_any_of_many_sites_is_one_line_of_typing_away(
    signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    for number in range(30):
        make_site(api, f"Außenstelle {number:02}", "Empfang")
    _, [book] = make_site(api, "Zweigstelle", "Werkstatt")
    contact = {"display_name": "Zdeněk Dvořák", "numbers": [{"value": "+420 601 123 456"}]}
    assert api.post(f"/api/v1/phonebooks/{book}/contacts", json=contact).status_code == 201
    page = signed_in
    page.goto(f"{served.url}/sites")
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    for typed in ("zdenek dvo", "601 123"):
        open_palette(page)
        page.keyboard.type(typed)
        expect(page.get_by_role("dialog").get_by_text("Zdeněk Dvořák")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Zdeněk Dvořák")).to_be_visible()
        page.goto(f"{served.url}/sites")
        expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    open_palette(page)
    page.keyboard.type("werkst")
    expect(page.get_by_role("dialog").get_by_text("Werkstatt")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Werkstatt")).to_be_visible()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_pages_of_sites_are_accessible(
    browser: Browser, served: RunningServer, api: httpx.Client, theme: Theme, size: tuple[int, int]
) -> None:
    site, _ = make_site(api, "Praxis Öztürk", "Zentrale", "Labor")
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(f"{served.url}/sites?search=Praxis")
        expect(row(page, "Praxis Öztürk").first).to_be_visible()
        assert find_violations(page) == []
        page.get_by_role("button", name="New site").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert find_violations(page) == []
        page.goto(f"{served.url}/sites/{site}")
        expect(page.get_by_role("article", name="Labor")).to_contain_text("Yealink")
        assert find_violations(page) == []
