"""API tokens: long-lived Bearer secrets that act as their user, within limits; shown once, kept as hashes."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, NotFound
from phonebook_server.accounts.guards import Principal, Role, require_admin, require_unlimited
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.db.tables import ApiToken, User
from phonebook_server.ids import hashed, new_id, new_secret
from phonebook_server.server import Server
from phonebook_server.tokens.limits import UNLIMITED, Limits, check_limits, columns, describe, read_limits

PREFIX: Final = "pbt_"
_SHOWN: Final = len(PREFIX) + 6
MAX_NAME: Final = 100
MAX_TOKENS: Final = 200
HOUR_MS: Final = 60 * 60 * 1000
OVERLAP_HOURS: Final = 24
MAX_OVERLAP_HOURS: Final = 168


class Token(Struct, frozen=True, kw_only=True):
    """An API token without its secret; `prefix` is how the secret begins. Times are ISO 8601 in UTC.

    `role` is the most it may do in a site and `sites` are the only ones it works in; null: whatever its user may.
    """

    id: str
    name: str
    prefix: str
    role: Role | None
    sites: list[str] | None
    created_at: str
    used_at: str | None
    expires_at: str | None
    rotated_at: str | None


class NewToken(Token, frozen=True, kw_only=True):
    """An API token with its secret, which is shown this once."""

    token: str


async def create_token(
    server: Server, principal: Principal, user_id: str, name: str, limits: Limits = UNLIMITED
) -> NewToken:
    """Make a token that acts as the user, within these limits.

    Raises Invalid for a bad name and for limits beyond what the user may, Conflict when there are too many tokens.
    """
    require_unlimited(principal)
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Invalid(f"Give the token a name of 1 to {MAX_NAME} characters that says what it is for.", field="name")
    secret, now, id = new_secret(PREFIX), server.clock(), new_id()
    async with server.db.transaction() as connection:
        owner = await _owner(connection, user_id)
        query = select(func.count()).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        if (await connection.execute(query)).scalar_one() >= MAX_TOKENS:
            raise Conflict(f"There are {MAX_TOKENS} tokens already. Revoke those that are not used.", code="too_many")
        await check_limits(connection, owner, limits)
        values = {"id": id, "name": name, "prefix": secret[:_SHOWN], "created_at": now, **columns(limits)}
        await connection.execute(insert(ApiToken).values(user_id=user_id, token_hash=hashed(secret), **values))
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="token.created",
            subject=name,
            detail=_detail(principal, owner, describe(limits)),
        )
        return _with_secret(await _required(connection, id, owner), secret)


async def list_tokens(server: Server, principal: Principal, user_id: str, *, after: str, limit: int) -> list[Token]:
    """A user's tokens that were not revoked, oldest first, that follow the id `after`.

    Only an administrator sees those of others. Raises NotFound when there is no such user.
    """
    require_unlimited(principal)
    if user_id != principal.user_id:
        require_admin(principal, "see the tokens of others")
    async with server.db.reading() as connection:
        await _owner(connection, user_id)
        rows = await connection.execute(
            select(ApiToken.__table__)
            .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.id > after)
            .order_by(ApiToken.id)
            .limit(limit)
        )
        return [_view(row) for row in rows]


async def rotate_token(
    server: Server, principal: Principal, token_id: str, *, overlap_hours: int = OVERLAP_HOURS
) -> NewToken:
    """Give a token a new secret; the one before works for so many hours more, an even older one no longer.

    Of one's own tokens only. Raises NotFound, Conflict when the token is over, Invalid for a bad overlap.
    """
    require_unlimited(principal)
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        raise Invalid(f"The overlap is 0 to {MAX_OVERLAP_HOURS} hours.", field="overlap_hours")
    secret, now = new_secret(PREFIX), server.clock()
    async with server.db.transaction() as connection:
        # An administrator may not: with the new secret they could act as somebody else.
        found = await _required(connection, token_id, principal, of_others=principal.via == "cli")
        owner = await _owner(connection, found.user_id)
        if found.expires_at is not None and found.expires_at <= now:
            raise Conflict("This token is over, and a new secret would be too. Make a new token.", code="expired")
        await connection.execute(
            update(ApiToken)
            .where(ApiToken.id == token_id)
            .values(
                token_hash=hashed(secret),
                prefix=secret[:_SHOWN],
                former_hash=found.token_hash if overlap_hours else None,
                former_until=now + overlap_hours * HOUR_MS if overlap_hours else None,
                rotated_at=now,
            )
        )
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="token.rotated",
            subject=found.name,
            detail=_detail(principal, owner, f"the secret before holds for {overlap_hours} hours"),
        )
        return _with_secret(await _required(connection, token_id, owner), secret)


async def revoke_token(server: Server, principal: Principal, token_id: str) -> None:
    """Revoke a token; the very next request with it is refused. One's own, for administrators anybody's.

    Raises NotFound.
    """
    require_unlimited(principal)
    now = server.clock()
    async with server.db.transaction() as connection:
        found = await _required(connection, token_id, principal, of_others=principal.is_admin)
        owner = await _owner(connection, found.user_id)
        await connection.execute(
            update(ApiToken).where(ApiToken.id == token_id).values(revoked_at=now, former_hash=None, former_until=None)
        )
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="token.revoked",
            subject=found.name,
            detail=_detail(principal, owner),
        )


async def _required(
    connection: AsyncConnection, token_id: str, principal: Principal, *, of_others: bool = False
) -> Row[Any]:
    query = select(ApiToken.__table__).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    if not of_others:
        query = query.where(ApiToken.user_id == principal.user_id)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NotFound("You have no such token. It may have been revoked already; list them to see.")
    return found


async def _owner(connection: AsyncConnection, user_id: str) -> Principal:
    query = select(User.id, User.email, User.is_admin).where(User.id == user_id)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such user. Check the id.")
    return Principal(found.id, found.email, found.is_admin, "token")


def _detail(principal: Principal, owner: Principal, text: str = "") -> str:
    """What is said beside the token's name; whose it is, when that is not whoever did it."""
    whose = "" if principal.user_id == owner.user_id else f"of {owner.email}"
    return "; ".join(part for part in (whose, text) if part)


def _view(row: Row[Any]) -> Token:
    return Token(**_fields(row))


def _with_secret(row: Row[Any], secret: str) -> NewToken:
    return NewToken(token=secret, **_fields(row))


def _fields(row: Row[Any]) -> dict[str, Any]:
    limits = read_limits(row)
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "role": limits.role,
        "sites": None if limits.sites is None else list(limits.sites),
        "created_at": iso(row.created_at),
        "used_at": _time(row.used_at),
        "expires_at": _time(row.expires_at),
        "rotated_at": _time(row.rotated_at),
    }


def _time(at: int | None) -> str | None:
    return None if at is None else iso(at)
