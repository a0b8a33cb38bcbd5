"""Every route as everybody: `docs/routes.md` says what must happen, real requests show what does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from security.table import ASKERS, Row, read_table
from security.world import ABOUT_TWO, RANDOM, REQUESTS, WITHOUT_BODY, World, ask, fill
from support.in_process import routes_of_the_app
from support.server import RunningServer

ROWS = read_table()
OWNED = ("site_id", "phonebook_id", "contact_id", "unit_id")
SCOPED = [row for row in ROWS if any(f"{{{name}}}" in row.path for name in OWNED)]
CHANGING = [row for row in ROWS if row.method != "GET" and not row.is_public]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    env = {"PHONEBOOK_TRUSTED_PROXIES": "127.0.0.1"}
    folder = tmp_path_factory.mktemp("security") / "data"
    with RunningServer(folder, env=env) as server, closing(World(server)) as world:
        yield world


@pytest.fixture(scope="module")
def shared(world: World) -> dict[str, str]:
    """One site with all in it, for requests that destroy nothing."""
    return world.objects()


def client_of(world: World, asker: str) -> httpx.Client:
    person = world.people.get(asker)
    return world.server.client(person.token if person else None)


def check(answer: httpx.Response, expected: str, who: str) -> None:
    if expected == "ok":
        assert answer.is_success, f"{who} was refused: {answer.status_code} {answer.text}"
    else:
        assert answer.status_code == int(expected), f"{who} got {answer.status_code}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routes = set(routes_of_the_app())
    rows = {(row.method, row.path, row.operation) for row in ROWS}
    assert rows - routes == set(), "these rows of docs/routes.md have no route"
    assert routes - rows == set(), "these routes have no row in docs/routes.md"
    assert len(rows) == len(ROWS), "a route has two rows"


def test_every_operation_that_takes_a_body_has_one_to_try_it_with() -> None:
    needed = {row.operation for row in ROWS if row.method not in WITHOUT_BODY}
    known = REQUESTS.keys() | ABOUT_TWO.keys() | {"register"}
    assert needed - known == set(), "add these to REQUESTS in tests/security/world.py"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_table_says(world: World, shared: dict[str, str], row: Row) -> None:
    objects = shared
    for asker in (*ASKERS, "former"):
        expected = row.outcomes["stranger" if asker == "former" else asker]
        if row.method == "DELETE" and (objects is shared or expected == "ok"):
            objects = world.objects()
        with client_of(world, asker) as client:
            request = world.request(row.operation, objects)
            check(ask(client, row.method, fill(row.path, objects), **request), expected, f"the {asker}")


@pytest.mark.parametrize("row", SCOPED, ids=str)
def test_what_is_not_yours_answers_like_what_is_not_there(world: World, shared: dict[str, str], row: Row) -> None:
    nowhere = shared | dict.fromkeys(OWNED, RANDOM)
    for asker in ("stranger", "former"):
        with client_of(world, asker) as client:
            answers = [
                ask(
                    client,
                    row.method,
                    fill(row.path, objects),
                    **world.request(row.operation, shared),
                )
                for objects in (shared, nowhere)
            ]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("row", [row for row in ROWS if not row.is_public], ids=str)
def test_credentials_that_hold_no_longer_are_none(world: World, shared: dict[str, str], row: Row) -> None:
    with client_of(world, "viewer") as client:
        made = client.post("/api/v1/tokens", json={"name": "short-lived"}).json()
        assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    request = world.request(row.operation, shared)
    for authorization in (f"Bearer {made['token']}", "Bearer pbt_guess", f"Basic {made['token']}", "Bearer"):
        with world.server.client() as client:
            client.headers["authorization"] = authorization
            client.headers["x-forwarded-for"] = world.another_address()  # so many wrong ones from one are held up
            check(ask(client, row.method, fill(row.path, shared), **request), "401", authorization.split("_")[0])


@pytest.mark.parametrize("row", CHANGING, ids=str)
def test_no_page_of_another_site_changes_anything(world: World, shared: dict[str, str], row: Row) -> None:
    request = world.request(row.operation, shared)
    with world.server.client() as client:
        assert client.post("/api/v1/session", **world.request("sign_in")).status_code == 200
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
            answer = ask(client, row.method, fill(row.path, shared), headers=headers, **request)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), answer.text


def test_lists_show_nothing_of_other_sites(world: World, shared: dict[str, str]) -> None:
    with client_of(world, "stranger") as stranger, client_of(world, "viewer") as viewer:
        assert [site["name"] for site in stranger.get("/api/v1/sites?limit=200").json()["items"]] == ["Foreign site"]
        assert "Foreign site" not in viewer.get("/api/v1/sites?limit=200").text
