"""What the topics share while the server runs: the parts that `app.py` puts together, passed in, never imported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from phonebook_server.config import Config
from phonebook_server.db.database import Database
from phonebook_server.events.event import Event
from phonebook_server.keys import Keys

Clock = Callable[[], int]
"""The time now, in UTC milliseconds since 1970."""

Announce = Callable[[str], Awaitable[None]]
"""Tell everybody who follows a phonebook (by id) that it changed. Call it after the commit, never before."""


Publish = Callable[[Event], None]
"""Tell whoever looks at it live that something happened. After the commit, never before."""


@dataclass(frozen=True, slots=True)
class Server:
    """The running server's parts."""

    config: Config
    db: Database
    keys: Keys
    clock: Clock
    announce: Announce
    enablements_changed: Announce
    """Tell the vendor services side that what is wanted for a phonebook (by id) changed. After the commit."""
    publish: Publish
    started_at: int = 0
    """When it was opened, in UTC milliseconds."""
