"""Slowing down who guesses."""

from __future__ import annotations

import asyncio
import time

import pytest

from phonebook_core.errors import TooManyTries
from phonebook_server.accounts.throttle import (
    CODES,
    IN_A_ROW,
    MAX_DELAYED,
    ONE_ACCOUNT,
    ONE_ADDRESS,
    ONE_NETWORK,
    Throttle,
)

pytestmark = pytest.mark.anyio


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock)


def tries(throttle: Throttle, account: str, address: str, most: int = 500, *, device_known: bool = False) -> int:
    for count in range(most):
        try:
            throttle.count(account, address, device_known=device_known)
        except TooManyTries:
            return count
    return most


def fail_in_a_row(throttle: Throttle, account: str, count: int) -> None:
    """Wrong tries for an account, each from another network."""
    for number in range(count):
        throttle.count(account, f"6.{number >> 8}.{number & 255}.1")


def test_an_account_gets_so_many_tries_then_one_more_from_time_to_time(clock: Clock, throttle: Throttle) -> None:
    assert tries(throttle, "a", "1.1.1.1") == ONE_ACCOUNT.burst
    with pytest.raises(TooManyTries) as caught:
        throttle.count("a", "1.1.1.1")
    assert 0 < caught.value.retry_after <= ONE_ACCOUNT.seconds
    clock.now += caught.value.retry_after * 1000
    assert tries(throttle, "a", "1.1.1.1") == 1


def test_a_refused_try_does_not_count(clock: Clock, throttle: Throttle) -> None:
    tries(throttle, "a", "1.1.1.1")
    for _ in range(1000):
        with pytest.raises(TooManyTries):
            throttle.count("a", "1.1.1.1")
    clock.now += int(ONE_ACCOUNT.seconds * 1000)
    throttle.count("a", "1.1.1.1")


def test_nobody_is_locked_out_by_a_stranger(throttle: Throttle) -> None:
    tries(throttle, "a", "6.6.6.6")
    throttle.count("a", "1.1.1.1")


def test_one_address_cannot_try_all_accounts(throttle: Throttle) -> None:
    done = sum(tries(throttle, f"user{number}", "6.6.6.6", most=5) for number in range(50))
    assert done == ONE_ADDRESS.burst


@pytest.mark.parametrize("network", ["6.6.6.{}", "2001:db8::{:x}"])
def test_one_network_cannot_try_all_accounts(throttle: Throttle, network: str) -> None:
    done = sum(tries(throttle, f"user{number}", network.format(number), most=5) for number in range(200))
    assert done == ONE_NETWORK.burst


def test_an_address_in_both_writings_is_one(throttle: Throttle) -> None:
    assert tries(throttle, "a", "6.6.6.6") == ONE_ACCOUNT.burst
    assert tries(throttle, "a", "::ffff:6.6.6.6") == 0


def test_after_so_many_in_a_row_strangers_come_one_at_a_time(clock: Clock, throttle: Throttle) -> None:
    fail_in_a_row(throttle, "a", IN_A_ROW)
    throttle.count("a", "7.0.0.1")
    with pytest.raises(TooManyTries) as caught:
        throttle.count("a", "7.0.1.1")
    assert 0 < caught.value.retry_after <= 10
    throttle.count("another", "7.0.1.1")
    clock.now += 10_000
    throttle.count("a", "7.0.1.1")


def test_the_owner_of_an_attacked_account_gets_in_with_a_known_device(throttle: Throttle) -> None:
    fail_in_a_row(throttle, "a", IN_A_ROW + 1)
    for number in range(ONE_NETWORK.burst):
        throttle.count(f"user{number}", f"1.1.1.{number % 200}")
    with pytest.raises(TooManyTries):
        throttle.count("a", "1.1.1.1")
    assert tries(throttle, "a", "1.1.1.1", device_known=True) == ONE_ACCOUNT.burst


def test_the_owner_of_an_attacked_account_gets_in_where_they_did_before(throttle: Throttle) -> None:
    throttle.count("a", "1.1.1.1")
    throttle.forget("a", "1.1.1.1")
    fail_in_a_row(throttle, "a", IN_A_ROW + 1)
    for number in range(ONE_NETWORK.burst):
        throttle.count(f"user{number}", f"1.1.1.{number % 100 + 100}")
    throttle.count("a", "1.1.1.1")
    with pytest.raises(TooManyTries):
        throttle.count("a", "1.1.1.2")


def test_the_right_password_ends_the_row(throttle: Throttle) -> None:
    fail_in_a_row(throttle, "a", IN_A_ROW)
    throttle.forget("a", "9.9.9.9")
    throttle.count("a", "7.0.0.1")
    throttle.count("a", "7.0.1.1")


def test_the_right_password_clears_the_account_but_not_the_address(throttle: Throttle) -> None:
    tries(throttle, "a", "1.1.1.1")
    throttle.forget("a", "1.1.1.1")
    assert tries(throttle, "a", "1.1.1.1") == ONE_ACCOUNT.burst
    done = sum(tries(throttle, f"user{number}", "1.1.1.1", most=5) for number in range(50))
    assert done == ONE_ADDRESS.burst - 2 * ONE_ACCOUNT.burst + 1


def test_whoever_signs_in_rightly_is_never_held_up(throttle: Throttle) -> None:
    for _ in range(1000):
        throttle.count("a", "1.1.1.1")
        throttle.forget("a", "1.1.1.1")


def test_codes_are_counted_wherever_they_come_from(clock: Clock, throttle: Throttle) -> None:
    for _ in range(CODES.burst):
        throttle.count_code("a")
    with pytest.raises(TooManyTries):
        throttle.count_code("a")
    throttle.count_code("a", device_known=True)
    throttle.count_code("b")
    clock.now += int(CODES.seconds * 1000)
    throttle.count_code("a")


def test_wrong_tokens_keep_nobody_from_signing_in(throttle: Throttle) -> None:
    for _ in range(ONE_ADDRESS.burst):
        throttle.count("", "1.1.1.1", kind="token")
    with pytest.raises(TooManyTries):
        throttle.count("", "1.1.1.1", kind="token")
    throttle.count("a", "1.1.1.1")


def test_what_never_ends_well_makes_no_row(throttle: Throttle) -> None:
    for number in range(IN_A_ROW + 50):
        throttle.count("reset a", f"6.6.{number}.1", kind="reset")


async def test_two_hundred_at_once_count_as_two_hundred(throttle: Throttle) -> None:
    async def guess(number: int) -> bool:
        try:
            throttle.count("a", f"6.6.6.{number}")
        except TooManyTries:
            return False
        await asyncio.sleep(0)  # what is checked, is checked after it was counted
        return True

    checked = await asyncio.gather(*(guess(number) for number in range(200)))
    assert sum(checked) == IN_A_ROW + 1


async def test_from_the_fifth_wrong_try_on_the_answer_takes_longer(throttle: Throttle) -> None:
    waits = []
    for _ in range(6):
        throttle.count("a", "1.1.1.1")
        begin = time.monotonic()
        await throttle.delay("a", "1.1.1.1")
        waits.append(time.monotonic() - begin)
    assert waits[4] >= 0.2
    assert waits[5] >= 0.4


async def test_only_so_many_answers_wait_at_once(throttle: Throttle) -> None:
    for _ in range(9):
        throttle.count("a", "1.1.1.1")
    waiting = [asyncio.create_task(throttle.delay("a", "1.1.1.1")) for _ in range(MAX_DELAYED)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in waiting)
    await throttle.delay("a", "1.1.1.1")
    assert not all(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    begin = time.monotonic()
    await throttle.delay("a", "1.1.1.1")
    assert time.monotonic() - begin > 1.5  # those that were cancelled wait no longer


def test_memory_is_bounded(clock: Clock, throttle: Throttle) -> None:
    for number in range(60_000):
        clock.now += 20
        throttle.count(f"user{number}@example.org", f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}.1")
        throttle.forget(f"right{number}@example.org", "1.1.1.1")
    assert len(throttle._full_at) < 25_000
    assert len(throttle._in_a_row) < 25_000
    assert len(throttle._signed_in) < 25_000
