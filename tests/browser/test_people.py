"""People: invitations, roles, what is refused; and one's own profile: sign-in, second factor, sessions, tokens."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    PASSWORD,
    Theme,
    choose,
    fill,
    find_violations,
    open_page,
    register,
    row,
    sign_in,
    submit,
)
from support.post import OK, Post
from support.server import RunningServer

NEW_PASSWORD = "seven other words for the very same door"


@pytest.fixture(scope="module")
def api(served: RunningServer) -> Iterator[httpx.Client]:
    """The API as the administrator."""
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as client:
        yield client


def make_site(api: httpx.Client, name: str) -> str:
    made = api.post("/api/v1/sites", json={"name": name, "region": "DE"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def add(api: httpx.Client, server: RunningServer, email: str, name: str, **roles: str) -> str:
    """Somebody who has registered, with roles by the ids of sites; their id."""
    register(server, email, name=name)
    found: list[Any] = api.get("/api/v1/users", params={"search": email}).json()["items"]
    for site, role in roles.items():
        assert api.put(f"/api/v1/sites/{site}/members/{found[0]['id']}", json={"role": role}).status_code == 200
    return str(found[0]["id"])


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def press(page: Page, name: str) -> None:
    """A button of the dialog that is open."""
    dialog(page).get_by_role("button", name=name, exact=True).click()


def test_somebody_is_invited_by_mail_registers_in_another_browser_and_sees_only_their_site(
    browser: Browser, signed_in: Page, served: RunningServer, post: Post, api: httpx.Client
) -> None:
    make_site(api, "Aarau")
    make_site(api, "Zug")
    page = signed_in
    page.goto(f"{served.url}/people")
    page.get_by_role("button", name="Invite somebody").click()
    fill(page, email="nobody", name="Nora New")
    press(page, "Invite")
    expect(dialog(page)).to_contain_text("Write it as name@example.org")
    fill(page, email="nora@example.org")
    dialog(page).get_by_label("Sites").first.click()
    page.get_by_role("option", name="Zug").click()
    dialog(page).get_by_label("Role in Zug").select_option("editor")
    press(page, "Invite")
    expect(dialog(page).get_by_role("status")).to_contain_text("The mail was sent", timeout=60_000)
    press(page, "Done")
    expect(row(page, "nora@example.org")).to_contain_text("invited, mail sent")
    expect(row(page, "nora@example.org")).to_contain_text("Zug: Editor")

    [link] = post.wait_for(to="nora@example.org")[-1].links
    with open_page(browser) as hers:
        hers.goto(link)
        fill(hers, name="Nora New", password=PASSWORD)
        submit(hers)
        expect(hers.get_by_role("link", name="Zug").first).to_be_visible()
        expect(hers.get_by_role("link", name="Aarau")).to_have_count(0)
        hers.goto(f"{served.url}/people")
        expect(hers.get_by_role("heading", name="Nobody to see here")).to_be_visible()
    expect(row(page, "nora@example.org")).to_contain_text("active", timeout=60_000)


def test_a_mail_that_is_refused_is_shown_with_what_the_server_said_and_sent_again(
    signed_in: Page, served: RunningServer, post: Post
) -> None:
    page = signed_in
    page.goto(f"{served.url}/people")
    post.answer = "550 5.1.1 nobody of this name here"
    try:
        page.get_by_role("button", name="Invite somebody").click()
        fill(page, email="refused@example.org")
        press(page, "Invite")
        expect(dialog(page)).to_contain_text("nobody of this name here", timeout=60_000)
        press(page, "Done")
    finally:
        post.answer = OK
    expect(row(page, "refused@example.org")).to_contain_text("invited, mail failed")
    page.get_by_role("link", name="refused@example.org").click()
    page.get_by_role("button", name="Renew the invitation").click()
    expect(page.get_by_text("The mail was sent")).to_be_visible(timeout=60_000)
    assert post.wait_for(to="refused@example.org")


def test_without_a_mail_server_the_link_is_shown_once_with_an_explanation(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, served: RunningServer
) -> None:
    folder = tmp_path_factory.mktemp("no-mail") / "data"
    with RunningServer(folder, env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server, open_page(browser) as page:
        register(server, admin=True)
        sign_in(page, server)
        page.goto(f"{server.url}/people")
        page.get_by_role("button", name="Invite somebody").click()
        fill(page, email="by-hand@example.org")
        press(page, "Invite")
        expect(dialog(page)).to_contain_text("hand the link over yourself")
        link = dialog(page).get_by_label("Link to register").first.inner_text()
        with open_page(browser) as theirs:
            theirs.goto(link)
            fill(theirs, name="By Hand", password=PASSWORD)
            submit(theirs)
            expect(theirs.get_by_role("heading", name="No site yet")).to_be_visible()


def test_a_changed_role_takes_effect_at_once_in_the_other_browser(
    browser: Browser, signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    site = make_site(api, "Roles")
    add(api, served, "rolf@example.org", "Rolf Role", **{site: "viewer"})
    page = signed_in
    with open_page(browser) as his:
        sign_in(his, served, "rolf@example.org")
        his.goto(f"{served.url}/sites/{site}/members")
        expect(his.get_by_role("heading", name="Only for managers")).to_be_visible()
        page.goto(f"{served.url}/sites/{site}/members")
        page.get_by_role("combobox", name="Role of Rolf Role").select_option("manager")
        expect(page.get_by_text("Rolf Role is Manager now.")).to_be_visible()
        expect(his.get_by_role("combobox", name="Role of Rolf Role")).to_be_visible(timeout=60_000)
        his.get_by_role("combobox", name="Role of Rolf Role").select_option("viewer")
        expect(dialog(his)).to_contain_text("You will not manage this site any more")
        press(his, "Cancel")
        choose(page, "Rolf Role", "Remove from the site")
        press(page, "Remove")
        expect(page.get_by_role("heading", name="No member yet")).to_be_visible()
        expect(his.get_by_role("heading", name="There is nothing here")).to_be_visible(timeout=60_000)


def test_who_is_known_joins_a_site_at_once_and_who_is_not_is_invited(
    signed_in: Page, served: RunningServer, api: httpx.Client, post: Post
) -> None:
    site = make_site(api, "Joining")
    add(api, served, "known@example.org", "Kim Known")
    page = signed_in
    page.goto(f"{served.url}/sites/{site}/members")
    page.get_by_role("button", name="Add somebody").click()
    dialog(page).locator("[name=email]").press_sequentially("kim")
    page.get_by_role("option", name="Kim Known").click()
    expect(dialog(page).locator("[name=name]")).to_have_count(0)
    press(page, "Add")
    expect(dialog(page)).to_contain_text("They were registered already")
    press(page, "Add another")
    fill(page, email="known@example.org")
    press(page, "Add")
    expect(dialog(page)).to_contain_text("is here already and has all of this")
    fill(page, email="stranger@example.org")
    press(page, "Add")
    expect(dialog(page)).to_contain_text("stranger@example.org is invited")
    press(page, "Done")
    expect(row(page, "Kim Known")).to_contain_text("active")
    expect(row(page, "stranger@example.org")).to_contain_text("invited", timeout=60_000)
    assert post.wait_for(to="stranger@example.org")


def test_the_last_administrator_stays_and_the_page_says_why(signed_in: Page, served: RunningServer) -> None:
    page = signed_in
    page.goto(f"{served.url}/people?search=first@")
    page.get_by_role("link", name="Ada First").click()
    page.get_by_role("button", name="Take the right away").click()
    said = page.get_by_role("alert").filter(has_text="last administrator")
    expect(said).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(said).to_have_count(2)


def test_an_administrator_changes_disables_and_removes_somebody(
    browser: Browser, signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    who = add(api, served, "otto@example.org", "Otto Old")
    made = served.cli_json("token", "create", "otto@example.org", "--name", "his script")["token"]
    page = signed_in
    page.goto(f"{served.url}/people/{who}")
    page.get_by_role("button", name="Change", exact=True).click()
    fill(page, name="Otto Other")
    press(page, "Save")
    expect(page.get_by_role("heading", name="Otto Other")).to_be_visible()
    choose(page, "his script", "Revoke")
    press(page, "Revoke")
    expect(page.get_by_text("They have no API tokens.")).to_be_visible()
    with served.client(made) as his:
        assert his.get("/api/v1/me").status_code == 401
    with open_page(browser) as seen:
        sign_in(seen, served, "otto@example.org")
        seen.goto(f"{served.url}/sites")
        expect(seen.get_by_role("heading", name="No site yet")).to_be_visible()
        page.get_by_role("button", name="Disable").click()
        expect(page.get_by_text("Otto Other is disabled and signed out.")).to_be_visible()
        assert find_violations(page) == []
        expect(seen.get_by_role("heading", name="Sign in")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("button", name="Disable")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    press(page, "Remove")
    expect(page).to_have_url(f"{served.url}/people")
    expect(page.get_by_role("row").first).to_be_visible()
    expect(row(page, "otto@example.org")).to_have_count(0)


def test_name_language_and_looks_hold_at_once(browser: Browser, served: RunningServer, api: httpx.Client) -> None:
    add(api, served, "lena@example.org", "Lena")
    with open_page(browser) as page:
        sign_in(page, served, "lena@example.org")
        page.goto(f"{served.url}/profile")
        page.locator("[name=name]").fill("Lena Lang")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("button", name="Account of Lena Lang")).to_be_visible()
        page.get_by_text("Deutsch", exact=True).click()
        expect(page.get_by_role("heading", name="Ihr Profil")).to_be_visible()
        page.get_by_text("Dunkel", exact=True).click()
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        page.reload()
        expect(page.get_by_role("heading", name="Ihr Profil")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        page.get_by_role("tab", name="Benachrichtigungen").click()
        page.get_by_label("Ein Import von mir, der lange dauerte, ist fertig").click()
        page.reload()
        expect(page.get_by_label("Ein Import von mir, der lange dauerte, ist fertig")).not_to_be_checked()


def test_a_password_is_changed_with_all_its_problems_at_the_field_and_ends_other_sessions(
    browser: Browser, served: RunningServer, api: httpx.Client
) -> None:
    add(api, served, "pia@example.org", "Pia Pass")
    with open_page(browser) as page, open_page(browser) as other:
        for each in (page, other):
            sign_in(each, served, "pia@example.org")
        other.goto(f"{served.url}/sites")
        page.goto(f"{served.url}/profile/sign-in")
        expect(page.get_by_role("button", name=re.compile("Sign out there:"))).not_to_have_count(0)
        page.get_by_role("button", name="Change the password").click()
        fill(page, current="not mine at all", new="Pia Pass 2026")
        expect(dialog(page)).to_contain_text("13 of at least 15 characters")
        press(page, "Save")
        expect(dialog(page)).to_contain_text("This is not your password")
        fill(page, current=PASSWORD, new="aaaaaaaaaaaaaaaaaaaa")
        press(page, "Save")
        expect(dialog(page)).to_contain_text("easy to guess")
        fill(page, new=NEW_PASSWORD)
        press(page, "Save")
        expect(page.get_by_text("Your password is changed")).to_be_visible()
        expect(page.get_by_text("You are signed in only here.")).to_be_visible()
        other.reload()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_new_address_is_confirmed_by_the_mail_that_goes_there(
    browser: Browser, served: RunningServer, api: httpx.Client, post: Post
) -> None:
    add(api, served, "moritz@example.org", "Moritz")
    with open_page(browser) as page:
        sign_in(page, served, "moritz@example.org")
        page.goto(f"{served.url}/profile/sign-in")
        page.get_by_role("button", name="Change the address").click()
        fill(page, email="max@example.org", password=PASSWORD)
        press(page, "Send the link")
        expect(dialog(page)).to_contain_text("is on its way there")
        [link] = post.wait_for(to="max@example.org")[-1].links
        page.goto(link)
        fill(page, password=PASSWORD)
        submit(page)
        expect(page.get_by_text("Your e-mail address is changed.")).to_be_visible()


def test_other_sessions_are_ended_one_by_one(browser: Browser, served: RunningServer, api: httpx.Client) -> None:
    add(api, served, "sam@example.org", "Sam")
    with open_page(browser) as page, open_page(browser) as other:
        for each in (page, other):
            sign_in(each, served, "sam@example.org")
        page.goto(f"{served.url}/profile/sign-in")
        others = page.get_by_role("button", name=re.compile("Sign out there:"))
        expect(others).to_have_count(2)  # registering began one as well
        others.first.click()
        expect(others).to_have_count(1)
        others.click()
        expect(page.get_by_text("You are signed in only here.")).to_be_visible()
        other.goto(f"{served.url}/sites")
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_second_factor_is_set_up_used_at_the_next_sign_in_and_turned_off(
    browser: Browser, served: RunningServer, api: httpx.Client
) -> None:
    add(api, served, "toni@example.org", "Toni Two")
    with open_page(browser) as page:
        sign_in(page, served, "toni@example.org")
        page.goto(f"{served.url}/profile/sign-in")
        page.get_by_role("button", name="Set up a second factor").click()
        fill(page, password="not mine at all")
        press(page, "Continue")
        expect(dialog(page)).to_contain_text("This is not your password")
        fill(page, password=PASSWORD)
        press(page, "Continue")
        expect(dialog(page).get_by_role("img", name="QR")).to_be_visible()
        clock = pyotp.TOTP(dialog(page).get_by_role("group", name="Key", exact=True).inner_text())
        dialog(page).locator("[name=code]").fill("000000")
        press(page, "Turn it on")
        expect(dialog(page)).to_contain_text("This code is wrong")
        dialog(page).locator("[name=code]").fill(clock.now())
        press(page, "Turn it on")
        shown = dialog(page).get_by_role("list", name="Recovery codes").get_by_role("listitem")
        expect(shown).to_have_count(10)
        codes = shown.all_inner_texts()
        with page.expect_download() as download:
            press(page, "Download")
        assert codes[9] in download.value.path().read_text()
        page.keyboard.press("Escape")
        press(page, "I have kept them")
        expect(page.get_by_text("10 recovery codes are left")).to_be_visible()

        page.context.clear_cookies()
        page.goto(f"{served.url}/sign-in")
        fill(page, email="toni@example.org", password=PASSWORD)
        submit(page)
        fill(page, code=clock.at(int(time.time()) + 30))  # the one of this moment was used to confirm
        submit(page)
        expect(page.get_by_role("heading", name="Sites")).to_be_visible()

        page.goto(f"{served.url}/profile/sign-in")
        page.get_by_role("button", name="New recovery codes").click()
        fill(page, password=PASSWORD, code=codes[0])
        press(page, "New recovery codes")
        expect(shown).to_have_count(10)
        assert not set(codes) & set(shown.all_inner_texts())
        codes = shown.all_inner_texts()
        press(page, "I have kept them")
        page.get_by_role("button", name="Turn it off").click()
        fill(page, password=PASSWORD, code=codes[0])
        press(page, "Turn it off")
        expect(page.get_by_role("button", name="Set up a second factor")).to_be_visible()


def test_an_administrator_takes_off_a_second_factor_that_was_lost(
    signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    who = add(api, served, "lost@example.org", "Lou Lost")
    with httpx.Client(base_url=served.url, headers={"origin": served.url}, timeout=30) as theirs:
        body = {"email": "lost@example.org", "password": PASSWORD}
        assert theirs.post("/api/v1/session", json=body).status_code == 200
        begun = theirs.post("/api/v1/me/totp", json={"password": PASSWORD}).json()
        code = pyotp.TOTP(begun["secret"]).now()
        assert theirs.post("/api/v1/me/totp/confirm", json={"code": code}).status_code == 200
    page = signed_in
    page.goto(f"{served.url}/people/{who}")
    page.get_by_role("button", name="Second factor: Turn off").click()
    expect(dialog(page)).to_contain_text("Be sure that it is really them")
    press(page, "Turn off")
    expect(page.get_by_text("They sign in by their password alone.")).to_be_visible()


def test_a_token_is_made_within_limits_used_renewed_and_revoked(
    browser: Browser, served: RunningServer, api: httpx.Client
) -> None:
    site, other = make_site(api, "Tokens"), make_site(api, "No tokens")
    add(api, served, "tess@example.org", "Tess", **{site: "manager", other: "manager"})
    with open_page(browser) as page:
        sign_in(page, served, "tess@example.org")
        page.goto(f"{served.url}/profile/tokens")
        page.get_by_role("button", name="New token").click()
        press(page, "New token")
        expect(dialog(page)).to_contain_text("Say what it is for")
        fill(page, name="nightly")
        dialog(page).locator("[name=role]").select_option("viewer")
        dialog(page).get_by_label("Only in these sites").first.click()
        page.get_by_role("option", name="Tokens", exact=True).click()
        page.keyboard.press("Escape")
        dialog(page).locator("[name=ends]").select_option("30")
        press(page, "New token")
        secret = dialog(page).get_by_label("Token: nightly").first.inner_text()
        expect(dialog(page).get_by_label("Try it:").first).to_contain_text(f"Bearer {secret}' {served.url}/api/v1/me")
        with served.client(secret) as program:
            assert [each["id"] for each in program.get("/api/v1/sites").json()["items"]] == [site]
            assert program.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "No"}).status_code == 403
            press(page, "Done")
            expect(page.get_by_role("listitem").filter(has_text="nightly")).to_contain_text("Viewer at most, in Tokens")
            choose(page, "nightly", "Renew the secret")
            dialog(page).get_by_label("The present secret works for").select_option("0")
            press(page, "Renew")
            renewed = dialog(page).get_by_label("Token: nightly").first.inner_text()
            press(page, "Done")
            assert program.get("/api/v1/sites").status_code == 401
        with served.client(renewed) as program:
            assert program.get("/api/v1/sites").status_code == 200
            choose(page, "nightly", "Revoke")
            press(page, "Revoke")
            expect(page.get_by_role("heading", name="No token yet")).to_be_visible()
            assert program.get("/api/v1/sites").status_code == 401


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_people_members_and_profile_are_accessible(
    browser: Browser, served: RunningServer, api: httpx.Client, theme: Theme, size: tuple[int, int]
) -> None:
    site = make_site(api, f"Seen {theme} {size[0]}")
    who = add(api, served, "seen@example.org", "Sina Seen", **{site: "viewer"})
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        for path, button in (
            ("/people", None),
            ("/people", "Invite somebody"),
            (f"/people/{who}", None),
            (f"/people/{who}", "Add to a site"),
            (f"/sites/{site}/members", None),
            (f"/sites/{site}/members", "Add somebody"),
            ("/profile", None),
            ("/profile/sign-in", None),
            ("/profile/sign-in", "Change the password"),
            ("/profile/tokens", None),
            ("/profile/tokens", "New token"),
            ("/profile/notifications", None),
        ):
            page.goto(served.url + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            if button is not None:
                page.get_by_role("button", name=button).first.click()
                expect(dialog(page)).to_be_visible()
                page.wait_for_timeout(300)  # it fades in, and half-faded text has half its contrast
            assert find_violations(page) == [], (path, button)
