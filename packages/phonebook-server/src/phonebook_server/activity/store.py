"""What was done, as rows: found by the same filters for lists, exports and the command, the newest first."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid
from phonebook_server.accounts.guards import Principal, Role, managed_sites, require_site
from phonebook_server.checks import iso
from phonebook_server.db.tables import Activity
from phonebook_server.server import Server
from phonebook_server.tokens.limits import read_time

PORTION: Final = 500
"""Rows read at once for an export."""
_ACTION: Final = re.compile(r"[a-z_]{1,40}(?:\.[a-z_]{1,40})?")
_END: Final = (1 << 62, "")


class ActivityView(Struct, frozen=True, kw_only=True):
    """Something that was done: when, by whom, from which address, to what. Texts are as they were at the time.

    `site_id` is null for what spans sites; `action` is a stable `noun.verb_in_the_past`.
    """

    id: str
    at: str
    actor: str
    address: str
    site_id: str | None
    phonebook_id: str | None
    action: str
    subject: str
    detail: str


class Filters(Struct, frozen=True, kw_only=True):
    """Which activity is asked for; empty means every. `since` and `until` are ISO 8601, `until` not included.

    `action` is a whole action or the noun of several, as `token`.
    """

    site: str | None = None
    actor: str | None = None
    action: str | None = None
    since: str | None = None
    until: str | None = None


async def find_conditions(
    connection: AsyncConnection, principal: Principal, filters: Filters
) -> list[ColumnElement[bool]]:
    """What the rows must fulfil, so that nobody sees what is not theirs.

    An administrator sees everything, others what happened in the sites they manage. Raises NotFound for a site that
    the asker may not know of, NotAllowed for one that they do not manage, Invalid for a filter that cannot be read.
    """
    conditions: list[ColumnElement[bool]] = []
    if filters.site:
        if not principal.is_admin:  # who also sees what happened in deleted sites
            await require_site(connection, principal, filters.site, Role.MANAGER)
        conditions.append(Activity.site_id == filters.site)
    elif not principal.is_admin:
        conditions.append(Activity.site_id.in_(managed_sites(principal)))
    if filters.actor:
        conditions.append(Activity.actor == filters.actor.strip().lower())
    if filters.action:
        if not _ACTION.fullmatch(filters.action):
            raise Invalid("An action is written as token.created, or token for all of them.", field="action")
        named = Activity.action == filters.action
        conditions.append(
            named if "." in filters.action else Activity.action.startswith(f"{filters.action}.", autoescape=True)
        )
    if filters.since:
        conditions.append(Activity.at >= read_time(filters.since, "since"))
    if filters.until:
        conditions.append(Activity.at < read_time(filters.until, "until"))
    return conditions


async def list_activity(
    server: Server, principal: Principal, filters: Filters, *, before: tuple[int, str] | None, limit: int
) -> list[Row[Any]]:
    """What was done, the newest first; `before`: time and id of the last one of the page before."""
    async with server.db.reading() as connection:
        conditions = await find_conditions(connection, principal, filters)
        return await _page(connection, conditions, before or _END, limit)


async def export_activity(server: Server, principal: Principal, filters: Filters) -> AsyncGenerator[list[ActivityView]]:
    """All of it, in portions, so that a long record needs little memory. Raises at its first portion, as lists do."""
    before = _END
    while True:
        async with server.db.reading() as connection:
            conditions = await find_conditions(connection, principal, filters)
            rows = await _page(connection, conditions, before, PORTION)
        yield [view(row) for row in rows]
        if len(rows) < PORTION:
            return
        before = rows[-1].at, rows[-1].id


def view(row: Row[Any]) -> ActivityView:
    """The row as clients get it."""
    return ActivityView(
        id=row.id,
        at=iso(row.at),
        actor=row.actor,
        address=row.address,
        site_id=row.site_id,
        phonebook_id=row.phonebook_id,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )


async def _page(
    connection: AsyncConnection, conditions: list[ColumnElement[bool]], before: tuple[int, str], limit: int
) -> list[Row[Any]]:
    query = (
        select(Activity.__table__)
        .where(*conditions, tuple_(Activity.at, Activity.id) < tuple_(*before))
        .order_by(Activity.at.desc(), Activity.id.desc())
        .limit(limit)
    )
    return list(await connection.execute(query))
