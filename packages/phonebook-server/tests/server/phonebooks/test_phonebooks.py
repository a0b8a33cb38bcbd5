"""Phonebooks: over real HTTP, and what is announced when."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select
from support.server import RunningServer

from phonebook_core.phone_number import NumberForm
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.db.tables import Phonebook
from phonebook_server.phonebooks import actions
from phonebook_server.phonebooks.actions import OutputInput, PhonebookInput
from phonebook_server.server import Server
from phonebook_server.sites.actions import change_site, create_site


@pytest.fixture
def site(api: httpx.Client) -> str:
    site_id: str = api.post("/api/v1/sites", json={"name": "Office", "region": "DE"}).json()["id"]
    return site_id


def test_a_phonebook_is_made_read_changed_and_deleted(api: httpx.Client, site: str) -> None:
    made = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": " Everybody "})
    book = made.json()
    url = f"/api/v1/phonebooks/{book['id']}"
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, url, '"1"')
    assert book["output"] == {"form": "as_typed", "outside_prefix": ""}
    assert (book["name"], book["region"], book["effective_region"]) == ("Everybody", None, "DE")
    assert api.get(url).json() == book
    body = {"region": "at", "output": {"form": "international_00", "outside_prefix": "0"}}
    changed = api.patch(url, json=body).json()
    assert changed == book | {
        "region": "AT",
        "effective_region": "AT",
        "output": {"form": "international_00", "outside_prefix": "0"},
        "version": 2,
    }
    assert api.patch(url, json={"region": None}).json()["effective_region"] == "DE"
    assert [item["id"] for item in api.get(f"/api/v1/sites/{site}/phonebooks").json()["items"]] == [book["id"]]
    assert api.delete(url).status_code == 200
    assert api.get(url).status_code == 404


def test_who_was_slower_is_told_and_changes_nothing(api: httpx.Client, site: str) -> None:
    made = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"})
    url, tag = f"/api/v1/phonebooks/{made.json()['id']}", made.headers["etag"]
    changed = api.patch(url, json={"name": "First"}, headers={"if-match": tag})
    assert changed.headers["etag"] == '"2"'
    late = api.patch(url, json={"name": "Second"}, headers={"if-match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert api.delete(url, headers={"if-match": tag}).status_code == 412
    assert api.patch(url, json={"name": "Third"}, headers={"if-match": f"W/{changed.headers['etag']}"}).is_success
    assert api.patch(url, json={"name": "Fourth"}, headers={"if-match": "*"}).is_success
    assert api.patch(url, json={"name": "Fifth"}, headers={"if-match": "nonsense"}).status_code == 400
    assert api.get(url).json()["name"] == "Fourth"


def test_a_change_that_changes_nothing_makes_no_version(running: RunningServer, api: httpx.Client, site: str) -> None:
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()
    assert api.patch(f"/api/v1/phonebooks/{book['id']}", json={"name": "Book "}).json() == book
    assert api.patch(f"/api/v1/phonebooks/{book['id']}", json={}).json() == book
    with closing(sqlite3.connect(running.data_dir / "phonebook.sqlite3")) as db:
        query = "SELECT action FROM activity WHERE phonebook_id = ?"
        assert db.execute(query, (book["id"],)).fetchall() == [("phonebook.created",)]


@pytest.mark.parametrize("prefix", ["abc", "0 ", "123456789", "+", "٠"])
def test_an_outside_prefix_is_what_a_phone_can_dial(api: httpx.Client, site: str, prefix: str) -> None:
    body = {"name": "Book", "output": {"form": "e164", "outside_prefix": prefix}}
    answer = api.post(f"/api/v1/sites/{site}/phonebooks", json=body)
    assert answer.json()["problems"][0]["field"] == "output.outside_prefix"


@pytest.mark.anyio
async def test_services_are_told_after_the_commit_and_fetch_anew(opened: Server) -> None:
    told: list[tuple[str, str, int]] = []

    async def position(what: str, id: str) -> None:
        async with opened.db.reading() as connection:
            query = select(Phonebook.name, Phonebook.position).where(Phonebook.id == id)
            found = (await connection.execute(query)).one()
        told.append((what, found.name, found.position))

    async def announce(id: str) -> None:
        await position("announced", id)

    async def enablements_changed(id: str) -> None:
        await position("enablements", id)

    server = replace(opened, announce=announce, enablements_changed=enablements_changed)
    site = await create_site(server, COMMAND_LINE, name="Office", region="DE")
    book = await actions.create_phonebook(server, COMMAND_LINE, site.id, PhonebookInput(name="Book"))
    assert told == []
    output = OutputInput(form=NumberForm.NATIONAL)
    await actions.change_phonebook(server, COMMAND_LINE, book.id, PhonebookInput(name="New", output=output))
    assert told == [("announced", "New", 1), ("enablements", "New", 1)]
    told.clear()
    await change_site(server, COMMAND_LINE, site.id, name=None, region="FR")
    assert told == [("announced", "New", 2), ("enablements", "New", 2)]
    told.clear()
    await actions.delete_phonebook(server, COMMAND_LINE, book.id)
    assert [what for what, _, _ in told] == ["announced", "enablements"]
