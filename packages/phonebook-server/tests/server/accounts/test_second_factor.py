"""Codes of an app and recovery codes: setting up, signing in with them, taking them off."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from sqlalchemy import func, select, update
from support.signing_in import EMAIL, OWN, PASSWORD, acts, another_browser, mails, register, sign_in

from phonebook_server.accounts.passwords import Passwords
from phonebook_server.accounts.second_factor import remove_second_factor, spend_code
from phonebook_server.db.tables import RecoveryCode, Session, User
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio

STEP = 30_000


class App:
    """An authenticator app, with a clock of its own."""

    def __init__(self, secret: str, clock: Any) -> None:
        self.totp = pyotp.TOTP(secret)
        self.clock = clock

    def code(self, steps: int = 0) -> str:
        return self.totp.generate_otp(self.clock.now // STEP + steps)


@pytest.fixture
async def anna(opened: Server, near: httpx.AsyncClient) -> str:
    """Her user id; the browser `near` is signed in as her."""
    id = await register(opened, near)
    near.headers.update(OWN)
    assert (await sign_in(near)).status_code == 200
    return id


async def set_up(near: httpx.AsyncClient, clock: Any) -> tuple[App, list[str]]:
    """Turn the second factor on; gives the app and the recovery codes, some time later."""
    begun = await near.post("/api/v1/me/totp", json={"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    app = App(begun.json()["secret"], clock)
    confirmed = await near.post("/api/v1/me/totp/confirm", json={"code": app.code()})
    assert confirmed.status_code == 200, confirmed.text
    clock.now += 2 * STEP
    codes: list[str] = confirmed.json()["recovery_codes"]
    return app, codes


async def take_off(near: httpx.AsyncClient, code: str, password: str = PASSWORD) -> httpx.Response:
    return await near.request("DELETE", "/api/v1/me/totp", json={"password": password, "code": code})


async def test_a_second_factor_counts_once_its_first_code_was_confirmed(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    begun = (await near.post("/api/v1/me/totp", json={"password": PASSWORD})).json()
    query = parse_qs(urlsplit(begun["uri"]).query)
    assert begun["uri"].startswith("otpauth://totp/Phonebook:anna%40example.org?")
    assert query["secret"] == [begun["secret"]]
    async with another_browser(near) as other:
        assert (await sign_in(other)).status_code == 200
        assert (await near.get("/api/v1/me")).json()["second_factor"] is False
        app = App(begun["secret"], clock)
        wrong = await near.post("/api/v1/me/totp/confirm", json={"code": app.code(5)})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_code")
        right = await near.post("/api/v1/me/totp/confirm", json={"code": f" {app.code()[:3]} {app.code()[3:]} "})
        codes = right.json()["recovery_codes"]
        assert len(set(codes)) == 10
        assert all(re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", code) for code in codes)
        assert (await other.get("/api/v1/me")).status_code == 401, "other sessions end"
    me = (await near.get("/api/v1/me")).json()
    assert (me["second_factor"], me["recovery_codes_left"]) == (True, 10)
    assert (await mails(opened, "second_factor_changed")) == [{"what": "on", "to": EMAIL}]
    assert "second_factor.turned_on" in await acts(opened)
    for again in (
        await near.post("/api/v1/me/totp", json={"password": PASSWORD}),
        await near.post("/api/v1/me/totp/confirm", json={"code": app.code(1)}),
    ):
        assert (again.status_code, again.json()["code"]) == (409, "on_already")


async def test_no_secret_is_kept_readable(anna: str, opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    app, codes = await set_up(near, clock)
    content = b"".join(path.read_bytes() for path in opened.config.data_dir.glob("*.sqlite3*"))
    assert app.totp.secret.encode() not in content
    for code in codes:
        assert code.encode() not in content
        assert code.replace("-", "").encode() not in content


async def test_the_code_is_asked_for_after_the_right_password_only(
    anna: str, near: httpx.AsyncClient, clock: Any
) -> None:
    app, _ = await set_up(near, clock)
    async with another_browser(near) as other:
        for code in ("", app.code()):
            answer = await sign_in(other, password="wrong " + PASSWORD, code=code)
            assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
        answer = await sign_in(other)
        assert (answer.status_code, answer.json()["code"]) == (401, "code_needed")
        assert "set-cookie" not in answer.headers
        for wrong in ("000000", "12345", "nonsense", "x" * 5000, "\u0661\u0662\u0663\u0664\u0665\u0666"):
            answer = await sign_in(other, code=wrong)
            assert (answer.status_code, answer.json()["code"]) == (401, "wrong_code"), wrong
        clock.now += 10 * STEP
        assert (await sign_in(other, code=app.code())).status_code == 200


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
async def test_clocks_may_differ_by_one_step(
    anna: str, near: httpx.AsyncClient, clock: Any, steps: int, status: int
) -> None:
    app, _ = await set_up(near, clock)
    clock.now += 10 * STEP
    async with another_browser(near) as other:
        assert (await sign_in(other, code=app.code(steps))).status_code == status


async def test_a_code_works_once_and_none_before_it_afterwards(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    app, _ = await set_up(near, clock)
    async with another_browser(near) as other:
        assert (await sign_in(other, code=app.code(1))).status_code == 200
        for steps in (1, 0, -1):
            answer = await sign_in(other, code=app.code(steps))
            assert (answer.status_code, answer.json()["code"]) == (401, "wrong_code")
        clock.now += 2 * STEP
        assert (await sign_in(other, code=app.code())).status_code == 200


async def test_the_code_that_turned_it_on_does_not_sign_in(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    begun = (await near.post("/api/v1/me/totp", json={"password": PASSWORD})).json()
    app = App(begun["secret"], clock)
    assert (await near.post("/api/v1/me/totp/confirm", json={"code": app.code()})).status_code == 200
    async with another_browser(near) as other:
        assert (await sign_in(other, code=app.code())).status_code == 401


async def test_of_fifty_uses_of_one_code_at_once_one_begins_a_session(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    app, _ = await set_up(near, clock)
    answers = await asyncio.gather(*(sign_in(near, code=app.code()) for _ in range(50)))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 401, 429}
    async with opened.db.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(Session))).scalar_one() <= 2


@pytest.mark.parametrize("means", ["app", "recovery"])
async def test_fifty_transactions_spend_a_code_once(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any, means: str
) -> None:
    app, codes = await set_up(near, clock)
    code = app.code() if means == "app" else codes[0]

    async def spend() -> str | None:
        async with opened.db.transaction() as connection:
            sealed = (await connection.execute(select(User.totp_secret))).scalar_one()
            assert sealed is not None
            return await spend_code(connection, opened.keys, anna, sealed, code, now=clock.now)

    spent = await asyncio.gather(*(spend() for _ in range(50)))
    assert len([each for each in spent if each]) == 1


async def test_a_recovery_code_works_once_and_is_told_by_mail(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    _, codes = await set_up(near, clock)
    async with another_browser(near) as other:
        assert (await sign_in(other, code=codes[3].upper().replace("-", " "))).status_code == 200
        assert (await other.get("/api/v1/me")).json()["recovery_codes_left"] == 9
        answer = await sign_in(other, code=codes[3])
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_code")
        assert (await sign_in(other, code=codes[4])).status_code == 200
    assert [mail["what"] for mail in await mails(opened, "second_factor_changed")] == ["on", "code_used", "code_used"]
    assert (await acts(opened)).count("recovery_code.used") == 2


async def test_a_recovery_code_is_its_owners_alone(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    _, codes = await set_up(near, clock)
    async with another_browser(near) as other:
        await register(opened, other, "berta@example.org")
        await sign_in(other, email="berta@example.org")
        await set_up(other, clock)
        other.cookies.clear()
        assert (await sign_in(other, email="berta@example.org", code=codes[0])).status_code == 401


async def test_new_recovery_codes_void_the_old_ones(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    app, codes = await set_up(near, clock)
    body = {"password": PASSWORD, "code": app.code()}
    wrong = await near.post("/api/v1/me/recovery-codes", json=body | {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
    new = (await near.post("/api/v1/me/recovery-codes", json=body)).json()["recovery_codes"]
    assert len(new) == 10
    assert not set(new) & set(codes)
    async with another_browser(near) as other:
        assert (await sign_in(other, code=codes[0])).status_code == 401
        assert (await sign_in(other, code=new[0])).status_code == 200
    assert [mail["what"] for mail in await mails(opened, "second_factor_changed")][:2] == ["on", "codes"]


async def test_taking_it_off_takes_password_and_code(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    app, codes = await set_up(near, clock)
    assert (await take_off(near, app.code(), "wrong")).json()["code"] == "wrong_password"
    assert (await take_off(near, "000000")).json()["code"] == "wrong_code"
    async with another_browser(near) as other:
        assert (await sign_in(other, code=app.code())).status_code == 200
        assert (await take_off(near, codes[0])).status_code == 204
        assert (await other.get("/api/v1/me")).status_code == 401, "other sessions end"
    me = (await near.get("/api/v1/me")).json()
    assert (me["second_factor"], me["recovery_codes_left"]) == (False, 0)
    assert [mail["what"] for mail in await mails(opened, "second_factor_changed")] == ["on", "off"]
    assert (await take_off(near, codes[1])).json()["code"] == "no_second_factor"
    async with another_browser(near) as other:
        assert (await sign_in(other)).status_code == 200


async def make_short(opened: Server, password: str) -> None:
    """Give Anna a password that is good with a second factor only."""
    async with opened.db.transaction() as connection:
        await connection.execute(update(User).values(password_hash=await Passwords().hash(password)))


async def test_a_short_password_must_be_made_longer_before(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    app, _ = await set_up(near, clock)
    await make_short(opened, "kX8!mq2z")
    answer = await take_off(near, app.code(), "kX8!mq2z")
    assert (answer.status_code, answer.json()["code"]) == (409, "password_too_short")
    body = {"current": "kX8!mq2z", "new": PASSWORD, "code": app.code()}
    assert (await near.put("/api/v1/me/password", json=body)).status_code == 204
    clock.now += 2 * STEP
    assert (await take_off(near, app.code())).status_code == 204


async def test_an_administrator_takes_it_off(anna: str, opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    await set_up(near, clock)
    async with opened.db.transaction() as connection:
        assert await remove_second_factor(connection, opened, anna, now=clock.now)
        assert not await remove_second_factor(connection, opened, anna, now=clock.now)
        assert (await connection.execute(select(func.count()).select_from(RecoveryCode))).scalar_one() == 0
    assert (await near.get("/api/v1/me")).status_code == 401
    assert (await mails(opened, "second_factor_changed"))[-1] == {"what": "removed_by_administrator", "to": EMAIL}
    assert (await sign_in(near)).status_code == 200


async def test_without_it_a_short_password_is_not_enough(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    await set_up(near, clock)
    await make_short(opened, "kX8!mq2z")
    async with opened.db.transaction() as connection:
        await remove_second_factor(connection, opened, anna, now=clock.now)
    assert (await sign_in(near, password="kX8!mq2y")).json()["code"] == "wrong_credentials"
    answer = await sign_in(near, password="kX8!mq2z")
    assert (answer.status_code, answer.json()["code"]) == (401, "password_too_short")
    assert "Forgotten password" in answer.json()["detail"]


async def test_codes_are_throttled_wherever_they_are_tried_from(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    app, _ = await set_up(near, clock)
    statuses = []
    for number in range(7):
        async with another_browser(near, f"6.6.{number}.1") as other:
            statuses.append((await sign_in(other, code="000000")).status_code)
    assert statuses == [401] * 5 + [429] * 2
    assert (await sign_in(near, code=app.code())).status_code == 200, "the owner's own browser is not held up"


async def test_asking_for_the_code_is_no_wrong_try(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    app, _ = await set_up(near, clock)
    async with another_browser(near, "6.6.6.6") as other:
        for _ in range(30):
            assert (await sign_in(other)).json()["code"] == "code_needed"
        assert (await sign_in(other, code=app.code())).status_code == 200


async def test_a_pending_secret_is_replaced_by_a_new_one(anna: str, near: httpx.AsyncClient, clock: Any) -> None:
    first = App((await near.post("/api/v1/me/totp", json={"password": PASSWORD})).json()["secret"], clock)
    second = App((await near.post("/api/v1/me/totp", json={"password": PASSWORD})).json()["secret"], clock)
    assert (await near.post("/api/v1/me/totp/confirm", json={"code": first.code()})).status_code == 400
    assert (await near.post("/api/v1/me/totp/confirm", json={"code": second.code()})).status_code == 200


async def test_there_is_nothing_to_confirm_before_it_was_begun(anna: str, near: httpx.AsyncClient) -> None:
    answer = await near.post("/api/v1/me/totp/confirm", json={"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_second_factor")
    answer = await near.post("/api/v1/me/recovery-codes", json={"password": PASSWORD, "code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_second_factor")
