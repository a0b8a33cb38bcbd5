"""The mail outbox: what was sent, what the mail server said, the test mail."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from support.pages import ADMINISTRATOR, LOOKS, Theme, choose, find_violations, open_page, row, sign_in
from support.post import OK, Post
from support.server import RunningServer


def invite(server: RunningServer, email: str) -> None:
    token = server.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with server.client(token) as client:
        assert client.post("/api/v1/users", json={"email": email}).status_code == 201


def show(page: Page, which: str) -> None:
    """Choose which mails are listed."""
    page.get_by_role("radiogroup", name="Which mails are shown").get_by_text(which, exact=True).click()


def test_an_administrator_sends_a_test_mail_by_a_button_and_sees_what_the_mail_server_said(
    signed_in: Page, served: RunningServer, post: Post
) -> None:
    page = signed_in
    page.goto(f"{served.url}/installation/mail")
    page.get_by_role("button", name="Send me a test mail").click()
    said = page.get_by_role("status").filter(has_text="The mail server took it")
    expect(said).to_contain_text("250", timeout=60_000)
    assert any("test" in letter.subject.lower() for letter in post.to(ADMINISTRATOR))
    expect(row(page, ADMINISTRATOR).first).to_contain_text("Sent")


def test_a_mail_that_is_refused_is_shown_with_the_answer_and_sent_again(
    signed_in: Page, served: RunningServer, post: Post
) -> None:
    post.answer = "550 5.1.1 nobody of this name here"
    try:
        invite(served, "refused@example.org")
        page = signed_in
        page.goto(f"{served.url}/installation/mail")
        show(page, "Failed")
        refused = row(page, "refused@example.org")
        expect(refused).to_contain_text("nobody of this name here", timeout=60_000)
    finally:
        post.answer = OK
    choose(page, refused.locator("p").first.inner_text(), "Send now")
    show(page, "All")
    expect(row(page, "refused@example.org")).to_contain_text("Sent", timeout=60_000)


def test_the_link_in_a_mail_that_did_not_leave_can_be_passed_on_by_hand(
    signed_in: Page, served: RunningServer, post: Post
) -> None:
    post.answer = "451 4.3.0 try again later"
    try:
        invite(served, "late@example.org")
        page = signed_in
        page.goto(f"{served.url}/installation/mail?state=queued")
        late = row(page, "late@example.org")
        expect(late).to_contain_text("try again later", timeout=60_000)
        choose(page, late.locator("p").first.inner_text(), "Copy the link in it")
        expect(page.get_by_role("dialog")).to_contain_text(f"{served.url}/register#")
    finally:
        post.answer = OK


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_outbox_is_accessible(browser: Browser, served: RunningServer, theme: Theme, size: tuple[int, int]) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        page.goto(f"{served.url}/installation/mail")
        expect(page.get_by_role("heading", name="Mail")).to_be_visible()
        expect(page.get_by_role("table")).to_be_visible()
        assert find_violations(page) == []
