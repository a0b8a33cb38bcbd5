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
        "🐎🔋📎🌳🌧🎩🐖🍀🚲🌍🥨🧦🎈🔧🌊",
        "velvet canyon marble orbit",
        "mit vier Wörtern sicher",
        "密码由几个不相干的词语组成而成不易猜",
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
        "passwordpassword1",
        "123456789012345",
        "1q2w3e4r5t6y7u8i",
        "qwertyuiopasdfgh",
        "dragonmonkeyshadow",
        "ILoveYou!ILoveYou!",
        "p4ssw0rdp4ssw0rd",
        "20262026202620262026",
        "абвгдежзийклмноп",
        "anna@example.org1",
        "Anna Müller 202",
        "AnnaMuellerAnna!Anna",
        "phonebookphonebook",
        "x" * 900,
        "passwordpassword" * 60,
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    assert codes(password) == ["too_easy"]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("phonebook phonebook", "the product's"),
        ("Harbour Office 2026", "a site's name"),
        ("1111111111111111", "repeats itself"),
        ("letmeinpassword123", "many people use"),
        ("qwertzuiopqwertzuiop", "repeats itself"),
    ],
)
def test_the_reason_is_said(password: str, reason: str) -> None:
    [problem] = find_password_problems(password, email="a@example.org", name="Anna", words=["Harbour Office"])
    assert reason in problem.message


def test_the_words_of_one_do_not_hold_for_the_next() -> None:
    assert find_password_problems("Zanzibar Observatory", email="", name="", words=["Zanzibar Observatory"])
    assert not find_password_problems("Zanzibar Observatory", email="", name="")


def test_with_a_second_factor_eight_characters_are_enough() -> None:
    def problems(password: str) -> list[str]:
        found = find_password_problems(password, email="anna@example.org", name="Anna", second_factor=True)
        return [problem.code for problem in found]

    assert problems("kX8!mq2z") == []
    assert problems("kX8!mq2") == ["too_short"]
    for easy in ("password1", "12345678", "anna2026", "qwertzui", "phonebook1", "aaaaaaaa"):
        assert problems(easy) == ["too_easy"], easy


def test_a_letter_with_an_accent_counts_as_one_however_it_is_sent() -> None:
    composed, decomposed = "éabgxkwqplmzut9", "e\u0301abgxkwqplmzut"
    assert codes(composed) == []
    assert codes(decomposed) == ["too_short"]


async def test_a_password_fits_however_the_keyboard_sends_its_accents() -> None:
    kept = Passwords()
    stored = await kept.hash("d\u00e9j\u00e0 vu encore une fois")
    assert await kept.verify(stored, "de\u0301ja\u0300 vu encore une fois")


async def test_a_password_is_looked_at_in_a_thread() -> None:
    kept = Passwords()
    assert await kept.find_problems("correct horse battery staple", email="", name="") == []
    assert await kept.find_problems("kX8!mq2z", email="", name="", second_factor=True, words=["x"]) == []


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
