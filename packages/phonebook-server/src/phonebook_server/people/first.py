"""The first administrator: a link that whoever starts the server gets, as long as no administrator has registered."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from phonebook_core.errors import Conflict, Invalid, Problem
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import Accounts, Browser, SignedIn, acting
from phonebook_server.activity.record import record
from phonebook_server.checks import tidy_name
from phonebook_server.db.tables import User
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.people.links import Link, Purpose, find_link, make_link, spend_link, void_link
from phonebook_server.people.registration import begin_account
from phonebook_server.people.users import UserRow, count_active_admins, normalize_email
from phonebook_server.server import Server


async def make_first_link(server: Server, principal: Principal) -> Link:
    """A link with which the first administrator registers, for 30 minutes; the one before is void.

    Raises Conflict once an administrator has registered.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        if await count_active_admins(connection):
            raise Conflict(
                "An administrator has registered already. Name who shall be another one: "
                "`phonebook user add EMAIL --admin`.",
                code="registered_already",
            )
        link = await make_link(connection, server.config, Purpose.FIRST, user_id=None, email="", now=now)
        await record(connection, clock_ms=now, principal=principal, action="first_link.made")
    return link


async def make_first_administrator(
    server: Server, accounts: Accounts, browser: Browser, *, token: str, name: str, email: str, password: str
) -> SignedIn:
    """Spend the link by setting name, address and password, and sign in.

    Somebody who was invited before under that address becomes the administrator. Raises NotFound when the link is
    void, Invalid with every problem, Conflict when the address is that of somebody who has registered.
    """
    async with server.db.reading() as connection:
        link = await find_link(connection, token, Purpose.FIRST, server.clock())
    problems: list[Problem] = []
    name = tidy_name(name, problems)
    try:
        email = normalize_email(email)
    except Invalid as error:
        problems += error.problems
    problems += await accounts.passwords.find_problems(password, email=email, name=name)
    if problems:
        raise Invalid(problems)
    password_hash = await accounts.passwords.hash(password)
    now = server.clock()
    async with server.db.transaction() as connection:
        await spend_link(connection, link, Purpose.FIRST, now)
        if await count_active_admins(connection):
            raise void_link(Purpose.FIRST)
        query = select(User.id, User.password_hash, User.disabled_at).where(User.email == email)
        found = (await connection.execute(query)).one_or_none()
        values = {"name": name, "password_hash": password_hash, "is_admin": True}
        if found is None:
            user = UserRow(id=new_id(), email=email, name=name, is_admin=True)
            await connection.execute(insert(User).values(id=user.id, email=email, created_at=now, **values))
        elif found.password_hash or found.disabled_at is not None:
            raise Conflict(f"{email} is the address of somebody else already. Use another one.", code="email_taken")
        else:
            user = UserRow(id=found.id, email=email, name=name, is_admin=True)
            await connection.execute(update(User).where(User.id == user.id).values(**values))
        secret = await begin_account(connection, user, browser, now)
        await record(
            connection,
            clock_ms=now,
            principal=acting(user, browser),
            action="user.registered",
            subject=email,
            detail="first administrator",
        )
    server.publish(Event(kind="user.registered", subject=user.id))
    return SignedIn(user, secret)
