"""How long to wait before trying again: full jitter, so that a thousand services do not return at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

FIRST: Final = 0.5
"""Upper bound of the first wait, in seconds; it doubles with every failure."""
LONGEST: Final = 10.0
"""Upper bound of every wait: however long the server was away, everybody is back within 15 s of its return."""
HEALTHY_AFTER: Final = 10.0
"""A link that lived this long starts the series anew."""


def delays(random: Random, *, first: float = FIRST, longest: float = LONGEST) -> Iterator[float]:
    """Seconds to wait before each next try, without end: uniform between 0 and min(longest, first · 2ⁿ)."""
    bound = first
    while True:
        yield random.uniform(0, min(longest, bound))
        bound = min(longest, bound * 2)
