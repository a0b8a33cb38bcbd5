"""What a live stream may show: who looks, through which sites. Read in bulk, so that many streams cost few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import IDLE_MS, holding_sessions
from phonebook_server.db.tables import Membership, Site
from phonebook_server.events.event import Event
from phonebook_server.tokens.bearing import bearer, holding_tokens

_PORTION: Final = 400
"""Values in one query."""


class Credential(Struct, frozen=True):
    """What opened a stream: an API token or a session, by the hash of its secret."""

    via: Literal["session", "token"]
    secret_hash: str


class Sight(Struct, frozen=True):
    """What a stream may show. `sites` None: every site. `until`: when its credential ends, if nothing happens before.

    `is_limited` is set for a token with limits, which is told nothing about its user.
    """

    user_id: str
    sites: frozenset[str] | None
    is_admin: bool
    is_limited: bool
    until: int | None

    def shows(self, event: Event) -> bool:
        """Whether this event may be told."""
        if event.user_id and (event.user_id != self.user_id or self.is_limited):
            return False
        if event.site_id:
            return self.sites is None or event.site_id in self.sites
        return self.is_admin or event.is_public or bool(event.user_id)

    def rights(self) -> object:
        """What a change of makes a difference to whoever looks."""
        return self.sites, self.is_admin, self.is_limited


async def look(connection: AsyncConnection, credentials: Sequence[Credential], now: int) -> dict[Credential, Sight]:
    """What each credential may see now; those that do not hold any more are not in it."""
    found: dict[Credential, tuple[Principal, int | None]] = {}
    for hashes in _portions(each.secret_hash for each in credentials if each.via == "token"):
        for row in await connection.execute(holding_tokens(hashes, now)):
            principal = bearer(row, "")
            for hash, ends in ((row.token_hash, None), (row.former_hash, row.former_until)):
                if hash is not None and (ends is None or ends > now):
                    found[Credential("token", hash)] = principal, _first(row.expires_at, ends)
    for hashes in _portions(each.secret_hash for each in credentials if each.via == "session"):
        for row in await connection.execute(holding_sessions(hashes, now)):
            principal = Principal(row.id, row.email, row.is_admin, "session")
            ends = min(row.expires_at, row.seen_at + IDLE_MS)
            found[Credential("session", row.id_hash)] = principal, ends
            if row.former_hash is not None and row.former_until is not None and row.former_until > now:
                found[Credential("session", row.former_hash)] = principal, _first(ends, row.former_until)
    joined = await _memberships(connection, {principal.user_id for principal, _ in found.values()})
    return {
        credential: _sight(*found[credential], joined.get(found[credential][0].user_id, frozenset()))
        for credential in credentials
        if credential in found
    }


def _sight(principal: Principal, until: int | None, joined: frozenset[str]) -> Sight:
    sites = None if principal.is_everywhere else joined
    if principal.sites is not None:
        sites = principal.sites if sites is None else sites & principal.sites
    return Sight(principal.user_id, sites, principal.is_admin, principal.is_limited, until)


async def _memberships(connection: AsyncConnection, user_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    joined: dict[str, set[str]] = {}
    for ids in _portions(user_ids):
        query = (
            select(Membership.user_id, Membership.site_id)
            .join(Site, Site.id == Membership.site_id)
            .where(Membership.user_id.in_(ids), Site.deleted_at.is_(None))
        )
        for row in await connection.execute(query):
            joined.setdefault(row.user_id, set()).add(row.site_id)
    return {user_id: frozenset(sites) for user_id, sites in joined.items()}


def _portions(values: Iterable[str]) -> Iterator[list[str]]:
    every = sorted(set(values))
    return (every[start : start + _PORTION] for start in range(0, len(every), _PORTION))


def _first(*times: int | None) -> int | None:
    return min((time for time in times if time is not None), default=None)
