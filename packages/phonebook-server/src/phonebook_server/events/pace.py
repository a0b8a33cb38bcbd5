"""Telling of something that happens often, but at most once a second."""

from __future__ import annotations

import asyncio
from typing import Final

from phonebook_server.events.event import Event
from phonebook_server.server import Publish

SECONDS: Final = 1.0


class Pace:
    """Publishes equal events at most once a second; the last of a burst is never lost, only late."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._resting: dict[Event, bool] = {}  # whether it happened again since it was told

    def tell(self, event: Event) -> None:
        """Publish it now, or when the second is over."""
        if event in self._resting:
            self._resting[event] = True
        else:
            self._now(event)

    def _now(self, event: Event) -> None:
        self._resting[event] = False
        self._publish(event)
        asyncio.get_running_loop().call_later(SECONDS, self._rested, event)

    def _rested(self, event: Event) -> None:
        if self._resting.pop(event):
            self._now(event)
