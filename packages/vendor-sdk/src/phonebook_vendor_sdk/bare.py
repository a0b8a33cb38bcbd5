"""Phones that only ask without credentials: one that did not come back with them in time is worth a record. No I/O.

Phones ask without credentials first and with them a moment later, so a bare request by itself says nothing. A phone is
told apart by address and User-Agent, and told of once in `SILENCE` seconds.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

PATIENCE: Final = 30.0
"""Seconds in which credentials are expected after a request without."""
SILENCE: Final = 600.0
"""Seconds for which nothing more is told of a phone that was told of."""
REMEMBERED: Final = 4096
"""Phones that are waited for, and as many that were told of. What comes beyond that while they are full is not told."""
PER_ADDRESS: Final = 100
"""Phones of one address and phonebook: whoever has no password may send any number of names."""


class Bare(NamedTuple):
    """A phone without credentials: the phonebook, its address and its User-Agent."""

    phonebook: str
    address: str
    agent: bytes


class Waiting(NamedTuple):
    """The first bare request of a phone, and how many came since."""

    time: float
    file: str
    size: int
    requests: int


class BareRequests:
    """Who asked without credentials lately. Times are seconds since 1970."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Bare, Waiting] = OrderedDict()
        self._told: OrderedDict[Bare, float] = OrderedDict()
        self._of_address: dict[tuple[str, str], int] = {}

    def __bool__(self) -> bool:
        """Whether somebody is waited for."""
        return bool(self._waiting)

    def asked(self, phone: Bare, time: float, file: str, size: int) -> None:
        """A request without credentials came."""
        self._expire(time)
        before = self._waiting.get(phone)
        if before is not None:
            self._waiting[phone] = before._replace(requests=before.requests + 1)
        elif phone not in self._told and len(self._waiting) < REMEMBERED:
            place = phone[:2]
            known = self._of_address.get(place, 0)
            if known < PER_ADDRESS:
                self._of_address[place] = known + 1
                self._waiting[phone] = Waiting(time, file, size, 1)

    def signed(self, phone: Bare) -> None:
        """A request with credentials came, whatever they are worth: the one before was only the beginning."""
        if self._waiting.pop(phone, None) is not None:
            self._forget(phone)

    def due(self, now: float) -> list[tuple[Bare, Waiting]]:
        """Those that are to be told of now, each once."""
        found: list[tuple[Bare, Waiting]] = []
        while self._waiting:
            phone, waiting = next(iter(self._waiting.items()))
            if 0 <= now - waiting.time < PATIENCE:
                break
            del self._waiting[phone]
            self._told[phone] = now
            found.append((phone, waiting))
        self._expire(now)
        return found

    def _expire(self, now: float) -> None:
        while self._told:
            phone, told = next(iter(self._told.items()))
            if 0 <= now - told < SILENCE and len(self._told) <= REMEMBERED:
                break
            del self._told[phone]
            self._forget(phone)

    def _forget(self, phone: Bare) -> None:
        place = phone[:2]
        left = self._of_address[place] - 1
        if left:
            self._of_address[place] = left
        else:
            del self._of_address[place]
