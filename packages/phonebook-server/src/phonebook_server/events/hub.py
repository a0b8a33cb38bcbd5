"""Everybody who looks live, and what waits to be told to each. Publishing never waits for anybody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from phonebook_core.errors import TooManyTries, Unavailable
from phonebook_server.events.event import Event
from phonebook_server.events.sight import Credential, Sight
from phonebook_server.ids import new_secret

MOST_WAITING: Final = 256
"""Events that wait for one listener; with one more they become a single `resync`."""
MOST_OF_USER: Final = 20
MOST: Final = 2_000
"""Streams of one user, and of all."""
CLOSE_SECONDS: Final = 1.0
"""How long streams may take to end by themselves when the server stops."""
RESYNC: Final = Event(kind="resync")
"""Something was missed: look at everything anew."""
RIGHTS_CHANGED: Final = Event(kind="rights.changed")


class Listener:
    """One stream: what it may show and what waits to be told. Equal events that wait are told once."""

    def __init__(self, credential: Credential, sight: Sight) -> None:
        self.credential = credential
        self.sight = sight
        self.is_over = False
        self.cut: Callable[[], None] = lambda: None
        """Gives up on a reader who does not read; set by whoever sends."""
        self._waiting: dict[Event, int] = {}
        self._something = asyncio.Event()

    def tell(self, event: Event, number: int) -> None:
        """Let the event wait, behind all others."""
        if self.is_over:
            return
        self._waiting.pop(event, None)
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            event = RESYNC
        self._waiting[event] = number
        self._something.set()

    def see(self, sight: Sight, number: int) -> None:
        """From now on it may show this; it is told when that makes a difference."""
        changed = sight.rights() != self.sight.rights()
        self.sight = sight
        if changed:
            self._waiting = {event: at for event, at in self._waiting.items() if event == RESYNC or sight.shows(event)}
            self.tell(RIGHTS_CHANGED, number)

    def end(self) -> None:
        """Let the stream end; what waits is not told any more."""
        self.is_over = True
        self._waiting.clear()
        self._something.set()

    async def take(self, seconds: float) -> list[tuple[Event, int]] | None:
        """What waits, with the numbers; empty when nothing came in so many seconds. None: the stream is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._something.wait()
        except TimeoutError:
            return []
        if self.is_over:
            return None
        self._something.clear()
        taken = list(self._waiting.items())
        self._waiting.clear()
        return taken


class Hub:
    """The listeners of this process. Use it in one event loop."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.has_new = False
        """Whether somebody began to listen since it was looked what everybody may see."""
        self._number = 0
        self._epoch = new_secret()[:8]
        self._is_closed = False
        self._left = asyncio.Event()

    def publish(self, event: Event) -> None:
        """Tell everybody who may know. After the commit, never before."""
        self._number += 1
        for listener in self.listeners:
            if listener.sight.shows(event):
                listener.tell(event, self._number)

    def listen(self, credential: Credential, sight: Sight, *, since: str = "") -> Listener:
        """A new listener; `leave` it at the end. `since` is the id of the last event that was received before.

        Raises TooManyTries when the user has too many, Unavailable when there are too many or the server stops.
        """
        if self._is_closed:
            raise Unavailable("The server stops or restarts. Ask again in a few seconds.")
        of_user = Counter(listener.sight.user_id for listener in self.listeners)
        if of_user[sight.user_id] >= MOST_OF_USER:
            raise TooManyTries(
                f"You have {MOST_OF_USER} live streams already. Close some of those windows or scripts.", retry_after=10
            )
        if len(self.listeners) >= MOST:
            raise Unavailable("Too many people are watching live at the moment. Reload from time to time instead.")
        listener = Listener(credential, sight)
        self.listeners.add(listener)
        self.has_new = True
        if since and since != self.id_of(self._number):
            listener.tell(RESYNC, self._number)
        return listener

    def leave(self, listener: Listener) -> None:
        """The stream is over."""
        listener.is_over = True
        self.listeners.discard(listener)
        self._left.set()

    def see(self, listener: Listener, sight: Sight | None) -> None:
        """What a listener may see from now on; None: nothing, so its stream ends."""
        if sight is None:
            listener.end()
        else:
            listener.see(sight, self._number)

    def id_of(self, number: int) -> str:
        """The id of an event, as clients get it."""
        return f"{self._epoch}-{number}"

    async def close(self) -> None:
        """End every stream, since the server stops; whoever does not read is cut off."""
        self._is_closed = True
        for listener in self.listeners:
            listener.end()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                while self.listeners:
                    self._left.clear()
                    await self._left.wait()
        except TimeoutError:
            for listener in list(self.listeners):
                listener.cut()
