"""The plain pages: complete, without anything from elsewhere, under a strict policy."""

from __future__ import annotations

import re

import httpx
import pytest
from support.server import RunningServer


@pytest.fixture
def browser(running: RunningServer) -> httpx.Client:
    return running.client()


def test_the_documentation_has_nothing_from_elsewhere_and_nothing_inline(browser: httpx.Client) -> None:
    with browser:
        page = browser.get("/api/v1/docs")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"\son\w+=|<style|style=|javascript:|<script", page.text)
        needed = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
        assert not [address for address in needed if "//" in address]
        for address in needed:
            assert browser.get(address).status_code == 200, address
        assert '<html lang="en"' in page.text
        assert page.text.count("<h1>") == 1


@pytest.mark.parametrize("path", ["/api/v1/docs", "/assets/style.css", "/api/v1/me", "/nothing", "/health/live"])
def test_every_answer_has_the_security_headers(browser: httpx.Client, path: str) -> None:
    with browser:
        headers = browser.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] in ("no-store", "no-cache")
    assert "strict-transport-security" not in headers


def test_the_document_names_every_operation_and_its_failures(browser: httpx.Client) -> None:
    with browser:
        document = browser.get("/api/v1/openapi.json").json()
        page = browser.get("/api/v1/docs").text
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) > 20
    for operation in operations:
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"])
        assert operation["summary"]
        assert f"id='{operation['operationId']}'" in page
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    missing = [
        ref
        for ref in re.findall(r'"#/components/(\w+)/([^"]+)"', str(document).replace("'", '"'))
        if ref[1] not in document["components"][ref[0]]
    ]
    assert missing == []
