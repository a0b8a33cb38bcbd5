"""What tests of the dashboard in a browser have in common: who signs in, what a page must not do, what axe finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from support.server import RunningServer

PATIENCE_MS: Final = 60_000
PASSWORD: Final = "a few words that nobody guesses"
ADMINISTRATOR: Final = "first@example.org"
AXE: Final = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
NOT_BUILT: Final = (
    "THE DASHBOARD IS NOT BUILT: its pages are not tested. `make test-browser` builds it; that takes Node 20."
)

expect.set_options(timeout=PATIENCE_MS / 2)  # the machine may be slow, and several tests run at once

Theme = Literal["light", "dark"]
WIDE: Final = (1280, 800)
NARROW: Final = (360, 740)
LOOKS: Final[list[tuple[Theme, tuple[int, int]]]] = [
    ("light", WIDE),
    ("light", NARROW),
    ("dark", WIDE),
    ("dark", NARROW),
]
"""What every screen is looked at in."""


@contextmanager
def open_page(browser: Browser, *, size: tuple[int, int] = WIDE, theme: Theme = "light") -> Iterator[Page]:
    """A page of a browser without cookies. A fault in a script, or a resource that the policy refuses, is an error."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: faults.append(said.text) if _is_fault(said.type, said.text) else None)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not faults, "\n".join(faults)


def _is_fault(kind: str, text: str) -> bool:
    """Browsers also report every answer that is no success; those are the tests' own business."""
    return kind in ("error", "warning") and not text.startswith("Failed to load resource")


def is_built(server: RunningServer) -> bool:
    """Whether the server has a dashboard to serve."""
    with server.client() as client:
        return 'id="root"' in client.get("/").text


def register(
    server: RunningServer, email: str = ADMINISTRATOR, *, name: str = "Ada First", admin: bool = False
) -> None:
    """Somebody who has registered with `PASSWORD`; nothing when they have already."""
    if any(user["email"] == email for user in server.cli_json("user", "list")):
        return
    link = server.cli_json("user", "add", email, *(["--admin"] if admin else []))["link"]
    body = {"token": link.partition("#")[2], "name": name, "password": PASSWORD}
    with server.client() as client:
        answer = client.post("/api/v1/registration", json=body)
        assert answer.status_code == 200, answer.text


def sign_in(target: Page | BrowserContext, server: RunningServer, email: str = ADMINISTRATOR) -> None:
    """Give a browser the session of somebody who has registered, without the page for it."""
    context = target.context if isinstance(target, Page) else target
    with httpx.Client(base_url=server.url, headers={"origin": server.url}, timeout=30) as client:
        answer = client.post("/api/v1/session", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        context.add_cookies(
            [{"name": name, "value": value, "url": server.url} for name, value in client.cookies.items()]
        )


def fill(page: Page, **values: str) -> None:
    """Fill the fields of the form that is shown, by their names."""
    for name, value in values.items():
        page.locator(f"form:visible [name={name}]").fill(value)


def submit(page: Page) -> None:
    """Send the form that is shown."""
    page.locator("form:visible button[type=submit]").click()


def row(page: Page, name: str) -> Locator:
    """The row of a table in which this is written."""
    return page.get_by_role("row").filter(has_text=name)


def choose(page: Page, of: str, action: str) -> None:
    """An action from the three dots of a row or card."""
    page.get_by_role("button", name=f"What can be done with {of}").click()
    page.get_by_role("menuitem", name=action).click()


def open_palette(page: Page) -> Locator:
    """The command palette, ready to be typed into."""
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Go to a site")
    expect(palette.get_by_role("combobox")).to_be_focused()
    return palette


def find_violations(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong with the page as it is, and whether it is wider than the window."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document)).violations")
    told = [
        f"{violation['id']}: {violation['help']}: "
        + "; ".join(
            re.sub(r"\s+", " ", f"{node['target']} {node['failureSummary']}") for node in violation["nodes"][:3]
        )
        for violation in found
        if violation["id"] not in without
    ]
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if overflow > 0:
        told.append(f"the page is {overflow} pixels wider than the window")
    return told
