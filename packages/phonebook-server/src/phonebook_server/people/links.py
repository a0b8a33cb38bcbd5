"""Links that are spent once: random, bound to a person and a purpose, known at rest by their hash only.

Looking at one spends nothing; it is spent by the action that carries what a person typed, in that action's transaction.
A link that is void, expired or spent is remembered for a month, so that its holder can have a new one sent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import NotFound
from phonebook_server.config import Config
from phonebook_server.db.tables import OneTimeLink
from phonebook_server.ids import hashed, new_id, new_secret

MINUTE_MS: Final = 60 * 1000
_REMEMBERED_MS: Final = 30 * 24 * 60 * MINUTE_MS
_VOID: Final = 0
"""The `expires_at` of a link that was replaced, or whose reason is gone."""


class Purpose(StrEnum):
    """What a link is good for; its page has the same name."""

    FIRST = "first"
    REGISTER = "register"
    RESET = "reset"
    EMAIL = "email"


LIFE_MS: Final = {
    Purpose.FIRST: 30 * MINUTE_MS,
    Purpose.REGISTER: 12 * 60 * MINUTE_MS,
    Purpose.RESET: 30 * MINUTE_MS,
    Purpose.EMAIL: 30 * MINUTE_MS,
}
"""How long each holds."""


class Link(Struct, frozen=True):
    """A link that was made. `url` has the secret; it is shown or sent once and stored nowhere readable."""

    id: str
    url: str
    expires_at: int


class FoundLink(Struct, frozen=True):
    """A link that holds: whom it is for, and the address it was sent to."""

    id: str
    user_id: str | None
    email: str


async def make_link(
    connection: AsyncConnection, config: Config, purpose: Purpose, *, user_id: str | None, email: str, now: int
) -> Link:
    """A new link, in the caller's transaction; the user's earlier ones for the same purpose are void."""
    await void_links(connection, user_id, purpose)
    await connection.execute(delete(OneTimeLink).where(OneTimeLink.created_at < now - _REMEMBERED_MS))
    id, secret, expires_at = new_id(), new_secret(), now + LIFE_MS[purpose]
    await connection.execute(
        insert(OneTimeLink).values(
            id=id,
            user_id=user_id,
            purpose=purpose.value,
            email=email,
            token_hash=hashed(secret),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return Link(id, f"{config.public_url}/{purpose.value}#{secret}", expires_at)


async def void_links(connection: AsyncConnection, user_id: str | None, *purposes: Purpose) -> None:
    """Void a user's links for these purposes, or for every one, in the caller's transaction."""
    whose = OneTimeLink.user_id.is_(None) if user_id is None else OneTimeLink.user_id == user_id
    voiding = update(OneTimeLink).where(whose, OneTimeLink.spent_at.is_(None)).values(expires_at=_VOID)
    if purposes:
        voiding = voiding.where(OneTimeLink.purpose.in_([purpose.value for purpose in purposes]))
    await connection.execute(voiding)


async def find_link(connection: AsyncConnection, token: str, purpose: Purpose, now: int) -> FoundLink:
    """What the link with this secret is for. Spends nothing. Raises NotFound when it is void."""
    query = select(OneTimeLink.id, OneTimeLink.user_id, OneTimeLink.email).where(
        OneTimeLink.token_hash == _hashed(token),
        OneTimeLink.purpose == purpose.value,
        OneTimeLink.spent_at.is_(None),
        OneTimeLink.expires_at > now,
    )
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise void_link(purpose)
    return FoundLink(found.id, found.user_id, found.email)


async def find_holder(connection: AsyncConnection, token: str, purpose: Purpose) -> str | None:
    """The id of the user who was sent this link, holding or not; None when it was spent or is unknown."""
    query = select(OneTimeLink.user_id).where(
        OneTimeLink.token_hash == _hashed(token),
        OneTimeLink.purpose == purpose.value,
        OneTimeLink.spent_at.is_(None),
    )
    return (await connection.execute(query)).scalar_one_or_none()


async def spend_link(connection: AsyncConnection, link: FoundLink, purpose: Purpose, now: int) -> None:
    """Spend the link in the caller's transaction. Raises NotFound when it is void by now.

    However many do so at the same time, exactly one succeeds.
    """
    spent = await connection.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.id == link.id,
            OneTimeLink.purpose == purpose.value,
            OneTimeLink.spent_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(spent_at=now)
    )
    if spent.rowcount != 1:
        raise void_link(purpose)


def void_link(purpose: Purpose) -> NotFound:
    """The complaint about a link that does not hold."""
    minutes = LIFE_MS[purpose] // MINUTE_MS
    life = f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
    advice = {
        Purpose.FIRST: "Run `phonebook user add --admin` on the server's machine for a new one.",
        Purpose.REGISTER: "Have a new one sent, or ask whoever invited you.",
        Purpose.RESET: "Ask for a new one under “Forgotten password”.",
        Purpose.EMAIL: "Change your e-mail address again to get a new one.",
    }[purpose]
    return NotFound(
        f"This link is not valid: it was used already, is older than {life}, or was replaced by a newer one. {advice}",
        code="link_void",
    )


def _hashed(token: str) -> str:
    return hashed(token) if token.isascii() else ""
