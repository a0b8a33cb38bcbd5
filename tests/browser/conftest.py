"""A real browser: Debian's chromium, headless, driven by playwright. `make test` installs it where it can."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support.post import Post
from support.server import RunningServer

PATIENCE_MS: Final = 60_000
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module, as while it is there an event loop runs in this thread, and no other test could run one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("THERE IS NO CHROMIUM: the pages are not tested in a browser. Install it (`make browser`).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser without cookies. A fault in a script, or a refused resource, fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[RunningServer]:
    """`phonebook serve` on an empty folder, with mail."""
    folder: Path = tmp_path_factory.mktemp("browser") / "data"
    env = {"PHONEBOOK_SMTP_URL": post.url, "PHONEBOOK_HOSTED_SERVICES": ""}
    with RunningServer(folder, env=env) as server:
        yield server
