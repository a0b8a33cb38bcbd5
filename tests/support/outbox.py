"""An outbox in the test's process: mails in it, and the sender at work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import insert, select

from phonebook_server.db.changes import Changes
from phonebook_server.db.tables import Mail, User
from phonebook_server.ids import new_id
from phonebook_server.mail.kind import Kind
from phonebook_server.mail.outbox import Recipient, enqueue
from phonebook_server.mail.sender import Sender
from phonebook_server.people.links import Purpose, make_link
from phonebook_server.server import Server

PATIENCE: Final = 60.0


@asynccontextmanager
async def sending(server: Server) -> AsyncGenerator[asyncio.Task[None]]:
    """The sender at work, as in the app; it must end within seconds."""
    changes = Changes(server.db)
    watching = asyncio.create_task(changes.run())
    sender = asyncio.create_task(Sender(server, changes).run())
    try:
        yield sender
    finally:
        sender.cancel()
        done, _ = await asyncio.wait({sender}, timeout=PATIENCE)
        watching.cancel()
        await asyncio.wait({watching}, timeout=PATIENCE)
        assert done, "the sender did not end"


async def add_user(server: Server, email: str, **columns: Any) -> str:
    """A registered user."""
    id = new_id()
    values = {"password_hash": "x", "created_at": server.clock(), **columns}
    async with server.db.transaction() as connection:
        await connection.execute(insert(User).values(id=id, email=email, **values))
    return id


async def write(server: Server, to: str = "anna@example.org", kind: Kind = Kind.TEST, **values: str) -> str:
    """A mail in the outbox."""
    async with server.db.transaction() as connection:
        return await enqueue(connection, server, kind, Recipient(email=to), values=values, now=server.clock())


async def invite(server: Server, to: str = "anna@example.org") -> tuple[str, str]:
    """An invitation in the outbox, and its link."""
    async with server.db.transaction() as connection:
        now = server.clock()
        link = await make_link(connection, server.config, Purpose.REGISTER, user_id=None, email=to, now=now)
        values = {"inviter": "Bob", "sites": "Head office"}
        recipient = Recipient(email=to, name="Anna")
        mail = await enqueue(
            connection, server, Kind.REGISTER, recipient, values=values, link=link.url, link_id=link.id, now=now
        )
    return mail, link.url


async def look(server: Server, id: str) -> Any:
    """The mail's row."""
    async with server.db.reading() as connection:
        return (await connection.execute(select(Mail.__table__).where(Mail.id == id))).one_or_none()


async def until(server: Server, id: str, holds: Callable[[Any], bool]) -> Any:
    """The mail's row, as soon as that holds of it."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not holds(row := await look(server, id)):
        assert asyncio.get_running_loop().time() < end, f"it did not happen: {row}"
        await asyncio.sleep(0.02)
    return row


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Come back when that holds. Raises AssertionError when it takes too long."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not await holds():
        assert asyncio.get_running_loop().time() < end, "it did not happen"
        await asyncio.sleep(0.02)
