"""Over HTTP: a contact's versions, the bin, what was done as one, and undoing it."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from phonebook_server.checks import BODY_OPTIONAL, etag, iso
from phonebook_server.contacts import bin as bins
from phonebook_server.contacts import history, past, undo
from phonebook_server.contacts.history import VersionList
from phonebook_server.contacts.past import UnitDetails, UnitList
from phonebook_server.contacts.routes import ContactView, IfMatch, view
from phonebook_server.contacts.undo import UndoReport
from phonebook_server.contacts.units import Kind
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit

MAX_IDS: Final = 10_000


class BinnedView(Struct, frozen=True, kw_only=True):
    """A deleted contact: who deleted it and when, as part of which unit, and when it is removed for good (or never)."""

    contact: ContactView
    deleted_at: str
    actor: str
    unit: str
    purged_at: str | None


class BinList(Struct, frozen=True, kw_only=True):
    """A page of deleted contacts, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[BinnedView]
    next_cursor: str | None


class RestoreInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which deleted contacts are to come back."""

    ids: Annotated[list[str], Meta(max_length=MAX_IDS)]


class UndoInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to undo. `dry_run`: only say what would happen.

    `conflicts`: what changed since stays as it is (`keep`) or becomes as before too (`overwrite`).
    """

    dry_run: bool = False
    conflicts: undo.OnConflict = undo.OnConflict.KEEP


@get("/contacts/{contact_id:str}/versions", operation_id="list_versions", summary="List a contact's versions")
async def list_versions(
    server: TheServer, principal: Asker, contact_id: Id, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> VersionList:
    """Who changed what and when, the newest first. Contacts in the bin have their versions too."""
    return await history.list_versions(server, principal, contact_id, cursor=cursor, limit=limit)


@post(
    "/contacts/{contact_id:str}/versions/{version:int}/restore",
    operation_id="restore_version",
    summary="Bring an earlier version of a contact back",
    status_code=200,
)
async def restore_version(
    server: TheServer, principal: Asker, contact_id: Id, version: FromPath[int], if_match: IfMatch = None
) -> Response[ContactView]:
    """Its content becomes the newest version, and a deleted contact is back. Editors."""
    stored = await history.restore_version(server, principal, contact_id, version, if_match=if_match)
    return Response(view(stored), headers={"ETag": etag(stored.version)})


@get("/phonebooks/{phonebook_id:str}/bin", operation_id="list_bin", summary="List a phonebook's deleted contacts")
async def list_bin(
    server: TheServer, principal: Asker, phonebook_id: Id, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> BinList:
    """What is in the bin, the newest first, and when it is removed for good."""
    page = await bins.list_bin(server, principal, phonebook_id, cursor=cursor, limit=limit)
    items = [
        BinnedView(
            contact=view(each.stored),
            deleted_at=iso(each.deleted_at),
            actor=each.actor,
            unit=each.unit,
            purged_at=None if each.purged_at is None else iso(each.purged_at),
        )
        for each in page.items
    ]
    return BinList(items=items, next_cursor=page.next_cursor)


@post(
    "/phonebooks/{phonebook_id:str}/bin/restore",
    operation_id="restore_contacts",
    summary="Bring deleted contacts back",
    status_code=200,
)
async def restore_contacts(
    server: TheServer, principal: Asker, phonebook_id: Id, data: JSONBody[RestoreInput]
) -> bins.Restored:
    """All of these contacts, or none of them. Editors."""
    return await bins.restore_contacts(server, principal, phonebook_id, data.ids)


@delete(
    "/phonebooks/{phonebook_id:str}/bin",
    operation_id="empty_bin",
    summary="Remove deleted contacts for good",
    status_code=200,
)
async def empty_bin(server: TheServer, principal: Asker, phonebook_id: Id) -> bins.Emptied:
    """Empty the bin now; nothing brings these contacts back. Managers."""
    return await bins.empty_bin(server, principal, phonebook_id)


@get("/phonebooks/{phonebook_id:str}/units", operation_id="list_units", summary="List what was done in a phonebook")
async def list_units(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    kind: FromQuery[Kind | None] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> UnitList:
    """Changes that were made as one (an import, a bulk change, a merge, an edit), the newest first."""
    return await past.list_units(server, principal, phonebook_id, kind=kind, cursor=cursor, limit=limit)


@get("/units/{unit_id:str}", operation_id="get_unit", summary="Get a unit")
async def get_unit(
    server: TheServer, principal: Asker, unit_id: Id, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> UnitDetails:
    """What was done as one, with a page of the contacts that it changed."""
    return await past.get_unit(server, principal, unit_id, cursor=cursor, limit=limit)


@post(
    "/units/{unit_id:str}/undo",
    operation_id="undo_unit",
    summary="Undo a unit",
    status_code=200,
    opt={BODY_OPTIONAL: True},
)
async def undo_unit(
    server: TheServer, principal: Asker, unit_id: Id, data: JSONBody[UndoInput | None] = None
) -> UndoReport:
    """Undo every change of it, in all phonebooks that it touched. What was changed since stays, and is reported.

    Editors. The body may be left out. Undoing the unit in the answer does it again.
    """
    input = data or UndoInput()
    overwrite = input.conflicts is undo.OnConflict.OVERWRITE
    return await undo.undo_unit(server, principal, unit_id, dry_run=input.dry_run, overwrite=overwrite)


handlers: Final = (
    list_versions,
    restore_version,
    list_bin,
    restore_contacts,
    empty_bin,
    list_units,
    get_unit,
    undo_unit,
)
