"""What is around every screen: the policy, the way by keyboard, the palette, themes, languages, the live connection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    NARROW,
    Theme,
    find_violations,
    open_page,
    open_palette,
    register,
    sign_in,
)
from support.server import RunningServer, free_port

MOST_BYTES = 250 * 1024
"""Of scripts and styles, compressed; `npm run size` says where they are."""


@pytest.fixture(scope="module")
def office(served: RunningServer) -> dict[str, str]:
    """The ids of a site, of its phonebook, and of a contact in it."""
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as api:
        site = api.post("/api/v1/sites", json={"name": "Berlin", "region": "DE"}).json()["id"]
        book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Zentrale"}).json()["id"]
        contact = {"given_name": "Dora", "family_name": "Ötker", "numbers": [{"value": "030 123456"}]}
        made = api.post(f"/api/v1/phonebooks/{book}/contacts", json=contact).json()["id"]
    return {"site": site, "phonebook": book, "contact": made}


@pytest.fixture
def below_a_path(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that people reach under a path, as behind a proxy."""
    port = free_port()
    env = {"PHONEBOOK_PUBLIC_URL": f"http://127.0.0.1:{port}/tools/book", "PHONEBOOK_HOSTED_SERVICES": ""}
    with RunningServer(tmp_path / "data", env=env, port=port) as server:
        yield server


def test_the_keyboard_alone_leads_everywhere(signed_in: Page, served: RunningServer, office: dict[str, str]) -> None:
    page = signed_in
    page.goto(f"{served.url}/sites")
    expect(page.locator("main").get_by_role("link", name="Berlin")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for typed, heading in (("berl", "Berlin"), ("zentr", "Zentrale")):
        palette = open_palette(page)
        page.keyboard.type(typed)
        expect(palette.get_by_text(heading).first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    palette = open_palette(page)
    page.keyboard.type("03012345")
    expect(palette.get_by_text("Dora Ötker")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/phonebooks/{office['phonebook']}/contacts.*{office['contact']}"))
    expect(page.get_by_role("heading", name="Dora Ötker")).to_be_visible()
    palette = open_palette(page)
    page.keyboard.type("dark")
    expect(palette.get_by_text("Appearance: Dark")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_theme_and_language_are_kept_beyond_the_session(page: Page, served: RunningServer) -> None:
    register(served, "deutsch@example.org", name="Dieter")
    sign_in(page, served, "deutsch@example.org")
    page.goto(f"{served.url}/sites")
    page.get_by_role("button", name="Account of Dieter").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.get_by_role("menuitemradio", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Standorte")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("menuitem", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_a_lost_connection_is_said_and_found_again(signed_in: Page, served: RunningServer) -> None:
    page = signed_in
    page.goto(f"{served.url}/sites")
    badge = page.get_by_role("banner").get_by_role("status")
    expect(badge).to_contain_text("Live")
    served.stop()
    try:
        expect(badge).to_contain_text("Reconnecting")
        expect(badge).to_contain_text("Stale since")
    finally:
        served.start()
    expect(badge).to_contain_text("Live")


def test_an_address_that_leads_nowhere_says_so_in_its_place(signed_in: Page, served: RunningServer) -> None:
    page = signed_in
    for path in ("/nothing/here", "/sites/unknown", "/phonebooks/unknown/contacts"):
        page.goto(served.url + path)
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        expect(page.get_by_role("navigation")).to_be_visible()
    page.get_by_role("link", name="To your sites").click()
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()


def test_on_a_phone_the_navigation_is_behind_a_button(browser: Browser, served: RunningServer) -> None:
    with open_page(browser, size=NARROW) as page:
        sign_in(page, served)
        page.goto(f"{served.url}/sites")
        expect(page.get_by_role("navigation")).not_to_be_in_viewport()
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("navigation").get_by_role("link", name="Mail").click()
        expect(page.get_by_role("heading", name="Mail")).to_be_visible()
        expect(page.get_by_role("navigation")).not_to_be_in_viewport()


def test_it_works_below_a_path(page: Page, below_a_path: RunningServer) -> None:
    server = below_a_path
    root = f"{server.url}/tools/book"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    register(server, admin=True)
    page.goto(f"{root}/")
    page.locator("[name=email]").fill(ADMINISTRATOR)
    page.locator("[name=password]").fill("a few words that nobody guesses")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="No site yet")).to_be_visible()
    page.get_by_role("button", name="New site").first.click()
    page.get_by_role("textbox", name="Name").fill("Berlin")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Berlin")).to_be_visible()
    assert page.url.startswith(f"{root}/sites/")
    page.reload()
    expect(page.get_by_role("heading", name="Berlin")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("Live")
    assert [url for url in asked if not url.startswith(f"{root}/")] == []


def test_nothing_is_asked_of_another_host_and_no_inline_script_would_run(
    signed_in: Page, served: RunningServer, office: dict[str, str]
) -> None:
    page = signed_in
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/sites", f"/sites/{office['site']}", f"/phonebooks/{office['phonebook']}", "/installation/mail"):
        page.goto(served.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert [url for url in asked if not url.startswith(f"{served.url}/")] == []
    policy = httpx.get(f"{served.url}/").headers["content-security-policy"]
    [scripts] = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert scripts == "script-src 'self'"


def test_a_first_load_is_small(signed_in: Page, served: RunningServer) -> None:
    loaded = """() => performance.getEntriesByType("resource")
        .filter(({ name }) => name.includes("/assets/"))
        .concat(performance.getEntriesByType("navigation"))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""
    page = signed_in
    page.goto(f"{served.url}/sites")
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("Live")
    assert 50 * 1024 < page.evaluate(loaded) <= MOST_BYTES


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_what_opens_over_the_page_is_accessible(
    browser: Browser, served: RunningServer, office: dict[str, str], theme: Theme, size: tuple[int, int]
) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(f"{served.url}/phonebooks/{office['phonebook']}")
        expect(page.get_by_text("Ötker").first).to_be_visible()
        page.get_by_role("button", name="Account of").click()
        expect(page.get_by_role("menu")).to_be_visible()
        assert find_violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Choose a site").click()
        expect(page.get_by_role("listbox")).to_be_visible()
        assert find_violations(page) == []
        page.keyboard.press("Escape")
        open_palette(page)
        page.keyboard.type("berlin")
        expect(page.get_by_role("dialog").get_by_text("Berlin").first).to_be_visible()
        assert find_violations(page) == []
        page.goto(f"{served.url}/nothing")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        assert find_violations(page) == []
