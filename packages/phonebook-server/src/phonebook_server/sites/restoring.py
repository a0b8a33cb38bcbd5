"""Deleted sites: which there are, and bringing one back with its phonebooks."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select, update

from phonebook_server.accounts.guards import Principal, Role, SiteRow, require_admin, require_site
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.db.tables import Phonebook, Site
from phonebook_server.paging import decode_cursor, encode_cursor, read_number
from phonebook_server.server import Server


class DeletedSite(Struct, frozen=True, kw_only=True):
    """A site that was deleted. A POST to the path `undo` brings it back."""

    id: str
    name: str
    deleted_at: str
    undo: str


class DeletedSiteList(Struct, frozen=True, kw_only=True):
    """A page of deleted sites, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[DeletedSite]
    next_cursor: str | None


def undo_path(site_id: str) -> str:
    """What brings a deleted site back."""
    return f"/api/v1/sites/{site_id}/restoration"


async def list_deleted_sites(
    server: Server, principal: Principal, *, cursor: str | None, limit: int
) -> DeletedSiteList:
    """A page of the deleted sites, the newest first. Only administrators."""
    require_admin(principal, "see deleted sites")
    at, id = decode_cursor(cursor, 2)
    query = select(Site.id, Site.name, Site.deleted_at).where(Site.deleted_at.is_not(None))
    if cursor:
        when = read_number(at)
        query = query.where((Site.deleted_at < when) | ((Site.deleted_at == when) & (Site.id < id)))
    async with server.db.reading() as connection:
        ordered = query.order_by(Site.deleted_at.desc(), Site.id.desc()).limit(limit + 1)
        rows = (await connection.execute(ordered)).all()
    items = [
        DeletedSite(id=row.id, name=row.name, deleted_at=iso(row.deleted_at or 0), undo=undo_path(row.id))
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return DeletedSiteList(items=items, next_cursor=encode_cursor(str(last.deleted_at), last.id) if last else None)


async def restore_site(server: Server, principal: Principal, site_id: str) -> SiteRow:
    """Bring a deleted site back with its members and the phonebooks that were not deleted before. Only administrators.

    One that is not deleted stays as it is. Raises NotFound.
    """
    async with server.db.transaction() as connection:
        if not principal.is_admin:
            await require_site(connection, principal, site_id, Role.VIEWER)
            require_admin(principal, "restore sites")
        restored = update(Site).where(Site.id == site_id, Site.deleted_at.is_not(None)).values(deleted_at=None)
        is_restored = (await connection.execute(restored)).rowcount > 0
        site = await require_site(connection, principal, site_id, Role.MANAGER)
        if not is_restored:
            return site
        books = update(Phonebook).where(Phonebook.site_id == site_id, Phonebook.deleted_at.is_(None))
        moved = books.values(position=Phonebook.position + 1).returning(Phonebook.id)
        phonebooks = list((await connection.execute(moved)).scalars())
        await record(
            connection,
            clock_ms=server.clock(),
            principal=principal,
            action="site.restored",
            site_id=site_id,
            subject=site.name,
        )
    for phonebook_id in phonebooks:
        await server.announce(phonebook_id)
        await server.enablements_changed(phonebook_id)
    return site
