"""A vendor service made by hand: the vendor's end of the link over a real websocket, one step at a time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from phonebook_core.vendor_link.forms import Automatic, FieldKind, Form, FormField
from phonebook_core.vendor_link.messages import SUBPROTOCOL, Access, Hello, Message
from phonebook_core.vendor_link.transport import LINK_PATH
from phonebook_core.vendor_link.vendor_end import Answered, SettingsOffered, VendorEnd, VendorEvent

PATIENCE = 15.0
FORM = Form(
    fields=(
        FormField(name="title", kind=FieldKind.TEXT, title="Title", automatic=Automatic.PHONEBOOK_NAME, required=True),
        FormField(name="password", kind=FieldKind.SECRET, title="Password", automatic=Automatic.GENERATED_SECRET),
        FormField(name="door", kind=FieldKind.TEXT, title="Door", required=True),
    )
)
ACCESS = Access(url="http://phone.example/book", username="u", password="p")
E = TypeVar("E")


def dial(url: str, token: str, **options: Any) -> ClientConnection:
    """The websocket alone, with the subprotocol and the token."""
    headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
    subprotocols = options.pop("subprotocols", [Subprotocol(SUBPROTOCOL)])
    opened: ClientConnection = connect(
        url.replace("http", "ws", 1) + LINK_PATH,
        additional_headers=headers,
        subprotocols=subprotocols,
        max_size=None,
        open_timeout=PATIENCE,
        **options,
    ).__enter__()
    return opened


class RawService:
    """A linked service that does only what the test says. `events` is everything that happened."""

    def __init__(self, url: str, token: str, *, slug: str = "acme", instance: str = "one", form: Form = FORM) -> None:
        self.socket = dial(url, token)
        hello = Hello(slug=slug, label=slug.title(), instance=instance, form=form, version="1.0", sdk="by hand")
        self.end = VendorEnd(hello, time.monotonic())
        self.events: list[VendorEvent] = []
        self.flush()

    def flush(self) -> None:
        """Send what is to be sent."""
        for frame in self.end.take_frames():
            self.socket.send(frame)

    def step(self, timeout: float = PATIENCE) -> list[VendorEvent]:
        """Take one frame."""
        frame = self.socket.recv(timeout=timeout)
        assert isinstance(frame, bytes)
        events = self.end.receive(frame, time.monotonic())
        self.events += events
        self.flush()
        return events

    def steps(self, seconds: float) -> list[VendorEvent]:
        """Whatever happens within so many seconds."""
        until = time.monotonic() + seconds
        found: list[VendorEvent] = []
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                found += self.step(timeout=left)
        return found

    def wait_for(self, kind: type[E], where: Callable[[E], bool] = lambda _: True) -> E:
        """The first event of this kind that was not there before the call, taking frames until it comes."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for event in self.step():
                if isinstance(event, kind) and where(event):
                    return event
        raise AssertionError(f"no {kind.__name__} came, only {self.events}")

    def reply(self, number: int) -> Message | None:
        """The reply to a request."""
        self.flush()
        return self.wait_for(Answered, lambda event: event.id == number).message

    def accept(self, offered: SettingsOffered) -> None:
        """Accept the settings that were offered."""
        assert self.end.accept(offered.phonebook, offered.generation, ACCESS)
        self.flush()

    def close(self) -> None:
        """Go away."""
        self.socket.close()
