"""A phonebook's contacts as a file that other programs read, and that is imported again without loss."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact
from phonebook_core.formats import WRITERS
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts import merged, search
from phonebook_server.contacts.attachments import Attachment, dated_name
from phonebook_server.contacts.search import Place, Query, Scope, Sort
from phonebook_server.inclusions.store import members_of
from phonebook_server.server import Server

PORTION: Final = 2_000


class ExportFormat(StrEnum):
    """What a file is written in; see `phonebook_core.formats.WRITERS`."""

    CSV = "csv"
    XLSX = "xlsx"
    VCARD3 = "vcard3"
    VCARD4 = "vcard4"
    JSON = "json"


async def export_contacts(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    format: ExportFormat,
    *,
    query: Query = Query(),  # noqa: B008  # a frozen one
    included: bool = True,
) -> Attachment:
    """The contacts that the list shows for this query, by name, as a file. Needs a viewer. Who took what is noted."""
    query = query._replace(sort=query.sort or Sort.NAME)
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        contacts = await _read(connection, phonebook_id, query, included=included)
    write, extension, media_type = WRITERS[format.value]
    content = await anyio.to_thread.run_sync(lambda: write(contacts))
    now = server.clock()
    narrowed = " (a part)" if query.text.strip() or query.group else ""
    async with server.db.transaction() as connection:
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="contacts.exported",
            site_id=phonebook.site_id,
            phonebook_id=phonebook_id,
            subject=phonebook.name,
            detail=f"{len(contacts)} contacts{narrowed} as {format.value}",
        )
    return Attachment(content=content, filename=dated_name(phonebook.name, extension, at=now), media_type=media_type)


async def _read(connection: AsyncConnection, phonebook_id: str, query: Query, *, included: bool) -> list[Contact]:
    members = await members_of(connection, phonebook_id) if included else []
    scopes = [Scope.of(member) for member in members] or [Scope(phonebook_id)]
    contacts: list[Contact] = []
    after: Place | None = None
    while True:
        found = await search.search(connection, scopes, query, after=after, limit=PORTION)
        stored = [each.stored for each in found]
        if len(members) > 1:
            stored = [each for each in await merged.show(connection, members, stored) if each is not None]
        contacts += [each.contact for each in stored]
        if len(found) < PORTION:
            return contacts
        after = found[-1].place
