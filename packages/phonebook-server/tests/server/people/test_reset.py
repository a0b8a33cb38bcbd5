"""A forgotten password: the same answer for everybody, a link for half an hour, and only the password changes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from support.people import PASSWORD, People, Somebody, token_of

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.db.tables import User
from phonebook_server.people.actions import make_reset_link
from phonebook_server.people.links import LIFE_MS, Purpose, make_link
from phonebook_server.people.users import add_user

pytestmark = pytest.mark.anyio

NEW = "another handful of words to keep"


async def ask_reset(people: People, email: str) -> httpx.Response:
    return await people.near.post("/api/v1/password-reset", json={"email": email})


async def confirm(people: People, token: str, password: str = NEW) -> httpx.Response:
    body = {"token": token, "password": password}
    return await people.near.post("/api/v1/password-reset/confirm", json=body)


async def signs_in(people: People, password: str) -> bool:
    body = {"email": "anna@example.org", "password": password}
    return (await people.near.post("/api/v1/session", json=body)).status_code == 200


async def reset_token(people: People, who: Somebody) -> str:
    return token_of((await make_reset_link(people.server, COMMAND_LINE, who.id)).url)


async def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(people: People) -> None:
    anna = await people.register("anna@example.org")
    assert (await ask_reset(people, " Anna@Example.org")).status_code == 202
    letter = await people.mail("anna@example.org")
    assert letter.links[0].startswith("http://phonebook.test/reset#")
    assert (await confirm(people, token_of(letter.links[0]))).status_code == 204
    assert (await people.ask("GET", "me", anna)).status_code == 401
    assert not await signs_in(people, PASSWORD)
    assert await signs_in(people, NEW)
    told = await people.mail("anna@example.org", count=2)
    assert "password" in told.subject.lower()
    assert not told.links or "#" not in told.links[0]
    assert [action for action, *_ in await people.actions()][1:] == [
        "user.registered",
        "user.reset_link_sent",
        "user.password_reset",
        "session.began",
    ]


async def test_known_unknown_invited_and_disabled_addresses_get_the_same_bytes(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    await people.register("anna@example.org")
    disabled = await people.register("off@example.org")
    assert (await people.ask("PATCH", f"users/{disabled.id}", admin, {"disabled": True})).status_code == 200
    await add_user(people.server, COMMAND_LINE, "invited@example.org", is_admin=False)
    answers = [
        await ask_reset(people, email)
        for email in (
            "nobody@example.org",
            "anna@example.org",
            "off@example.org",
            "invited@example.org",
            "no address",
            "",
        )
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    assert (await people.mail("anna@example.org")).links[0].startswith("http://phonebook.test/reset#")
    assert (await people.mail("invited@example.org")).links[0].startswith("http://phonebook.test/register#")
    assert {letter.to for letter in people.post.letters} == {"anna@example.org", "invited@example.org"}
    await people.answered()


async def test_tries_are_counted_alike_whether_or_not_there_is_such_a_user(people: People) -> None:
    await people.register("anna@example.org")
    for email in ("anna@example.org", "nobody@example.org"):
        statuses = [(await ask_reset(people, email)).status_code for _ in range(12)]
        assert statuses == [202] * 10 + [429] * 2
    await people.answered()
    assert await people.written("anna@example.org", "reset") == 3


@pytest.mark.parametrize(("late", "status"), [(-1, 204), (0, 404)])
async def test_the_link_holds_for_half_an_hour(people: People, clock: Any, late: int, status: int) -> None:
    await people.register("anna@example.org")
    await ask_reset(people, "anna@example.org")
    token = await people.link("anna@example.org")
    clock.now += LIFE_MS[Purpose.RESET] + late
    assert (await confirm(people, token)).status_code == status
    assert LIFE_MS[Purpose.RESET] == 30 * 60 * 1000


async def test_fifty_uses_at_once_are_one_success(people: People) -> None:
    token = await reset_token(people, await people.register("anna@example.org"))
    answers = await asyncio.gather(*(confirm(people, token, f"{NEW} {number}") for number in range(50)))
    assert sorted(answer.status_code for answer in answers) == [204, *[404] * 49]
    [winner] = [number for number, answer in enumerate(answers) if answer.status_code == 204]
    assert await signs_in(people, f"{NEW} {winner}")
    await people.mail("anna@example.org")
    assert len(people.post.to("anna@example.org")) == 1


async def test_a_bad_password_is_refused_and_spends_nothing(people: People) -> None:
    token = await reset_token(people, await people.register("anna@example.org"))
    answer = await confirm(people, token, "short")
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, "password")
    assert (await confirm(people, token)).status_code == 204


async def test_opening_the_page_spends_nothing(people: People) -> None:
    token = await reset_token(people, await people.register("anna@example.org"))
    for path in ("/reset", f"/reset?{token}", "/api/v1/password-reset/confirm"):
        await people.near.get(path)
        await people.near.head(path)
    assert (await confirm(people, token)).status_code == 204


async def test_links_for_another_purpose_or_of_before_are_void(people: People) -> None:
    anna = await people.register("anna@example.org")
    async with people.server.db.transaction() as connection:
        now = people.server.clock()
        config = people.server.config
        foreign = [
            await make_link(connection, config, purpose, user_id=anna.id, email="anna@example.org", now=now)
            for purpose in (Purpose.REGISTER, Purpose.EMAIL)
        ]
        other = await make_link(connection, config, Purpose.RESET, user_id=anna.id, email="old@example.org", now=now)
    for link in (*foreign, other):
        assert (await confirm(people, token_of(link.url))).json()["code"] == "link_void"
    old, new = await reset_token(people, anna), await reset_token(people, anna)
    assert (await confirm(people, old)).json()["code"] == "link_void"
    body = {"token": new, "name": "Anna", "password": NEW}
    assert (await people.near.post("/api/v1/registration", json=body)).json()["code"] == "link_void"
    assert (await confirm(people, new)).status_code == 204
    assert (await confirm(people, new)).json()["code"] == "link_void"


async def test_changing_the_password_otherwise_voids_the_link(people: People) -> None:
    anna = await people.register("anna@example.org")
    token = await reset_token(people, anna)
    changed = await people.ask("PUT", "me/password", anna, {"current": PASSWORD, "new": NEW})
    assert changed.status_code == 204, changed.text
    assert (await confirm(people, token)).json()["code"] == "link_void"


async def test_disabling_voids_the_link_for_good(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    anna = await people.register("anna@example.org")
    token = await reset_token(people, anna)
    for disabled in (True, False):
        assert (await people.ask("PATCH", f"users/{anna.id}", admin, {"disabled": disabled})).status_code == 200
        assert (await confirm(people, token)).status_code == 404


async def test_a_second_factor_stays_and_makes_eight_characters_enough(people: People) -> None:
    anna = await people.register("anna@example.org")
    token = await reset_token(people, anna)
    assert (await confirm(people, token, "q7#Lw!z2pk")).status_code == 400
    async with people.server.db.transaction() as connection:
        values = {"totp_secret": b"x", "totp_confirmed_at": people.server.clock()}
        await connection.execute(update(User).where(User.id == anna.id).values(**values))
    assert (await confirm(people, token, "q7#Lw!z2pk")).status_code == 204
    assert await people.column("anna@example.org", "totp_confirmed_at") is not None
