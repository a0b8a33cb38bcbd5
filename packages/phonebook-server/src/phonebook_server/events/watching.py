"""Following the database, so that a stream ends or shows less within a second of its rights being taken away."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from phonebook_server.db.changes import Changes
from phonebook_server.events.hub import Hub
from phonebook_server.events.sight import look
from phonebook_server.server import Server

LOOK_SECONDS: Final = 0.5
"""How often it is looked whether a credential has ended by time alone."""
PAUSE_SECONDS: Final = 5.0
_LOG: Final = structlog.get_logger("phonebook.events")


async def watch_rights(server: Server, changes: Changes, hub: Hub) -> None:
    """Keep what every listener may see up to date, until cancelled."""
    seen = -1
    while True:
        newest = await changes.after(seen, seconds=LOOK_SECONDS)
        now = server.clock()
        over = any(each.sight.until is not None and each.sight.until <= now for each in hub.listeners)
        if newest == seen and not over and not hub.has_new:
            continue
        try:
            await review(server, hub)
            seen = newest
        except Exception:  # a full disk or a locked file passes
            _LOG.exception("cannot look who may see what")
            await asyncio.sleep(PAUSE_SECONDS)


async def review(server: Server, hub: Hub) -> None:
    """Look once what every listener may see now."""
    listeners = list(hub.listeners)
    hub.has_new = False
    if not listeners:
        return
    async with server.db.reading() as connection:
        sights = await look(connection, [listener.credential for listener in listeners], server.clock())
    for listener in listeners:
        hub.see(listener, sights.get(listener.credential))
