"""Frames as they must and must not be."""

from __future__ import annotations

from typing import Any

import msgspec

from phonebook_core.vendor_link.codec import MAX_FRAME
from phonebook_core.vendor_link.messages import Failure, Noted, Pong, Unsupported
from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.stage import Stage, person

SECTION = "Frames"
ENVELOPE = 32
"""Bytes that are enough for a ping around its filling, whatever the length of its id."""


async def _answer_to(stage: Stage, kind: str, body: Any) -> Any:
    link = await stage.link()
    return await link.reply(await link.ask_raw(kind, body))


async def _ends_the_link(stage: Stage, data: bytes | str, what: str) -> None:
    """A message that must end the link, and nothing more: phones are served and it dials again."""
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    await link.send(data)
    await link.until_ended(f"{what} did not end the link.")
    expect("Annabel" in await phonebook.texts(), "Phones lost the phonebook with the link.")
    await stage.link()


@check("frames.unknown-kind", "An unknown kind is answered with unsupported, and the link lives", section=SECTION)
async def unknown_kind(stage: Stage) -> None:
    reply = await _answer_to(stage, "make_coffee", {"sugar": 2})
    expect(isinstance(reply, Unsupported), f"It answered {reply.kind}.")
    expect(reply.requested == "make_coffee", f"`requested` is “{reply.requested}” instead of the unknown kind.")
    expect(await (await stage.link()).is_alive(), "The link ended.")


@check(
    "frames.long-kind", "A very long unknown kind comes back cut to 64 characters", section="unsupported", harms=False
)
async def long_kind(stage: Stage) -> None:
    reply = await _answer_to(stage, "k" * 5000, {})
    expect(isinstance(reply, Unsupported), f"It answered {reply.kind}.")
    expect(reply.requested == "k" * 64, f"`requested` has {len(reply.requested)} characters.")


@check(
    "frames.malformed-body", "A body of the wrong types gets a failure “malformed”, and the link lives", section=SECTION
)
async def malformed_body(stage: Stage) -> None:
    for body in ({"phonebook": 7, "generation": "one", "api_key": []}, ["not", "a", "map"], None):
        reply = await _answer_to(stage, "turn_on", body)
        expect(
            isinstance(reply, Failure) and reply.code == "malformed", f"A body {body!r} was answered with {reply!r}."
        )
    expect(await (await stage.link()).is_alive(), "The link ended.")


@check("frames.missing-field", "A body without a required field gets a failure “malformed”", section=SECTION)
async def missing_field(stage: Stage) -> None:
    for kind, body in (("configure", {"phonebook": "b"}), ("turn_off", {"generation": 1}), ("book_changed", {})):
        reply = await _answer_to(stage, kind, body)
        expect(isinstance(reply, Failure) and reply.code == "malformed", f"{kind} {body} was answered with {reply!r}.")


@check("frames.wrong-direction", "A request that only services send gets a failure “wrong_direction”", section=SECTION)
async def wrong_direction(stage: Stage) -> None:
    bodies = {
        "get_changes": {"phonebook": "b", "api_key": "k"},
        "store_dispatches": {"dispatches": []},
        "report": {"phonebook": "b", "state": "setup", "serial": 1, "generation": 0},
    }
    for kind, body in bodies.items():
        reply = await _answer_to(stage, kind, body)
        right = isinstance(reply, Failure) and reply.code == "wrong_direction"
        expect(right, f"{kind} from the server was answered with {reply!r}.")


@check("frames.unknown-fields", "Fields that it does not know are ignored, in every command", section="Growth")
async def unknown_fields(stage: Stage) -> None:
    phonebook = await stage.book([person("Annabel")])
    more: dict[str, Any] = {"from_the_future": {"a": [1, None, True]}, "urgency": 3}
    await phonebook.turn_on(**more)
    await phonebook.configure(**more)
    await phonebook.until_shows("Annabel")


@check("frames.largest", f"A frame of almost {MAX_FRAME} bytes is taken", section=SECTION)
async def largest(stage: Stage) -> None:
    link = await stage.link()
    id = await link.ask_raw("ping", {"filling": b"x" * (MAX_FRAME - ENVELOPE)})
    reply = await link.reply(id)
    expect(isinstance(reply, Pong), f"It answered {reply.kind}.")


@check("frames.burst", "Fifty requests at once get fifty replies", section=SECTION)
async def burst(stage: Stage) -> None:
    link = await stage.link()
    ids = [await link.ask_raw("ping", {}) for _ in range(50)]
    for id in ids:
        expect(isinstance(await link.reply(id), Pong), "A ping in a burst was not answered with pong.")


@check("frames.late-reply", "A reply that it does not wait for is ignored", section="Deadlines and heartbeats")
async def late_reply(stage: Stage) -> None:
    link = await stage.link()
    await link.send(msgspec.msgpack.encode(["noted", -2_000_000_000, {}]))
    await link.send(msgspec.msgpack.encode(["from_the_future", -1_999_999_999, {}]))
    expect(await link.is_alive(), "The link ended; a late reply must be ignored.")


@check("frames.text", "A text message ends the link, and nothing else", section=SECTION, lane="breaks")
async def text_message(stage: Stage) -> None:
    await _ends_the_link(stage, '["ping", 1, {}]', "A text message")


@check("frames.garbage", "Bytes that are no frame end the link, and nothing else", section=SECTION, lane="breaks")
async def garbage(stage: Stage) -> None:
    await _ends_the_link(stage, b"\xc1\x00\xff garbage", "Bytes that are not MessagePack")


@check("frames.not-an-array", "MessagePack that is not [kind, id, body] ends the link", section=SECTION, lane="breaks2")
async def not_an_array(stage: Stage) -> None:
    await _ends_the_link(stage, msgspec.msgpack.encode({"kind": "ping", "id": 1, "body": {}}), "A map as a frame")


@check("frames.id-zero", "A frame with the id 0 ends the link", section=SECTION, lane="breaks2")
async def id_zero(stage: Stage) -> None:
    await _ends_the_link(stage, msgspec.msgpack.encode(["ping", 0, {}]), "A frame with the id 0")


@check(
    "frames.oversize",
    f"A frame over {MAX_FRAME} bytes ends the link before it is decoded",
    section=SECTION,
    lane="breaks3",
)
async def oversize(stage: Stage) -> None:
    data = msgspec.msgpack.encode(["ping", 1, {"filling": b"x" * MAX_FRAME}])
    await _ends_the_link(stage, data, f"A frame of {len(data)} bytes")


@check("frames.reply-as-request", "A reply that is sent as a request ends the link", section=SECTION, lane="breaks3")
async def reply_as_request(stage: Stage) -> None:
    await _ends_the_link(stage, msgspec.msgpack.encode(["noted", 5, {}]), "noted as a request")


@check("frames.wrong-reply", "A reply of the wrong kind ends the link", section=SECTION, lane="breaks4")
async def wrong_reply(stage: Stage) -> None:
    phonebook = await stage.book([person("Annabel")])
    phonebook.book.scripted.append(Noted())  # type: ignore[arg-type]  # it is the wrong kind on purpose
    link = await stage.link()
    await phonebook.turn_on()
    await link.until_ended("noted in reply to get_changes did not end the link.")
    await stage.link()
