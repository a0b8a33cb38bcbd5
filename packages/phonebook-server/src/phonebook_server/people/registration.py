"""Registering with the link from an invitation."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, Problem
from phonebook_server.accounts.passwords import Passwords
from phonebook_server.accounts.sessions import Accounts, Browser, SignedIn, acting, end_sessions, open_session
from phonebook_server.activity.record import record
from phonebook_server.checks import tidy_name
from phonebook_server.db.tables import User
from phonebook_server.events.event import Event
from phonebook_server.people.links import FoundLink, Purpose, find_link, spend_link, void_link, void_links
from phonebook_server.people.users import UserRow, site_names
from phonebook_server.server import Server


class Registering(Struct, frozen=True):
    """Somebody with a link that holds and a name and password that are accepted."""

    user: UserRow
    link: FoundLink


async def register(
    server: Server, accounts: Accounts, browser: Browser, *, token: str, name: str, password: str
) -> SignedIn:
    """Spend a registration link by setting name and password, and sign in.

    Raises NotFound when the link is void, Invalid with every problem of name and password; the link stays good.
    """
    registering = await check_registration(server, accounts.passwords, token, name=name, password=password)
    user = registering.user
    password_hash = await accounts.passwords.hash(password)
    now = server.clock()
    async with server.db.transaction() as connection:
        await spend_registration(connection, registering, password_hash=password_hash, now=now)
        secret = await begin_account(connection, user, browser, now)
        await record(
            connection,
            clock_ms=now,
            principal=acting(user, browser),
            action="user.registered",
            subject=user.email,
        )
    server.publish(Event(kind="user.registered", subject=user.id))
    return SignedIn(user, secret)


async def check_registration(
    server: Server, passwords: Passwords, token: str, *, name: str, password: str
) -> Registering:
    """The user whom a registration link is for, with the name they chose made tidy. Spends nothing.

    Raises NotFound when the link is void, Invalid with every problem of the name and the password.
    """
    async with server.db.reading() as connection:
        link = await find_link(connection, token, Purpose.REGISTER, server.clock())
        query = select(User.id, User.email, User.is_admin).where(
            User.id == link.user_id, User.disabled_at.is_(None), User.password_hash == ""
        )
        found = (await connection.execute(query)).one_or_none()
        if found is None:
            raise void_link(Purpose.REGISTER)
        sites = await site_names(connection, found.id)
    problems: list[Problem] = []
    tidy = tidy_name(name, problems)
    problems += await passwords.find_problems(password, email=found.email, name=tidy, words=sites)
    if problems:
        raise Invalid(problems)
    return Registering(UserRow(id=found.id, email=found.email, name=tidy, is_admin=found.is_admin), link)


async def spend_registration(
    connection: AsyncConnection, registering: Registering, *, password_hash: str, now: int
) -> None:
    """Spend the link and set name and password, in the caller's transaction. Raises NotFound when it is spent already.

    However many do so at the same time, exactly one succeeds.
    """
    await spend_link(connection, registering.link, Purpose.REGISTER, now)
    changed = await connection.execute(
        update(User)
        .where(User.id == registering.user.id, User.disabled_at.is_(None), User.password_hash == "")
        .values(name=registering.user.name, password_hash=password_hash)
    )
    if changed.rowcount != 1:
        raise void_link(Purpose.REGISTER)


async def begin_account(connection: AsyncConnection, user: UserRow, browser: Browser, now: int) -> str:
    """The first session of somebody who has just set their first password; in the caller's transaction.

    Whoever had a session or another link before does not share the account, and once there is an administrator
    nobody becomes the first one.
    """
    await end_sessions(connection, user.id)
    await void_links(connection, user.id)
    if user.is_admin:
        await void_links(connection, None, Purpose.FIRST)
    return await open_session(connection, user.id, browser, now)
