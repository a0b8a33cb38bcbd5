"""What tests of signing in begin with: somebody who registered, and browsers that sign in."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import msgspec
from sqlalchemy import select

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.db.tables import Activity, Mail
from phonebook_server.people.users import add_user
from phonebook_server.server import Server

PASSWORD: Final = "correct horse battery staple"
EMAIL: Final = "anna@example.org"
CREDENTIALS: Final = {"email": EMAIL, "password": PASSWORD}
OWN: Final = {"origin": "http://127.0.0.1:8000"}
FIREFOX: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def register(opened: Server, near: httpx.AsyncClient, email: str = EMAIL, *, admin: bool = False) -> str:
    """The id of a new user with `PASSWORD`, signed out; the browser knows nothing of it."""
    added = await add_user(opened, COMMAND_LINE, email, is_admin=admin)
    body = {"token": added.link.partition("#")[2], "name": "Anna", "password": PASSWORD}
    answer = await near.post("/api/v1/registration", json=body)
    assert answer.status_code == 200, answer.text
    near.cookies.clear()
    return added.id


@asynccontextmanager
async def another_browser(near: httpx.AsyncClient, address: str = "") -> AsyncGenerator[httpx.AsyncClient]:
    """A browser with cookies of its own, of the same app; it says where it comes from, as browsers do."""
    app: Any = near._transport.app  # type: ignore[attr-defined]  # httpx does not tell it
    transport = httpx.ASGITransport(app=app, client=(address or "127.0.0.1", 123))
    async with httpx.AsyncClient(transport=transport, base_url=near.base_url, headers=OWN) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    """Sign in as Anna."""
    return await client.post("/api/v1/session", json=CREDENTIALS | changes)


async def mails(opened: Server, kind: str) -> list[dict[str, Any]]:
    """What the mails of this kind in the outbox are made from, oldest first."""
    query = select(Mail.content, Mail.recipient).where(Mail.kind == kind).order_by(Mail.created_at, Mail.id)
    async with opened.db.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [{**msgspec.json.decode(opened.keys.decrypt(row.content))["values"], "to": row.recipient} for row in rows]


async def acts(opened: Server) -> list[str]:
    """The actions that were recorded, oldest first."""
    async with opened.db.reading() as connection:
        return list((await connection.execute(select(Activity.action).order_by(Activity.id))).scalars())
