"""Slowing down who guesses."""

from __future__ import annotations

import pytest

from phonebook_core.errors import TooManyTries
from phonebook_server.accounts.throttle import ONE_ACCOUNT, ONE_ADDRESS, Throttle


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


def tries(throttle: Throttle, account: str, address: str, most: int = 500) -> int:
    for count in range(most):
        try:
            throttle.count(account, address)
        except TooManyTries:
            return count
    return most


def test_an_account_gets_so_many_tries_then_one_more_from_time_to_time() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert tries(throttle, "a", "1.1.1.1") == ONE_ACCOUNT.burst
    with pytest.raises(TooManyTries) as caught:
        throttle.count("a", "1.1.1.1")
    assert 0 < caught.value.retry_after <= ONE_ACCOUNT.seconds
    clock.now += caught.value.retry_after * 1000
    assert tries(throttle, "a", "1.1.1.1") == 1


def test_nobody_is_locked_out_by_a_stranger() -> None:
    throttle = Throttle(Clock())
    tries(throttle, "a", "6.6.6.6")
    throttle.count("a", "1.1.1.1")


def test_one_address_cannot_try_all_accounts() -> None:
    throttle = Throttle(Clock())
    done = sum(tries(throttle, f"user{number}", "6.6.6.6", most=5) for number in range(50))
    assert done == ONE_ADDRESS.burst


def test_the_right_password_clears_the_account() -> None:
    throttle = Throttle(Clock())
    tries(throttle, "a", "1.1.1.1")
    throttle.forget("a", "1.1.1.1")
    throttle.count("a", "1.1.1.1")


def test_memory_is_bounded() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(30_000):
        clock.now += 2000
        throttle.count("a", str(number))
    assert len(throttle._full_at) < 25_000
