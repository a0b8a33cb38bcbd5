"""The first administrator: one link, printed at the start, good for half an hour and for one person."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from support.people import PASSWORD, People, token_of

from phonebook_core.errors import Conflict
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.people.first import make_first_link
from phonebook_server.people.links import LIFE_MS, Purpose
from phonebook_server.people.users import add_user
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio


async def become(near: httpx.AsyncClient, token: str, **changes: Any) -> httpx.Response:
    body = {"token": token, "name": "Ada", "email": "ada@example.org", "password": PASSWORD} | changes
    return await near.post("/api/v1/first-administrator", json=body)


async def first_token(opened: Server) -> str:
    return token_of((await make_first_link(opened, COMMAND_LINE)).url)


async def test_the_link_makes_an_administrator_who_is_signed_in(opened: Server, near: httpx.AsyncClient) -> None:
    link = await make_first_link(opened, COMMAND_LINE)
    assert link.url.startswith("http://phonebook.test/first#")
    answer = await become(near, token_of(link.url), email=" Ada@Example.org ")
    assert answer.status_code == 200, answer.text
    assert answer.json()["is_admin"]
    assert (await near.get("/api/v1/me")).json()["email"] == "ada@example.org"
    with pytest.raises(Conflict, match="registered already"):
        await make_first_link(opened, COMMAND_LINE)


async def test_fifty_uses_at_once_make_one_administrator(opened: Server, near: httpx.AsyncClient) -> None:
    token = await first_token(opened)
    answers = await asyncio.gather(*(become(near, token, email=f"ada{number}@example.org") for number in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 49]


@pytest.mark.parametrize(("late", "status"), [(-1, 200), (0, 404)])
async def test_it_holds_for_half_an_hour(
    opened: Server, near: httpx.AsyncClient, clock: Any, late: int, status: int
) -> None:
    token = await first_token(opened)
    clock.now += LIFE_MS[Purpose.FIRST] + late
    assert (await become(near, token)).status_code == status
    assert LIFE_MS[Purpose.FIRST] == 30 * 60 * 1000


async def test_a_new_link_voids_the_one_before(opened: Server, near: httpx.AsyncClient) -> None:
    old, new = await first_token(opened), await first_token(opened)
    assert (await become(near, old)).status_code == 404
    assert (await become(near, new)).status_code == 200


async def test_once_an_administrator_has_registered_the_link_is_void(people: People) -> None:
    token = await first_token(people.server)
    await people.register("boss@example.org", admin=True)
    assert (await become(people.near, token)).json()["code"] == "link_void"


async def test_everything_wrong_is_told_at_once_and_spends_nothing(opened: Server, near: httpx.AsyncClient) -> None:
    token = await first_token(opened)
    answer = await become(near, token, name=" ", email="nobody", password="short")
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["problems"]} == {"name", "email", "password"}
    assert (await become(near, token)).status_code == 200


async def test_who_was_invited_before_becomes_it_and_who_has_registered_does_not(people: People) -> None:
    await people.register("user@example.org")
    await add_user(people.server, COMMAND_LINE, "ada@example.org", is_admin=False)
    token = await first_token(people.server)
    taken = await become(people.near, token, email="user@example.org")
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    assert (await become(people.near, token)).status_code == 200
    assert await people.column("ada@example.org", "is_admin")


async def test_opening_the_page_spends_nothing(opened: Server, near: httpx.AsyncClient) -> None:
    token = await first_token(opened)
    for path in ("/first", f"/first?{token}"):
        assert (await near.get(path)).status_code == 200
        await near.head(path)
    assert (await become(near, token)).status_code == 200
