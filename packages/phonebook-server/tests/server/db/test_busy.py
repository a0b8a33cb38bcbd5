"""What whoever wants to write gets while somebody else writes for too long."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from phonebook_core.errors import Unavailable
from phonebook_server.db.database import Database
from phonebook_server.db.migrate import migrate

pytestmark = pytest.mark.anyio


async def test_a_writer_that_waits_too_long_is_told_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "phonebook.sqlite3"
    migrate(path)
    db = Database(path)
    try:
        async with db.transaction() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=50")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:  # as a command beside the server
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="Try again"):
                async with db.transaction():
                    pass
            other.execute("ROLLBACK")
        monkeypatch.setattr(db.writer.pool, "_timeout", 0.05)
        async with db.transaction():  # in the same process
            with pytest.raises(Unavailable, match="was not made"):
                async with db.transaction():
                    pass
        async with db.transaction():
            pass
    finally:
        await db.close()
