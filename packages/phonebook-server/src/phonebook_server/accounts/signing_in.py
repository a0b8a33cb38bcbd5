"""Signing in: the password, the second factor, and a session that begins with the code being spent."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from sqlalchemy import select, update

from phonebook_core.errors import Invalid, NotSignedIn
from phonebook_server.accounts.devices import describe_device, knows_any_device, knows_device
from phonebook_server.accounts.password_rules import MIN_CHARACTERS, count_characters
from phonebook_server.accounts.second_factor import spend_code
from phonebook_server.accounts.sessions import Accounts, Browser, SignedIn, acting, open_session
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.db.tables import User
from phonebook_server.mail.outbox import Kind, Recipient, enqueue, notify
from phonebook_server.people.users import UserRow, normalize_email
from phonebook_server.server import Server

MAX_ACCOUNT: Final = 254


class Candidate(Struct, frozen=True, kw_only=True):
    """Whoever might be signing in, before anything was proved."""

    id: str
    email: str
    name: str
    is_admin: bool
    language: str
    password_hash: str
    totp_secret: bytes | None
    totp_confirmed_at: int | None
    device_known: bool
    has_devices: bool

    @property
    def user(self) -> UserRow:
        """As the rest of the server knows them."""
        return UserRow(id=self.id, email=self.email, name=self.name, is_admin=self.is_admin)


async def sign_in(
    server: Server, accounts: Accounts, browser: Browser, *, email: str, password: str, code: str = ""
) -> SignedIn:
    """Begin a session.

    Raises TooManyTries, or NotSignedIn: in the same words and time whether the user is unknown, disabled or not
    registered or the password is wrong; only after the right password because a code is needed (`code_needed`) or
    wrong (`wrong_code`), or because the password is too short to be the only factor (`password_too_short`).
    """
    account = _account(email)
    user = await _find_user(server, account, browser)
    device_known = user is not None and user.device_known
    accounts.throttle.count(account, browser.address, device_known=device_known)
    right = await accounts.passwords.verify(user.password_hash if user is not None else "", password)
    if not right or user is None:
        await accounts.throttle.delay(account, browser.address, device_known=device_known)
        raise _wrong_credentials()
    if user.totp_confirmed_at is not None:
        if not code.strip():
            accounts.throttle.take_back(account, browser.address, device_known=device_known)
            raise NotSignedIn(
                "The password is right. Now send the code that your authenticator app shows, or a recovery code.",
                code="code_needed",
            )
        accounts.throttle.count_code(user.id, device_known=device_known)
    elif count_characters(password) < MIN_CHARACTERS:
        raise NotSignedIn(
            f"Your second factor was taken off, and without it a password needs at least {MIN_CHARACTERS} characters. "
            "Choose a new one under “Forgotten password”.",
            code="password_too_short",
        )
    renewed = await accounts.passwords.hash(password) if accounts.passwords.needs_rehash(user.password_hash) else None
    try:
        secret = await _begin_session(server, browser, user, code=code, renewed=renewed)
    except NotSignedIn:
        await accounts.throttle.delay(account, browser.address, device_known=device_known)
        raise
    accounts.throttle.forget(account, browser.address, device_known=device_known)
    if user.totp_confirmed_at is not None:
        accounts.throttle.forget_codes(user.id, device_known=device_known)
    return SignedIn(user.user, secret)


async def _begin_session(server: Server, browser: Browser, user: Candidate, *, code: str, renewed: str | None) -> str:
    """Spend the code and begin the session as one. Raises NotSignedIn when the code is wrong or the user changed."""
    now, principal = server.clock(), acting(user.user, browser)
    async with server.db.transaction() as connection:
        still = User.id == user.id, User.password_hash == user.password_hash, User.disabled_at.is_(None)
        query = select(User.id).where(*still, User.totp_confirmed_at.is_not_distinct_from(user.totp_confirmed_at))
        if (await connection.execute(query)).one_or_none() is None:
            raise _wrong_credentials()
        to = Recipient(email=user.email, name=user.name, language=user.language, user_id=user.id)
        means = None
        if user.totp_confirmed_at is not None and user.totp_secret is not None:
            means = await spend_code(connection, server.keys, user.id, user.totp_secret, code, now=now)
            if means is None:
                raise NotSignedIn(
                    "The code is wrong, or was used before. Type the one that your app shows now; each works once.",
                    code="wrong_code",
                )
        if means == "recovery":
            await enqueue(connection, server, Kind.SECOND_FACTOR_CHANGED, to, values={"what": "code_used"}, now=now)
            await record(connection, clock_ms=now, principal=principal, action="recovery_code.used", subject=user.email)
        if renewed is not None:
            await connection.execute(update(User).where(User.id == user.id).values(password_hash=renewed))
        secret = await open_session(connection, user.id, browser, now)
        if user.has_devices and not user.device_known:
            values = {"when": iso(now), "address": browser.address, "device": describe_device(browser.user_agent)}
            await notify(connection, server, Kind.NEW_DEVICE, [user.id], values=values, now=now)
        await record(connection, clock_ms=now, principal=principal, action="session.began", subject=user.email)
    return secret


async def _find_user(server: Server, account: str, browser: Browser) -> Candidate | None:
    query = select(
        User.id,
        User.email,
        User.name,
        User.is_admin,
        User.language,
        User.password_hash,
        User.totp_secret,
        User.totp_confirmed_at,
        knows_device(browser.device, server.clock()).label("device_known"),
        knows_any_device().label("has_devices"),
    ).where(User.email == account, User.disabled_at.is_(None))
    async with server.db.reading() as connection:
        found = (await connection.execute(query)).one_or_none()
    return None if found is None else Candidate(**found._asdict())


def _account(email: str) -> str:
    """What tries are counted under: the address as it is kept, or what was typed in its place."""
    try:
        return normalize_email(email)
    except Invalid:
        return email.strip().lower()[:MAX_ACCOUNT] or "-"


def _wrong_credentials() -> NotSignedIn:
    return NotSignedIn(
        "The e-mail address or the password is wrong. Check both; capital letters count in the password.",
        code="wrong_credentials",
    )
