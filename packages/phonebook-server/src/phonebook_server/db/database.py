"""The database as the rest of the server uses it: one writer, many readers, one visible commit.

On SQLite every write transaction begins with BEGIN IMMEDIATE on its own engine, as the default (a transaction that
begins with the first write) loses updates without an error; reads go through a second engine that cannot write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from phonebook_core.errors import Unavailable

BUSY_TIMEOUT_MS: Final = 15_000
READERS: Final = 4


class _Connection(sqlite3.Connection):
    """A connection that gives up its transaction when it is closed.

    SQLite keeps a closed connection, with its lock, for as long as anybody holds a cursor of it, as the traceback of a
    cancelled task does: nobody could write any more.
    """

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it was closed already
            if self.in_transaction:
                self.rollback()
        super().close()


class Database:
    """Where the data is. Make one per process, `close` it at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        url = URL.create("sqlite+aiosqlite", database=str(path))
        self._writer = _engine(url, pool_size=1, max_overflow=0)
        self._reader = _engine(url, pool_size=READERS, max_overflow=READERS)
        _prepare(self._writer, read_only=False)
        _prepare(self._reader, read_only=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A write transaction: committed, and with that on disk, when the block ends well; rolled back otherwise.

        Nothing may be announced before the block has ended. Raises Unavailable when others write for too long.
        """
        try:
            async with self._writer.begin() as connection:
                yield connection
        except PoolTimeout:
            raise _busy() from None
        except OperationalError as error:
            if "database is locked" not in str(error.orig):
                raise
            raise _busy() from None

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """A read transaction: everything read in it is of one moment."""
        async with self._reader.connect() as connection:
            yield connection

    @property
    def writer(self) -> AsyncEngine:
        """The engine that writes, for migrations and maintenance."""
        return self._writer

    async def close(self) -> None:
        """Give the files back."""
        await self._reader.dispose()
        await self._writer.dispose()


def _busy() -> Unavailable:
    return Unavailable(
        "A large change is being written, so yours had to wait for too long and was not made. Try again in a minute.",
        code="busy",
    )


def _engine(url: URL, *, pool_size: int, max_overflow: int) -> AsyncEngine:
    return create_async_engine(
        url,
        connect_args={"factory": _Connection},
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=60,
        hide_parameters=True,
    )


def _prepare(engine: AsyncEngine, *, read_only: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        driver: Any = connection
        driver.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL" if not read_only else "query_only=ON",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
