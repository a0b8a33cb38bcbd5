"""Passwords: what is accepted, and argon2id off the event loop, never more than a few at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import anyio
import anyio.to_thread

from phonebook_core.errors import Problem

MIN_CHARACTERS: Final = 15
"""NIST SP 800-63B-4: a password that is the only factor has at least 15 characters."""
MAX_BYTES: Final = 1024
_DISTINCT: Final = 6
_TIME_COST: Final = 2
_MEMORY_KIB: Final = 19_456
_AT_ONCE: Final = 2
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$tA1DHk/DQxBMYHfApqa4Tg$s2KLi9ufTCbbrilT6QjX1PQfqHgruLUEdoWCoCHE64Q"
"""The hash of a password that nobody knows, so that checking an unknown user takes as long as a known one."""


class Passwords:
    """Hashes and checks passwords. One per process, as it limits how many run at once."""

    def __init__(self) -> None:
        from argon2 import PasswordHasher

        self._hasher = PasswordHasher(time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=1)
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """What is stored for a password."""
        return await anyio.to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def verify(self, stored: str, password: str) -> bool:
        """Whether `password` is the one that `stored` was made from. An empty `stored` takes as long."""
        matches = await anyio.to_thread.run_sync(self._matches, stored or _NOBODY, password, limiter=self._limiter)
        return matches and bool(stored)

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        if len(password.encode(errors="replace")) > MAX_BYTES:
            return False
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def find_password_problems(password: str, *, email: str, name: str) -> list[Problem]:
    """Everything that is wrong with a new password. Any characters are welcome; none are required."""

    def problem(code: str, message: str) -> Problem:
        return Problem(field="password", code=code, message=message)

    problems = []
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        return [problem("unreadable", "The password has a broken character. Type it again.")]
    if len(password) < MIN_CHARACTERS:
        problems.append(
            problem(
                "too_short",
                f"Use at least {MIN_CHARACTERS} characters; this has {len(password)}. A few words in a row are fine.",
            )
        )
    if size > MAX_BYTES:
        problems.append(problem("too_long", f"Use at most {MAX_BYTES} bytes; this has {size}."))
    folded = password.casefold()
    if len(password) >= MIN_CHARACTERS:
        remaining = folded
        words = {email, *email.split("@"), name, *name.split(), "phonebook", "password"}
        for word in sorted((word.casefold() for word in words), key=len, reverse=True):
            if len(word) > 3:
                remaining = remaining.replace(word, "")
        if len(set(folded)) < _DISTINCT or len(remaining) < MIN_CHARACTERS // 2 or _is_a_run(folded):
            problems.append(
                problem(
                    "too_easy",
                    "This is easy to guess: it repeats itself, or is little more than your name, your e-mail address "
                    "or the word password. Use a few words that do not belong together.",
                )
            )
    return problems


def _is_a_run(text: str) -> bool:
    """Whether the text is keys in a row (`123456789012345`, `abcdefghijklmno`) or one piece repeated."""
    steps = sum(1 for one, next in pairwise(text) if ord(next) - ord(one) in (0, 1))
    return steps > len(text) * 0.75 or any(
        text == (text[:size] * len(text))[: len(text)] for size in range(1, min(5, len(text)))
    )
