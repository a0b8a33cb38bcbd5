"""Sessions: rows of our own with random secrets, hashed; new at every sign-in and whenever rights change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Select, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.accounts.devices import describe_device, device_secret, remember_device
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.passwords import Passwords
from phonebook_server.accounts.throttle import Throttle
from phonebook_server.checks import iso
from phonebook_server.db.tables import Session, User
from phonebook_server.ids import hashed, new_id, new_secret
from phonebook_server.people.users import UserRow
from phonebook_server.server import Server

IDLE_MS: Final = 12 * 60 * 60 * 1000
"""A session that was not used for this long is over."""
ABSOLUTE_MS: Final = 30 * 24 * 60 * 60 * 1000
"""A session this old is over, however much it was used."""
FORMER_MS: Final = 60 * 1000
"""How long the secret before is good for requests that were under way when it was replaced."""
MOST: Final = 100
"""Sessions of one user; the one that was not used for longest gives way."""


class Browser(Struct, frozen=True):
    """Where a request comes from; `session` and `device` are the secrets in its cookies, if it has any."""

    address: str
    user_agent: str
    session: str = ""
    device: str = ""


class SignedIn(Struct, frozen=True):
    """Who signed in, and the secret for their cookie."""

    user: UserRow
    session: str


class OpenSession(Struct, frozen=True, kw_only=True):
    """A session that holds, as its owner sees it. Times are ISO 8601; `device` is browser and system in words."""

    id: str
    created_at: str
    seen_at: str
    expires_at: str
    address: str
    device: str
    is_current: bool


class Accounts:
    """What signing in shares: hashing, never much at once, and counting of tries. One per process."""

    def __init__(self, server: Server) -> None:
        self.passwords = Passwords()
        self.throttle = Throttle(server.clock)


def holding_sessions(hashes: Sequence[str], now: int) -> Select[*tuple[Any, ...]]:
    """The query for the sessions with secrets of these hashes that hold now, each with its user."""
    return (
        select(
            Session.id.label("session_id"),
            Session.id_hash,
            Session.former_hash,
            Session.former_until,
            Session.expires_at,
            Session.seen_at,
            Session.renew,
            User.id,
            User.email,
            User.is_admin,
        )
        .join(User, User.id == Session.user_id)
        .where(
            or_(Session.id_hash.in_(hashes), and_(Session.former_hash.in_(hashes), Session.former_until > now)),
            Session.expires_at > now,
            Session.seen_at > now - IDLE_MS,
            User.disabled_at.is_(None),
        )
    )


async def open_session(connection: AsyncConnection, user_id: str, browser: Browser, now: int) -> str:
    """Begin a session in the caller's transaction and give its secret; the one that the browser had before ends.

    The browser's device is known from now on.
    """
    if browser.session.isascii():
        before = hashed(browser.session)
        await connection.execute(delete(Session).where(or_(Session.id_hash == before, Session.former_hash == before)))
    mine = Session.user_id == user_id
    newest = select(Session.id).where(mine).order_by(Session.seen_at.desc(), Session.id.desc()).limit(MOST - 1)
    over = or_(Session.expires_at <= now, Session.seen_at <= now - IDLE_MS, Session.id.not_in(newest))
    await connection.execute(delete(Session).where(mine, over))
    secret = new_session_secret()
    await connection.execute(
        insert(Session).values(
            id=new_id(),
            id_hash=hashed(secret),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE_MS,
            address=browser.address,
            user_agent=browser.user_agent[:500],
        )
    )
    await remember_device(connection, user_id, before=browser.device, device=device_secret(secret), now=now)
    return secret


async def list_sessions(server: Server, principal: Principal, current: str) -> list[OpenSession]:
    """The asker's sessions that hold, the one used last first. `current` is the id of the asker's own, if any."""
    now = server.clock()
    query = (
        select(Session)
        .with_only_columns(
            Session.id,
            Session.created_at,
            Session.seen_at,
            Session.expires_at,
            Session.address,
            Session.user_agent,
        )
        .where(Session.user_id == principal.user_id, Session.expires_at > now, Session.seen_at > now - IDLE_MS)
        .order_by(Session.seen_at.desc(), Session.id.desc())
        .limit(MOST)
    )
    async with server.db.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        OpenSession(
            id=row.id,
            created_at=iso(row.created_at),
            seen_at=iso(row.seen_at),
            expires_at=iso(min(row.expires_at, row.seen_at + IDLE_MS)),
            address=row.address,
            device=describe_device(row.user_agent),
            is_current=row.id == current,
        )
        for row in rows
    ]


async def end_session(connection: AsyncConnection, user_id: str, session_id: str) -> bool:
    """End one session of this user in the caller's transaction; whether there was one."""
    ended = await connection.execute(delete(Session).where(Session.id == session_id, Session.user_id == user_id))
    return ended.rowcount == 1


async def end_sessions(connection: AsyncConnection, user_id: str, *, but: str = "") -> int:
    """End all of a user's sessions in the caller's transaction, except the one with the id `but`; how many."""
    ended = await connection.execute(delete(Session).where(Session.user_id == user_id, Session.id != but))
    return ended.rowcount


async def renew_sessions(connection: AsyncConnection, user_id: str) -> None:
    """Have a user's sessions get new secrets at their next request, in the caller's transaction: rights changed."""
    await connection.execute(update(Session).where(Session.user_id == user_id).values(renew=True))


async def renew_session(connection: AsyncConnection, session_id: str, before: str, now: int) -> str | None:
    """The new secret of a session that asked for one, in the caller's transaction.

    Of requests at the same time only the first gets it, None the others; `before` is the hash of the secret that they
    came with, which stays good for `FORMER_MS`.
    """
    secret = new_session_secret()
    renewed = await connection.execute(
        update(Session)
        .where(Session.id == session_id, Session.id_hash == before, Session.renew)
        .values(id_hash=hashed(secret), former_hash=before, former_until=now + FORMER_MS, renew=False)
    )
    return secret if renewed.rowcount == 1 else None


async def replace_secret(connection: AsyncConnection, session_id: str) -> str | None:
    """A new secret for a session at once, in the caller's transaction; none before is good any more.

    None when the session is over by now.
    """
    secret = new_session_secret()
    replaced = await connection.execute(
        update(Session)
        .where(Session.id == session_id)
        .values(id_hash=hashed(secret), former_hash=None, former_until=None, renew=False)
    )
    return secret if replaced.rowcount == 1 else None


def new_session_secret() -> str:
    """The secret of a session: 384 random bits."""
    return new_secret() + new_secret()


def acting(user: UserRow, browser: Browser) -> Principal:
    """The user as whoever does something before or while signing in."""
    return Principal(user.id, user.email, user.is_admin, "session", browser.address)
