"""The headers and cookies of every route: what is expected of each kind of answer, and that there is no other kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

import httpx
import pytest
from security.table import Row, read_table
from security.world import World, fill
from support.server import RunningServer

PUBLIC_URL: Final = "https://phonebook.example.org"
ROWS: Final = read_table()

EVERYWHERE: Final = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000",
}
"""What every answer has."""
API: Final = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'", "cache-control": "no-store"}
PLAIN_PAGE: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
}
DASHBOARD: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
}
ASSET: Final = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'", "cache-control": "no-cache"}
UNWANTED: Final = ("x-powered-by", "access-control-allow-origin", "access-control-allow-credentials")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    env = {"PHONEBOOK_PUBLIC_URL": PUBLIC_URL}
    folder = tmp_path_factory.mktemp("headers") / "data"
    with RunningServer(folder, env=env) as server, closing(World(server)) as world:
        yield world


def expected(row: Row, answer: httpx.Response) -> Mapping[str, str]:
    """What an answer to this route has besides what all have, by its kind."""
    if row.path.startswith("/assets/"):
        return ASSET
    if row.path == "/api/v1/openapi.json" and answer.is_success:
        return {**API, "cache-control": "no-cache"}
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return API
    return DASHBOARD if 'id="root"' in answer.text else PLAIN_PAGE


def check(row: Row, answer: httpx.Response) -> None:
    for name, value in {**EVERYWHERE, **expected(row, answer)}.items():
        found = re.sub(r"'nonce-[\w-]{24,}'", "'nonce-…'", answer.headers.get(name, ""))
        assert found == value, f"{row}: {name} is {found!r}"
    for name in UNWANTED:
        assert name not in answer.headers, f"{row} tells {name}"
    assert answer.headers.get("server", "") in ("", "granian"), "no version of anything is told"
    for cookie in answer.headers.get_list("set-cookie"):
        name, *attributes = [part.strip() for part in cookie.split(";")]
        assert name.startswith("__Host-"), cookie
        assert {"HttpOnly", "Secure", "Path=/"} <= set(attributes), cookie
        assert any(each.lower() in ("samesite=lax", "samesite=strict") for each in attributes), cookie
        assert not any(each.lower().startswith("domain=") for each in attributes), cookie
    if not answer.is_success:
        assert answer.headers["content-type"] == "application/problem+json"


def ask(world: World, row: Row, objects: Mapping[str, str], **headers: str) -> httpx.Response:
    """The answer to the route; of a stream only its beginning."""
    body: dict[str, Any] = world.request(row.operation, objects)
    with (
        world.server.client() as client,
        client.stream(row.method, fill(row.path, objects), headers=headers, **body) as answer,
    ):
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        return answer


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_answer_has_the_headers_of_its_kind(world: World, row: Row) -> None:
    objects = world.objects()
    check(row, ask(world, row, objects))
    check(row, ask(world, row, objects, authorization="Bearer pbt_guess"))
    token = world.people["administrator"].token
    check(row, ask(world, row, objects, authorization=f"Bearer {token}"))


def test_the_session_cookie_is_bound_to_the_host_and_hidden_from_scripts(world: World) -> None:
    with world.server.client() as client:
        answer = client.post("/api/v1/session", **world.request("sign_in"))
        assert answer.status_code == 200, answer.text
        cookies = answer.headers.get_list("set-cookie")
        [session] = [cookie for cookie in cookies if cookie.startswith("__Host-phonebook=")]
        assert {"HttpOnly", "Secure", "Path=/"} <= {part.strip() for part in session.split(";")}


def test_a_method_that_a_route_does_not_take_is_refused(world: World) -> None:
    paths = {row.path for row in ROWS}
    objects = world.objects()
    with world.server.client() as client:
        for path in sorted(paths):
            taken = {row.method for row in ROWS if row.path == path}
            for method in ("TRACE", "PUT", "PATCH", "DELETE", "POST"):
                if method not in taken:
                    answer = client.request(method, fill(path, objects))
                    assert answer.status_code in (404, 405), f"{method} {path}: {answer.status_code}"
