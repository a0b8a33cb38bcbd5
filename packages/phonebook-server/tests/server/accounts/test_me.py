"""What somebody changes about themselves: name, language, password; and which sessions they end."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.signing_in import EMAIL, FIREFOX, OWN, PASSWORD, acts, another_browser, mails, register, sign_in

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.accounts.sessions import FORMER_MS, IDLE_MS, MOST, renew_sessions
from phonebook_server.db.tables import Session
from phonebook_server.people.links import Purpose, find_link, make_link
from phonebook_server.server import Server
from phonebook_server.tokens.actions import create_token

pytestmark = pytest.mark.anyio

NEW = "seven other words nobody thinks of"


@pytest.fixture
async def anna(opened: Server, near: httpx.AsyncClient) -> str:
    """Her user id; the browser `near` is signed in as her."""
    id = await register(opened, near)
    near.headers.update(OWN)
    assert (await sign_in(near)).status_code == 200
    return id


async def change(near: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await near.put("/api/v1/me/password", json={"current": PASSWORD, "new": NEW} | changes)


async def test_a_new_password_ends_all_other_sessions_and_is_told_by_mail(
    anna: str, opened: Server, near: httpx.AsyncClient
) -> None:
    before = near.cookies["phonebook"]
    async with another_browser(near) as other:
        await sign_in(other)
        assert (await change(near)).status_code == 204
        assert (await other.get("/api/v1/me")).status_code == 401
    assert near.cookies["phonebook"] != before
    assert (await near.get("/api/v1/me")).status_code == 200
    async with another_browser(near) as other:
        other.cookies.set("phonebook", before, domain="127.0.0.1")
        assert (await other.get("/api/v1/me")).status_code == 401, "the secret before is void at once"
        assert (await sign_in(other)).status_code == 401
        assert (await sign_in(other, password=NEW)).status_code == 200
    [mail] = await mails(opened, "password_changed")
    assert (mail["to"], mail["address"]) == (EMAIL, "127.0.0.1")
    assert "password.changed" in await acts(opened)


async def test_a_new_password_voids_links(anna: str, opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    async with opened.db.transaction() as connection:
        link = await make_link(connection, opened.config, Purpose.RESET, user_id=anna, email=EMAIL, now=clock.now)
    assert (await change(near)).status_code == 204
    async with opened.db.reading() as connection:
        with pytest.raises(Exception, match="not valid"):
            await find_link(connection, link.url.partition("#")[2], Purpose.RESET, clock.now)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"current": "wrong"}, "current", "wrong_password"),
        ({"current": ""}, "current", "wrong_password"),
        ({"new": "short"}, "new", "too_short"),
        ({"new": "passwordpassword1"}, "new", "too_easy"),
        ({"new": "anna@example.org"}, "new", "too_easy"),
        ({"new": PASSWORD}, "new", "unchanged"),
        ({"newer": NEW}, "newer", "unknown_field"),
    ],
)
async def test_what_is_wrong_with_a_new_password_is_said(
    anna: str, near: httpx.AsyncClient, changes: dict[str, str], field: str, code: str
) -> None:
    answer = await change(near, **changes)
    assert answer.status_code == 400
    problem = answer.json()["problems"][0]
    assert (problem["field"], problem["code"]) == (field, code)
    assert (await near.get("/api/v1/me")).status_code == 200


async def test_the_password_cannot_be_guessed_with_a_stolen_session(anna: str, near: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(change(near, current=f"guess {number}") for number in range(30)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(400), statuses.count(429)) == (10, 20)


async def test_an_api_token_cannot_change_how_one_signs_in(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    token = (await create_token(opened, COMMAND_LINE, anna, "script")).token
    headers = {"authorization": f"Bearer {token}"}
    async with another_browser(near) as script:
        for method, path in (
            ("PUT", "me/password"),
            ("POST", "me/totp"),
            ("POST", "me/totp/confirm"),
            ("DELETE", "me/totp"),
            ("POST", "me/recovery-codes"),
            ("DELETE", "sessions"),
            ("DELETE", "sessions/x"),
        ):
            answer = await script.request(method, f"/api/v1/{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "session_needed"), path
        sessions = (await script.get("/api/v1/sessions", headers=headers)).json()["items"]
        assert [session["is_current"] for session in sessions] == [False, False]


async def test_name_and_language_can_be_changed(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    me = (await near.patch("/api/v1/me", json={"name": "  Anna   Müller ", "language": "de"})).json()
    assert (me["name"], me["language"]) == ("Anna Müller", "de")
    assert (await near.patch("/api/v1/me", json={})).json() == me
    assert (await near.get("/api/v1/me")).json() == me
    for body in ({"name": " "}, {"language": "fr"}, {"is_admin": True}, {"email": "x@example.org"}):
        assert (await near.patch("/api/v1/me", json=body)).status_code == 400
    assert (await near.get("/api/v1/me")).json() == me
    assert "user.changed" in await acts(opened)


async def test_sessions_are_listed_and_ended_by_their_owner(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    async with another_browser(near, "192.0.2.1") as other, another_browser(near) as berta:
        other.headers["user-agent"] = FIREFOX
        await register(opened, berta, "berta@example.org")
        await sign_in(berta, email="berta@example.org")
        clock.now += 1000
        await sign_in(other)
        items = (await near.get("/api/v1/sessions")).json()["items"]
        first, second, third = items
        assert (first["device"], first["address"], first["is_current"]) == ("Firefox, Windows", "192.0.2.1", False)
        assert (first["created_at"], first["expires_at"]) == ("2027-01-15T08:00:01.000Z", "2027-01-15T20:00:01.000Z")
        assert {second["is_current"], third["is_current"]} == {True, False}
        assert not any("hash" in key or "secret" in key for key in first)
        for id in (first["id"], "nothing"):
            assert (await berta.delete(f"/api/v1/sessions/{id}")).status_code == 404
        assert (await near.delete(f"/api/v1/sessions/{first['id']}")).status_code == 204
        assert (await other.get("/api/v1/me")).status_code == 401
        assert (await near.delete(f"/api/v1/sessions/{first['id']}")).status_code == 404
        await sign_in(other)
        assert (await near.delete("/api/v1/sessions")).status_code == 204
        assert [each["is_current"] for each in (await near.get("/api/v1/sessions")).json()["items"]] == [True]
        assert (await other.get("/api/v1/me")).status_code == 401
        assert (await berta.get("/api/v1/me")).status_code == 200
    assert "sessions.ended" in await acts(opened)


async def test_sessions_that_are_over_are_not_listed(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    clock.now += IDLE_MS
    assert (await sign_in(near)).status_code == 200
    assert len((await near.get("/api/v1/sessions")).json()["items"]) == 1


async def renewal(opened: Server, user_id: str) -> None:
    async with opened.db.transaction() as connection:
        await renew_sessions(connection, user_id)


async def test_a_session_gets_a_new_secret_when_rights_changed(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    before = near.cookies["phonebook"]
    await renewal(opened, anna)
    answer = await near.get("/api/v1/me")
    assert answer.status_code == 200
    [cookie] = answer.headers.get_list("set-cookie")
    after = near.cookies["phonebook"]
    assert after != before
    assert "HttpOnly" in cookie
    assert "set-cookie" not in (await near.get("/api/v1/me")).headers
    async with another_browser(near) as late:
        late.cookies.set("phonebook", before, domain="127.0.0.1")
        clock.now += FORMER_MS - 1
        answer = await late.get("/api/v1/me")
        assert answer.status_code == 200, "a request that was under way"
        assert "set-cookie" not in answer.headers
        clock.now += 1
        assert (await late.get("/api/v1/me")).status_code == 401
    assert (await near.get("/api/v1/me")).status_code == 200


async def test_of_many_requests_at_once_one_gets_the_new_secret(
    anna: str, opened: Server, near: httpx.AsyncClient
) -> None:
    headers = {"cookie": f"phonebook={near.cookies['phonebook']}"}
    await renewal(opened, anna)
    async with another_browser(near) as browser:
        answers = await asyncio.gather(*(browser.get("/api/v1/me", headers=headers) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len([answer for answer in answers if "set-cookie" in answer.headers]) == 1


async def test_a_renewal_arrives_with_a_refusal_too(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    await renewal(opened, anna)
    answer = await near.get("/api/v1/sites/nothing")
    assert answer.status_code == 404
    assert answer.headers["set-cookie"].startswith("phonebook=")
    assert (await near.get("/api/v1/me")).status_code == 200


async def test_a_page_of_another_site_renews_nothing(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    await renewal(opened, anna)
    answer = await near.patch("/api/v1/me", json={}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_signing_out_while_a_renewal_is_due_ends_the_session(
    anna: str, opened: Server, near: httpx.AsyncClient
) -> None:
    before = near.cookies["phonebook"]
    await renewal(opened, anna)
    answer = await near.delete("/api/v1/session")
    assert answer.status_code == 204
    assert "phonebook" not in near.cookies
    async with another_browser(near) as late:
        late.cookies.set("phonebook", before, domain="127.0.0.1")
        assert (await late.get("/api/v1/me")).status_code == 401
    async with opened.db.reading() as connection:
        rows = (await connection.execute(select(Session.id).where(Session.renew.is_(False)))).all()
    assert rows == []


async def test_a_user_has_so_many_sessions_at_most(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    from phonebook_server.accounts.sessions import Browser, open_session

    for _ in range(MOST + 5):
        clock.now += 1
        async with opened.db.transaction() as connection:
            await open_session(connection, anna, Browser("192.0.2.1", "x"), clock.now)
    async with opened.db.reading() as connection:
        assert len((await connection.execute(select(Session.id))).all()) == MOST
