"""Limited tokens over every route of `docs/routes.md`, as real requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from security.table import Row, read_table
from security.world import World, ask, fill
from support.server import RunningServer

ROWS = [row for row in read_table() if not row.is_public]
PEOPLE = (
    "/api/v1/users",
    "/api/v1/tokens",
    "/api/v1/service-tokens",
    "/api/v1/services",
    "/api/v1/session",
    "/api/v1/mail",
    "/api/v1/me/",
    "/api/v1/sites/{site_id}/members",
)
"""What no limited token may use; everything else works for it as for a member with its role."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with RunningServer(tmp_path_factory.mktemp("limits") / "data") as server, closing(World(server)) as world:
        yield world


@pytest.fixture(scope="module")
def objects(world: World) -> dict[str, str]:
    return world.objects()


@pytest.fixture(scope="module")
def elsewhere(world: World) -> dict[str, str]:
    return world.objects()


def limited(world: World, person: str, **limits: Any) -> str:
    with world.server.client(world.people[person].token) as client:
        made = client.post("/api/v1/tokens", json={"name": "limited", **limits})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


def send(world: World, token: str, row: Row, objects: dict[str, str]) -> httpx.Response:
    request = world.request(row.operation, objects)
    with world.server.client(token) as client:
        return ask(client, row.method, fill(row.path, objects), **request)


@pytest.fixture(scope="module")
def viewing(world: World, objects: dict[str, str]) -> list[str]:
    """A manager's and an administrator's token that may view at most."""
    return [limited(world, person, role="viewer") for person in ("manager", "administrator")]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_token_to_view_works_like_a_viewer(
    world: World, objects: dict[str, str], viewing: list[str], row: Row
) -> None:
    is_closed = row.path.startswith(PEOPLE) or (row.path == "/api/v1/me" and row.method != "GET")
    expected = "403" if is_closed else row.outcomes["viewer"]
    for token in viewing:
        answer = send(world, token, row, objects)
        got = "ok" if answer.is_success else str(answer.status_code)
        assert got == expected, f"{answer.status_code} {'' if answer.is_success else answer.text}"


@pytest.fixture(scope="module")
def elsewhere_only(world: World, elsewhere: dict[str, str]) -> list[str]:
    """A manager's and an administrator's token for another site of theirs."""
    return [limited(world, person, sites=[elsewhere["site_id"]]) for person in ("manager", "administrator")]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if any(n in row.path for n in ("{site_id}", "{phonebook_id}", "{contact_id}"))], ids=str
)
def test_a_token_of_another_site_finds_nothing(
    world: World, objects: dict[str, str], elsewhere_only: list[str], row: Row
) -> None:
    for token in elsewhere_only:
        answer = send(world, token, row, objects)
        assert answer.status_code == (403 if row.path.startswith(PEOPLE) else 404), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
