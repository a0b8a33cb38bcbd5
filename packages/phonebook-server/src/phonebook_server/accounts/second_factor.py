"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes in its place.

What is checked here belongs into one transaction with what it is checked for: a code works once, whoever is faster.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.accounts.sessions import end_sessions
from phonebook_server.db.tables import RecoveryCode, User
from phonebook_server.keys import Keys
from phonebook_server.mail.outbox import Kind, Recipient, enqueue
from phonebook_server.server import Server

ISSUER: Final = "Phonebook"
STEP_MS: Final = 30_000
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else."""
_HALF: Final = 5

Means = Literal["totp", "recovery"]
"""How somebody proved the second factor: by the app, or by a recovery code."""


def make_secret() -> str:
    """The secret that an app and the server share, in base 32."""
    import pyotp

    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str) -> str:
    """What apps read from a QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def find_step(keys: Keys, sealed: bytes, code: str, now: int) -> int | None:
    """The time step whose code this is, of those around `now`; clocks may differ by one step."""
    import pyotp

    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(keys.decrypt(sealed).decode())
    step = now // STEP_MS
    for candidate in (step, step - 1, step + 1):
        if hmac.compare_digest(totp.generate_otp(candidate), digits):
            return candidate
    return None


async def spend_code(
    connection: AsyncConnection, keys: Keys, user_id: str, sealed: bytes, code: str, *, now: int
) -> Means | None:
    """Use a code of the app or a recovery code, in the caller's transaction. None when it is wrong or was used before.

    `sealed` is the user's encrypted secret; one that was replaced meanwhile opens nothing. However many use a code at
    the same time, exactly one succeeds.
    """
    step = find_step(keys, sealed, code, now)
    if step is not None:
        spent = await connection.execute(
            update(User)
            .where(User.id == user_id, User.totp_secret == sealed, User.totp_step < step)
            .values(totp_step=step)
        )
        return "totp" if spent.rowcount == 1 else None
    spent = await connection.execute(
        delete(RecoveryCode).where(
            RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _code_hash(keys, user_id, code)
        )
    )
    return "recovery" if spent.rowcount == 1 else None


async def make_recovery_codes(connection: AsyncConnection, keys: Keys, user_id: str, *, now: int) -> list[str]:
    """New recovery codes in the caller's transaction; the old ones are void. They are shown once."""
    await connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [f"{_random_half()}-{_random_half()}" for _ in range(RECOVERY_CODES)]
    rows = [{"code_hash": _code_hash(keys, user_id, code), "user_id": user_id, "created_at": now} for code in codes]
    await connection.execute(insert(RecoveryCode), rows)
    return codes


async def remove_second_factor(connection: AsyncConnection, server: Server, user_id: str, *, now: int) -> bool:
    """An administrator takes somebody's second factor off, in the caller's transaction; whether there was one.

    Ends all their sessions and mails them. The caller checks the right to do so and records it. With a password that
    is too short to be the only factor they have to choose a new one under “Forgotten password” before they sign in.
    """
    query = select(User.email, User.name, User.language).where(User.id == user_id, User.totp_secret.is_not(None))
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return False
    await erase(connection, user_id)
    await end_sessions(connection, user_id)
    to = Recipient(email=found.email, name=found.name, language=found.language, user_id=user_id)
    values = {"what": "removed_by_administrator"}
    await enqueue(connection, server, Kind.SECOND_FACTOR_CHANGED, to, values=values, now=now)
    return True


async def erase(connection: AsyncConnection, user_id: str) -> None:
    """Forget a user's second factor and recovery codes, in the caller's transaction."""
    await connection.execute(
        update(User).where(User.id == user_id).values(totp_secret=None, totp_confirmed_at=None, totp_step=0)
    )
    await connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def seal_secret(keys: Keys, secret: str) -> bytes:
    """How the app's secret is kept at rest."""
    return keys.encrypt(secret.encode())


def _code_hash(keys: Keys, user_id: str, code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return keys.digest("recovery-code", f"{user_id}/{plain}")


def _random_half() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))
