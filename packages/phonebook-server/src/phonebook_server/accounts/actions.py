"""What somebody does to their sessions, their password and themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, NotFound, NotSignedIn, Problem
from phonebook_server.accounts.confirmation import require_code, require_password, require_session
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import (
    Accounts,
    end_session,
    end_sessions,
    replace_secret,
)
from phonebook_server.activity.record import record
from phonebook_server.checks import iso, tidy_name
from phonebook_server.db.tables import User
from phonebook_server.events.event import Event
from phonebook_server.mail.outbox import Kind, Recipient, enqueue
from phonebook_server.people.links import void_links
from phonebook_server.people.users import site_names
from phonebook_server.server import Server


async def sign_out(server: Server, principal: Principal, session_id: str) -> None:
    """End the asker's own session."""
    async with server.db.transaction() as connection:
        await end_session(connection, principal.user_id, session_id)
        await _record(connection, server, principal, "session.ended")


async def revoke_session(server: Server, principal: Principal, session_id: str) -> None:
    """End one of the asker's sessions. Raises NotFound when there is none with this id."""
    require_session(principal)
    async with server.db.transaction() as connection:
        if not await end_session(connection, principal.user_id, session_id):
            raise NotFound("You have no such session; perhaps it is over already. Load the list again.")
        await _record(connection, server, principal, "session.ended", detail="from another session")


async def revoke_other_sessions(server: Server, principal: Principal, current: str) -> None:
    """End all of the asker's sessions but the one with the id `current`."""
    require_session(principal)
    async with server.db.transaction() as connection:
        count = await end_sessions(connection, principal.user_id, but=current)
        await _record(connection, server, principal, "sessions.ended", detail=f"{count} others")


async def change_password(
    server: Server,
    accounts: Accounts,
    principal: Principal,
    session_id: str,
    *,
    current: str,
    new: str,
    code: str = "",
) -> str:
    """Change the asker's password and give the new secret of their session; all others end, links are void.

    With a second factor it takes a code too. Raises Invalid with every problem, NotAllowed without a session, or
    TooManyTries.
    """
    user = await require_password(server, accounts, principal, current, field="current")
    async with server.db.reading() as connection:
        words = await site_names(connection, user.id)
    found = await accounts.passwords.find_problems(
        new, email=user.email, name=user.name, second_factor=user.has_second_factor, words=words
    )
    problems = [Problem(field="new", code=each.code, message=each.message) for each in found]
    if new == current:
        problems.append(
            Problem(field="new", code="unchanged", message="This is your password already. Choose another.")
        )
    if user.has_second_factor and not code.strip():
        problems.append(Problem(field="code", code="code_needed", message="Fill in the code from your app."))
    if problems:
        raise Invalid(problems)
    if user.has_second_factor:
        accounts.throttle.count_code(user.id, device_known=True)
    password_hash = await accounts.passwords.hash(new)
    now = server.clock()
    async with server.db.transaction() as connection:
        if user.has_second_factor:
            await require_code(connection, server, user, code, now=now)
        changed = await connection.execute(
            update(User)
            .where(User.id == user.id, User.password_hash == user.password_hash, User.disabled_at.is_(None))
            .values(password_hash=password_hash)
        )
        secret = await replace_secret(connection, session_id)
        if changed.rowcount != 1 or secret is None:
            raise NotSignedIn("Your session is over. Sign in again.")
        await end_sessions(connection, user.id, but=session_id)
        await void_links(connection, user.id)
        to = Recipient(email=user.email, name=user.name, language=user.language, user_id=user.id)
        values = {"address": principal.address, "when": iso(now)}
        await enqueue(connection, server, Kind.PASSWORD_CHANGED, to, values=values, now=now)
        await _record(connection, server, principal, "password.changed")
    if user.has_second_factor:
        accounts.throttle.forget_codes(user.id, device_known=True)
    return secret


async def change_me(server: Server, principal: Principal, *, name: str | None, language: str | None) -> None:
    """Change the asker's own name or language; None leaves it. Raises Invalid for a name that cannot be."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    if name is not None:
        values["name"] = tidy_name(name, problems)
    if language is not None:
        values["language"] = language
    if problems:
        raise Invalid(problems)
    if not values:
        return
    async with server.db.transaction() as connection:
        await connection.execute(update(User).where(User.id == principal.user_id).values(**values))
        await _record(connection, server, principal, "user.changed", detail=", ".join(values))
    server.publish(Event(kind="user.changed", user_id=principal.user_id, subject=principal.user_id))


async def _record(
    connection: AsyncConnection, server: Server, principal: Principal, action: str, *, detail: str = ""
) -> None:
    await record(
        connection,
        clock_ms=server.clock,
        principal=principal,
        action=action,
        subject=principal.email,
        detail=detail,
    )
