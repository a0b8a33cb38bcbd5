"""How the dashboard is served: one page for all its addresses, files kept for ever, and what stands in for it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.server import RunningServer

from phonebook_server.config import Config, load_config
from phonebook_server.web import dashboard

pytestmark = pytest.mark.anyio

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = b"console.log('the dashboard')"
INDEX = """<!doctype html>
<html lang="en" data-base="">
<head><meta property="csp-nonce" nonce="NONCE">
<script type="module" src="./assets/index-1a2b.js" nonce="NONCE"></script></head>
<body><div id="root"></div></body></html>"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dashboard in this process that was built, with one script."""
    folder = tmp_path / "dashboard"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "manifest.json").write_text("{}")
    monkeypatch.setattr(dashboard, "BUILT", folder)
    return folder


@pytest.fixture
def browser(running: RunningServer) -> Iterator[httpx.Client]:
    with running.client() as client:
        yield client


async def test_every_address_of_the_dashboard_gets_its_page(built: Path, near: httpx.AsyncClient) -> None:
    for path in ("/", "/sign-in", "/first", "/register", "/reset", "/email", "/sites", "/phonebooks/1/contacts/2"):
        answer = await near.get(path, headers=PAGE)
        assert answer.status_code == 200, path
        assert 'id="root"' in answer.text
        assert answer.headers["cache-control"] == "no-cache"


async def test_the_addresses_in_mails_answer_however_they_are_asked_for(built: Path, near: httpx.AsyncClient) -> None:
    for path in ("/", "/sign-in", "/first", "/register", "/reset", "/email"):
        assert 'id="root"' in (await near.get(path, headers={"accept": "*/*"})).text


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/v1/nothing", PAGE),
        ("GET", "/health/nothing", PAGE),
        ("GET", "/assets/nothing.js", PAGE),
        ("GET", "/phones", PAGE),
        ("GET", "/vendors/nothing", PAGE),
        ("GET", "/sites", {"accept": "application/json"}),
        ("POST", "/sites", PAGE),
    ],
)
async def test_what_is_no_page_is_a_problem(
    built: Path, near: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await near.request(method, path, headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_policy_lets_in_only_what_the_page_itself_names(built: Path, near: httpx.AsyncClient) -> None:
    answers = [await near.get("/", headers=PAGE) for _ in range(2)]
    nonces = [re.findall(r'nonce="([\w-]+)"', answer.text) for answer in answers]
    for answer, found in zip(answers, nonces, strict=True):
        policy = answer.headers["content-security-policy"]
        assert len(set(found)) == 1
        assert f"style-src 'self' 'nonce-{found[0]}'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
    assert nonces[0] != nonces[1], "a nonce that can be known lets anything in"


async def test_a_file_is_kept_for_ever_and_sent_small(built: Path, near: httpx.AsyncClient) -> None:
    plain = await near.get("/assets/index-1a2b.js", headers={"accept-encoding": "identity"})
    small = await near.get("/assets/index-1a2b.js", headers={"accept-encoding": "gzip, br"})
    assert plain.content == small.content == SCRIPT
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    for answer in (plain, small):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "accept-encoding" in answer.headers["vary"]


@pytest.mark.parametrize("name", ["index-1a2b.js.gz", "..%2findex.html", "..%2f..%2fdashboard.py", "manifest.json"])
async def test_nothing_but_built_files_is_an_asset(built: Path, near: httpx.AsyncClient, name: str) -> None:
    answer = await near.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_below_a_path_everything_is_asked_for_below_it(built: Path, tmp_path: Path) -> None:
    environ = {"PHONEBOOK_DATA_DIR": str(tmp_path), "PHONEBOOK_PUBLIC_URL": "https://example.org/tools/book"}
    html = dashboard.dashboard_page(load_config(environ, cwd=tmp_path)).content
    assert 'data-base="/tools/book"' in html
    assert 'src="/tools/book/assets/index-1a2b.js"' in html
    assert '"./' not in html


def test_without_a_build_a_page_says_how_to_make_one(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "BUILT", Path("/nowhere"))
    page = dashboard.dashboard_page(config)
    assert "make run" in page.content
    assert page.content.count("<h1>") == 1


def test_what_was_built_asks_for_nothing_from_elsewhere(browser: httpx.Client) -> None:
    page = browser.get("/")
    if 'id="root"' not in page.text:
        pytest.skip("THE DASHBOARD IS NOT BUILT: what it asks for is not looked at. `make test` builds it.")
    assert not re.search(r"\son\w+=|<style|style=|javascript:|<script(?![^>]* src=)", page.text)
    needed = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(needed) > 2
    for address in needed:
        assert address.startswith("/assets/"), "from elsewhere"
        assert browser.get(address).status_code == 200, address


async def test_a_head_request_gets_the_headers_of_a_page_or_file_and_no_body(
    built: Path, near: httpx.AsyncClient
) -> None:
    for path in ("/", "/sites", "/assets/index-1a2b.js", "/health/live"):
        head, get = await near.head(path, headers=PAGE), await near.get(path, headers=PAGE)
        assert (head.status_code, head.content) == (200, b""), path
        for name in ("content-type", "cache-control", "content-length"):
            assert head.headers.get(name) == get.headers.get(name), (path, name)


def test_a_head_request_leaves_the_connection_as_it_was(browser: httpx.Client) -> None:
    answer = browser.head("/sign-in", headers=PAGE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "script-src" in answer.headers["content-security-policy"]
    assert browser.get("/health/live").json() == {"status": "live"}
