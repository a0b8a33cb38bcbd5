"""Registration links: single use, spent only by the POST, for 12 hours."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from phonebook_core.errors import Conflict, Invalid
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.db.tables import Activity, OneTimeLink, User
from phonebook_server.people.links import LIFE_MS, Purpose
from phonebook_server.people.users import add_user
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery staple"


async def invite(opened: Server, email: str = "anna@example.org") -> str:
    added = await add_user(opened, COMMAND_LINE, email, is_admin=False)
    return added.link.partition("#")[2]


async def register(near: httpx.AsyncClient, token: str, **changes: Any) -> httpx.Response:
    body = {"token": token, "name": "Anna Müller", "password": PASSWORD} | changes
    return await near.post("/api/v1/registration", json=body)


async def test_registering_sets_name_and_password_and_signs_in(opened: Server, near: httpx.AsyncClient) -> None:
    answer = await register(near, await invite(opened), name="  Anna   Müller ")
    assert answer.status_code == 200
    assert answer.json()["name"] == "Anna Müller"
    assert (await near.get("/api/v1/me")).json()["email"] == "anna@example.org"
    near.cookies.clear()
    signed_in = await near.post("/api/v1/session", json={"email": " Anna@Example.ORG", "password": PASSWORD})
    assert signed_in.status_code == 200


async def test_fifty_uses_at_once_are_one_success(opened: Server, near: httpx.AsyncClient) -> None:
    token = await invite(opened)
    answers = await asyncio.gather(*(register(near, token, name=f"Anna {number}") for number in range(50)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, *[404] * 49]
    assert {answer.json().get("code") for answer in answers} == {None, "link_void"}


async def test_looking_at_the_page_spends_nothing(opened: Server, near: httpx.AsyncClient) -> None:
    token = await invite(opened)
    for _ in range(3):
        assert (await near.get("/register")).status_code == 200
        assert (await near.head("/register")).status_code in (200, 405)
    assert (await register(near, token)).status_code == 200


async def test_a_bad_password_does_not_spend_the_link(opened: Server, near: httpx.AsyncClient) -> None:
    token = await invite(opened)
    answer = await register(near, token, name=" ", password="short")
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["problems"]] == ["name", "password"]
    assert (await register(near, token)).status_code == 200


@pytest.mark.parametrize(("late", "status"), [(-1, 200), (0, 404), (1, 404)])
async def test_a_link_holds_for_twelve_hours(
    opened: Server, near: httpx.AsyncClient, clock: Any, late: int, status: int
) -> None:
    token = await invite(opened)
    clock.now += LIFE_MS[Purpose.REGISTER] + late
    assert (await register(near, token)).status_code == status


async def test_a_new_link_voids_the_old_one(opened: Server, near: httpx.AsyncClient) -> None:
    old, new = await invite(opened), await invite(opened)
    assert (await register(near, old)).status_code == 404
    assert (await register(near, new)).status_code == 200
    with pytest.raises(Conflict, match="registered already"):
        await invite(opened)


async def test_wrong_expired_and_spent_links_get_the_same_words(opened: Server, near: httpx.AsyncClient) -> None:
    token = await invite(opened)
    await register(near, token)
    spent, unknown, odd = [await register(near, it) for it in (token, "x" * 32, "ü" * 10)]
    assert spent.json() == unknown.json() == odd.json()


async def test_a_link_for_another_purpose_does_not_register(opened: Server, near: httpx.AsyncClient) -> None:
    token = await invite(opened)
    async with opened.db.transaction() as connection:
        await connection.execute(OneTimeLink.__table__.update().values(purpose="reset"))  # type: ignore[attr-defined]
    assert (await register(near, token)).status_code == 404


async def test_secrets_are_not_in_the_database(opened: Server, near: httpx.AsyncClient) -> None:
    token = await invite(opened)
    await register(near, token)
    session = near.cookies["phonebook"]
    made = (await near.post("/api/v1/tokens", json={"name": "x"}, headers={"origin": str(near.base_url)})).json()
    await opened.db.close()
    kept = b"".join(path.read_bytes() for path in opened.config.data_dir.glob("phonebook.sqlite3*"))
    for secret in (token, PASSWORD, session, made["token"]):
        assert secret.encode() not in kept


async def test_adding_is_noted_and_an_administrator_stays_one(opened: Server) -> None:
    await add_user(opened, COMMAND_LINE, "a@example.org", is_admin=True)
    await add_user(opened, COMMAND_LINE, "A@example.org ", is_admin=False)
    async with opened.db.reading() as connection:
        actions = (await connection.execute(select(Activity.action).order_by(Activity.id))).scalars().all()
        assert (await connection.execute(select(User.is_admin))).scalars().all() == [True]
    assert actions == ["user.added", "user.link_renewed"]


@pytest.mark.parametrize("email", ["", "anna", "@x", "a@", "a b@c", "a@b@c", "<a@b>", "a@b\n", "x" * 250 + "@b.de"])
async def test_what_is_no_email_address_is_refused(opened: Server, email: str) -> None:
    if email == "a@b\n":
        assert (await add_user(opened, COMMAND_LINE, email, is_admin=False)).email == "a@b"
        return
    with pytest.raises(Invalid, match="no e-mail address"):
        await add_user(opened, COMMAND_LINE, email, is_admin=False)
