"""What is accepted as a password, and how it is kept."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from phonebook_server.accounts import passwords
from phonebook_server.accounts.passwords import Passwords, find_password_problems

pytestmark = pytest.mark.anyio


def codes(password: str, *, email: str = "anna@example.org", name: str = "Anna Müller") -> list[str]:
    return [problem.code for problem in find_password_problems(password, email=email, name=name)]


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "7f3A9c1E5b2D8k0",
        "пароль из слов и звёзд",
        "  spaces are fine too  ",
        "🐎🔋📎🌳🌧🎩" * 3,
    ],
)
def test_any_characters_are_welcome(password: str) -> None:
    assert codes(password) == []


def test_fifteen_characters_are_enough_and_fourteen_are_not() -> None:
    assert codes("abgxkwqplmzut93") == []
    assert codes("abgxkwqplmzut9") == ["too_short"]
    assert codes("") == ["too_short"]


def test_what_costs_too_much_to_hash_is_refused() -> None:
    long = "".join(chr(0x4E00 + i * 7 % 500) for i in range(342))
    assert codes(long[:341]) == []
    assert codes(long) == ["too_long"]


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "123456789012345678",
        "abcdefghijklmnopqr",
        "abc1abc1abc1abc1abc1",
        "passwordpassword",
        "anna@example.org1",
        "Anna Müller 202",
        "phonebookphonebook",
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    assert codes(password) == ["too_easy"]


def test_a_broken_character_is_a_problem_not_a_crash() -> None:
    assert codes("correct horse \ud800 battery") == ["unreadable"]


async def test_only_the_right_password_fits() -> None:
    kept = Passwords()
    stored = await kept.hash("correct horse battery staple")
    assert await kept.verify(stored, "correct horse battery staple")
    for wrong in ("correct horse battery Staple", "correct horse battery staple ", "", "\ud800", "x" * 5000):
        assert not await kept.verify(stored, wrong)
    assert not await kept.verify("", "correct horse battery staple")
    assert not await kept.verify("broken", "correct horse battery staple")


async def test_an_unknown_user_costs_as_much_as_a_known_one() -> None:
    kept = Passwords()
    mine, nobody = extract_parameters(await kept.hash("x")), extract_parameters(passwords._NOBODY)
    assert (mine.time_cost, mine.memory_cost, mine.parallelism) == (2, 19_456, 1)
    assert mine == nobody
    assert not kept.needs_rehash(passwords._NOBODY)
