"""Getting back in after forgetting the password: asking for a link, answering by mail, setting a new password.

Asking writes one row whoever asks, and says the same: whether there is such a user is only looked at afterwards, by
`answer_reset_requests`, where nobody can measure it.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import Accounts, Browser, acting, end_sessions
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.db.tables import ResetRequest, User
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.mail.outbox import Kind, Recipient, enqueue
from phonebook_server.people.invitations import MOST_PER_HOUR, count_recent, send_registration
from phonebook_server.people.links import Purpose, find_link, make_link, spend_link, void_link, void_links
from phonebook_server.people.users import UserRow, site_names
from phonebook_server.server import Server

_MAX_EMAIL: Final = 254


async def request_reset(server: Server, accounts: Accounts, browser: Browser, *, email: str) -> None:
    """Note that somebody forgot a password. Raises TooManyTries, whether or not there is such a user."""
    email = unicodedata.normalize("NFC", email).strip().lower()[:_MAX_EMAIL]
    accounts.throttle.count(f"reset {email}", browser.address, kind="reset")
    async with server.db.transaction() as connection:
        await connection.execute(
            insert(ResetRequest).values(id=new_id(), email=email, address=browser.address, created_at=server.clock())
        )


async def answer_reset_requests(server: Server) -> None:
    """Answer what was asked for since: a mail with a link to whoever is a user. Each request in its own transaction."""
    while True:
        async with server.db.reading() as connection:
            waiting = (await connection.execute(select(ResetRequest.id).order_by(ResetRequest.id).limit(100))).scalars()
            ids = list(waiting)
        if not ids:
            return
        for id in ids:
            async with server.db.transaction() as connection:
                asked = await _take(connection, id)
                if asked is not None:
                    await _answer(connection, server, asked.email, asked.address)


async def reset_password(server: Server, accounts: Accounts, browser: Browser, *, token: str, password: str) -> None:
    """Spend a reset link by setting a new password. All sessions end; a second factor stays as it is.

    Raises NotFound when the link is void, Invalid with every problem of the password; the link stays good then.
    """
    async with server.db.reading() as connection:
        link = await find_link(connection, token, Purpose.RESET, server.clock())
        query = select(User.id, User.email, User.name, User.language, User.is_admin, User.totp_confirmed_at).where(
            User.id == link.user_id, User.email == link.email, User.password_hash != "", User.disabled_at.is_(None)
        )
        found = (await connection.execute(query)).one_or_none()
        if found is None:
            raise void_link(Purpose.RESET)
        sites = await site_names(connection, found.id)
    problems = await accounts.passwords.find_problems(
        password,
        email=found.email,
        name=found.name,
        second_factor=found.totp_confirmed_at is not None,
        words=sites,
    )
    if problems:
        raise Invalid(problems)
    password_hash = await accounts.passwords.hash(password)
    now = server.clock()
    async with server.db.transaction() as connection:
        await spend_link(connection, link, Purpose.RESET, now)
        changed = await connection.execute(
            update(User)
            .where(
                User.id == found.id,
                User.email == link.email,
                User.password_hash != "",
                User.disabled_at.is_(None),
                User.totp_confirmed_at.is_not_distinct_from(found.totp_confirmed_at),
            )
            .values(password_hash=password_hash)
        )
        if changed.rowcount != 1:
            raise void_link(Purpose.RESET)
        await end_sessions(connection, found.id)
        await void_links(connection, found.id)
        await enqueue(
            connection,
            server,
            Kind.PASSWORD_CHANGED,
            _recipient(found),
            values={"address": browser.address, "when": iso(now)},
            now=now,
        )
        user = UserRow(id=found.id, email=found.email, name=found.name, is_admin=found.is_admin)
        await record(
            connection,
            clock_ms=now,
            principal=acting(user, browser),
            action="user.password_reset",
            subject=found.email,
        )
    server.publish(Event(kind="user.changed", user_id=found.id))


async def _take(connection: AsyncConnection, id: str) -> Any:
    """The request, which is gone with this; None when somebody else took it."""
    taking = delete(ResetRequest).where(ResetRequest.id == id).returning(ResetRequest.email, ResetRequest.address)
    return (await connection.execute(taking)).one_or_none()


async def _answer(connection: AsyncConnection, server: Server, email: str, address: str) -> None:
    query = select(User.id, User.email, User.name, User.language, User.password_hash).where(
        User.email == email, User.disabled_at.is_(None)
    )
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return
    now = server.clock()
    kind = Kind.RESET if found.password_hash else Kind.REGISTER
    if await count_recent(connection, found.id, kind, now) >= MOST_PER_HOUR:
        return
    if kind is Kind.REGISTER:
        await send_registration(connection, server, found.id, inviter="", now=now)
    else:
        link = await make_link(connection, server.config, Purpose.RESET, user_id=found.id, email=found.email, now=now)
        await enqueue(
            connection,
            server,
            kind,
            _recipient(found),
            values={"address": address},
            link=link.url,
            link_id=link.id,
            now=now,
        )
    # Whoever asked has proved nothing: the address is all that is known of them.
    nobody = Principal("", "not signed in", False, "session", address)
    action = "user.link_renewed" if kind is Kind.REGISTER else "user.reset_link_sent"
    await record(connection, clock_ms=now, principal=nobody, action=action, subject=found.email)


def _recipient(found: Any) -> Recipient:
    return Recipient(email=found.email, name=found.name, language=found.language, user_id=found.id)
