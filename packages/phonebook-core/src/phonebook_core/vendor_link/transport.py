"""What a link runs over, and how a server hosts a service in its own process: the shapes both sides agree on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct


class Transport(Protocol):
    """An ordered pipe of frames: a websocket, or a pair of queues in one process."""

    async def send(self, frame: bytes) -> None:
        """Hand one frame over; waits while the peer does not read. Raises LinkClosed when the pipe is gone."""

    async def receive(self) -> bytes:
        """The next frame. Raises LinkClosed when the pipe is gone."""

    async def close(self, reason: str = "") -> None:
        """End the pipe; harmless when it has ended already."""


Dial = Callable[[], Awaitable[Transport]]
"""Opens a new link. Raises LinkClosed, with `retry_after` when the server says so, or NotSignedIn."""


class Hosting(Struct, frozen=True, kw_only=True):
    """What the server gives a service that it hosts in its own process.

    `public_url` is where phones reach `/phones/<slug>/…`; `state_dir` is a folder of the service's own.
    """

    public_url: str
    state_dir: Path
    dial: Dial


class HostedService(Protocol):
    """What the server needs of a service that it hosts."""

    async def run(self) -> None:
        """Keep the link up until cancelled. Does not raise for a lost link."""

    async def phones(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer phones: an ASGI application for the paths below `/phones/<slug>/`."""


class HostableService(Protocol):
    """What an entry point in `phonebook.vendor_services` names: a class that can make a hosted service."""

    slug: str
    label: str

    def hosted(self, hosting: Hosting) -> HostedService:
        """The service, ready to run in the server's process (a class method of the SDK's base class)."""


ENTRY_POINTS = "phonebook.vendor_services"
"""The entry-point group in which an installed vendor service names its class."""
LINK_PATH = "/vendors/link"
"""Where a server takes links, below its public URL."""
