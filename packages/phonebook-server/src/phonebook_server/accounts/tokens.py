"""API tokens: long-lived Bearer secrets that act as their user, shown once, kept as hashes."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from sqlalchemy import func, insert, select, update

from phonebook_core.errors import Conflict, Invalid, NotFound
from phonebook_server.accounts.guards import Principal
from phonebook_server.activity import record
from phonebook_server.checks import iso
from phonebook_server.db.tables import ApiToken
from phonebook_server.ids import hashed, new_id, new_secret
from phonebook_server.server import Server

PREFIX: Final = "pbt_"
_SHOWN: Final = len(PREFIX) + 6
MAX_NAME: Final = 100
MAX_TOKENS: Final = 200


class Token(Struct, frozen=True, kw_only=True):
    """An API token without its secret; `prefix` is how the secret begins. Times are ISO 8601 in UTC."""

    id: str
    name: str
    prefix: str
    created_at: str
    used_at: str | None


class NewToken(Token, frozen=True, kw_only=True):
    """An API token with its secret, which is shown this once."""

    token: str


async def create_token(server: Server, principal: Principal, user_id: str, name: str) -> NewToken:
    """Make a token that acts as the user. Raises Invalid for a bad name, Conflict when there are too many."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Invalid(f"Give the token a name of 1 to {MAX_NAME} characters that says what it is for.", field="name")
    secret, now, id = new_secret(PREFIX), server.clock(), new_id()
    async with server.db.transaction() as connection:
        query = select(func.count()).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        if (await connection.execute(query)).scalar_one() >= MAX_TOKENS:
            raise Conflict(f"There are {MAX_TOKENS} tokens already. Revoke those that are not used.", code="too_many")
        await connection.execute(
            insert(ApiToken).values(
                id=id,
                user_id=user_id,
                name=name,
                prefix=secret[:_SHOWN],
                token_hash=hashed(secret),
                created_at=now,
            )
        )
        await record(connection, clock_ms=now, principal=principal, action="token.created", subject=name)
    return NewToken(id=id, name=name, prefix=secret[:_SHOWN], created_at=iso(now), used_at=None, token=secret)


async def list_tokens(server: Server, principal: Principal, *, after: str, limit: int) -> list[Token]:
    """The asker's own tokens, oldest first, that follow the id `after`."""
    async with server.db.reading() as connection:
        rows = await connection.execute(
            select(ApiToken.id, ApiToken.name, ApiToken.prefix, ApiToken.created_at, ApiToken.used_at)
            .where(ApiToken.user_id == principal.user_id, ApiToken.revoked_at.is_(None), ApiToken.id > after)
            .order_by(ApiToken.id)
            .limit(limit)
        )
        return [
            Token(
                id=row.id,
                name=row.name,
                prefix=row.prefix,
                created_at=iso(row.created_at),
                used_at=None if row.used_at is None else iso(row.used_at),
            )
            for row in rows
        ]


async def revoke_token(server: Server, principal: Principal, token_id: str) -> None:
    """Revoke one of the asker's own tokens; the very next request with it is refused. Raises NotFound."""
    now = server.clock()
    async with server.db.transaction() as connection:
        name = (
            await connection.execute(
                update(ApiToken)
                .where(
                    ApiToken.id == token_id,
                    ApiToken.user_id == principal.user_id,
                    ApiToken.revoked_at.is_(None),
                )
                .values(revoked_at=now)
                .returning(ApiToken.name)
            )
        ).scalar_one_or_none()
        if name is None:
            raise NotFound("You have no such token. It may have been revoked already; list them to see.")
        await record(connection, clock_ms=now, principal=principal, action="token.revoked", subject=name)
