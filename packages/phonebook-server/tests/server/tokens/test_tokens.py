"""API tokens over real HTTP."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import httpx
import pytest
from support.server import Person, RunningServer


def test_a_token_is_shown_once_and_works_until_it_is_revoked(running: RunningServer, api: httpx.Client) -> None:
    made = api.post("/api/v1/tokens", json={"name": " nightly  import "})
    assert made.status_code == 201
    body = made.json()
    assert body["token"].startswith(body["prefix"])
    assert (body["name"], body["used_at"], len(body["prefix"])) == ("nightly import", None, 10)
    with running.client(body["token"]) as other:
        assert other.get("/api/v1/me").json()["via"] == "token"
        listed = {token["id"]: token for token in api.get("/api/v1/tokens").json()["items"]}
        assert "token" not in listed[body["id"]]
        assert api.delete(f"/api/v1/tokens/{body['id']}").status_code == 204
        assert other.get("/api/v1/me").status_code == 401
        assert api.delete(f"/api/v1/tokens/{body['id']}").status_code == 404


def test_nobody_but_administrators_sees_or_revokes_the_tokens_of_others(
    running: RunningServer, admin: Person, api: httpx.Client
) -> None:
    stranger, nosy = running.add_person("stranger@example.org"), running.add_person("nosy@example.org")
    with running.client(stranger.token) as other, running.client(nosy.token) as third:
        [own] = other.get("/api/v1/tokens").json()["items"]
        assert third.delete(f"/api/v1/tokens/{own['id']}").status_code == 404
        assert third.post(f"/api/v1/tokens/{own['id']}/rotation", json={}).status_code == 404
        assert third.get(f"/api/v1/users/{stranger.id}/tokens").status_code == 403
        assert own["id"] not in third.get("/api/v1/tokens?limit=200").text
        for client in (other, api):
            listed = client.get(f"/api/v1/users/{stranger.id}/tokens").json()["items"]
            assert [each["id"] for each in listed] == [own["id"]]
        assert own["id"] not in api.get("/api/v1/tokens?limit=200").text
        assert api.post(f"/api/v1/tokens/{own['id']}/rotation", json={}).status_code == 404  # it would be theirs then
        assert api.delete(f"/api/v1/tokens/{own['id']}").status_code == 204
        assert other.get("/api/v1/me").status_code == 401
        assert api.get("/api/v1/users/nobody/tokens").status_code == 404


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(running: RunningServer, admin: Person) -> None:
    person = running.add_person("used@example.org")
    with running.client(person.token) as client, closing(sqlite3.connect(running.data_dir / "phonebook.sqlite3")) as db:
        noted: set[object] = set()
        until = time.monotonic() + 10
        while len(noted - {None}) == 0 and time.monotonic() < until:
            assert client.get("/api/v1/me").status_code == 200
            query = "SELECT used_at FROM api_tokens WHERE user_id = ?"
            noted.add(db.execute(query, (person.id,)).fetchone()[0])
        for _ in range(5):
            client.get("/api/v1/me")
            noted.add(db.execute("SELECT used_at FROM api_tokens WHERE user_id = ?", (person.id,)).fetchone()[0])
        assert len(noted - {None}) == 1


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer pbt_unknown", "Basic cGJ0Xzp4", "bearer x", "Bearer pbt_\u00fc", "Token pbt_x"],
)
def test_anything_but_a_known_token_is_401(running: RunningServer, authorization: str) -> None:
    with running.client() as client:
        answer = client.get("/api/v1/me", headers=[(b"authorization", authorization.encode("latin-1"))])
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_works_in_no_other_place(running: RunningServer, admin: Person) -> None:
    with running.client() as client:
        assert client.get(f"/api/v1/me?token={admin.token}&access_token={admin.token}").status_code == 401
        assert client.get("/api/v1/me", headers={"cookie": f"phonebook={admin.token}"}).status_code == 401
        assert client.get("/api/v1/me", headers={"x-api-key": admin.token}).status_code == 401
        assert client.get("/api/v1/me", auth=("admin@example.org", admin.token)).status_code == 401


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\u0007b"])
def test_a_token_needs_a_name_that_can_be_read(api: httpx.Client, name: str) -> None:
    answer = api.post("/api/v1/tokens", json={"name": name})
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == "name"


def test_a_bearer_of_a_token_has_no_session_to_end(api: httpx.Client) -> None:
    assert api.delete("/api/v1/session").status_code == 409


def test_tokens_come_a_page_at_a_time(running: RunningServer) -> None:
    person = running.add_person("many@example.org")
    with running.client(person.token) as client:
        for number in range(4):
            client.post("/api/v1/tokens", json={"name": f"token {number}"})
        names: list[str] = []
        cursor = ""
        while True:
            page = client.get("/api/v1/tokens", params={"limit": 2, "cursor": cursor}).json()
            names += [token["name"] for token in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = page["next_cursor"]
    assert names == ["test", "token 0", "token 1", "token 2", "token 3"]
