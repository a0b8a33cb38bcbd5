"""Requests and replies of one end of one link: numbering, deadlines, heartbeats. No I/O; the time is passed in.

Times here are seconds of a monotonic clock. A shell around it does three things: hand received frames to `receive`,
call `tick` every second or so, and send what `take_frames` gives, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from phonebook_core.errors import LinkClosed, LocalProtocolError, RemoteProtocolError
from phonebook_core.vendor_link.codec import MAX_ID, Frame, decode_body, decode_frame, encode
from phonebook_core.vendor_link.messages import REPLIES, Failure, Message, Ping, Pong, Unsupported

HEARTBEAT: Final = 20.0
"""Seconds of silence of our own after which a Ping is sent."""
DEAD_AFTER: Final = 45.0
"""Seconds without a frame from the peer after which the link is given up."""
DEADLINE: Final = 30.0
"""Seconds a request waits for its reply."""


class Request(NamedTuple):
    """The peer asks; answer with `Exchange.answer`, exactly once."""

    id: int
    message: Message


class Reply(NamedTuple):
    """The peer answered request `id`, which was `to`. `message` may be a Failure or Unsupported."""

    id: int
    to: Message
    message: Message


class Expired(NamedTuple):
    """Nobody answered request `id`, which was `to`, in time. A reply that still comes is ignored."""

    id: int
    to: Message


@dataclass(slots=True)
class _Open:
    message: Message
    deadline: float


class Exchange:
    """One end's bookkeeping for one link."""

    def __init__(self, now: float, *, heartbeat: float = HEARTBEAT, dead_after: float = DEAD_AFTER) -> None:
        self.heartbeat = heartbeat
        self.dead_after = dead_after
        self._heard = now
        self._spoke = now
        self._next_id = 1
        self._open: dict[int, _Open] = {}
        self._frames: list[bytes] = []

    def ask(self, message: Message, now: float, *, deadline: float = DEADLINE) -> int:
        """Send a request; its id comes back with the Reply or Expired that ends it."""
        if type(message) not in REPLIES:
            raise LocalProtocolError(f"{message.kind} is a reply, not a request")
        number = self._next_id
        self._next_id = number % MAX_ID + 1
        self._frames.append(encode(message, number))
        self._open[number] = _Open(message, now + deadline)
        self._spoke = now
        return number

    def answer(self, request: int, message: Message) -> None:
        """Send the reply to the peer's request."""
        self._frames.append(encode(message, -request))

    def receive(self, data: bytes, now: float) -> Request | Reply | None:
        """Take one frame. None when it was dealt with here (heartbeats, unknown kinds, late replies).

        Raises RemoteProtocolError when the link cannot go on.
        """
        self._heard = now
        frame = decode_frame(data)
        return self._take_reply(frame) if frame.is_reply else self._take_request(frame)

    def _take_request(self, frame: Frame) -> Request | None:
        try:
            message = decode_body(frame)
        except RemoteProtocolError as error:
            self.answer(frame.id, Failure(code="malformed", message=error.message))
            return None
        if message is None:
            self.answer(frame.id, Unsupported(requested=frame.kind[:64]))
            return None
        if isinstance(message, Ping):
            self.answer(frame.id, Pong())
            return None
        if type(message) not in REPLIES:
            raise RemoteProtocolError(f"a {message.kind} came as a request; it is a reply")
        return Request(frame.id, message)

    def _take_reply(self, frame: Frame) -> Reply | None:
        waiting = self._open.get(-frame.id)
        if waiting is None:
            return None  # late, or repeated
        message = decode_body(frame)
        expected = REPLIES[type(waiting.message)]
        if not isinstance(message, expected | Failure | Unsupported):
            raise RemoteProtocolError(f"a {frame.kind} came in reply to {waiting.message.kind}; want {expected.kind}")
        del self._open[-frame.id]
        return None if isinstance(waiting.message, Ping) else Reply(-frame.id, waiting.message, message)

    def tick(self, now: float) -> list[Expired]:
        """Send a heartbeat when one is due and give up requests that waited too long.

        Raises LinkClosed when the peer was silent for `dead_after`.
        """
        if now - self._heard >= self.dead_after:
            raise LinkClosed(f"nothing was heard for {self.dead_after:g} seconds", code="silent")
        if now - self._spoke >= self.heartbeat:
            self.ask(Ping(), now, deadline=self.dead_after)
        late = [(number, waiting) for number, waiting in self._open.items() if waiting.deadline <= now]
        for number, _ in late:
            del self._open[number]
        return [Expired(number, waiting.message) for number, waiting in late if not isinstance(waiting.message, Ping)]

    def take_frames(self) -> list[bytes]:
        """What is to be sent, in this order. The shell must send all of it or close the link."""
        frames, self._frames = self._frames, []
        return frames
