"""Passwords: argon2id off the event loop, never more than a few at once. What is accepted is in `password_rules`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Final

import anyio
import anyio.to_thread

from phonebook_core.errors import Problem
from phonebook_server.accounts.password_rules import (
    MAX_BYTES,
    MIN_CHARACTERS,
    MIN_WITH_SECOND_FACTOR,
    find_password_problems,
)

__all__ = ["MAX_BYTES", "MIN_CHARACTERS", "MIN_WITH_SECOND_FACTOR", "Passwords", "find_password_problems"]

_TIME_COST: Final = 2
_MEMORY_KIB: Final = 19_456
_AT_ONCE: Final = 2
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$tA1DHk/DQxBMYHfApqa4Tg$s2KLi9ufTCbbrilT6QjX1PQfqHgruLUEdoWCoCHE64Q"
"""The hash of a password that nobody knows, so that checking an unknown user takes as long as a known one."""


class Passwords:
    """Hashes and checks passwords. One per process, as it limits how many run at once.

    They are brought into Unicode's form NFC before, since keyboards differ in how they send the same `é`.
    """

    def __init__(self) -> None:
        from argon2 import PasswordHasher

        self._hasher = PasswordHasher(time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=1)
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """What is stored for a password."""
        return await anyio.to_thread.run_sync(self._hasher.hash, _normal(password), limiter=self._limiter)

    async def verify(self, stored: str, password: str) -> bool:
        """Whether `password` is the one that `stored` was made from. An empty `stored` takes as long."""
        matches = await anyio.to_thread.run_sync(self._matches, stored or _NOBODY, password, limiter=self._limiter)
        return matches and bool(stored)

    async def find_problems(
        self, password: str, *, email: str, name: str, second_factor: bool = False, words: Sequence[str] = ()
    ) -> list[Problem]:
        """`find_password_problems` off the event loop."""
        find = partial(
            find_password_problems, password, email=email, name=name, second_factor=second_factor, words=words
        )
        return await anyio.to_thread.run_sync(find, limiter=self._limiter)

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        if len(password.encode(errors="replace")) > MAX_BYTES:
            return False
        try:
            return self._hasher.verify(stored, _normal(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
