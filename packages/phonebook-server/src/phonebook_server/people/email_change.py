"""Changing one's e-mail address: asked for with the password, done with the link that the new address gets.

The old address is told at once and again when it is done. Whether the new one belongs to somebody else already is not
said: nothing is sent there then.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, TooManyTries
from phonebook_server.accounts.confirmation import require_password
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import Accounts, Browser, acting, end_sessions, renew_sessions
from phonebook_server.activity.record import record
from phonebook_server.db.tables import Session, User
from phonebook_server.events.event import Event
from phonebook_server.ids import hashed
from phonebook_server.mail.outbox import Kind, Recipient, enqueue
from phonebook_server.people.invitations import HOUR_MS, MOST_PER_HOUR, count_recent
from phonebook_server.people.links import (
    FoundLink,
    Purpose,
    find_link,
    make_link,
    spend_link,
    void_link,
    void_links,
)
from phonebook_server.people.users import UserRow, is_active, normalize_email
from phonebook_server.server import Server


async def ask_for_change(
    server: Server, accounts: Accounts, principal: Principal, *, email: str, password: str
) -> None:
    """Mail a link to the new address, and tell the old one. The link before is void.

    Raises NotAllowed without a session, Invalid for a bad address or a wrong password, TooManyTries.
    """
    new = normalize_email(email)
    found = await require_password(server, accounts, principal, password)
    if new == found.email:
        raise Invalid("This is your e-mail address already. Type the new one.", field="email", code="unchanged")
    now = server.clock()
    async with server.db.transaction() as connection:
        if await count_recent(connection, found.id, Kind.EMAIL_CHANGE_ASKED, now) >= MOST_PER_HOUR:
            raise TooManyTries(
                "You asked for a change of your e-mail address several times. Try again in an hour.",
                retry_after=HOUR_MS // 1000,
            )
        await void_links(connection, found.id, Purpose.EMAIL)
        if not (await connection.execute(select(exists().where(User.email == new)))).scalar_one():
            link = await make_link(connection, server.config, Purpose.EMAIL, user_id=found.id, email=new, now=now)
            await enqueue(
                connection,
                server,
                Kind.EMAIL_CONFIRM,
                _recipient(found, new),
                values={"email": new},
                link=link.url,
                link_id=link.id,
                now=now,
            )
        values = {"old": found.email, "new": new}
        to = _recipient(found, found.email)
        await enqueue(connection, server, Kind.EMAIL_CHANGE_ASKED, to, values=values, now=now)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="user.email_change_asked",
            subject=found.email,
            detail=f"to {new}",
        )


async def confirm_change(server: Server, accounts: Accounts, browser: Browser, *, token: str, password: str) -> None:
    """Spend the link by typing the password; all other sessions and links end, and both addresses are told.

    Raises NotFound when the link is void, Invalid for a wrong password (the link stays good), Conflict when the address
    became somebody else's meanwhile, TooManyTries.
    """
    async with server.db.reading() as connection:
        link = await find_link(connection, token, Purpose.EMAIL, server.clock())
        found = await _find(connection, link.user_id or "")
    if found is None:
        raise void_link(Purpose.EMAIL)
    await _check_password(accounts, found, browser.address, password)
    now = server.clock()
    async with server.db.transaction() as connection:
        await spend_link(connection, link, Purpose.EMAIL, now)
        await _change(connection, found, link)
        current = await _session_here(connection, found.id, browser)
        await end_sessions(connection, found.id, but=current)
        await renew_sessions(connection, found.id)
        await void_links(connection, found.id)
        for address in (found.email, link.email):
            values = {"old": found.email, "new": link.email}
            await enqueue(connection, server, Kind.EMAIL_CHANGED, _recipient(found, address), values=values, now=now)
        user = UserRow(id=found.id, email=link.email, name=found.name, is_admin=found.is_admin)
        await record(
            connection,
            clock_ms=now,
            principal=acting(user, browser),
            action="user.email_changed",
            subject=link.email,
            detail=f"was {found.email}",
        )
    server.publish(Event(kind="user.changed", subject=found.id))
    server.publish(Event(kind="user.changed", user_id=found.id, subject=found.id))


async def _change(connection: AsyncConnection, found: Any, link: FoundLink) -> None:
    if (await connection.execute(select(exists().where(User.email == link.email)))).scalar_one():
        raise Conflict(
            f"{link.email} became the address of somebody else meanwhile. Ask an administrator.", code="email_taken"
        )
    changed = await connection.execute(
        update(User)
        .where(User.id == found.id, User.password_hash == found.password_hash, is_active())
        .values(email=link.email)
    )
    if changed.rowcount != 1:
        raise void_link(Purpose.EMAIL)


async def _find(connection: AsyncConnection, user_id: str) -> Any:
    query = select(User.id, User.email, User.name, User.language, User.is_admin, User.password_hash)
    return (await connection.execute(query.where(User.id == user_id, is_active()))).one_or_none()


async def _check_password(accounts: Accounts, found: Any, address: str, password: str) -> None:
    accounts.throttle.count(found.email, address)
    if not await accounts.passwords.verify(found.password_hash, password):
        await accounts.throttle.delay(found.email, address)
        raise Invalid(
            "This is not your password. Type the one that you sign in with.", field="password", code="wrong_password"
        )
    accounts.throttle.forget(found.email, address)


async def _session_here(connection: AsyncConnection, user_id: str, browser: Browser) -> str:
    """The id of the session of this browser, when it is the user's; else empty."""
    if not browser.session or not browser.session.isascii():
        return ""
    query = select(Session.id).where(Session.id_hash == hashed(browser.session), Session.user_id == user_id)
    return (await connection.execute(query)).scalar_one_or_none() or ""


def _recipient(found: Any, email: str) -> Recipient:
    return Recipient(email=email, name=found.name, language=found.language, user_id=found.id)
