"""The way in as a person takes it: the first administrator, an invitation, a forgotten password, a second factor."""

from __future__ import annotations

import re
import time

import httpx
import pyotp
from playwright.sync_api import Page, expect
from support.post import Post
from support.server import RunningServer

FIRST = "first@example.org"
PASSWORD = "a few words that nobody guesses"
NEW_PASSWORD = "seven other words for the very same door"


def admin(server: RunningServer) -> httpx.Client:
    """The API as the first administrator, who registers on the command line's link when nobody has yet."""
    if not server.cli_json("user", "list"):
        token = first_link(server).partition("#")[2]
        body = {"token": token, "name": "First", "email": FIRST, "password": PASSWORD}
        with server.client() as client:
            assert client.post("/api/v1/first-administrator", json=body).status_code == 200
    return server.client(server.cli_json("token", "create", FIRST, "--name", "test")["token"])


def first_link(server: RunningServer) -> str:
    return str(server.cli_json("user", "add", "--admin")["link"])


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"form:visible [name={name}]").fill(value)


def submit(page: Page) -> None:
    page.locator("form:visible button[type=submit]").click()


def result(page: Page) -> str:
    place = page.locator(".result[role=status]")
    place.wait_for()
    return place.inner_text()


def test_whoever_starts_the_server_becomes_the_first_administrator_by_the_link_that_it_prints(
    page: Page, empty: RunningServer
) -> None:
    found = re.search(r"http://\S+/first#\S+", empty.output)
    assert found, empty.output
    page.goto(found[0])
    fill(page, name="First", email=FIRST, password="short")
    submit(page)
    expect(page.locator("#password-problem")).to_contain_text("at least 15 characters")
    fill(page, password=PASSWORD)
    submit(page)
    assert "signed in as First" in result(page)
    assert "#" not in page.url, "the link's secret stays in the history"
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".result")).to_contain_text("You are signed out")
    page.goto(found[0])
    fill(page, name="Second", email="second@example.org", password=PASSWORD)
    submit(page)
    assert "not valid" in result(page)


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
    assert "not valid" in result(page)
    page.get_by_role("button", name="Send me a new link").click()
    [link] = post.wait_for(to="ann@example.org", count=3)[-1].links
    page.goto(link)
    fill(page, name="Ann", password=PASSWORD)
    submit(page)
    assert "signed in as Ann" in result(page)


def test_a_forgotten_password_is_replaced_by_a_link_in_a_mail(page: Page, empty: RunningServer, post: Post) -> None:
    admin(empty).close()
    page.goto(f"{empty.url}/sign-in")
    page.get_by_role("link", name="Forgotten password").click()
    fill(page, email=FIRST)
    before = len([letter for letter in post.letters if letter.to == FIRST])
    submit(page)
    assert "mail" in result(page)
    [link] = post.wait_for(to=FIRST, count=before + 1)[-1].links
    page.goto(link)
    fill(page, password=NEW_PASSWORD)
    submit(page)
    assert "new password is set" in result(page)
    page.goto(f"{empty.url}/sign-in")
    fill(page, email=FIRST, password=PASSWORD)
    submit(page)
    assert "wrong" in result(page)
    fill(page, password=NEW_PASSWORD)
    submit(page)
    assert "signed in as First" in result(page)


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
    code.wait_for()
    code.fill(clock.at(int(time.time()) + 30))  # the one of this moment was used to confirm
    submit(page)
    assert "signed in as Two" in result(page)


def test_an_administrator_sends_a_test_mail_by_a_button_and_sees_what_the_mail_server_said(
    page: Page, empty: RunningServer, post: Post
) -> None:
    email = "boss@example.org"
    token = empty.cli_json("user", "add", email, "--admin")["link"].partition("#")[2]
    page.goto(f"{empty.url}/register#{token}")
    fill(page, name="Boss", password=PASSWORD)
    submit(page)
    page.get_by_role("button", name="Send me a test mail").click()
    assert "test" in post.wait_for(to=email)[-1].subject.lower()
    expect(page.locator(".result")).to_contain_text("The mail server took it: 250", timeout=60_000)
