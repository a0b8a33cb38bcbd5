"""Browsers that are known, and mails about those that are not."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select
from support.in_process import in_process
from support.signing_in import CREDENTIALS, EMAIL, FIREFOX, another_browser, mails, register, sign_in

from phonebook_server.accounts.devices import LIFE_MS, describe_device
from phonebook_server.accounts.throttle import IN_A_ROW, ONE_ACCOUNT
from phonebook_server.checks import iso
from phonebook_server.config import Config
from phonebook_server.db.tables import KnownDevice
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio

DEVICE = "phonebook-device"


@pytest.fixture
async def anna(opened: Server, near: httpx.AsyncClient) -> str:
    return await register(opened, near)


async def test_a_sign_in_from_another_browser_is_told_by_mail(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    near.headers["user-agent"] = FIREFOX
    assert (await sign_in(near)).status_code == 200
    assert await mails(opened, "new_device") == [
        {"when": "2027-01-15T08:00:00.000Z", "address": "127.0.0.1", "device": "Firefox, Windows", "to": EMAIL}
    ]


async def test_registering_and_signing_in_again_are_silent(opened: Server, near: httpx.AsyncClient, clock: Any) -> None:
    await register(opened, near)
    async with another_browser(near) as browser:
        assert (await sign_in(browser)).status_code == 200  # the first other browser is told
        for _ in range(3):
            assert (await browser.delete("/api/v1/session")).status_code == 204
            assert (await sign_in(browser)).status_code == 200
    assert len(await mails(opened, "new_device")) == 1


@pytest.mark.parametrize(("after", "told"), [(LIFE_MS - 1, 0), (LIFE_MS, 1)])
async def test_a_device_is_forgotten_after_so_long(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any, after: int, told: int
) -> None:
    await sign_in(near)
    begun = clock.now
    clock.now += after
    await sign_in(near)
    assert len([mail for mail in await mails(opened, "new_device") if mail["when"] != iso(begun)]) == told


async def test_a_wrong_password_tells_nobody(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    await sign_in(near, password="wrong")
    assert await mails(opened, "new_device") == []


async def test_the_cookie_is_new_at_every_sign_in_and_never_the_clients_choice(
    anna: str, opened: Server, near: httpx.AsyncClient
) -> None:
    async def device_after_sign_in(browser: httpx.AsyncClient, before: str) -> str:
        answer = await browser.post("/api/v1/session", json=CREDENTIALS, headers={"cookie": f"{DEVICE}={before}"})
        return answer.cookies[DEVICE]

    first = await device_after_sign_in(near, "ATTACKERCHOSEN")
    second = await device_after_sign_in(near, first)
    assert len({"ATTACKERCHOSEN", first, second}) == 3
    assert len(await mails(opened, "new_device")) == 1
    await device_after_sign_in(near, "ATTACKERCHOSEN")
    await device_after_sign_in(near, first)
    assert len(await mails(opened, "new_device")) == 3


async def test_both_who_share_a_browser_stay_known_in_it(anna: str, opened: Server, near: httpx.AsyncClient) -> None:
    async with another_browser(near) as browser:
        await register(opened, browser, "berta@example.org")
        for _ in range(3):
            assert (await sign_in(browser)).status_code == 200
            assert (await sign_in(browser, email="berta@example.org")).status_code == 200
    assert len(await mails(opened, "new_device")) == 2  # each once: they registered elsewhere
    async with opened.db.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(KnownDevice))).scalar_one() == 4


async def test_the_cookie_lasts_and_opens_nothing(anna: str, opened: Server, config: Config) -> None:
    secure = msgspec.structs.replace(config, public_url="https://book.example.org")
    async with in_process(secure, opened.clock) as client:
        answer = await client.post("/api/v1/session", json=CREDENTIALS)
        [cookie] = [each.lower() for each in answer.headers.get_list("set-cookie") if "device" in each]
        assert cookie.startswith("__host-phonebook-device=")
        for part in ("; httponly", "; secure", "samesite=lax", "path=/", f"max-age={400 * 24 * 3600}"):
            assert part in cookie
        assert "domain" not in cookie
        del client.cookies["__Host-phonebook"]
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_the_owner_of_an_attacked_account_signs_in_with_their_browser(
    anna: str, opened: Server, near: httpx.AsyncClient, clock: Any
) -> None:
    assert (await sign_in(near)).status_code == 200
    for number in range(IN_A_ROW // ONE_ACCOUNT.burst + 3):
        async with another_browser(near, f"6.6.{number}.1") as stranger:
            statuses = {(await sign_in(stranger, password="x" * 2000)).status_code for _ in range(4)}
            assert statuses <= {401, 429}
    throttle_is_on = False
    for number in range(110):
        async with another_browser(near, f"7.7.{number}.1") as stranger:
            throttle_is_on = (await sign_in(stranger, password="x" * 2000)).status_code == 429
    assert throttle_is_on
    async with another_browser(near, "9.9.9.9") as stranger:
        assert (await sign_in(stranger)).status_code == 429, "also the right password, from nowhere known"
    assert (await sign_in(near)).status_code == 200


APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox, Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.0 Safari/605.1.15", "Safari, macOS"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {APPLE} CriOS/130.0 Safari/604.1", "Chrome, iPhone"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME} Mobile Safari/537.36", "Chrome, Android"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8.5.0", "curl"),
        ("", "unknown"),
        ("<script>alert(1)</script>", "unknown"),
        ("x" * 100_000, "x" * 40),
    ],
)
def test_a_device_is_described_in_words(user_agent: str, device: str) -> None:
    assert describe_device(user_agent) == device
