"""Signing in and out in a browser. Sessions are rows of our own: random ids, hashed at rest, new at every sign-in."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, NotSignedIn
from phonebook_server.accounts import users
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.passwords import Passwords
from phonebook_server.accounts.throttle import Throttle
from phonebook_server.accounts.users import UserRow
from phonebook_server.activity import record
from phonebook_server.db.tables import OneTimeLink, Session, User
from phonebook_server.ids import hashed, new_secret
from phonebook_server.server import Server

IDLE_MS: Final = 12 * 60 * 60 * 1000
"""A session that was not used for this long is over."""
ABSOLUTE_MS: Final = 30 * 24 * 60 * 60 * 1000
"""A session this old is over, however much it was used."""


class Browser(Struct, frozen=True):
    """Where a sign-in comes from; `session` is the secret of the session it had before, if any."""

    address: str
    user_agent: str
    session: str = ""


class SignedIn(Struct, frozen=True):
    """Who signed in, and the secret for their cookie."""

    user: UserRow
    session: str


class Accounts:
    """Registering, signing in and out. One per process, as it counts tries and limits hashing."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._passwords = Passwords()
        self._throttle = Throttle(server.clock)

    async def register(self, browser: Browser, *, token: str, name: str, password: str) -> SignedIn:
        """Spend a registration link by setting name and password, and sign in.

        Raises NotFound when the link is void, Invalid with every problem of name and password; the link stays good.
        """
        user = await users.check_registration(self._server, token, name=name, password=password)
        password_hash = await self._passwords.hash(password)
        now = self._server.clock()
        async with self._server.db.transaction() as connection:
            await users.spend_registration(connection, user, token, password_hash=password_hash, now=now)
            # Whoever had a session or another link before the password was set does not share the account.
            await connection.execute(delete(Session).where(Session.user_id == user.id))
            await connection.execute(
                delete(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.spent_at.is_(None))
            )
            secret = await _open(connection, user, browser, now)
            await record(
                connection,
                clock_ms=now,
                principal=_acting(user, browser),
                action="user.registered",
                subject=user.email,
            )
        return SignedIn(user, secret)

    async def sign_in(self, browser: Browser, *, email: str, password: str) -> SignedIn:
        """Begin a session. Raises NotSignedIn, in the same words and time whatever was wrong, or TooManyTries."""
        try:
            email = users.normalize_email(email)
        except Invalid:
            email = ""
        self._throttle.count(email, browser.address)
        async with self._server.db.reading() as connection:
            query = select(User.id, User.email, User.name, User.is_admin, User.password_hash).where(
                User.email == email, User.disabled_at.is_(None)
            )
            found = (await connection.execute(query)).one_or_none()
        if not await self._passwords.verify(found.password_hash if found else "", password) or found is None:
            raise NotSignedIn(
                "The e-mail address or the password is wrong. Check both; capital letters count in the password.",
                code="wrong_credentials",
            )
        self._throttle.forget(email, browser.address)
        user = UserRow(id=found.id, email=found.email, name=found.name, is_admin=found.is_admin)
        renewed = await self._passwords.hash(password) if self._passwords.needs_rehash(found.password_hash) else None
        now = self._server.clock()
        async with self._server.db.transaction() as connection:
            if renewed is not None:
                await connection.execute(
                    update(User)
                    .where(User.id == user.id, User.password_hash == found.password_hash)
                    .values(password_hash=renewed)
                )
            await connection.execute(
                delete(Session).where(
                    Session.user_id == user.id, or_(Session.expires_at <= now, Session.seen_at <= now - IDLE_MS)
                )
            )
            secret = await _open(connection, user, browser, now)
            await record(
                connection,
                clock_ms=now,
                principal=_acting(user, browser),
                action="session.began",
                subject=user.email,
            )
        return SignedIn(user, secret)

    async def sign_out(self, principal: Principal, session: str) -> None:
        """End the session with this secret."""
        async with self._server.db.transaction() as connection:
            await connection.execute(
                delete(Session).where(Session.id_hash == hashed(session), Session.user_id == principal.user_id)
            )
            await record(
                connection,
                clock_ms=self._server.clock,
                principal=principal,
                action="session.ended",
                subject=principal.email,
            )


async def _open(connection: AsyncConnection, user: UserRow, browser: Browser, now: int) -> str:
    if browser.session.isascii():
        await connection.execute(delete(Session).where(Session.id_hash == hashed(browser.session)))
    secret = new_secret() + new_secret()
    await connection.execute(
        insert(Session).values(
            id_hash=hashed(secret),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE_MS,
            address=browser.address,
            user_agent=browser.user_agent[:500],
        )
    )
    return secret


def _acting(user: UserRow, browser: Browser) -> Principal:
    return Principal(user.id, user.email, user.is_admin, "session", browser.address)
