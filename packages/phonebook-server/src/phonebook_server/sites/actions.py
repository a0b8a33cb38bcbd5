"""What may happen to sites. Each action checks rights, is one transaction, and announces after it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, Problem
from phonebook_server.accounts.guards import (
    Principal,
    Role,
    SiteRow,
    require_admin,
    require_site,
    site_row,
    visible_sites,
)
from phonebook_server.activity.record import record
from phonebook_server.checks import tidy_name, tidy_region
from phonebook_server.contacts.actions import rederive
from phonebook_server.db.tables import Phonebook, Site
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.server import Server


async def create_site(server: Server, principal: Principal, *, name: str, region: str) -> SiteRow:
    """Make a site. Only administrators. Raises Invalid with every problem."""
    require_admin(principal, "make sites")
    problems: list[Problem] = []
    name, region = tidy_name(name, problems), tidy_region(region, problems)
    if problems:
        raise Invalid(problems)
    site = SiteRow(id=new_id(), name=name, region=region, created_at=server.clock(), role=Role.MANAGER)
    async with server.db.transaction() as connection:
        await connection.execute(
            insert(Site).values(id=site.id, name=site.name, region=site.region, created_at=site.created_at)
        )
        await record(
            connection,
            clock_ms=site.created_at,
            principal=principal,
            action="site.created",
            site_id=site.id,
            subject=site.name,
        )
    server.publish(Event(kind="site.created", site_id=site.id))
    return site


async def list_sites(server: Server, principal: Principal, *, after: tuple[str, ...], limit: int) -> list[SiteRow]:
    """The sites that the asker is a member of, by name; an administrator's are all. `after`: folded name and id."""
    folded = func.lower(Site.name)
    query = (
        visible_sites(principal).where(tuple_(folded, Site.id) > tuple_(*after)).order_by(folded, Site.id).limit(limit)
    )
    async with server.db.reading() as connection:
        return [site_row(row, principal) for row in await connection.execute(query)]


async def get_site(server: Server, principal: Principal, site_id: str) -> SiteRow:
    """The site. Needs a viewer."""
    async with server.db.reading() as connection:
        return await require_site(connection, principal, site_id, Role.VIEWER)


async def change_site(
    server: Server, principal: Principal, site_id: str, *, name: str | None, region: str | None
) -> SiteRow:
    """Rename a site or move it to another region; None leaves as it is. Needs a manager.

    A new region has the numbers of those phonebooks read anew that have no region of their own.
    """
    async with server.db.transaction() as connection:
        site = await require_site(connection, principal, site_id, Role.MANAGER)
        problems: list[Problem] = []
        changed = msgspec.structs.replace(
            site,
            name=site.name if name is None else tidy_name(name, problems),
            region=site.region if region is None else tidy_region(region, problems),
        )
        if problems:
            raise Invalid(problems)
        if changed == site:
            return site
        now = server.clock()
        await connection.execute(
            update(Site).where(Site.id == site_id).values(name=changed.name, region=changed.region)
        )
        phonebooks = await _phonebooks(connection, site_id)
        await connection.execute(
            update(Phonebook)
            .where(Phonebook.site_id == site_id, Phonebook.deleted_at.is_(None))
            .values(position=Phonebook.position + 1)
        )
        if changed.region != site.region:
            for phonebook in phonebooks:
                if not phonebook.region:
                    await rederive(connection, phonebook.id, changed.region, actor=principal.email, now=now)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="site.changed",
            site_id=site_id,
            subject=changed.name,
            detail=_difference(site, changed),
        )
    server.publish(Event(kind="site.changed", site_id=site_id))
    await _tell(server, phonebooks)
    return changed


async def delete_site(server: Server, principal: Principal, site_id: str) -> None:
    """Take a site out of use, with its phonebooks. Only administrators; nothing is erased."""
    async with server.db.transaction() as connection:
        site = await require_site(connection, principal, site_id, Role.VIEWER)
        require_admin(principal, "delete sites")
        now = server.clock()
        phonebooks = await _phonebooks(connection, site_id)
        await connection.execute(update(Site).where(Site.id == site_id).values(deleted_at=now))
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="site.deleted",
            site_id=site_id,
            subject=site.name,
        )
    server.publish(Event(kind="site.deleted", site_id=site_id))
    await _tell(server, phonebooks)


async def _phonebooks(connection: AsyncConnection, site_id: str) -> list[Any]:
    query = select(Phonebook.id, Phonebook.region).where(Phonebook.site_id == site_id, Phonebook.deleted_at.is_(None))
    return list(await connection.execute(query))


async def _tell(server: Server, phonebooks: list[Any]) -> None:
    for phonebook in phonebooks:
        await server.announce(phonebook.id)
        await server.enablements_changed(phonebook.id)


def _difference(before: SiteRow, after: SiteRow) -> str:
    parts = []
    if before.name != after.name:
        parts.append(f"name was {before.name}")
    if before.region != after.region:
        parts.append(f"region {before.region} became {after.region}")
    return "; ".join(parts)
