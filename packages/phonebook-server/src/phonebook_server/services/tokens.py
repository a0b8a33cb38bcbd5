"""Service tokens: what a vendor service that runs on its own dials in with. Made on the command line, shown once."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import insert

from phonebook_core.errors import Invalid
from phonebook_server.accounts.guards import Principal
from phonebook_server.activity import record
from phonebook_server.db.tables import ServiceToken
from phonebook_server.ids import hashed, new_id, new_secret
from phonebook_server.server import Server

PREFIX: Final = "pbs_"
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


async def create_service_token(server: Server, principal: Principal, slug: str) -> str:
    """A new token for this service; earlier ones stay valid until they are revoked. Raises Invalid for a bad slug."""
    if not _SLUG.fullmatch(slug):
        raise Invalid(f"“{slug[:50]}” is no name of a service: those are small letters, digits and -, as yealink.")
    secret, now = new_secret(PREFIX), server.clock()
    async with server.db.transaction() as connection:
        await connection.execute(
            insert(ServiceToken).values(
                id=new_id(), slug=slug, prefix=secret[:10], token_hash=hashed(secret), created_at=now
            )
        )
        await record(connection, clock_ms=now, principal=principal, action="service_token.created", subject=slug)
    return secret
