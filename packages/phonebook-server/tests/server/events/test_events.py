"""Live streams over real sockets from a real server: who is told what, and when a stream ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.listening import Listening
from support.server import Person, RunningServer

PASSWORD = "a few words that nobody guesses"
SOON = 5.0
"""It should take a second; a slow machine gets more."""


class House:
    """Two sites with a member each, on a running server."""

    def __init__(self, running: RunningServer, api: httpx.Client, stack: ExitStack) -> None:
        self.running, self.api, self._stack = running, api, stack
        self.number = time.time_ns()
        self.site, self.other = self._site("One"), self._site("Other")
        self.book = self.make_book(self.site)
        self.other_book = self.make_book(self.other)
        self.member, self.stranger = self.person("member", self.site), self.person("stranger", self.other)

    def _site(self, name: str) -> str:
        return str(self.api.post("/api/v1/sites", json={"name": name, "region": "DE"}).json()["id"])

    def make_book(self, site: str) -> str:
        return str(self.api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"])

    def person(self, name: str, site: str) -> Person:
        person = self.running.add_person(f"{name}{self.number}@example.org")
        self.join(person, site)
        return person

    def join(self, person: Person, site: str) -> None:
        self.api.put(f"/api/v1/sites/{site}/members/{person.id}", json={"role": "viewer"}).raise_for_status()

    def listen(self, token: str, **headers: str) -> Listening:
        return self._stack.enter_context(Listening(self.running.client(token), **headers))

    def add(self, book: str) -> None:
        contact = {"display_name": "Anna", "numbers": [{"value": "030 1"}]}
        assert self.api.post(f"/api/v1/phonebooks/{book}/contacts", json=contact).status_code == 201


@pytest.fixture
def house(running: RunningServer, api: httpx.Client) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(running, api, stack)


def test_members_are_told_what_happens_in_their_site_and_nothing_else(house: House, admin: Person) -> None:
    member, stranger, all_of_it = (house.listen(p.token) for p in (house.member, house.stranger, admin))
    assert member.answer is not None
    assert member.answer.headers["content-type"].startswith("text/event-stream")
    assert (member.answer.headers["cache-control"], member.answer.headers["x-accel-buffering"]) == ("no-store", "no")
    house.add(house.book)
    house.add(house.other_book)
    book = house.make_book(house.site)
    house.api.patch(f"/api/v1/phonebooks/{book}", json={"name": "New"}).raise_for_status()
    file = {"file": ("people.csv", b"Name,Phone\nAnna,0301234567\n", "text/csv")}
    house.api.post(f"/api/v1/phonebooks/{book}/imports?commit=true", files=file).raise_for_status()
    house.api.delete(f"/api/v1/phonebooks/{book}").raise_for_status()
    house.api.patch(f"/api/v1/sites/{house.site}", json={"name": "Renamed"}).raise_for_status()
    for listening in (member, all_of_it):
        listening.wait_for("contacts.changed", phonebook_id=house.book)
        for kind in ("phonebook.created", "phonebook.changed", "import.finished", "phonebook.deleted"):
            listening.wait_for(kind, phonebook_id=book, site_id=house.site)
        listening.wait_for("site.changed", site_id=house.site)
    all_of_it.wait_for("contacts.changed", phonebook_id=house.other_book)
    stranger.wait_for("contacts.changed", phonebook_id=house.other_book)
    assert {event["site_id"] for event in member.events} == {house.site}
    assert {event["site_id"] for event in stranger.events} == {house.other}
    assert len(set(member.ids)) == len(member.ids) == len(member.events)


def test_a_command_beside_the_server_is_seen_too(house: House, tmp_path: Path) -> None:
    listening = house.listen(house.member.token)
    (tmp_path / "people.csv").write_text("Name,Phone\nBert,0307654321\n")
    house.running.cli("import", str(tmp_path / "people.csv"), "--phonebook", house.book)
    listening.wait_for("contacts.changed", phonebook_id=house.book)


def test_a_removed_member_is_told_no_more_of_the_site(house: House) -> None:
    house.join(house.member, house.other)
    listening = house.listen(house.member.token)
    house.api.delete(f"/api/v1/sites/{house.site}/members/{house.member.id}").raise_for_status()
    listening.wait_for("rights.changed")
    house.add(house.book)
    house.add(house.other_book)
    listening.wait_for("contacts.changed", phonebook_id=house.other_book)
    assert [event for event in listening.events if event.get("phonebook_id") == house.book] == []
    house.join(house.member, house.site)
    listening.wait_until(lambda: sum(e["kind"] == "rights.changed" for e in listening.events) == 2, "a second change")
    house.add(house.book)
    listening.wait_for("contacts.changed", phonebook_id=house.book)


def test_a_revoked_token_ends_its_stream_at_once(house: House) -> None:
    with house.running.client(house.member.token) as client:
        made = client.post("/api/v1/tokens", json={"name": "live"}).json()
        listening, other = house.listen(made["token"]), house.listen(house.member.token)
        assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
        assert listening.wait_until_over() < SOON
        house.add(house.book)
        other.wait_for("contacts.changed")


def test_a_secret_that_was_replaced_ends_its_stream(house: House) -> None:
    with house.running.client(house.member.token) as client:
        made = client.post("/api/v1/tokens", json={"name": "live"}).json()
        old = house.listen(made["token"])
        new = client.post(f"/api/v1/tokens/{made['id']}/rotation", json={"overlap_hours": 0}).json()
        assert old.wait_until_over() < SOON
        listening = house.listen(new["token"])
        house.add(house.book)
        listening.wait_for("contacts.changed")


def test_a_disabled_user_loses_the_stream(house: House) -> None:
    listening = house.listen(house.member.token)

    async def disable(server: Any) -> None:
        from sqlalchemy import update

        from phonebook_server.db.tables import User

        async with server.db.transaction() as connection:
            await connection.execute(update(User).where(User.id == house.member.id).values(disabled_at=1))

    house.running.act(disable)
    assert listening.wait_until_over() < SOON


def test_a_limited_token_hears_of_its_sites_only(house: House) -> None:
    house.join(house.member, house.other)
    with house.running.client(house.member.token) as client:
        made = client.post("/api/v1/tokens", json={"name": "x", "role": "viewer", "sites": [house.other]}).json()
    listening = house.listen(made["token"])
    house.add(house.book)
    house.add(house.other_book)
    listening.wait_for("contacts.changed", phonebook_id=house.other_book)
    assert {event["site_id"] for event in listening.events} == {house.other}


def signed_in(house: House) -> httpx.Client:
    email = f"browser{time.time_ns()}@example.org"
    token = house.running.cli_json("user", "add", email)["link"].partition("#")[2]
    client = house.running.client()
    body = {"token": token, "name": "Browser", "password": PASSWORD}
    answer = client.post("/api/v1/registration", json=body)
    assert answer.status_code == 200, answer.text
    return client


def test_a_browser_follows_with_its_session_until_it_signs_out(house: House) -> None:
    with closing(signed_in(house)) as client:
        me = client.get("/api/v1/me").json()
        house.join(Person(me["id"], me["email"], ""), house.site)
        following = house.running.client()
        following.cookies.update(client.cookies)
        with Listening(following, **{"sec-fetch-site": "same-origin"}) as listening:
            house.add(house.book)
            listening.wait_for("contacts.changed", phonebook_id=house.book)
            assert client.delete("/api/v1/session", headers={"sec-fetch-site": "same-origin"}).status_code == 204
            assert listening.wait_until_over() < SOON


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_no_page_of_another_site_follows(house: House, headers: dict[str, str]) -> None:
    with closing(signed_in(house)) as client:
        answer = client.get("/api/v1/events", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def test_nobody_follows_without_signing_in(running: RunningServer) -> None:
    with running.client() as client:
        assert client.get("/api/v1/events").status_code == 401
        assert client.get("/api/v1/events", headers={"authorization": "Bearer pbt_x"}).status_code == 401


def test_who_comes_back_late_looks_at_everything_anew(house: House) -> None:
    house.add(house.book)
    house.listen(house.member.token, **{"last-event-id": "before-1"}).wait_for("resync")


def test_a_server_with_open_streams_stops_in_seconds(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}).start()
    person = server.add_person("a@example.org", admin=True)
    with Listening(server.client(person.token)) as first, Listening(server.client(person.token)) as second:
        begin = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begin < 10
        first.wait_until_over()
        second.wait_until_over()
    assert "Traceback" not in server.output
