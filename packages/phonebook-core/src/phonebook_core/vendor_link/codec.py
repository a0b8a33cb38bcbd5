"""Frames: MessagePack `[kind, id, body]`, decoded in two steps so that an unknown kind never kills a link.

`id` is positive for a request (unique among the sender's open requests) and negative for the reply to the request
with that number. Zero is not used: everything gets an answer.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from phonebook_core.errors import LocalProtocolError, RemoteProtocolError
from phonebook_core.vendor_link.messages import MESSAGES, Message

MAX_FRAME: Final = 1_048_576
"""Bytes of the largest frame. A larger one is refused before decoding."""
PAGE_BYTES: Final = 262_144
"""Bytes of contacts after which a page of changes should end."""
MAX_ID: Final = 2**31 - 1

_encoder: Final = msgspec.msgpack.Encoder()
_frame_decoder: Final = msgspec.msgpack.Decoder(tuple[str, int, msgspec.Raw])
_body_decoders: Final = {kind: msgspec.msgpack.Decoder(message) for kind, message in MESSAGES.items()}


class Frame(NamedTuple):
    """A frame whose envelope was read and whose body was not. `body` is a view that must not be changed."""

    kind: str
    id: int
    body: msgspec.Raw

    @property
    def is_reply(self) -> bool:
        """Whether this answers a request of ours."""
        return self.id < 0


def encode(message: Message, id: int) -> bytes:
    """The frame for a message. Raises LocalProtocolError when it would be too large to be accepted."""
    frame = _encoder.encode((message.kind, id, message))
    if len(frame) > MAX_FRAME:
        raise LocalProtocolError(f"a {message.kind} of {len(frame)} bytes does not fit a frame of {MAX_FRAME}")
    return frame


def decode_frame(data: bytes) -> Frame:
    """The envelope of a frame. Raises RemoteProtocolError with a sentence for whatever is wrong with it."""
    if len(data) > MAX_FRAME:
        raise RemoteProtocolError(f"a frame of {len(data)} bytes is over the limit of {MAX_FRAME}")
    try:
        kind, id, body = _frame_decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise RemoteProtocolError(f"not a frame [kind, id, body] in MessagePack: {error}") from None
    if id == 0 or abs(id) > MAX_ID:
        raise RemoteProtocolError(f"the id of a frame lies between 1 and {MAX_ID}, or is the negative of one; got {id}")
    return Frame(kind, id, body)


def decode_body(frame: Frame) -> Message | None:
    """The message in a frame, or None for an unknown kind. Raises RemoteProtocolError when it is malformed."""
    decoder = _body_decoders.get(frame.kind)
    if decoder is None:
        return None
    try:
        return decoder.decode(frame.body)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise RemoteProtocolError(f"a {frame.kind} that cannot be read: {error}") from None
