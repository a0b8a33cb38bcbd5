"""Signing in and out in a browser, and who may ask on behalf of one."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select, update
from support.in_process import in_process

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.accounts.sessions import ABSOLUTE_MS, IDLE_MS
from phonebook_server.config import Config
from phonebook_server.db.tables import Session, User
from phonebook_server.people.users import add_user
from phonebook_server.server import Server
from phonebook_server.tokens.actions import create_token

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery staple"
CREDENTIALS = {"email": "anna@example.org", "password": PASSWORD}
OWN = {"origin": "http://127.0.0.1:8000"}


@pytest.fixture
async def anna(opened: Server, near: httpx.AsyncClient) -> str:
    """Her user id; she is registered, and signed out."""
    added = await add_user(opened, COMMAND_LINE, "anna@example.org", is_admin=False)
    body = {"token": added.link.partition("#")[2], "name": "Anna", "password": PASSWORD}
    assert (await near.post("/api/v1/registration", json=body)).status_code == 200
    near.cookies.clear()
    return added.id


async def sign_in(near: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await near.post("/api/v1/session", json=CREDENTIALS | changes)


async def test_a_made_up_session_is_never_taken_over(anna: str, near: httpx.AsyncClient) -> None:
    near.cookies.set("phonebook", "ATTACKERCHOSEN", domain="127.0.0.1")
    answer = await sign_in(near)
    assert "ATTACKERCHOSEN" not in answer.headers["set-cookie"]
    near.cookies.clear()
    headers = {"cookie": "phonebook=ATTACKERCHOSEN"}
    assert (await near.get("/api/v1/me", headers=headers)).status_code == 401


async def test_every_sign_in_has_a_new_id_and_ends_the_one_before(anna: str, near: httpx.AsyncClient) -> None:
    await sign_in(near)
    first = near.cookies["phonebook"]
    await sign_in(near)
    second = near.cookies["phonebook"]
    near.cookies.clear()
    assert first != second
    assert (await near.get("/api/v1/me", headers={"cookie": f"phonebook={first}"})).status_code == 401
    assert (await near.get("/api/v1/me", headers={"cookie": f"phonebook={second}"})).status_code == 200


async def test_the_cookie_is_for_this_server_alone(anna: str, near: httpx.AsyncClient) -> None:
    cookie = (await sign_in(near)).headers["set-cookie"].lower()
    assert cookie.startswith("phonebook=")
    for part in ("httponly", "samesite=lax", "path=/;", "max-age=2592000"):
        assert part in cookie + ";"
    assert "secure" not in cookie
    assert "domain" not in cookie


async def test_with_https_the_cookie_is_secure_and_bound_to_the_host(anna: str, opened: Server, config: Config) -> None:
    secure = msgspec.structs.replace(config, public_url="https://book.example.org")
    async with in_process(secure, opened.clock) as client:
        answer = await client.post("/api/v1/session", json=CREDENTIALS)
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("__host-phonebook=")
        assert "; secure" in cookie
        assert "strict-transport-security" in answer.headers
        assert (await client.get("/api/v1/me")).status_code == 200


async def test_wrong_passwords_and_unknown_people_get_the_same_words(anna: str, near: httpx.AsyncClient) -> None:
    answers = [
        await sign_in(near, password="wrong " + PASSWORD),
        await sign_in(near, email="nobody@example.org"),
        await sign_in(near, email="no address"),
        await sign_in(near, password=""),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert "set-cookie" not in answers[0].headers


async def test_who_has_not_registered_cannot_sign_in(opened: Server, near: httpx.AsyncClient) -> None:
    await add_user(opened, COMMAND_LINE, "anna@example.org", is_admin=True)
    assert (await sign_in(near, password="")).status_code == 401


async def test_tries_are_counted_before_they_are_checked(anna: str, near: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_in(near, password=f"guess number {n}") for n in range(25)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == 10
    assert statuses.count(429) == 15
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["retry-after"]) > 0
    assert (await sign_in(near)).status_code == 429


async def test_signing_out_ends_the_session_on_the_server(anna: str, near: httpx.AsyncClient) -> None:
    await sign_in(near)
    cookie = {"cookie": f"phonebook={near.cookies['phonebook']}"}
    answer = await near.delete("/api/v1/session", headers=OWN)
    assert answer.status_code == 204
    assert "storage" in answer.headers["clear-site-data"]
    assert "phonebook" not in near.cookies
    assert (await near.get("/api/v1/me", headers=cookie)).status_code == 401


async def test_a_session_ends_when_it_is_not_used(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    await sign_in(near)
    clock.now += IDLE_MS - 1
    assert (await near.get("/api/v1/me")).status_code == 200
    await asyncio.sleep(0.2)  # its use is noted beside the request
    clock.now += IDLE_MS - 1
    assert (await near.get("/api/v1/me")).status_code == 200
    await asyncio.sleep(0.2)
    clock.now += IDLE_MS
    assert (await near.get("/api/v1/me")).status_code == 401


async def test_a_session_ends_however_much_it_is_used(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    await sign_in(near)
    clock.now += ABSOLUTE_MS - 1
    async with opened.db.transaction() as connection:
        await connection.execute(update(Session).values(seen_at=clock.now))
    assert (await near.get("/api/v1/me")).status_code == 200
    clock.now += 1
    assert (await near.get("/api/v1/me")).status_code == 401


async def test_a_disabled_user_is_out_at_once(anna: str, opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    await sign_in(near)
    async with opened.db.transaction() as connection:
        await connection.execute(update(User).values(disabled_at=clock.now))
    assert (await near.get("/api/v1/me")).status_code == 401
    assert (await sign_in(near)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://127.0.0.1:8000"}, 201),
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"}, 201),
        ({"origin": "http://pbx.lan", "host": "pbx.lan"}, 201),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:8001"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403),
    ],
)
async def test_a_page_of_another_site_cannot_change_anything(
    anna: str, near: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    await sign_in(near)
    cookie = {"cookie": f"phonebook={near.cookies['phonebook']}"}
    answer = await near.post("/api/v1/tokens", json={"name": "x"}, headers=headers | cookie)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["code"] == "foreign_origin"


async def test_a_page_of_another_site_cannot_sign_anybody_in(anna: str, near: httpx.AsyncClient) -> None:
    answer = await near.post("/api/v1/session", json=CREDENTIALS, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_where_a_session_came_from_is_kept(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    await near.post("/api/v1/session", json=CREDENTIALS, headers={"user-agent": "Browser/1" + "x" * 1000})
    async with opened.db.reading() as connection:
        kept = (await connection.execute(select(Session.user_agent, Session.address))).all()
    assert ("Browser/1" + "x" * 491, "127.0.0.1") in [tuple(row) for row in kept]


async def test_two_hundred_wrong_tries_at_once_count_as_two_hundred(anna: str, near: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_in(near, password=f"guess number {n}") for n in range(200)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (10, 190)


async def test_wrong_tokens_are_counted_and_right_ones_served(
    anna: str, opened: Server, near: httpx.AsyncClient
) -> None:
    token = (await create_token(opened, COMMAND_LINE, anna, "script")).token
    statuses = []
    for number in range(70):
        headers = {"authorization": f"Bearer pbt_guess{number}"}
        statuses.append((await near.get("/api/v1/me", headers=headers)).status_code)
    assert statuses == [401] * 60 + [429] * 10
    assert (await near.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})).status_code == 200
    assert (await sign_in(near)).status_code == 200
