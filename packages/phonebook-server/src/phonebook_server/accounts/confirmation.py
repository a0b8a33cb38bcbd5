"""Proving once more that it is oneself: password and code, asked for before what a stolen session must not do."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, NotAllowed, NotSignedIn
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.second_factor import spend_code
from phonebook_server.accounts.sessions import Accounts
from phonebook_server.db.tables import User
from phonebook_server.server import Server


class Confirmed(Struct, frozen=True, kw_only=True):
    """A user who has just given the right password."""

    id: str
    email: str
    name: str
    language: str
    password_hash: str
    totp_secret: bytes | None
    totp_confirmed_at: int | None

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in takes a code too."""
        return self.totp_confirmed_at is not None


def require_session(principal: Principal) -> None:
    """Raises NotAllowed unless the asker signed in with a password: API tokens do not change how one signs in."""
    if principal.via != "session":
        raise NotAllowed(
            "An API token cannot change how its user signs in. Sign in at /sign-in and do it there.",
            code="session_needed",
        )


async def require_password(
    server: Server, accounts: Accounts, principal: Principal, password: str, *, field: str = "password"
) -> Confirmed:
    """The asker, when this is their password. Raises Invalid at `field` when it is not, or TooManyTries.

    Needs a session, so that the tries of strangers hold nobody up.
    """
    require_session(principal)
    accounts.throttle.count(principal.email, principal.address, device_known=True)
    async with server.db.reading() as connection:
        query = select(
            User.id,
            User.email,
            User.name,
            User.language,
            User.password_hash,
            User.totp_secret,
            User.totp_confirmed_at,
        ).where(User.id == principal.user_id, User.disabled_at.is_(None))
        found = (await connection.execute(query)).one_or_none()
    right = await accounts.passwords.verify(found.password_hash if found else "", password)
    if found is None:
        raise NotSignedIn("Your session is over. Sign in again.")
    if not right:
        await accounts.throttle.delay(principal.email, principal.address, device_known=True)
        raise Invalid(
            "This is not your password. Type the one that you sign in with.", field=field, code="wrong_password"
        )
    accounts.throttle.forget(principal.email, principal.address, device_known=True)
    return Confirmed(**found._asdict())


async def require_code(connection: AsyncConnection, server: Server, user: Confirmed, code: str, *, now: int) -> None:
    """Use a code of the user's app or a recovery code, in the caller's transaction. Raises Invalid when it is wrong.

    Count the try before, by `Throttle.count_code`.
    """
    sealed = user.totp_secret
    if sealed is None or await spend_code(connection, server.keys, user.id, sealed, code, now=now) is None:
        raise wrong_code()


def wrong_code() -> Invalid:
    """The complaint of whoever is signed in and typed a wrong code."""
    return Invalid(
        "This code is wrong, or was used before. Type the one that your app shows now; each works once.",
        field="code",
        code="wrong_code",
    )
