"""A contact's versions: who changed what and when, and bringing one of them back as a new version."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact
from phonebook_core.errors import NotFound
from phonebook_server.accounts.guards import Principal, Role
from phonebook_server.checks import iso
from phonebook_server.contacts import store, units
from phonebook_server.contacts.actions import name_actor, require_contact
from phonebook_server.contacts.comparison import FieldChange, differences
from phonebook_server.contacts.inputs import checked
from phonebook_server.contacts.newest import require_newest
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.db import tables
from phonebook_server.paging import decode_cursor, encode_cursor, read_number
from phonebook_server.server import Server


class Version(Struct, frozen=True, kw_only=True):
    """One version of a contact: what was done, by whom, when, as part of which unit, and what it changed.

    `changes` are against the version before; of the first one, against an empty contact.
    """

    version: int
    change: Change
    actor: str
    at: str
    unit: str
    changes: list[FieldChange]


class VersionList(Struct, frozen=True, kw_only=True):
    """A page of versions, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[Version]
    next_cursor: str | None


async def list_versions(
    server: Server, principal: Principal, contact_id: str, *, cursor: str | None, limit: int
) -> VersionList:
    """A page of a contact's versions, the newest first. Needs a viewer. Contacts in the bin have theirs too."""
    [before] = decode_cursor(cursor, 1)
    version = tables.ContactVersion
    query = select(version.__table__).where(version.contact_id == contact_id).order_by(version.version.desc())
    if before:
        query = query.where(version.version < read_number(before))
    async with server.db.reading() as connection:
        await require_contact(connection, principal, contact_id, Role.VIEWER, binned=True)
        rows = (await connection.execute(query.limit(limit + 1))).all()
    bodies = [store.decode_body(row.body, contact_id) for row in rows]
    if len(rows) <= limit:
        bodies.append(Contact())
    items = [
        Version(
            version=row.version,
            change=Change(row.change),
            actor=row.actor,
            at=iso(row.at),
            unit=row.unit,
            changes=differences(older, newer),
        )
        for row, newer, older in zip(rows[:limit], bodies, bodies[1:], strict=False)
    ]
    more = len(rows) > limit
    return VersionList(items=items, next_cursor=encode_cursor(str(items[-1].version)) if more else None)


async def restore_version(
    server: Server, principal: Principal, contact_id: str, version: int, *, if_match: str | None = None
) -> StoredContact:
    """Give a contact the content of an earlier version, as a new one; a deleted contact is back then. Needs an editor.

    What changes nothing makes no new version. Raises ChangedMeanwhile when `if_match` names another version than the
    newest.
    """
    async with server.db.transaction() as connection:
        stored, phonebook = await require_contact(connection, principal, contact_id, Role.EDITOR, binned=True)
        await require_newest(connection, if_match, stored)
        earlier = await find_version(connection, contact_id, version)
        contact = checked(earlier, phonebook.region)
        if stored.deleted_at is None and store.encode_body(contact) == store.encode_body(stored.contact):
            return stored
        unit = await units.begin(
            connection,
            units.Kind.RESTORE,
            actor=name_actor(principal),
            now=server.clock(),
            summary=f"Version {version} of a contact restored",
        )
        [stored] = await store.write(connection, phonebook.id, [Write(contact, Change.RESTORED, stored)], unit=unit)
    await server.announce(phonebook.id)
    return stored


async def find_version(connection: AsyncConnection, contact_id: str, version: int) -> Contact:
    """The contact as it was in this version. Raises NotFound."""
    table = tables.ContactVersion
    query = select(table.body).where(table.contact_id == contact_id, table.version == version)
    body = (await connection.execute(query)).scalar_one_or_none() if 0 < version < 2**63 else None
    if body is None:
        raise NotFound(f"The contact has no version {version}. Its list of versions says which there are.")
    return store.decode_body(body, contact_id)
