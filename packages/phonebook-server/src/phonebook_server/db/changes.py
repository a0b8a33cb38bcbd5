"""Noticing that something was committed, by this process or another, for those who follow the database."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy import text

from phonebook_server.db.database import Database

LOOK_SECONDS: Final = 0.25
"""How soon a commit is noticed. Looking costs microseconds while nothing was written."""
PAUSE_SECONDS: Final = 5.0
_LOG: Final = structlog.get_logger("phonebook.db")


class Changes:
    """Tells whoever waits that something was committed. One per process; nothing is told before it is `run`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._count = 0
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled, through full disks and locked files."""
        while True:
            try:
                await self._look()
            except Exception:  # it passes; those who follow must go on getting changes afterwards
                _LOG.exception("cannot look for changes in the database")
                await asyncio.sleep(PAUSE_SECONDS)

    async def after(self, seen: int, *, seconds: float | None = None) -> int:
        """Come back when there was a change after the `seen`th, or after so many seconds; gives what was seen by then.

        Begin with -1, which comes back at once.
        """
        if self._count > seen:
            return self._count
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
        return self._count

    async def _look(self) -> None:
        seen = -1
        async with self._db.reading() as watching:  # the version counts what others wrote since it last looked
            while True:
                version = int((await watching.execute(text("PRAGMA data_version"))).scalar_one())
                await watching.rollback()
                if version != seen:
                    seen = version
                    self._count += 1
                    changed, self._changed = self._changed, asyncio.Event()
                    changed.set()
                await asyncio.sleep(LOOK_SECONDS)
