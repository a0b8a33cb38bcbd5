"""A link within one process: two bounded queues that carry the very bytes a websocket would."""

from __future__ import annotations

import asyncio
from typing import Final

from phonebook_core.errors import LinkClosed

MAX_FRAMES: Final = 64
"""Frames that wait in one direction; a sender waits beyond that."""
_END: Final = None


class PipeEnd:
    """One end of a pipe, a `Transport`."""

    def __init__(self, incoming: asyncio.Queue[bytes | None], outgoing: asyncio.Queue[bytes | None]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._closed = asyncio.Event()
        self._peer: PipeEnd | None = None

    async def send(self, frame: bytes) -> None:
        """Hand one frame over; waits while the peer does not take any. Raises LinkClosed."""
        if self._closed.is_set():
            raise LinkClosed("the link within the process was closed")
        await self._outgoing.put(frame)

    async def receive(self) -> bytes:
        """The next frame. Raises LinkClosed when there will be none."""
        if self._closed.is_set() and self._incoming.empty():
            raise LinkClosed("the link within the process was closed")
        frame = await self._incoming.get()
        if frame is _END:
            raise LinkClosed("the other end closed the link within the process")
        return frame

    async def close(self, reason: str = "") -> None:
        """End the pipe for both; what was sent before still arrives."""
        for end in (self, self._peer):
            if end is not None and not end._closed.is_set():
                end._closed.set()
                _put_last(end._incoming)


def _put_last(queue: asyncio.Queue[bytes | None]) -> None:
    if queue.full():
        queue.get_nowait()  # nobody reads; the end matters more than one frame of a link that is over
    queue.put_nowait(_END)


def make_pipe() -> tuple[PipeEnd, PipeEnd]:
    """Both ends of a new pipe."""
    there: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_FRAMES)
    back: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_FRAMES)
    one, other = PipeEnd(there, back), PipeEnd(back, there)
    one._peer, other._peer = other, one
    return one, other
