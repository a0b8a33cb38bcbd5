"""What administrators see of the installation: vendor services and their tokens, what was done, the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    PATIENCE_MS,
    Theme,
    choose,
    find_violations,
    open_page,
    register,
    row,
    sign_in,
)
from support.server import RunningServer
from support.service import RunningService


@pytest.fixture(scope="module")
def api(served: RunningServer) -> Iterator[httpx.Client]:
    """The API as the administrator."""
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "test")["token"]
    with served.client(token) as client:
        yield client


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def press(page: Page, name: str) -> None:
    """A button of the dialog that is open."""
    dialog(page).get_by_role("button", name=name, exact=True).click()


def test_a_service_that_runs_on_its_own_is_let_in_by_a_token_seen_with_its_instances_and_parted_from(
    signed_in: Page, served: RunningServer, tmp_path: Path
) -> None:
    page = signed_in
    page.goto(f"{served.url}/installation/services")
    yealink = page.get_by_role("region", name="Yealink")
    expect(yealink).to_contain_text("running", timeout=PATIENCE_MS)
    expect(yealink).to_contain_text("inside this server")

    page.get_by_role("link", name="Service tokens").first.click()
    page.get_by_role("button", name="New token").click()
    dialog(page).get_by_label("Short name of the service").first.fill("No Service")
    press(page, "Create")
    expect(dialog(page)).to_contain_text("Small letters, digits and - only")
    dialog(page).get_by_label("Short name of the service").first.fill("yealink")
    press(page, "Create")
    lines = dialog(page).get_by_label("The environment of the service").first.inner_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines)
    assert environment["PHONEBOOK_SERVER_URL"] == served.url
    assert environment["PHONEBOOK_SERVICE_TOKEN"].startswith("pbs_")
    press(page, "Done")
    prefix = environment["PHONEBOOK_SERVICE_TOKEN"][:10]
    expect(row(page, prefix)).to_contain_text("never")

    with RunningService(served, tmp_path / "state", env=environment):
        page.goto(f"{served.url}/installation/services")
        expect(yealink).to_contain_text("running, 2 instances", timeout=PATIENCE_MS)
        expect(yealink).to_contain_text("from 127.0.0.1")
        page.goto(f"{served.url}/installation/service-tokens")
        expect(row(page, prefix)).not_to_contain_text("never")
        choose(page, f"yealink {prefix}", "Revoke")
        press(page, "Revoke")
        expect(row(page, prefix)).to_have_count(0)
        page.goto(f"{served.url}/installation/services")
        expect(yealink).not_to_contain_text("2 instances", timeout=PATIENCE_MS)


def test_a_service_that_is_away_is_shown_since_when_and_what_to_do(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, served: RunningServer
) -> None:
    folder = tmp_path_factory.mktemp("away") / "data"
    with (
        RunningServer(folder, env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server,
        open_page(browser) as page,
    ):
        register(server, admin=True)
        sign_in(page, server)
        page.goto(f"{server.url}/installation/services")
        expect(page.get_by_role("heading", name="No vendor service yet")).to_be_visible()
        with RunningService(server, folder.parent / "state"):
            expect(page.get_by_role("region", name="Yealink")).to_contain_text("running", timeout=PATIENCE_MS)
        yealink = page.get_by_role("region", name="Yealink")
        expect(yealink).to_contain_text("away since", timeout=PATIENCE_MS)
        expect(yealink.get_by_role("heading", name="What to do")).to_be_visible()
        assert find_violations(page) == []


def test_what_was_done_is_shown_filtered_and_downloaded(
    signed_in: Page, served: RunningServer, api: httpx.Client
) -> None:
    site = api.post("/api/v1/sites", json={"name": "Watched", "region": "DE"}).json()["id"]
    assert api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Seen book"}).status_code == 201
    assert api.post("/api/v1/sites", json={"name": "Other", "region": "DE"}).status_code == 201
    page = signed_in
    page.goto(f"{served.url}/installation/activity")
    items = page.get_by_role("main").get_by_role("listitem")
    expect(items.filter(has_text="Phonebook made: Seen book")).to_have_count(1)
    expect(items.filter(has_text="Site made: Other")).to_have_count(1)
    page.get_by_label("Site", exact=True).first.click()
    page.get_by_role("option", name="Watched").click()
    expect(items.filter(has_text="Site made: Other")).to_have_count(0)
    expect(items).to_have_count(2)
    page.get_by_label("What").select_option(label="Phonebooks")
    expect(items).to_have_count(1)
    page.get_by_label("When").select_option(label="Today")
    expect(items).to_have_count(1)
    page.reload()
    expect(items).to_have_count(1)
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="For a spreadsheet").click()
    text = download.value.path().read_text()
    assert "Seen book" in text
    assert "Other" not in text
    page.get_by_role("button", name="Show everything").click()
    who = page.get_by_label("Who").first
    who.fill("nobody@example.org")
    who.press("Enter")
    expect(page.get_by_text("Nothing of this kind was done.")).to_be_visible()


def test_the_configuration_is_shown_without_secrets_and_with_what_is_wrong(
    signed_in: Page, served: RunningServer
) -> None:
    page = signed_in
    page.goto(f"{served.url}/installation/configuration")
    url = page.get_by_role("listitem").filter(has_text="PHONEBOOK_PUBLIC_URL").first
    expect(url).to_contain_text(served.url)
    expect(url).to_contain_text("as it comes")
    mail = page.get_by_role("listitem").filter(has_text="PHONEBOOK_SMTP_URL").first
    expect(mail).to_contain_text("secret")
    expect(mail).to_contain_text("from the environment")
    expect(mail).not_to_contain_text("smtp://127")
    expect(page.get_by_role("alert").filter(has_text="public URL")).to_contain_text("this machine only")
    expect(page.get_by_text("phonebook.sqlite3")).to_be_visible()


def test_the_installation_is_for_administrators_and_activity_also_for_managers(
    browser: Browser, served: RunningServer, api: httpx.Client
) -> None:
    site = api.post("/api/v1/sites", json={"name": "Managed", "region": "DE"}).json()["id"]
    register(served, "manager@example.org", name="Mia Manager")
    who = api.get("/api/v1/users", params={"search": "manager@"}).json()["items"][0]["id"]
    assert api.put(f"/api/v1/sites/{site}/members/{who}", json={"role": "manager"}).status_code == 200
    with open_page(browser) as page:
        sign_in(page, served, "manager@example.org")
        page.goto(f"{served.url}/sites/{site}/members")
        expect(page.get_by_role("link", name="Vendor services")).to_have_count(0)
        page.get_by_role("link", name="Who did what here").click()
        expect(page.get_by_role("main").get_by_role("listitem").filter(has_text="Site made: Managed")).to_be_visible()
        expect(page.get_by_text("Who did what in the sites that you manage.")).to_be_visible()
        page.goto(f"{served.url}/installation/configuration")
        expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_the_installation_is_accessible(
    browser: Browser, served: RunningServer, theme: Theme, size: tuple[int, int]
) -> None:
    with open_page(browser, theme=theme, size=size) as page:
        sign_in(page, served)
        for path, button in (
            ("services", None),
            ("service-tokens", None),
            ("service-tokens", "New token"),
            ("activity", None),
            ("activity?time=between", None),
            ("configuration", None),
        ):
            page.goto(f"{served.url}/installation/{path}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            if button is not None:
                page.get_by_role("button", name=button).first.click()
                expect(dialog(page)).to_be_visible()
                page.wait_for_timeout(300)  # it fades in, and half-faded text has half its contrast
            assert find_violations(page) == [], (path, button)
