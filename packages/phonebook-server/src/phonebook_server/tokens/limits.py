"""What an API token may do at most: how it is asked for, checked, kept, and enforced on every route."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from msgspec import Struct
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, Problem
from phonebook_server.accounts.guards import Principal, Role, require_unlimited, site_row, visible_sites
from phonebook_server.checks import iso

MAX_DAYS: Final = 3650
MAX_SITES: Final = 100
DAY_MS: Final = 24 * 60 * 60 * 1000
_OPEN: Final = re.compile(
    r"GET /api/v1/(?:me|events|search|activity(?:/export)?)"
    r"|\w+ /api/v1/sites(?:/\{site_id\}(?:/phonebooks(?:/deleted)?|/lookup|/restoration)?)?"
    r"|\w+ /api/v1/(?:phonebooks|contacts|units|jobs)/.*"
)
"""The routes that limited tokens may use at all; a new one is closed to them until it is here."""


class Limits(Struct, frozen=True, kw_only=True):
    """The most a token may do. None: whatever its user may. `expires_at` is in UTC milliseconds."""

    role: Role | None = None
    sites: tuple[str, ...] | None = None
    expires_at: int | None = None


UNLIMITED: Final = Limits()


def read_limits(row: Row[Any]) -> Limits:
    """The limits of a row with the columns `role`, `sites` and `expires_at` of a token."""
    return Limits(
        role=Role(row.role) if row.role else None,
        sites=tuple(row.sites.split(",")) if row.sites else None,
        expires_at=row.expires_at,
    )


def columns(limits: Limits) -> dict[str, Any]:
    """How limits are kept."""
    return {
        "role": limits.role.value if limits.role else "",
        "sites": ",".join(limits.sites or ()),
        "expires_at": limits.expires_at,
    }


def describe(limits: Limits) -> str:
    """The limits for the record of what was done."""
    parts = [f"at most {limits.role}"] if limits.role else []
    if limits.sites is not None:
        parts.append(f"only in the sites {', '.join(limits.sites)}")
    if limits.expires_at is not None:
        parts.append(f"until {iso(limits.expires_at)}")
    return "; ".join(parts)


def expiry(expires_at: str | None, expires_in_days: int | None, now: int) -> int | None:
    """When a token ends, from an ISO 8601 time or a number of days. Raises Invalid."""
    if expires_at is not None and expires_in_days is not None:
        raise Invalid("Give `expires_at` or `expires_in_days`, not both.", field="expires_in_days")
    if expires_in_days is not None:
        if not 1 <= expires_in_days <= MAX_DAYS:
            raise Invalid(f"A token holds for 1 to {MAX_DAYS} days.", field="expires_in_days")
        return now + expires_in_days * DAY_MS
    if expires_at is None:
        return None
    at = read_time(expires_at, "expires_at")
    if not now < at <= now + MAX_DAYS * DAY_MS:
        raise Invalid(f"The time must be later than now and within {MAX_DAYS} days.", field="expires_at")
    return at


def read_time(text: str, field: str) -> int:
    """An ISO 8601 time as UTC milliseconds; without a zone it is UTC, a date is its beginning. Raises Invalid."""
    try:
        time = datetime.fromisoformat(text.strip())
        return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        message = f"“{text[:50]}” is no time. Write it as 2027-01-31T12:00:00Z or 2027-01-31."
        raise Invalid(message, field=field) from None


async def check_limits(connection: AsyncConnection, owner: Principal, limits: Limits) -> None:
    """Raises Invalid when a token of `owner` may not have these limits: they must be within what its user may."""
    rows = await connection.execute(visible_sites(owner))
    roles = {site.id: site.role for site in (site_row(row, owner) for row in rows)}
    problems: list[Problem] = []
    if limits.sites is not None:
        problems = _site_problems(limits.sites, roles)
        roles = {id: role for id, role in roles.items() if id in limits.sites}
    role = limits.role
    if role in (None, Role.VIEWER) or owner.is_everywhere or any(held.allows(role) for held in roles.values()):
        role = None
    if role is not None and not problems:
        message = f"The user is {role} in none of these sites. Ask for a role that they have."
        problems.append(Problem(field="role", code="too_high", message=message))
    if problems:
        raise Invalid(problems)


def _site_problems(wanted: Sequence[str], known: dict[str, Role]) -> list[Problem]:
    if not 1 <= len(wanted) <= MAX_SITES:
        message = f"Name 1 to {MAX_SITES} sites, or leave `sites` out for all of the user's."
        return [Problem(field="sites", code="length", message=message)]
    return [
        Problem(
            field=f"sites.{index}",
            code="unknown_site",
            message=f"There is no site {id[:50]}, or its user is no member of it. Check the id.",
        )
        for index, id in enumerate(wanted)
        if id not in known
    ]


async def require_open_route(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard for the whole app, after the sign-in: raises NotAllowed when a limited token is used where it may not."""
    if handler.opt.get("public"):
        return
    principal: Principal = connection.scope["state"]["principal"]
    route = f"{connection.scope.get('method')} {connection.scope['path_template']}"
    if principal.is_limited and not _OPEN.fullmatch(route):
        require_unlimited(principal)
