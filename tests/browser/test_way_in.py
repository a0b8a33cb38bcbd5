"""The way in as a person takes it: the first administrator, an invitation, a forgotten password, a second factor."""

from __future__ import annotations

import time

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    PASSWORD,
    Theme,
    fill,
    find_violations,
    open_page,
    register,
    sign_in,
    submit,
)
from support.post import Post
from support.server import RunningServer

NEW_PASSWORD = "seven other words for the very same door"


def admin(server: RunningServer) -> httpx.Client:
    """The API as the first administrator, who registers when nobody has yet."""
    register(server, admin=True)
    return server.client(server.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"])


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Sign out").click()


def test_whoever_starts_the_server_becomes_the_first_administrator_by_the_link_that_it_prints(
    page: Page, empty: RunningServer
) -> None:
    link = empty.first_link
    page.goto(link)
    submit(page)
    expect(page.get_by_text("Fill in your name.")).to_be_visible()
    fill(page, name="Ada First", email=ADMINISTRATOR, password="short")
    submit(page)
    expect(page.get_by_text("Use at least 15 characters")).to_be_visible()
    fill(page, password=PASSWORD)
    submit(page)
    expect(page.get_by_role("heading", name="No site yet")).to_be_visible()
    assert "#" not in page.url, "the link's secret stays in the address"
    sign_out(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(link)
    fill(page, name="Second", email="second@example.org", password=PASSWORD)
    submit(page)
    expect(page.get_by_role("alert")).to_contain_text("not valid any more")
    expect(page.get_by_text("phonebook user add --admin", exact=True)).to_be_visible()


def test_somebody_invited_registers_from_the_mail_and_gets_a_new_link_when_theirs_is_void(
    page: Page, empty: RunningServer, post: Post
) -> None:
    with admin(empty) as client:
        made = client.post("/api/v1/users", json={"email": "ann@example.org", "name": "Ann", "language": "de"})
        assert made.status_code == 201, made.text
        [link] = post.wait_for(to="ann@example.org")[-1].links
        assert client.post(f"/api/v1/users/{made.json()['id']}/invitation").status_code == 202
        post.wait_for(to="ann@example.org", count=2)
    page.goto(link)
    fill(page, name="Ann", password=PASSWORD)
    submit(page)
    page.get_by_role("button", name="Send me a new link").click()
    expect(page.get_by_role("status").filter(has_text="on its way")).to_be_visible()
    [link] = post.wait_for(to="ann@example.org", count=3)[-1].links
    page.goto(link)
    fill(page, name="Ann", password=PASSWORD)
    submit(page)
    expect(page.get_by_role("heading", name="Noch kein Standort")).to_be_visible()
    expect(page.get_by_text("Sie sind in keinem Standort Mitglied.")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_a_link_in_a_mail(page: Page, empty: RunningServer, post: Post) -> None:
    email = "forgetful@example.org"
    register(empty, email)
    page.goto(f"{empty.url}/sign-in")
    page.get_by_role("link", name="Forgotten password").click()
    fill(page, email=email)
    submit(page)
    expect(page.get_by_role("status").filter(has_text="on its way")).to_be_visible()
    [link] = post.wait_for(to=email)[-1].links
    page.goto(link)
    fill(page, password=NEW_PASSWORD)
    submit(page)
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    fill(page, email=email, password=PASSWORD)
    submit(page)
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    fill(page, password=NEW_PASSWORD)
    submit(page)
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    page.goto(link)
    fill(page, password=NEW_PASSWORD)
    submit(page)
    page.get_by_role("link", name="Ask for a new link").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()


def test_with_a_second_factor_the_page_asks_for_the_code(page: Page, empty: RunningServer) -> None:
    email = "two@example.org"
    token = empty.cli_json("user", "add", email)["link"].partition("#")[2]
    with empty.client() as client:
        client.headers["origin"] = empty.url
        body = {"token": token, "name": "Two", "password": PASSWORD}
        assert client.post("/api/v1/registration", json=body).status_code == 200
        begun = client.post("/api/v1/me/totp", json={"password": PASSWORD})
        assert begun.status_code in (200, 201), begun.text
        clock = pyotp.TOTP(begun.json()["secret"])
        assert client.post("/api/v1/me/totp/confirm", json={"code": clock.now()}).status_code == 200
    page.goto(f"{empty.url}/sign-in")
    fill(page, email=email, password=PASSWORD)
    submit(page)
    code = page.locator("[name=code]")
    expect(code).to_be_focused()
    code.fill("000000")
    submit(page)
    expect(page.get_by_role("alert")).to_be_visible()
    code.fill(clock.at(int(time.time()) + 30))  # the one of this moment was used to confirm
    submit(page)
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()


def test_a_new_e_mail_address_is_confirmed_with_the_password(page: Page, empty: RunningServer, post: Post) -> None:
    email, new = "moving@example.org", "moved@example.org"
    register(empty, email)
    with empty.client() as client:
        client.headers["origin"] = empty.url
        assert client.post("/api/v1/session", json={"email": email, "password": PASSWORD}).status_code == 200
        assert client.post("/api/v1/me/email", json={"email": new, "password": PASSWORD}).status_code == 202
    [link] = post.wait_for(to=new)[-1].links
    page.goto(link)
    fill(page, password="not the password at all")
    submit(page)
    expect(page.locator("form")).to_contain_text("not your password")
    fill(page, password=PASSWORD)
    submit(page)
    expect(page.get_by_text("Your e-mail address is changed.")).to_be_visible()


def test_after_signing_in_one_is_where_one_wanted_to_be(page: Page, empty: RunningServer) -> None:
    register(empty, admin=True)
    page.goto(f"{empty.url}/installation/mail?state=failed")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    fill(page, email=ADMINISTRATOR, password=PASSWORD)
    submit(page)
    expect(page.get_by_role("heading", name="Mail")).to_be_visible()
    assert page.url == f"{empty.url}/installation/mail?state=failed"


def test_signing_in_leads_to_no_other_server(page: Page, empty: RunningServer) -> None:
    register(empty, admin=True)
    for wanted in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        page.context.clear_cookies()
        page.goto(f"{empty.url}/sign-in?to={wanted}")
        fill(page, email=ADMINISTRATOR, password=PASSWORD)
        submit(page)
        expect(page.get_by_role("heading", name="Sites")).to_be_visible()
        assert page.url == f"{empty.url}/sites"


def test_who_is_signed_in_needs_no_form_and_whose_session_ended_gets_it(page: Page, empty: RunningServer) -> None:
    register(empty, admin=True)
    sign_in(page, empty)
    page.goto(f"{empty.url}/sign-in")
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    page.get_by_role("button", name="New site").first.click()
    page.get_by_role("textbox", name="Name").fill("Berlin")
    page.context.clear_cookies()  # what the page itself asks for from here on may be the first to find out
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url == f"{empty.url}/sign-in?to=%2Fsites"


def test_a_link_that_was_not_copied_whole_says_so(page: Page, empty: RunningServer) -> None:
    for path in ("/first", "/register", "/email"):
        page.goto(empty.url + path)
        expect(page.get_by_role("alert")).to_contain_text("not whole")


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_pages_before_sign_in_are_accessible(
    browser: Browser, empty: RunningServer, theme: Theme, size: tuple[int, int]
) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        for path in (
            "/sign-in",
            "/first#token",
            "/register",
            "/register#token",
            "/reset",
            "/reset#token",
            "/email#token",
        ):
            page.goto("about:blank")  # what only differs behind the # would be no new page
            page.goto(empty.url + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert find_violations(page) == [], path
