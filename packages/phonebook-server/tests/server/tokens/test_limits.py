"""What limits an API token: its role, its sites, its end, and secrets that were replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from support.server import Person, RunningServer

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.people.users import add_user
from phonebook_server.server import Server
from phonebook_server.tokens.actions import create_token

DAY_MS = 24 * 60 * 60 * 1000
HOUR_MS = 60 * 60 * 1000


class Two:
    """Two sites with a phonebook each; somebody is a manager in `here` and an editor in `there`."""

    def __init__(self, running: RunningServer, api: httpx.Client, email: str, stack: ExitStack) -> None:
        self.running, self.api, self._stack = running, api, stack
        self.person = running.add_person(email)
        self.own = self.client(self.person.token)
        self.here, self.there = self._site("Here"), self._site("There")
        for site, role in ((self.here, "manager"), (self.there, "editor")):
            api.put(f"/api/v1/sites/{site}/members/{self.person.id}", json={"role": role}).raise_for_status()
        self.book_here, self.book_there = self._book(self.here), self._book(self.there)

    def client(self, token: str) -> httpx.Client:
        return self._stack.enter_context(self.running.client(token))

    def limited(self, **limits: Any) -> httpx.Client:
        made = self.own.post("/api/v1/tokens", json={"name": "limited", **limits})
        assert made.status_code == 201, made.text
        return self.client(made.json()["token"])

    def _site(self, name: str) -> str:
        return str(self.api.post("/api/v1/sites", json={"name": name, "region": "DE"}).json()["id"])

    def _book(self, site: str) -> str:
        return str(self.api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"])


@pytest.fixture
def two(running: RunningServer, api: httpx.Client, request: pytest.FixtureRequest) -> Iterator[Two]:
    with ExitStack() as stack:
        yield Two(running, api, f"{abs(hash(request.node.name))}@example.org", stack)


def test_a_role_is_the_most_that_a_token_may_do_in_each_site(two: Two) -> None:
    contact = {"display_name": "Anna", "numbers": [{"value": "030 1"}]}
    viewer, editor = two.limited(role="viewer"), two.limited(role="editor")
    for client, here, there in ((viewer, "viewer", "viewer"), (editor, "editor", "editor")):
        roles = {site["id"]: site["role"] for site in client.get("/api/v1/sites").json()["items"]}
        assert roles == {two.here: here, two.there: there}
    assert viewer.post(f"/api/v1/phonebooks/{two.book_here}/contacts", json=contact).status_code == 403
    assert editor.post(f"/api/v1/phonebooks/{two.book_here}/contacts", json=contact).status_code == 201
    assert editor.patch(f"/api/v1/phonebooks/{two.book_here}", json={"name": "X"}).status_code == 403
    manager = two.limited(role="manager")
    assert manager.patch(f"/api/v1/phonebooks/{two.book_here}", json={"name": "X"}).status_code == 200
    assert manager.patch(f"/api/v1/phonebooks/{two.book_there}", json={"name": "X"}).status_code == 403


def test_for_a_token_of_some_sites_the_others_do_not_exist(two: Two) -> None:
    client = two.limited(sites=[two.here])
    assert [site["id"] for site in client.get("/api/v1/sites").json()["items"]] == [two.here]
    assert client.patch(f"/api/v1/phonebooks/{two.book_here}", json={"name": "Y"}).status_code == 200
    for path in (f"sites/{two.there}", f"sites/{two.there}/phonebooks", f"phonebooks/{two.book_there}"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert two.there not in answer.text
    made_up = client.get("/api/v1/phonebooks/01a208db0a9576ec8a749259d89a915b").json()
    assert client.get(f"/api/v1/phonebooks/{two.book_there}").json() == made_up


def test_no_limited_token_touches_people_tokens_or_sessions(two: Two) -> None:
    client = two.limited(role="manager")
    paths = ["tokens", f"sites/{two.here}/members", f"users/{two.person.id}/tokens", "services", "service-tokens"]
    for path in paths:
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "limited_token"), path
    assert client.post("/api/v1/tokens", json={"name": "more"}).status_code == 403
    assert client.delete("/api/v1/session").status_code == 403
    assert client.get("/api/v1/me").status_code == 200


def test_the_token_of_an_administrator_with_a_limit_is_none_of_an_administrator(two: Two) -> None:
    for limits in ({"role": "manager"}, {"sites": [two.here]}, {"role": "viewer", "sites": [two.here]}):
        made = two.api.post("/api/v1/tokens", json={"name": "limited", **limits}).json()
        client = two.client(made["token"])
        assert client.get("/api/v1/me").json()["is_admin"] is False
        assert client.post("/api/v1/sites", json={"name": "New", "region": "DE"}).status_code == 403
        assert client.delete(f"/api/v1/sites/{two.here}").status_code == 403
        assert client.get(f"/api/v1/sites/{two.here}").json()["role"] == limits.get("role", "manager")
        assert client.get(f"/api/v1/sites/{two.there}").status_code == (404 if "sites" in limits else 200)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"role": "king"}, "role"),
        ({"sites": []}, "sites"),
        ({"sites": ["01a208db0a9576ec8a749259d89a915b"]}, "sites.0"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 5, "expires_at": "2099-01-01"}, "expires_in_days"),
    ],
)
def test_limits_that_make_no_sense_are_refused(two: Two, limits: dict[str, Any], field: str) -> None:
    answer = two.own.post("/api/v1/tokens", json={"name": "x", **limits})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, field), answer.text


def test_nobody_makes_a_token_that_may_more_than_they(two: Two) -> None:
    answer = two.own.post("/api/v1/tokens", json={"name": "x", "role": "manager", "sites": [two.there]})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, "role")
    foreign = two.api.post("/api/v1/sites", json={"name": "Foreign", "region": "DE"}).json()["id"]
    answer = two.own.post("/api/v1/tokens", json={"name": "x", "sites": [two.here, foreign]})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, "sites.1")


def test_what_a_token_may_goes_down_with_its_user(two: Two) -> None:
    client = two.limited(role="manager")
    url = f"/api/v1/sites/{two.here}/members/{two.person.id}"
    two.api.put(url, json={"role": "viewer"}).raise_for_status()
    assert client.get(f"/api/v1/sites/{two.here}").json()["role"] == "viewer"
    two.api.delete(url).raise_for_status()
    assert client.get(f"/api/v1/sites/{two.here}").status_code == 404


def test_limits_are_listed_and_made_on_the_command_line(running: RunningServer, two: Two) -> None:
    email = two.person.email
    args = ("--role", "editor", "--site", two.here, "--expires-days", "30")
    made = running.cli_json("token", "create", email, "--name", "nightly", *args)
    assert made.keys() == {"token"}
    assert two.client(made["token"]).get(f"/api/v1/sites/{two.here}").json()["role"] == "editor"
    listed = {token["name"]: token for token in running.cli_json("token", "list", email)}["nightly"]
    assert (listed["role"], listed["sites"]) == ("editor", [two.here])
    assert listed["expires_at"] is not None
    [same] = [token for token in two.own.get("/api/v1/tokens").json()["items"] if token["id"] == listed["id"]]
    assert (same["role"], same["sites"], same["expires_at"]) == ("editor", [two.here], listed["expires_at"])
    rotated = running.cli_json("token", "rotate", listed["id"], "--overlap-hours", "0")["token"]
    assert two.client(made["token"]).get("/api/v1/me").status_code == 401
    assert two.client(rotated).get("/api/v1/me").status_code == 200
    running.cli("token", "revoke", listed["id"])
    assert two.client(rotated).get("/api/v1/me").status_code == 401
    assert running.cli("token", "revoke", listed["id"], check=False).returncode == 1


async def make(server: Server, **limits: Any) -> tuple[Person, str]:
    from phonebook_server.tokens.limits import Limits

    added = await add_user(server, COMMAND_LINE, "a@example.org", is_admin=False)
    made = await create_token(server, COMMAND_LINE, added.id, "x", Limits(**limits))
    return Person(added.id, added.email, made.token), made.id


async def status(near: httpx.AsyncClient, token: str) -> int:
    return (await near.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})).status_code


@pytest.mark.anyio
async def test_a_token_ends_when_it_was_said_to(opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    person, _ = await make(opened, expires_at=clock.now + DAY_MS)
    clock.now += DAY_MS - 1
    assert await status(near, person.token) == 200
    clock.now += 1
    assert await status(near, person.token) == 401


@pytest.mark.anyio
async def test_after_a_rotation_both_secrets_hold_for_a_while(
    opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    person, id = await make(opened)
    headers = {"authorization": f"Bearer {person.token}"}
    answer = await near.post(f"/api/v1/tokens/{id}/rotation", json={"overlap_hours": 2}, headers=headers)
    assert answer.status_code == 201
    new = answer.json()
    assert new["id"] == id
    assert new["rotated_at"] is not None
    assert new["token"] != person.token
    clock.now += 2 * HOUR_MS - 1
    assert [await status(near, token) for token in (person.token, new["token"])] == [200, 200]
    clock.now += 1
    assert [await status(near, token) for token in (person.token, new["token"])] == [401, 200]


@pytest.mark.anyio
async def test_the_secret_before_the_last_but_one_is_over_and_revoking_ends_all(
    opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    person, id = await make(opened)
    secrets = [person.token]
    for _ in range(2):
        headers = {"authorization": f"Bearer {secrets[-1]}"}
        answer = await near.post(f"/api/v1/tokens/{id}/rotation", json={}, headers=headers)
        secrets.append(answer.json()["token"])
    assert [await status(near, token) for token in secrets] == [401, 200, 200]
    headers = {"authorization": f"Bearer {secrets[-1]}"}
    assert (await near.delete(f"/api/v1/tokens/{id}", headers=headers)).status_code == 204
    assert [await status(near, token) for token in secrets] == [401, 401, 401]


@pytest.mark.anyio
@pytest.mark.parametrize("hours", [-1, 169])
async def test_an_overlap_has_bounds(opened: Server, near: httpx.AsyncClient, hours: int) -> None:
    person, id = await make(opened)
    headers = {"authorization": f"Bearer {person.token}"}
    answer = await near.post(f"/api/v1/tokens/{id}/rotation", json={"overlap_hours": hours}, headers=headers)
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, "overlap_hours")


@pytest.mark.anyio
async def test_a_token_that_is_over_gets_no_new_secret(opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    person, id = await make(opened, expires_at=clock.now + DAY_MS)
    other = await create_token(opened, COMMAND_LINE, person.id, "other")
    clock.now += DAY_MS
    headers = {"authorization": f"Bearer {other.token}"}
    assert (await near.post(f"/api/v1/tokens/{id}/rotation", json={}, headers=headers)).status_code == 409
