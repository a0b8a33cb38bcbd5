"""`/api/v1/sites/{id}/phonebooks` and `/api/v1/phonebooks/{id}`."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, delete, get, patch, post
from litestar.params import HeaderParameter, JSONBody
from msgspec import Struct

from phonebook_server.accounts.guards import PhonebookRow, Role
from phonebook_server.checks import etag, iso
from phonebook_server.handling import Asker, Cursor, Id, TheLinks, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor, fold_ascii
from phonebook_server.phonebooks import actions, restoring
from phonebook_server.phonebooks.actions import OutputInput, PhonebookInput
from phonebook_server.phonebooks.overview import Glance, ServiceAtAGlance, glance
from phonebook_server.phonebooks.restoring import DeletedPhonebookList
from phonebook_server.server import Server
from phonebook_server.services.links import Links
from phonebook_server.undoing import Deleted


class NewPhonebook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phonebook to be made. Without a `region` the site's holds."""

    name: str
    region: str | None = None
    output: OutputInput = OutputInput()


class PhonebookView(Struct, frozen=True, kw_only=True):
    """A phonebook as clients get it.

    `region` is its own or null, `effective_region` the one that holds; `role` is yours in its site. `contacts` counts
    its own contacts, without those of the phonebooks that it includes (`inclusions` of them); `changed_at` is when one
    of them last changed, null: never. `phones_24h` counts the phones that asked for it in the last 24 hours.
    """

    id: str
    site_id: str
    name: str
    region: str | None
    effective_region: str
    output: OutputInput
    role: Role
    version: int
    created_at: str
    contacts: int
    inclusions: int
    changed_at: str | None
    services: list[ServiceAtAGlance]
    phones_24h: int


class PhonebookList(Struct, frozen=True, kw_only=True):
    """A page of phonebooks by name; `next_cursor` asks for the following one, null: there is none."""

    items: list[PhonebookView]
    next_cursor: str | None


IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The ETag that your change is based on; else 412.")
]


def view(phonebook: PhonebookRow, at_a_glance: Glance) -> PhonebookView:
    """The phonebook as clients get it."""
    return PhonebookView(
        id=phonebook.id,
        site_id=phonebook.site_id,
        name=phonebook.name,
        region=phonebook.own_region or None,
        effective_region=phonebook.region,
        output=actions.output_view(phonebook.output),
        role=phonebook.role,
        version=phonebook.version,
        created_at=iso(phonebook.created_at),
        contacts=at_a_glance.contacts,
        inclusions=at_a_glance.inclusions,
        changed_at=iso(at_a_glance.changed_at) if at_a_glance.changed_at else None,
        services=list(at_a_glance.services),
        phones_24h=at_a_glance.phones_24h,
    )


@post("/sites/{site_id:str}/phonebooks", operation_id="create_phonebook", summary="Make a phonebook")
async def create_phonebook(
    server: TheServer,
    links: TheLinks,
    principal: Asker,
    site_id: Id,
    data: JSONBody[NewPhonebook],
) -> Response[PhonebookView]:
    """An empty phonebook in this site. Managers."""
    input = PhonebookInput(name=data.name, region=data.region, output=data.output)
    phonebook = await actions.create_phonebook(server, principal, site_id, input)
    response = await _answer(server, links, phonebook, 201)
    response.headers["location"] = f"/api/v1/phonebooks/{phonebook.id}"
    return response


@get("/sites/{site_id:str}/phonebooks", operation_id="list_phonebooks", summary="List a site's phonebooks")
async def list_phonebooks(
    server: TheServer,
    links: TheLinks,
    principal: Asker,
    site_id: Id,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PhonebookList:
    """The phonebooks of a site by name, each with what is to be seen at a glance."""
    after = decode_cursor(cursor, 2)
    found = await actions.list_phonebooks(server, principal, site_id, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    page = found[:limit]
    glances = await glance(server, links, [phonebook.id for phonebook in page])
    return PhonebookList(
        items=[view(phonebook, glances[phonebook.id]) for phonebook in page],
        next_cursor=encode_cursor(fold_ascii(last.name), last.id) if last else None,
    )


@get("/phonebooks/{phonebook_id:str}", operation_id="get_phonebook", summary="Get a phonebook")
async def get_phonebook(
    server: TheServer, links: TheLinks, principal: Asker, phonebook_id: Id
) -> Response[PhonebookView]:
    """A phonebook; its ETag is for If-Match."""
    return await _answer(server, links, await actions.get_phonebook(server, principal, phonebook_id))


@patch("/phonebooks/{phonebook_id:str}", operation_id="change_phonebook", summary="Change a phonebook")
async def change_phonebook(
    server: TheServer,
    links: TheLinks,
    principal: Asker,
    phonebook_id: Id,
    data: JSONBody[PhonebookInput],
    if_match: IfMatch = None,
) -> Response[PhonebookView]:
    """Set the values that are given. Managers. Phones get the change with their next fetch."""
    changed = await actions.change_phonebook(server, principal, phonebook_id, data, if_match=if_match)
    return await _answer(server, links, changed)


@delete(
    "/phonebooks/{phonebook_id:str}", operation_id="delete_phonebook", summary="Delete a phonebook", status_code=200
)
async def delete_phonebook(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    if_match: IfMatch = None,
) -> Deleted:
    """Take a phonebook out of use; its phones get none any more. A POST to `undo` brings it back. Managers."""
    await actions.delete_phonebook(server, principal, phonebook_id, if_match=if_match)
    return Deleted(undo=restoring.undo_path(phonebook_id))


@get(
    "/sites/{site_id:str}/phonebooks/deleted",
    operation_id="list_deleted_phonebooks",
    summary="List a site's deleted phonebooks",
)
async def list_deleted_phonebooks(
    server: TheServer,
    principal: Asker,
    site_id: Id,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DeletedPhonebookList:
    """What was deleted in a site, the newest first, and what brings it back. Managers."""
    return await restoring.list_deleted_phonebooks(server, principal, site_id, cursor=cursor, limit=limit)


@post(
    "/phonebooks/{phonebook_id:str}/restoration",
    operation_id="restore_phonebook",
    summary="Bring a deleted phonebook back",
    status_code=200,
)
async def restore_phonebook(
    server: TheServer, links: TheLinks, principal: Asker, phonebook_id: Id
) -> Response[PhonebookView]:
    """As it was, with its contacts and services; phones get it again at their old addresses. Managers."""
    return await _answer(server, links, await restoring.restore_phonebook(server, principal, phonebook_id))


async def _answer(
    server: Server, links: Links, phonebook: PhonebookRow, status_code: int = 200
) -> Response[PhonebookView]:
    glances = await glance(server, links, [phonebook.id])
    shown = view(phonebook, glances[phonebook.id])
    return Response(shown, status_code=status_code, headers={"etag": etag(phonebook.version)})


handlers: Final = [
    create_phonebook,
    list_phonebooks,
    get_phonebook,
    change_phonebook,
    delete_phonebook,
    list_deleted_phonebooks,
    restore_phonebook,
]
