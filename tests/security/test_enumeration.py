"""Nobody learns from signing in or from asking for a new password who has an account: not by words, not by time."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from support.in_process import in_process
from support.signing_in import CREDENTIALS, register

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.config import load_config
from phonebook_server.db.tables import User
from phonebook_server.opening import open_server
from phonebook_server.people.users import add_user

pytestmark = pytest.mark.anyio

PAIRS = 60
ROUNDS = 4
MOST = 0.15
"""The gap between the medians, as a part of a median."""
WRONG = {"password": "not the password of anybody"}


Asked = Callable[[httpx.AsyncClient, str, "Clock"], Awaitable[tuple[httpx.Response, float]]]


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(tmp_path: Path, clock: Clock) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of an app with somebody who registered, somebody invited and somebody disabled."""
    environ = {"PHONEBOOK_DATA_DIR": str(tmp_path / "data"), "PHONEBOOK_HOSTED_SERVICES": ""}
    config = load_config(environ, cwd=tmp_path)
    server = open_server(config, clock=clock)
    async with in_process(config, clock) as client:
        await register(server, client)
        disabled = await register(server, client, "disabled@example.org")
        await add_user(server, COMMAND_LINE, "invited@example.org", is_admin=False)
        async with server.db.transaction() as connection:
            await connection.execute(update(User).where(User.id == disabled).values(disabled_at=clock.now))
        yield client
    await server.db.close()


async def guess(client: httpx.AsyncClient, email: str, clock: Clock) -> tuple[httpx.Response, float]:
    """A wrong try, and how long its answer took. Time passes before, so that nothing is held up."""
    clock.now += 60_000
    begin = time.perf_counter()
    answer = await client.post("/api/v1/session", json=CREDENTIALS | WRONG | {"email": email})
    return answer, time.perf_counter() - begin


async def ask_for_a_link(client: httpx.AsyncClient, email: str, clock: Clock) -> tuple[httpx.Response, float]:
    """Somebody forgot their password, and how long the answer took."""
    clock.now += 60_000
    begin = time.perf_counter()
    answer = await client.post("/api/v1/password-reset", json={"email": email})
    return answer, time.perf_counter() - begin


async def test_whatever_is_wrong_the_answer_is_the_same_to_the_byte(client: httpx.AsyncClient, clock: Clock) -> None:
    emails = [
        "anna@example.org",
        "nobody@example.org",
        "disabled@example.org",
        "invited@example.org",
        "no address",
        "",
        "x" * 10_000,
    ]
    answers = [(await guess(client, email, clock))[0] for email in emails]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.raw) for answer in answers}) == 1


async def test_whoever_may_not_sign_in_gets_that_answer_with_the_right_password_too(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    wrong, _ = await guess(client, "nobody@example.org", clock)
    answer = await client.post("/api/v1/session", json=CREDENTIALS | {"email": "disabled@example.org"})
    assert (answer.status_code, answer.content) == (401, wrong.content)


@pytest.mark.parametrize("known", ["anna@example.org", "disabled@example.org", "invited@example.org"])
async def test_the_answer_takes_as_long_for_a_user_as_for_nobody(
    client: httpx.AsyncClient, clock: Clock, known: str
) -> None:
    await compare(guess, client, clock, known)


@pytest.mark.parametrize("known", ["anna@example.org", "invited@example.org"])
async def test_asking_for_a_new_password_is_answered_alike_and_as_quickly_for_everybody(
    client: httpx.AsyncClient, clock: Clock, known: str
) -> None:
    one, other = [(await ask_for_a_link(client, email, clock))[0] for email in (known, "nobody@example.org")]
    assert (one.status_code, one.content, one.headers.raw) == (202, other.content, other.headers.raw)
    await compare(ask_for_a_link, client, clock, known)


async def compare(asked: Asked, client: httpx.AsyncClient, clock: Clock, known: str) -> None:
    """Raises AssertionError when answers take longer for one of a known address and an unknown one."""
    for _ in range(3):
        await asked(client, known, clock)
        await asked(client, "nobody@example.org", clock)
    gaps = []
    for _ in range(ROUNDS):  # a busy machine may spoil one round, a leak shows in every one
        times: dict[str, list[float]] = {known: [], "nobody@example.org": []}
        for number in range(PAIRS):
            for email in times if number % 2 else reversed(times):
                times[email].append((await asked(client, email, clock))[1])
        medians = [statistics.median(each) for each in times.values()]
        gaps.append(abs(medians[0] - medians[1]) / min(medians))
        if gaps[-1] < MOST:
            return
    raise AssertionError(f"the medians differ by {[f'{gap:.0%}' for gap in gaps]}")
