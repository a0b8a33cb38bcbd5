"""Service tokens: what a vendor service that runs on its own dials in with. Made by administrators, shown once.

To rotate one, make a second, give it to the service, and revoke the first.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from msgspec import Struct
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, NotFound
from phonebook_server.accounts.guards import Principal, require_admin
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.db.tables import ServiceToken
from phonebook_server.ids import hashed, new_id, new_secret
from phonebook_server.server import Server

PREFIX: Final = "pbs_"
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


class ServiceTokenView(Struct, frozen=True, kw_only=True):
    """A service token without its secret; `prefix` is how the secret begins. Times are ISO 8601 in UTC."""

    id: str
    slug: str
    prefix: str
    created_at: str
    used_at: str | None


class NewServiceToken(ServiceTokenView, frozen=True, kw_only=True):
    """A service token with its secret, which is shown this once."""

    token: str


async def create_service_token(server: Server, principal: Principal, slug: str) -> NewServiceToken:
    """A new token for this service; earlier ones stay valid until they are revoked. Only administrators.

    Raises Invalid for a bad slug.
    """
    require_admin(principal, "let vendor services in")
    if not _SLUG.fullmatch(slug):
        raise Invalid(
            f"“{slug[:50]}” is no name of a service: those are small letters, digits and -, as yealink.", field="slug"
        )
    secret, now, id = new_secret(PREFIX), server.clock(), new_id()
    prefix = secret[:10]
    async with server.db.transaction() as connection:
        await connection.execute(
            insert(ServiceToken).values(id=id, slug=slug, prefix=prefix, token_hash=hashed(secret), created_at=now)
        )
        await record(connection, clock_ms=now, principal=principal, action="service_token.created", subject=slug)
    return NewServiceToken(id=id, slug=slug, prefix=prefix, created_at=iso(now), used_at=None, token=secret)


async def list_service_tokens(
    server: Server, principal: Principal, *, after: str = "", limit: int | None = None
) -> list[ServiceTokenView]:
    """The tokens that were not revoked, oldest first, that follow the id `after`. Only administrators."""
    require_admin(principal, "see the tokens of vendor services")
    query = select(ServiceToken.__table__).where(ServiceToken.revoked_at.is_(None), ServiceToken.id > after)
    async with server.db.reading() as connection:
        rows = await connection.execute(query.order_by(ServiceToken.id).limit(limit))
        return [
            ServiceTokenView(
                id=row.id,
                slug=row.slug,
                prefix=row.prefix,
                created_at=iso(row.created_at),
                used_at=None if row.used_at is None else iso(row.used_at),
            )
            for row in rows
        ]


async def revoke_service_token(server: Server, principal: Principal, token_id: str) -> None:
    """Revoke a token: the next dial with it is refused, and what is linked with it is parted from. Administrators.

    Raises NotFound.
    """
    require_admin(principal, "revoke the tokens of vendor services")
    now = server.clock()
    async with server.db.transaction() as connection:
        revoking = update(ServiceToken).where(ServiceToken.id == token_id, ServiceToken.revoked_at.is_(None))
        slug = (
            await connection.execute(revoking.values(revoked_at=now).returning(ServiceToken.slug))
        ).scalar_one_or_none()
        if slug is None:
            raise NotFound("There is no such service token. It may have been revoked already; list them to see.")
        await record(connection, clock_ms=now, principal=principal, action="service_token.revoked", subject=slug)


async def find_holding(connection: AsyncConnection, token_ids: Collection[str]) -> set[str]:
    """Those of the tokens with these ids that hold."""
    rows = await connection.execute(select(ServiceToken.id).where(ServiceToken.revoked_at.is_(None)))
    return set(rows.scalars()) & set(token_ids)
