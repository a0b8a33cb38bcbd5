"""Slowing down whoever guesses passwords, without locking out the phones beside them. No clock: the time is passed in.

Wrong passwords are counted per (address, phonebook). A correct one is always served: behind one address sit many
phones, and one of them with an old password must not take the phonebook from the others.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

LIMIT: Final = 10
"""Wrong passwords that are answered with 401; the next is answered with 429."""
WINDOW: Final = 60.0
"""Seconds after which a wrong password is forgotten."""
REMEMBERED: Final = 10_000
"""Pairs of address and phonebook that are remembered; beyond that the one unseen for longest is forgotten."""


class Throttle:
    """The wrong passwords of the last minute."""

    def __init__(self, *, limit: int = LIMIT, window: float = WINDOW) -> None:
        self._limit = limit
        self._window = window
        self._wrong: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def count_wrong(self, address: str, phonebook: str, now: float) -> int:
        """Count a wrong password. Zero: answer 401. Otherwise answer 429 with these seconds as Retry-After."""
        key = (address, phonebook)
        times = self._wrong.get(key)
        if times is None:
            times = self._wrong[key] = deque(maxlen=self._limit)
        self._wrong.move_to_end(key)
        while times and times[0] <= now - self._window:
            times.popleft()
        if len(times) >= self._limit:
            return max(1, int(times[0] + self._window - now) + 1)
        times.append(now)
        if len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)
        return 0
