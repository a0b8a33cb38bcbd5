"""Deleted phonebooks: which there are, and bringing one back as it was."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select, update

from phonebook_core.errors import NotFound
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook, require_site
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.contacts.actions import name_actor, rederive
from phonebook_server.db.tables import Phonebook
from phonebook_server.paging import decode_cursor, encode_cursor, read_number
from phonebook_server.server import Server


class DeletedPhonebook(Struct, frozen=True, kw_only=True):
    """A phonebook that was deleted. A POST to the path `undo` brings it back."""

    id: str
    name: str
    deleted_at: str
    undo: str


class DeletedPhonebookList(Struct, frozen=True, kw_only=True):
    """A page of deleted phonebooks, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[DeletedPhonebook]
    next_cursor: str | None


def undo_path(phonebook_id: str) -> str:
    """What brings a deleted phonebook back."""
    return f"/api/v1/phonebooks/{phonebook_id}/restoration"


async def list_deleted_phonebooks(
    server: Server, principal: Principal, site_id: str, *, cursor: str | None, limit: int
) -> DeletedPhonebookList:
    """A page of a site's deleted phonebooks, the newest first. Needs a manager."""
    at, id = decode_cursor(cursor, 2)
    query = select(Phonebook.id, Phonebook.name, Phonebook.deleted_at).where(
        Phonebook.site_id == site_id, Phonebook.deleted_at.is_not(None)
    )
    if cursor:
        when = read_number(at)
        query = query.where((Phonebook.deleted_at < when) | ((Phonebook.deleted_at == when) & (Phonebook.id < id)))
    async with server.db.reading() as connection:
        await require_site(connection, principal, site_id, Role.MANAGER)
        ordered = query.order_by(Phonebook.deleted_at.desc(), Phonebook.id.desc()).limit(limit + 1)
        rows = (await connection.execute(ordered)).all()
    items = [
        DeletedPhonebook(id=row.id, name=row.name, deleted_at=iso(row.deleted_at or 0), undo=undo_path(row.id))
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return DeletedPhonebookList(items=items, next_cursor=encode_cursor(str(last.deleted_at), last.id) if last else None)


async def restore_phonebook(server: Server, principal: Principal, phonebook_id: str) -> PhonebookRow:
    """Bring a deleted phonebook back with its contacts, services and addresses. Needs a manager.

    One that is not deleted stays as it is. Raises NotFound, also while its site is deleted.
    """
    async with server.db.transaction() as connection:
        query = select(Phonebook.site_id, Phonebook.name).where(
            Phonebook.id == phonebook_id, Phonebook.deleted_at.is_not(None)
        )
        deleted = (await connection.execute(query)).one_or_none()
        if deleted is None:
            return await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        try:
            await require_site(connection, principal, deleted.site_id, Role.MANAGER)
        except NotFound:
            # the same words as for one that never was
            return await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        restored = update(Phonebook).where(Phonebook.id == phonebook_id)
        await connection.execute(
            restored.values(deleted_at=None, version=Phonebook.version + 1, position=Phonebook.position + 1)
        )
        await record(
            connection,
            clock_ms=server.clock(),
            principal=principal,
            action="phonebook.restored",
            site_id=deleted.site_id,
            phonebook_id=phonebook_id,
            subject=deleted.name,
        )
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        # the site may have another region by now
        await rederive(connection, phonebook_id, phonebook.region, actor=name_actor(principal), now=server.clock())
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
    await server.announce(phonebook_id)
    await server.enablements_changed(phonebook_id)
    return phonebook
