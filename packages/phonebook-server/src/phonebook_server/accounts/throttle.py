"""Slowing down whoever guesses passwords, without locking anybody out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from phonebook_core.errors import TooManyTries


class Rate(NamedTuple):
    """So many tries at once, then one more every so many seconds."""

    burst: int
    seconds: float


ONE_ACCOUNT: Final = Rate(10, 30)
"""For one account from one address: other addresses are not held up, so nobody is locked out by a stranger."""
ONE_ADDRESS: Final = Rate(60, 2)
"""For one address, whatever the accounts."""
_MOST: Final = 20_000


class Throttle:
    """Counts tries in memory. `count` before checking, so that tries at the same time cannot slip through."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._full_at: dict[tuple[str, str], float] = {}  # when the whole burst is available again, in seconds

    def count(self, account: str, address: str) -> None:
        """Count a try. Raises TooManyTries when it is one too many; such a try does not count."""
        now = self._clock() / 1000
        steps = []
        for key, rate in (((account, address), ONE_ACCOUNT), (("", address), ONE_ADDRESS)):
            full_at = max(self._full_at.get(key, now), now) + rate.seconds
            wait = full_at - now - rate.burst * rate.seconds
            if wait > 0:
                seconds = math.ceil(wait)
                raise TooManyTries(
                    f"There were too many tries to sign in. Wait {seconds} seconds, then try again.",
                    retry_after=seconds,
                )
            steps.append((key, full_at))
        if len(self._full_at) > _MOST:
            self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._full_at.update(steps)

    def forget(self, account: str, address: str) -> None:
        """The right password was given: the tries before it no longer count against this account."""
        self._full_at.pop((account, address), None)
