"""A real browser: Debian's chromium, headless, driven by playwright. `make test` installs it where it can."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support.pages import NOT_BUILT, is_built, open_page, register, sign_in
from support.post import Post
from support.server import RunningServer

PROGRAMS: Final = ("chromium-headless-shell", "chromium", "chromium-browser")
"""What Debian and others call it. The first one is the same browser without what draws windows, and quicker."""
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
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        pytest.skip("THERE IS NO CHROMIUM: the pages are not tested in a browser. Install it (`make browser`).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser without cookies, as wide as a desk's. See `open_page`."""
    with open_page(browser) as page:
        yield page


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
        if not is_built(server):
            pytest.skip(NOT_BUILT)
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[RunningServer]:
    """`phonebook serve` with mail and the hosted services, and an administrator who has registered."""
    folder: Path = tmp_path_factory.mktemp("browser") / "data"
    with RunningServer(folder, env={"PHONEBOOK_SMTP_URL": post.url}) as server:
        if not is_built(server):
            pytest.skip(NOT_BUILT)
        register(server, admin=True)
        yield server


@pytest.fixture
def signed_in(page: Page, served: RunningServer) -> Page:
    """A page of the administrator's browser, who is signed in to `served`."""
    sign_in(page, served)
    return page
