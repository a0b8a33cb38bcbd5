"""From the hash of a token's secret to whoever bears it, as long as it holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, or_, select

from phonebook_server.accounts.guards import Principal
from phonebook_server.db.tables import ApiToken, User
from phonebook_server.tokens.limits import read_limits


def holding_tokens(token_hashes: list[str], now: int) -> Select[*tuple[Any, ...]]:
    """The query for the tokens with these hashes that hold now, with their users; its rows are for `bearer`.

    The hash may be that of the secret before the last rotation, as long as that one holds.
    """
    former = and_(ApiToken.former_hash.in_(token_hashes), ApiToken.former_until > now)
    return (
        select(
            ApiToken.id,
            ApiToken.token_hash,
            ApiToken.former_hash,
            ApiToken.former_until,
            ApiToken.used_at,
            ApiToken.role,
            ApiToken.sites,
            ApiToken.expires_at,
            User.id.label("user_id"),
            User.email,
            User.is_admin,
        )
        .join(User, User.id == ApiToken.user_id)
        .where(
            or_(ApiToken.token_hash.in_(token_hashes), former),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
            User.disabled_at.is_(None),
        )
    )


def bearer(row: Row[Any], address: str) -> Principal:
    """Whoever sends this token. With a limit they are no administrator, whatever the token's user is."""
    limits = read_limits(row)
    is_limited = limits.role is not None or limits.sites is not None
    return Principal(
        user_id=row.user_id,
        email=row.email,
        is_admin=row.is_admin and not is_limited,
        via="token",
        address=address,
        cap=limits.role,
        sites=None if limits.sites is None else frozenset(limits.sites),
        owner_is_admin=row.is_admin,
    )
