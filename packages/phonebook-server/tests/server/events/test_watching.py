"""A stream whose credential ends by time alone, with a clock that is moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from sqlalchemy import insert

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.accounts.sessions import ABSOLUTE_MS, IDLE_MS
from phonebook_server.db.changes import Changes
from phonebook_server.db.tables import Session
from phonebook_server.events.hub import Hub, Listener
from phonebook_server.events.sight import Credential, look
from phonebook_server.events.watching import watch_rights
from phonebook_server.ids import hashed, new_id
from phonebook_server.people.users import add_user
from phonebook_server.server import Server
from phonebook_server.tokens.actions import create_token, rotate_token
from phonebook_server.tokens.limits import Limits

pytestmark = pytest.mark.anyio
HOUR_MS = 60 * 60 * 1000
PATIENCE = 20


@pytest.fixture
async def hub(opened: Server) -> AsyncGenerator[Hub]:
    """A hub whose rights are watched."""
    hub, changes = Hub(), Changes(opened.db)
    tasks = [asyncio.create_task(changes.run()), asyncio.create_task(watch_rights(opened, changes, hub))]
    yield hub
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def listen(server: Server, hub: Hub, credential: Credential) -> Listener:
    async with server.db.reading() as connection:
        return hub.listen(credential, (await look(connection, [credential], server.clock()))[credential])


async def test_a_stream_ends_when_its_token_does(opened: Server, hub: Hub, clock: Any) -> None:
    user = await add_user(opened, COMMAND_LINE, "a@example.org", is_admin=False)
    made = await create_token(opened, COMMAND_LINE, user.id, "x", Limits(expires_at=clock.now + HOUR_MS))
    listener = await listen(opened, hub, Credential("token", hashed(made.token)))
    clock.now += HOUR_MS - 1
    assert await listener.take(2) == []
    clock.now += 1
    assert await listener.take(PATIENCE) is None


async def test_a_stream_ends_when_the_secret_that_was_replaced_does(opened: Server, hub: Hub, clock: Any) -> None:
    user = await add_user(opened, COMMAND_LINE, "a@example.org", is_admin=False)
    made = await create_token(opened, COMMAND_LINE, user.id, "x")
    before = await listen(opened, hub, Credential("token", hashed(made.token)))
    rotated = await rotate_token(opened, COMMAND_LINE, made.id, overlap_hours=1)
    after = await listen(opened, hub, Credential("token", hashed(rotated.token)))
    assert await before.take(2) == []
    clock.now += HOUR_MS
    assert await before.take(PATIENCE) is None
    assert await after.take(0.1) == []


@pytest.mark.parametrize("idle", [True, False])
async def test_a_stream_ends_when_its_session_does(opened: Server, hub: Hub, clock: Any, idle: bool) -> None:
    user = await add_user(opened, COMMAND_LINE, "a@example.org", is_admin=False)
    began = clock.now
    life = IDLE_MS if idle else HOUR_MS
    values = {"id": new_id(), "id_hash": "h", "user_id": user.id, "created_at": began, "seen_at": began}
    expires_at = began + (ABSOLUTE_MS if idle else HOUR_MS)
    async with opened.db.transaction() as connection:
        await connection.execute(insert(Session).values(expires_at=expires_at, **values))
    listener = await listen(opened, hub, Credential("session", "h"))
    clock.now = began + life - 1
    assert await listener.take(2) == []
    clock.now = began + life
    assert await listener.take(PATIENCE) is None
