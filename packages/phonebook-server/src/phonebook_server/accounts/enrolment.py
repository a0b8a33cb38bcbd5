"""Setting up a second factor and taking it off, by its owner."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict
from phonebook_server.accounts.confirmation import (
    Confirmed,
    require_code,
    require_password,
    require_session,
    wrong_code,
)
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.password_rules import MIN_CHARACTERS, count_characters
from phonebook_server.accounts.second_factor import (
    erase,
    find_step,
    make_recovery_codes,
    make_secret,
    provisioning_uri,
    seal_secret,
)
from phonebook_server.accounts.sessions import Accounts, end_sessions, renew_sessions
from phonebook_server.activity.record import record
from phonebook_server.db.tables import User
from phonebook_server.mail.outbox import Kind, Recipient, enqueue
from phonebook_server.server import Server


class Pending(Struct, frozen=True):
    """A second factor that counts once its first code was confirmed. `uri` is for a QR code, `secret` for typing."""

    secret: str
    uri: str


async def begin_second_factor(server: Server, accounts: Accounts, principal: Principal, password: str) -> Pending:
    """Make a secret for the asker's app; one that was not confirmed is replaced.

    Raises Invalid for a wrong password, Conflict when there is a second factor already.
    """
    user = await require_password(server, accounts, principal, password)
    if user.has_second_factor:
        raise _on_already()
    secret = make_secret()
    async with server.db.transaction() as connection:
        begun = await connection.execute(
            update(User)
            .where(User.id == user.id, User.totp_confirmed_at.is_(None))
            .values(totp_secret=seal_secret(server.keys, secret), totp_step=0)
        )
        if begun.rowcount != 1:
            raise _on_already()
    return Pending(secret, provisioning_uri(secret, user.email))


async def confirm_second_factor(
    server: Server, accounts: Accounts, principal: Principal, session_id: str, code: str
) -> list[str]:
    """Turn the second factor on with its first code, and give the recovery codes. All other sessions end.

    Raises Conflict when none is pending, Invalid for a wrong code, or TooManyTries.
    """
    require_session(principal)
    async with server.db.reading() as connection:
        query = select(User.name, User.language, User.totp_secret, User.totp_confirmed_at)
        user = (await connection.execute(query.where(User.id == principal.user_id))).one()
    if user.totp_confirmed_at is not None:
        raise _on_already()
    if user.totp_secret is None:
        raise Conflict("There is no second factor to confirm. Begin with a new one.", code="no_second_factor")
    accounts.throttle.count_code(principal.user_id, device_known=True)
    now = server.clock()
    step = find_step(server.keys, user.totp_secret, code, now)
    if step is None:
        raise wrong_code()
    async with server.db.transaction() as connection:
        confirmed = await connection.execute(
            update(User)
            .where(
                User.id == principal.user_id,
                User.totp_secret == user.totp_secret,
                User.totp_confirmed_at.is_(None),
            )
            .values(totp_confirmed_at=now, totp_step=step)
        )
        if confirmed.rowcount != 1:
            raise _on_already()
        codes = await make_recovery_codes(connection, server.keys, principal.user_id, now=now)
        to = Recipient(email=principal.email, name=user.name, language=user.language, user_id=principal.user_id)
        await _tell(connection, server, principal, session_id, to, what="on", action="second_factor.turned_on", now=now)
    accounts.throttle.forget_codes(principal.user_id, device_known=True)
    return codes


async def turn_second_factor_off(
    server: Server, accounts: Accounts, principal: Principal, session_id: str, *, password: str, code: str
) -> None:
    """Take the asker's second factor off; a recovery code will do. All other sessions end.

    Raises Conflict when there is none, or the password is too short to be the only factor; Invalid for a wrong
    password or code, or TooManyTries.
    """
    user = await _require_second_factor(server, accounts, principal, password)
    length = count_characters(password)
    if length < MIN_CHARACTERS:
        raise Conflict(
            f"Your password has {length} characters. Without a second factor it needs at least {MIN_CHARACTERS}: "
            "change it to a longer one first.",
            code="password_too_short",
        )
    now = server.clock()
    async with server.db.transaction() as connection:
        await require_code(connection, server, user, code, now=now)
        await erase(connection, user.id)
        action = "second_factor.turned_off"
        await _tell(connection, server, principal, session_id, _to(user), what="off", action=action, now=now)
    accounts.throttle.forget_codes(user.id, device_known=True)


async def replace_recovery_codes(
    server: Server, accounts: Accounts, principal: Principal, session_id: str, *, password: str, code: str
) -> list[str]:
    """New recovery codes; the old ones are void. All other sessions end.

    Raises Conflict when there is no second factor, Invalid for a wrong password or code, or TooManyTries.
    """
    user = await _require_second_factor(server, accounts, principal, password)
    now = server.clock()
    async with server.db.transaction() as connection:
        await require_code(connection, server, user, code, now=now)
        codes = await make_recovery_codes(connection, server.keys, user.id, now=now)
        action = "recovery_codes.replaced"
        await _tell(connection, server, principal, session_id, _to(user), what="codes", action=action, now=now)
    accounts.throttle.forget_codes(user.id, device_known=True)
    return codes


async def _require_second_factor(server: Server, accounts: Accounts, principal: Principal, password: str) -> Confirmed:
    user = await require_password(server, accounts, principal, password)
    if not user.has_second_factor:
        raise Conflict("You have no second factor. Set one up first.", code="no_second_factor")
    accounts.throttle.count_code(user.id, device_known=True)
    return user


async def _tell(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    session_id: str,
    to: Recipient,
    *,
    what: str,
    action: str,
    now: int,
) -> None:
    """End the other sessions, have this one get a new secret, mail the owner, record it."""
    await end_sessions(connection, principal.user_id, but=session_id)
    await renew_sessions(connection, principal.user_id)
    await enqueue(connection, server, Kind.SECOND_FACTOR_CHANGED, to, values={"what": what}, now=now)
    await record(connection, clock_ms=now, principal=principal, action=action, subject=principal.email)


def _to(user: Confirmed) -> Recipient:
    return Recipient(email=user.email, name=user.name, language=user.language, user_id=user.id)


def _on_already() -> Conflict:
    return Conflict("You have a second factor already. Turn it off before you set up another.", code="on_already")
