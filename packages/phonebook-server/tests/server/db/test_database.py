"""The writer and the readers: what must hold however tasks end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from phonebook_server.db.database import Database
from phonebook_server.db.migrate import migrate
from phonebook_server.ids import new_id

pytestmark = pytest.mark.anyio


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Database]:
    migrate(tmp_path / "phonebook.sqlite3")
    db = Database(tmp_path / "phonebook.sqlite3")
    yield db
    await db.close()


@pytest.fixture
def frozen() -> Iterator[None]:
    """Nothing is collected, as in a server that has run for a moment (see `serving`)."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


async def insert_some(db: Database) -> None:
    async with db.transaction() as connection:
        for _ in range(5):
            statement = text("INSERT INTO sites (id, name, region, created_at) VALUES (:id, 'Site', 'DE', 1)")
            await connection.execute(statement, {"id": new_id()})
            (await connection.execute(text("SELECT * FROM sites"))).first()


@pytest.mark.usefixtures("frozen")
async def test_a_task_that_is_cancelled_in_a_transaction_does_not_keep_everybody_else_from_writing(
    db: Database,
) -> None:
    chance = Random(1)
    kept = []
    for _ in range(100):
        task = asyncio.create_task(insert_some(db))
        await asyncio.sleep(chance.random() * 0.01)
        task.cancel()
        if chance.random() < 0.3:
            await asyncio.sleep(0)
            task.cancel()
        kept.append(await asyncio.gather(task, return_exceptions=True))  # tracebacks hold cursors
        async with asyncio.timeout(10), db.transaction() as connection:  # below the busy timeout
            await connection.execute(text("DELETE FROM sites"))
    assert any(isinstance(ended, asyncio.CancelledError) for [ended] in kept)
