"""Slowing down whoever guesses passwords, codes or tokens, without locking anybody out.

Tries are counted before they are checked, in memory, by one `Throttle` per process. What holds is in
`docs/operating.md` under “Who may try how often”.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Final, NamedTuple

from phonebook_core.errors import TooManyTries
from phonebook_server.accounts.addresses import network_of, plain_address


class Rate(NamedTuple):
    """So many tries at once, then one more every so many seconds."""

    burst: int
    seconds: float


ONE_ACCOUNT: Final = Rate(10, 30)
"""For one account from one address: other addresses are not held up, so nobody is locked out by a stranger."""
ONE_ADDRESS: Final = Rate(60, 2)
"""For one address, whatever the accounts."""
ONE_NETWORK: Final = Rate(300, 0.5)
"""For all addresses of one network (/24 of IPv4, /64 of IPv6)."""
IN_A_ROW: Final = 100
"""So many wrong tries in a row for one account, wherever from, and strangers come under `EVERYWHERE`."""
EVERYWHERE: Final = Rate(1, 10)
CODES: Final = Rate(5, 30)
"""For the codes of one account's second factor, which are asked for after the right password only."""
SIGN_IN: Final = "sign-in"
DELAY_FROM: Final = 5
"""The wrong try for one account from one address from which on the answer takes longer."""
FIRST_DELAY: Final = 0.25
MAX_DELAY: Final = 2.0
MAX_DELAYED: Final = 100
"""So many answers wait at once; more do not, so that nobody can have the server hold any number of them."""
_MOST: Final = 20_000
_SIGNED_IN_SECONDS: Final = 30 * 24 * 3600

_Key = tuple[str, ...]


class Throttle:
    """Counts tries. `count` before checking, so that tries at the same time cannot slip through.

    An `account` is any text that names what is guessed at; empty where only the address counts. `device_known` says
    that the browser signed in to this account before: it is not held up by what others do. `kind` keeps tries of
    different kinds apart, so that a script with a wrong token keeps nobody from signing in; rows are of passwords only.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._full_at: dict[_Key, float] = {}  # when the whole burst is available again, in seconds
        self._in_a_row: dict[str, int] = {}
        self._signed_in: dict[tuple[str, str], float] = {}  # account and address: until when that counts
        self._delayed = 0

    def count(self, account: str, address: str, *, device_known: bool = False, kind: str = SIGN_IN) -> None:
        """Count a try. Raises TooManyTries when it is one too many; such a try does not count."""
        address = plain_address(address)
        rules = self._rules(account, address, device_known, kind)
        in_a_row = self._in_a_row.get(account, 0) if kind == SIGN_IN else 0
        if in_a_row >= IN_A_ROW and not device_known and not self._knows(account, address):
            rules.append((("everywhere", account), EVERYWHERE))
        self._take(rules)
        if account and kind == SIGN_IN:
            self._in_a_row[account] = self._in_a_row.pop(account, 0) + 1

    def count_code(self, account: str, *, device_known: bool = False) -> None:
        """Count a try of a second factor's code, beside its `count`. Raises TooManyTries when it is one too many."""
        self._take([(("code", account, str(device_known)), CODES)])

    def take_back(self, account: str, address: str, *, device_known: bool = False, kind: str = SIGN_IN) -> None:
        """What was counted last was no wrong try."""
        for key, rate in self._rules(account, plain_address(address), device_known, kind):
            self._give_back(key, rate)
        if kind == SIGN_IN and self._in_a_row.get(account):
            self._in_a_row[account] -= 1

    def forget(self, account: str, address: str, *, device_known: bool = False, kind: str = SIGN_IN) -> None:
        """It was right: this try does not count, nor do those before for this account from this address."""
        address = plain_address(address)
        self.take_back(account, address, device_known=device_known, kind=kind)
        for key in (("account", account, address), ("device", account, address)):
            self._full_at.pop(key, None)
        self._in_a_row.pop(account, None)
        self._signed_in[account, address] = self._now() + _SIGNED_IN_SECONDS
        if len(self._signed_in) > _MOST:
            self._signed_in.pop(next(iter(self._signed_in)))

    def forget_codes(self, account: str, *, device_known: bool = False) -> None:
        """The code was right: those before no longer count."""
        self._full_at.pop(("code", account, str(device_known)), None)

    async def delay(self, account: str, address: str, *, device_known: bool = False) -> None:
        """Wait before answering a wrong try, the longer the more there were."""
        [(key, rate), *_] = self._rules(account, plain_address(address), device_known, "")
        tries = math.ceil((self._full_at.get(key, 0) - self._now()) / rate.seconds)
        if tries < DELAY_FROM or self._delayed >= MAX_DELAYED:
            return
        self._delayed += 1
        try:
            await asyncio.sleep(min(MAX_DELAY, FIRST_DELAY * 2 ** min(tries - DELAY_FROM, 10)))
        finally:
            self._delayed -= 1

    def _rules(self, account: str, address: str, device_known: bool, kind: str) -> list[tuple[_Key, Rate]]:
        if device_known:
            return [(("device", account, address), ONE_ACCOUNT)]
        rules: list[tuple[_Key, Rate]] = [(("account", account, address), ONE_ACCOUNT)] if account else []
        rules.append((("address", kind, address), ONE_ADDRESS))
        if not self._knows(account, address):
            rules.append((("network", kind, network_of(address)), ONE_NETWORK))
        return rules

    def _knows(self, account: str, address: str) -> bool:
        """Whether somebody signed in to this account from this address before."""
        return bool(account) and self._signed_in.get((account, address), 0) > self._now()

    def _take(self, rules: list[tuple[_Key, Rate]]) -> None:
        now = self._now()
        taken = []
        for key, rate in rules:
            full_at = max(self._full_at.get(key, now), now) + rate.seconds
            wait = full_at - now - rate.burst * rate.seconds
            if wait > 1e-6:
                seconds = math.ceil(wait)
                raise TooManyTries(
                    f"There were too many tries. Wait {seconds} second{'s' if seconds > 1 else ''}, then try again.",
                    retry_after=seconds,
                )
            taken.append((key, full_at))
        self._full_at.update(taken)
        self._keep_small(now)

    def _give_back(self, key: _Key, rate: Rate) -> None:
        if key in self._full_at:
            self._full_at[key] -= rate.seconds

    def _keep_small(self, now: float) -> None:
        if len(self._full_at) > _MOST:
            self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
            if len(self._full_at) > _MOST // 2:  # under attack: those who tried least are forgotten
                lasting = sorted(self._full_at.items(), key=lambda item: item[1])[-_MOST // 2 :]
                self._full_at = dict(lasting)
        while len(self._in_a_row) > _MOST:
            self._in_a_row.pop(next(iter(self._in_a_row)))

    def _now(self) -> float:
        return self._clock() / 1000
