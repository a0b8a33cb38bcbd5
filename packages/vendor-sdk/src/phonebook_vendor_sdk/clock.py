"""Time, passed in: real here, and whatever a test wants there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NamedTuple


class Clock(NamedTuple):
    """`monotonic` in seconds for waits and deadlines; `wall` in seconds since 1970 for what people read."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]

    def wall_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return int(self.wall() * 1000)


REAL: Final = Clock(time.monotonic, time.time)
