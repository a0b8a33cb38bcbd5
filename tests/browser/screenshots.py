"""`make screenshots`: every screen, light and dark, wide and narrow, into `dashboard/screenshots/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, Page
from support.office import Phone
from support.pages import (
    ADMINISTRATOR,
    LOOKS,
    NARROW,
    NOT_BUILT,
    Theme,
    is_built,
    open_page,
    open_palette,
    register,
    sign_in,
)
from support.post import Post
from support.server import RunningServer

FOLDER: Final = Path(__file__).parents[2] / "dashboard" / "screenshots"
SETTLE_MS: Final = 1_200
"""How long a screen takes at most to have fetched what it shows."""

NAMES: Final = ["Bea Aydın", "Çem Öztürk", "Dora Schmidt", "Emil Huber", "Frida Köhler", "Gül Yılmaz", "Hugo Nowak"]
PHONES: Final = ["Yealink SIP-T54W 96.86.0.70 80:5e:c0:aa:00:01", "Yealink W70B 146.85.0.20 80:5e:c0:bb:00:02"]
COMPANIES: Final = ["Huber & Söhne GmbH", "", "Öztürk Elektro AG", "Kanzlei Nowak"]


class Screen(NamedTuple):
    """A screen and how one gets there; `path` may name what is in `objects`."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda page: None
    is_signed_in: bool = True


def open_form(button: str) -> Callable[[Page], None]:
    """An action: press this button."""
    return lambda page: page.get_by_role("button", name=button).first.click()


def search(page: Page) -> None:
    open_palette(page)
    page.keyboard.type("hub")


def choose_some(page: Page) -> None:
    for number in (1, 2, 4):
        page.get_by_role("row").nth(number).get_by_role("checkbox").check()


def upload(page: Page) -> None:
    content = "Vorname;Nachname;Telefon;Kürzel\nBea;Aydın;030 9018000;ba\nNora;Lang;030 555;nl\nKarl;Neu;4.915E+11;kn\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "kunden.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )


SCREENS: Final = [
    Screen("sign-in", "/sign-in", is_signed_in=False),
    Screen("first-administrator", "/first#token", is_signed_in=False),
    Screen("register", "/register#token", is_signed_in=False),
    Screen("reset", "/reset", is_signed_in=False),
    Screen("sites", "/sites"),
    Screen("site-new", "/sites", open_form("New site")),
    Screen("site", "/sites/{site}"),
    Screen("palette", "/sites/{site}", search),
    Screen("account", "/sites/{site}", open_form("Account of")),
    Screen("contacts", "/phonebooks/{phonebook}/contacts"),
    Screen("contacts-empty", "/phonebooks/{empty}/contacts"),
    Screen("contacts-panel", "/phonebooks/{phonebook}/contacts/{contact}"),
    Screen("contacts-chosen", "/phonebooks/{phonebook}/contacts", choose_some),
    Screen("import", "/phonebooks/{phonebook}/import"),
    Screen("import-preview", "/phonebooks/{phonebook}/import", upload),
    Screen("cleaning", "/phonebooks/{phonebook}/tidy"),
    Screen("history", "/phonebooks/{phonebook}/history"),
    Screen("services", "/phonebooks/{phonebook}/services"),
    Screen("service", "/phonebooks/{phonebook}/services/yealink"),
    Screen("service-off", "/phonebooks/{empty}/services/snom"),
    Screen("service-form", "/phonebooks/{empty}/services/snom", open_form("Turn Snom on")),
    Screen("service-password", "/phonebooks/{phonebook}/services/yealink", open_form("New password")),
    Screen("phones", "/phonebooks/{phonebook}/phones"),
    Screen("phonebook-settings", "/phonebooks/{phonebook}/settings"),
    Screen("phone-setup", "/phone-setup/{phonebook}/yealink"),
    Screen("start", "/start"),
    Screen("start-contacts", "/start/{empty}/contacts"),
    Screen("start-service", "/start/{empty}/service"),
    Screen("start-phone", "/start/{phonebook}/phone"),
    Screen("start-fetch", "/start/{phonebook}/fetch"),
    Screen("people", "/people"),
    Screen("people-invite", "/people", open_form("Invite somebody")),
    Screen("members", "/sites/{site}/members"),
    Screen("profile", "/profile"),
    Screen("profile-sign-in", "/profile/sign-in"),
    Screen("profile-tokens", "/profile/tokens"),
    Screen("profile-notifications", "/profile/notifications"),
    Screen("installation-services", "/installation/services"),
    Screen("installation-service-tokens", "/installation/service-tokens"),
    Screen("installation-activity", "/installation/activity"),
    Screen("installation-configuration", "/installation/configuration"),
    Screen("mail", "/installation/mail"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[RunningServer]:
    """A server as people have it: with every vendor service there is."""
    env = {"PHONEBOOK_SMTP_URL": post.url, "PHONEBOOK_HOSTED_SERVICES": None}
    with RunningServer(tmp_path_factory.mktemp("screenshots") / "data", env=env) as server:
        if not is_built(server):
            pytest.skip(NOT_BUILT)
        register(server, admin=True)
        yield server


@pytest.fixture(scope="module")
def objects(served: RunningServer) -> dict[str, str]:
    """The ids in the paths: an office with contacts, a vendor service that is on and phones; `empty` is a phonebook."""
    token = served.cli_json("token", "create", ADMINISTRATOR, "--name", "screenshots")["token"]
    with served.client(token) as api:
        sites = [
            api.post("/api/v1/sites", json={"name": name, "region": "DE"}).json()["id"]
            for name in ("Berlin Mitte", "Hotel Adler", "Praxis Dr. Öztürk", "Schreinerei Huber & Söhne", "Zürich Nord")
        ]
        books = [
            api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": name}).json()["id"]
            for site in sites
            for name in (("Zentrale", "Vertrieb", "Lager und Versand") if site == sites[0] else ("Zentrale",))
        ]
        for number in range(40):
            given, family = NAMES[number % len(NAMES)].split()
            contact = {
                "given_name": given,
                "family_name": family,
                "organization": COMPANIES[number % len(COMPANIES)],
                "numbers": [{"value": f"030 9018{number:03}", "label": "work"}],
                "groups": ["Kunden"] if number % 3 else ["Lieferanten"],
            }
            assert api.post(f"/api/v1/phonebooks/{books[0]}/contacts", json=contact).status_code == 201
        assert api.put(f"/api/v1/phonebooks/{books[0]}/services/yealink", json={"on": True}).status_code == 200
        service: dict[str, Any] = {}
        while not service.get("access"):
            service = api.get(f"/api/v1/phonebooks/{books[0]}/services/yealink").json()
        access = service["access"]
        for agent in PHONES:
            Phone(access["url"], access["username"], access["password"], agent).fetch()
        Phone(access["url"], access["username"], "mistyped", "Yealink SIP-T48S 66.86.0.15 80:5e:c0:aa:00:77").fetch()
        for _ in range(3):
            httpx.get(access["url"], headers={"user-agent": "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37"})
        twin = {"display_name": "Bea Aydin", "numbers": [{"value": "030 9018000", "label": "work"}]}
        contact = api.post(f"/api/v1/phonebooks/{books[0]}/contacts", json=twin).json()["id"]
        assert api.post("/api/v1/mail/test", json={}).status_code == 202
    return {"site": sites[0], "phonebook": books[0], "contact": contact, "empty": books[-1]}


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_make_screenshots(
    browser: Browser, served: RunningServer, objects: dict[str, str], theme: Theme, size: tuple[int, int]
) -> None:
    FOLDER.mkdir(exist_ok=True)
    width = "narrow" if size == NARROW else "wide"
    for is_signed_in in (False, True):
        with open_page(browser, theme=theme, size=size) as page:
            if is_signed_in:
                sign_in(page, served)
            for screen in [each for each in SCREENS if each.is_signed_in == is_signed_in]:
                page.goto("about:blank")  # what only differs behind the # would be no new page
                page.goto(served.url + screen.path.format_map(objects))
                page.wait_for_timeout(SETTLE_MS)
                screen.act(page)
                page.wait_for_timeout(SETTLE_MS / 2)
                page.screenshot(path=FOLDER / f"{screen.name}-{theme}-{width}.png")
