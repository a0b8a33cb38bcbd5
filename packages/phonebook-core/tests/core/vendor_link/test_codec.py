"""Frames: pinned bytes, growth without breakage, and nothing that a stranger sends raises anything unexpected."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import LocalProtocolError, Problem, RemoteProtocolError
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.codec import MAX_FRAME, MAX_ID, decode_body, decode_frame, encode
from phonebook_core.vendor_link.forms import Automatic, Choice, Condition, FieldKind, Form, FormField
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import (
    FORMER_PASSWORD,
    MESSAGES,
    Access,
    Auth,
    Book,
    BookChanged,
    Changes,
    Closing,
    Configure,
    Dispatch,
    Failure,
    GetChanges,
    Hello,
    Message,
    Noted,
    Notice,
    Phone,
    PhoneFile,
    Ping,
    Pong,
    Report,
    Snippet,
    StoreDispatches,
    TurnOff,
    TurnOn,
    Unsupported,
    Welcome,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "frames.txt"

FORM = Form(
    fields=(
        FormField(
            name="title",
            kind=FieldKind.TEXT,
            title="Name shown on the phone",
            required=True,
            automatic=Automatic.PHONEBOOK_NAME,
            max_length=64,
        ),
        FormField(
            name="size", kind=FieldKind.CHOICE, title="Size", default="s", choices=(Choice(value="s", title="S"),)
        ),
    )
)
CONDITIONAL = Form(
    fields=(
        FormField(name="push", kind=FieldKind.BOOLEAN, title="Push", default=False),
        FormField(
            name="target",
            kind=FieldKind.TEXT,
            title="Target",
            required=True,
            shown_when=Condition(field="push", value=True),
        ),
    )
)
CONTACT = Contact(
    id="c1",
    given_name="Jörg",
    family_name="Müller",
    organization="Example GmbH",
    numbers=(PhoneNumber(value="0171/5551234", label="Mobile", e164="+491715551234"), PhoneNumber(value="*21#")),
    emails=(Email(value="joerg@example.org", label="Work"),),
    groups=("Sales",),
    meta={"acme": {"speed_dial": 7}},
)
EXAMPLES: tuple[Message, ...] = (
    Hello(slug="acme", label="Acme phones", instance="i1", form=FORM, version="1.2", sdk="0.1.0"),
    Welcome(server="0.1.0", time=1_795_000_000_000),
    Ping(),
    Pong(),
    Report(
        phonebook="b1",
        state=State.ENABLED,
        serial=4,
        generation=2,
        configured=2,
        problems=(Problem(field="title", message="Too long.", code="too_long"),),
        access=Access(
            url="http://pb.example/phones/acme/b1/book.xml",
            username="pb-1",
            password="secret",
            files=(PhoneFile(name="book.xml", title="Book", url="http://pb.example/phones/acme/b1/book.xml"),),
            snippets=(Snippet(title="All phones", text="url = …"),),
        ),
        notices=(Notice(code="slow", message="The phones wait long."),),
        token="t1",
    ),
    Noted(),
    TurnOn(phonebook="b1", generation=1, api_key="pbk_x"),
    Configure(phonebook="b1", generation=2, settings={"title": "Office", "size": "s"}, api_key="pbk_x"),
    TurnOff(phonebook="b1", generation=3),
    BookChanged(phonebook="b1", token="t2"),
    GetChanges(phonebook="b1", api_key="pbk_x", since="t1"),
    Changes(
        phonebook="b1",
        book=Book(id="b1", name="Office", site="Berlin", region="DE", output=OutputForm(form=NumberForm.NATIONAL)),
        token="t2",
        upserts=(CONTACT,),
        removals=("c0",),
        more=True,
    ),
    StoreDispatches(
        dispatches=(
            Dispatch(
                id="d1",
                phonebook="b1",
                time=1_795_000_000_001,
                status=200,
                phone=Phone(vendor="Acme", model="T46", firmware="1.2", mac="0015654aa937", address="192.0.2.7"),
                file="book.xml",
                bytes=512,
                token="t2",
            ),
        )
    ),
    Failure(code="not_found", message="There is no such phonebook."),
    Unsupported(requested="dance"),
    Closing(reason="The server restarts.", retry_after=2.5),
    # since fields were added
    Hello(slug="acme", label="Acme phones", instance="i1", form=Form(), features=(FORMER_PASSWORD,)),
    Configure(
        phonebook="b1",
        generation=3,
        settings={"title": "Office", "password": "new"},
        api_key="pbk_x",
        former_password="before",
        former_until=1_795_000_000_002,
    ),
    StoreDispatches(
        dispatches=(
            Dispatch(
                id="d2",
                phonebook="b1",
                time=1_795_000_000_003,
                status=401,
                phone=Phone(model="T46", firmware="1.1", login_since="1.2"),
                auth=Auth.NONE,
            ),
        )
    ),
    Hello(slug="acme", label="Acme phones", instance="i1", form=CONDITIONAL),
)  # fmt: skip


def test_every_message_has_an_example() -> None:
    assert {type(message) for message in EXAMPLES} == set(MESSAGES.values())


def test_the_bytes_on_the_wire_are_as_they_were_released() -> None:
    lines = [f"{message.kind} {encode(message, number).hex()}\n" for number, message in enumerate(EXAMPLES, 1)]
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text("".join(lines))
    assert "".join(lines) == GOLDEN.read_text(), (
        "the wire has changed; if the change is additive on purpose, run again with UPDATE_GOLDEN=1"
    )


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: message.kind)
def test_every_message_survives_the_way(message: Message) -> None:
    frame = decode_frame(encode(message, 7))
    assert (frame.kind, frame.id, frame.is_reply) == (message.kind, 7, False)
    assert decode_body(frame) == message


def test_an_unknown_kind_is_no_error() -> None:
    assert decode_body(decode_frame(msgspec.msgpack.encode(["dance", 1, {"steps": 3}]))) is None


def test_an_unknown_field_is_ignored() -> None:
    frame = decode_frame(msgspec.msgpack.encode(["turn_off", 1, {"phonebook": "b", "generation": 1, "new": [1, 2]}]))
    assert decode_body(frame) == TurnOff(phonebook="b", generation=1)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(RemoteProtocolError, match=r"turn_off.*generation"):
        decode_body(decode_frame(msgspec.msgpack.encode(["turn_off", 1, {"phonebook": "b"}])))


@pytest.mark.parametrize("number", [0, MAX_ID + 1, -MAX_ID - 1])
def test_an_impossible_id_is_refused(number: int) -> None:
    with pytest.raises(RemoteProtocolError, match="id of a frame"):
        decode_frame(msgspec.msgpack.encode(["ping", number, {}]))


def test_an_oversized_frame_is_refused_before_decoding() -> None:
    with pytest.raises(RemoteProtocolError, match="over the limit"):
        decode_frame(b"\xc1" * (MAX_FRAME + 1))


def test_a_message_too_large_to_be_accepted_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="does not fit"):
        encode(Failure(code="x", message="y" * MAX_FRAME), 1)


def test_deep_nesting_is_refused() -> None:
    deep = b"\x93\xa9configure\x01" + b"\x91" * 100_000 + b"\xc0"
    with pytest.raises(RemoteProtocolError):
        decode_body(decode_frame(deep))


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_a_message_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode_body(decode_frame(data))


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_damaged_frame_is_a_message_or_a_sentence(message: Message, data: st.DataObject) -> None:
    frame = bytearray(encode(message, 3))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RemoteProtocolError):
        decode_body(decode_frame(bytes(frame)))
