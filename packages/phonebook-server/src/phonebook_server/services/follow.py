"""Noticing what was written to the database, by whichever process: what phones should get, which tokens hold."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from phonebook_server.db.changes import Changes
from phonebook_server.inclusions.store import load_all
from phonebook_server.server import Server
from phonebook_server.services.links import Links

PAUSE_SECONDS: Final = 5.0
_LOG: Final = structlog.get_logger("phonebook.services")


async def follow_phonebooks(server: Server, changes: Changes, links: Links) -> None:
    """Announce phonebooks that moved, whoever moved them, until cancelled. It also heals lost announcements."""
    seen = -1
    while True:
        seen = await changes.after(seen)
        try:
            async with server.db.reading() as connection:
                graph = await load_all(connection)
            await links.announce_newer(graph)
        except Exception:  # a full disk or a locked file passes; phones must go on getting changes afterwards
            _LOG.exception("cannot announce what changed")
            await asyncio.sleep(PAUSE_SECONDS)
            seen = -1


async def follow_service_tokens(server: Server, changes: Changes, links: Links) -> None:
    """Part from services whose token was revoked, within a second, until cancelled."""
    seen = -1
    while True:
        seen = await changes.after(seen)
        try:
            await links.part_from_revoked()
        except Exception:  # as above
            _LOG.exception("cannot look which service tokens hold")
            await asyncio.sleep(PAUSE_SECONDS)
            seen = -1
