"""A new e-mail address: asked for with the password, confirmed with the link, told to the old and the new one."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from support.people import PASSWORD, People, Somebody, token_of

from phonebook_server.people.links import LIFE_MS, Purpose, make_link

pytestmark = pytest.mark.anyio

OLD, NEW = "anna@example.org", "anna.new@example.org"


async def ask_change(people: People, who: Any, email: str = NEW, password: str = PASSWORD) -> httpx.Response:
    return await people.ask("POST", "me/email", who, {"email": email, "password": password})


async def confirm(people: People, token: str, password: str = PASSWORD, who: Any = None) -> httpx.Response:
    return await people.ask("POST", "email-change/confirm", who, {"token": token, "password": password})


async def email_token(people: People, who: Somebody, email: str = NEW) -> str:
    async with people.server.db.transaction() as connection:
        link = await make_link(
            connection, people.server.config, Purpose.EMAIL, user_id=who.id, email=email, now=people.server.clock()
        )
    return token_of(link.url)


async def test_the_address_changes_when_the_new_one_is_confirmed(people: People) -> None:
    anna = await people.register(OLD)
    elsewhere = await people.sign_in(OLD)
    assert (await ask_change(people, anna, " Anna.New@Example.org")).status_code == 202
    assert NEW in (await people.mail_about(OLD, "asked")).plain
    letter = await people.mail(NEW)
    assert letter.links[0].startswith("http://phonebook.test/email#")
    assert await people.column(OLD, "id") == anna.id
    assert (await confirm(people, token_of(letter.links[0]), who=anna)).status_code == 204
    assert await people.column(NEW, "id") == anna.id
    assert (await people.ask("GET", "me", anna)).json()["email"] == NEW
    assert (await people.ask("GET", "me", elsewhere)).status_code == 401
    for address in (OLD, NEW):
        told = await people.mail_about(address, "was changed")
        assert OLD in told.plain
        assert NEW in told.plain
    await people.sign_in(NEW)
    assert ("user.email_changed", NEW, f"was {OLD}") in await people.actions()


async def test_an_address_that_is_taken_gets_the_same_answer_and_no_mail(people: People) -> None:
    anna = await people.register(OLD)
    await people.register("taken@example.org")
    free = await ask_change(people, anna)
    token = await people.link(NEW)
    taken = await ask_change(people, anna, "taken@example.org")
    assert (free.status_code, free.content) == (taken.status_code, taken.content)
    await people.mail(OLD, count=2)
    assert await people.written("taken@example.org", "email_confirm") == 0
    assert (await confirm(people, token)).json()["code"] == "link_void"


async def test_an_address_that_was_taken_meanwhile_is_a_conflict_and_changes_nothing(people: People) -> None:
    anna = await people.register(OLD)
    token = await email_token(people, anna)
    await people.register(NEW)
    answer = await confirm(people, token)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert await people.column(OLD, "id") == anna.id


async def test_it_takes_a_session_and_the_password(people: People) -> None:
    anna = await people.register(OLD)
    wrong = await ask_change(people, anna, password="a wrong but long password")
    assert (wrong.status_code, wrong.json()["problems"][0]["field"]) == (400, "password")
    token = await people.ask("POST", "tokens", anna, {"name": "script"})
    bearer = {"authorization": f"Bearer {token.json()['token']}"}
    assert (await ask_change(people, bearer)).status_code == 403
    assert (await ask_change(people, None)).status_code == 401
    assert (await ask_change(people, anna, "no address")).json()["problems"][0]["field"] == "email"
    assert (await ask_change(people, anna, OLD)).json()["problems"][0]["field"] == "email"
    assert people.post.letters == []


async def test_a_wrong_password_spends_nothing_and_tries_are_counted(people: People) -> None:
    token = await email_token(people, await people.register(OLD))
    wrong = await asyncio.gather(*(confirm(people, token, "a wrong but long password") for _ in range(12)))
    assert sorted(answer.status_code for answer in wrong) == [400] * 10 + [429] * 2
    assert await people.column(OLD, "email") == OLD


async def test_fifty_uses_at_once_are_one_success(people: People) -> None:
    token = await email_token(people, await people.register(OLD))
    answers = await asyncio.gather(*(confirm(people, token) for _ in range(50)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 404, 429}
    assert await people.column(NEW, "email") == NEW


@pytest.mark.parametrize(("late", "status"), [(-1, 204), (0, 404)])
async def test_the_link_holds_for_half_an_hour(people: People, clock: Any, late: int, status: int) -> None:
    token = await email_token(people, await people.register(OLD))
    clock.now += LIFE_MS[Purpose.EMAIL] + late
    assert (await confirm(people, token)).status_code == status


async def test_opening_the_page_spends_nothing(people: People) -> None:
    token = await email_token(people, await people.register(OLD))
    for path in ("/email", f"/email?{token}"):
        assert (await people.near.get(path)).status_code == 200
        await people.near.head(path)
    assert (await confirm(people, token)).status_code == 204


async def test_it_is_bound_to_its_user_and_void_after_another_change(people: People) -> None:
    anna = await people.register(OLD)
    other = await people.register("other@example.org")
    token = await email_token(people, anna)
    assert (await confirm(people, token, who=other)).status_code == 204  # whoever holds link and password is Anna
    assert (await people.ask("GET", "me", other)).json()["email"] == "other@example.org"
    assert await people.column(NEW, "id") == anna.id
    first, second = await email_token(people, anna, "a@example.org"), await email_token(people, anna, "b@example.org")
    assert (await confirm(people, first)).status_code == 404
    signed_in = await people.sign_in(NEW)
    changed = await people.ask(
        "PUT", "me/password", signed_in, {"current": PASSWORD, "new": "entirely different words here"}
    )
    assert changed.status_code == 204
    assert (await confirm(people, second, "entirely different words here")).status_code == 404


async def test_not_more_than_three_changes_an_hour_are_asked_for(people: People) -> None:
    anna = await people.register(OLD)
    statuses = [(await ask_change(people, anna, f"a{number}@example.org")).status_code for number in range(4)]
    assert statuses == [202] * 3 + [429]
