"""Noticing what other processes write to the database (a command, an import), so that phones get it too."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy import text

from phonebook_server.server import Server
from phonebook_server.services.links import Links
from phonebook_server.services.store import load_phonebooks

LOOK_SECONDS: Final = 0.25
"""How soon a change by another process is noticed. Looking costs microseconds while nothing was written."""
PAUSE_SECONDS: Final = 5.0
_LOG: Final = structlog.get_logger("phonebook.services")


async def follow_database(server: Server, links: Links) -> None:
    """Announce phonebooks that moved, whoever moved them, until cancelled. It also heals lost announcements."""
    while True:
        try:
            await _follow(server, links)
        except Exception:  # a full disk or a locked file passes; phones must go on getting changes afterwards
            _LOG.exception("cannot look for changes by other processes")
            await asyncio.sleep(PAUSE_SECONDS)


async def _follow(server: Server, links: Links) -> None:
    seen = -1
    async with (
        server.db.reading() as watching
    ):  # the version counts what others wrote since this connection last looked
        while True:
            version = int((await watching.execute(text("PRAGMA data_version"))).scalar_one())
            await watching.rollback()
            if version != seen:
                seen = version
                async with server.db.reading() as connection:
                    phonebooks = await load_phonebooks(connection)
                await links.announce_newer(phonebooks)
            await asyncio.sleep(LOOK_SECONDS)
