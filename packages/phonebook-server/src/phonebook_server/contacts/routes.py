"""Contacts over HTTP: JSON in and out, entity tags, cursors, changes since a sync token."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import Struct

from phonebook_core.contact import MAX_TEXT as MAX_GROUP
from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.search_terms import MAX_TEXT
from phonebook_server.checks import etag, iso
from phonebook_server.contacts import actions, listing
from phonebook_server.contacts.changes import MAX_PAGE
from phonebook_server.contacts.inputs import ContactInput
from phonebook_server.contacts.listing import GroupCount
from phonebook_server.contacts.search import Query, Sort
from phonebook_server.contacts.store import StoredContact
from phonebook_server.contacts.units import Undoable
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT

MAX_LIST: Final = 500
"""The most contacts in one page of a list."""

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The ETag that your change is based on; else 412.")
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(name="Idempotency-Key", description="Any text of your own; repeating it creates nothing more."),
]


class NumberView(PhoneNumber, frozen=True, kw_only=True, omit_defaults=False):
    """A phone number as clients get it: what was typed, its label, and E.164 where that is certain."""


class EmailView(Email, frozen=True, kw_only=True, omit_defaults=False):
    """An e-mail address as clients get it."""


class ContactView(Contact, frozen=True, kw_only=True, omit_defaults=False):
    """A contact as clients get it, every field there. Times are ISO 8601 in UTC.

    `source_id` is the source outside that keeps it: then only `meta` can be changed here.
    `included`: it belongs to another phonebook than the one that was asked for, and is read-only there. Among changes,
    which are what phones show, it lacks the numbers that a nearer contact has; GET it by its id before you edit it.
    """

    numbers: tuple[NumberView, ...] = ()
    emails: tuple[EmailView, ...] = ()
    phonebook_id: str
    version: int
    created_at: str
    updated_at: str
    source_id: str | None = None
    included: bool = False


class ContactList(Struct, frozen=True, kw_only=True):
    """A page of contacts. Ask for the next with `next_cursor`; null: there is none.

    `total` is how many there are in all; null on later pages, and when a search finds more than 10,000.
    """

    items: list[ContactView]
    next_cursor: str | None
    total: int | None


class GroupList(Struct, frozen=True, kw_only=True):
    """Groups by name."""

    items: list[GroupCount]


class ChangeList(Struct, frozen=True, kw_only=True):
    """A page of changes. With `snapshot`, forget what you have first; while `more`, ask again since `token`."""

    upserts: list[ContactView]
    removals: list[str]
    token: str
    snapshot: bool
    more: bool


def view(stored: StoredContact, *, within: str | None = None) -> ContactView:
    """The contact as clients get it; `within` is the phonebook in which it is shown, if not its own."""
    contact = stored.contact
    fields = msgspec.structs.asdict(contact)
    fields["numbers"] = tuple(NumberView(value=n.value, label=n.label, e164=n.e164) for n in contact.numbers)
    fields["emails"] = tuple(EmailView(value=e.value, label=e.label) for e in contact.emails)
    return ContactView(
        **fields,
        phonebook_id=stored.phonebook_id,
        version=stored.version,
        created_at=iso(stored.created_at),
        updated_at=iso(stored.updated_at),
        source_id=stored.source_id,
        included=within is not None and within != stored.phonebook_id,
    )


@post(
    "/phonebooks/{phonebook_id:str}/contacts",
    operation_id="create_contact",
    summary="Create a contact",
)
async def create_contact(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    data: JSONBody[ContactInput],
    idempotency_key: IdempotencyKey = None,
) -> Response[ContactView]:
    """A contact of this phonebook. Repeating the request with the same `Idempotency-Key` creates nothing more."""
    stored = await actions.create_contact(server, principal, phonebook_id, data, idempotency_key=idempotency_key)
    response = _answer(stored)
    response.headers["Location"] = f"/api/v1/contacts/{stored.contact.id}"
    return response


@get("/phonebooks/{phonebook_id:str}/contacts", operation_id="list_contacts", summary="List or search contacts")
async def list_contacts(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    search: Annotated[str, QueryParameter(max_length=MAX_TEXT, description="What was typed: names, numbers, …")] = "",
    group: Annotated[str, QueryParameter(max_length=MAX_GROUP, description="Only this group, by its exact name.")] = "",
    sort: Annotated[Sort | None, QueryParameter(description="Without it: by rank or, without search, name.")] = None,
    included: Annotated[bool, QueryParameter(description="Whether contacts of included phonebooks count.")] = True,
    cursor: Cursor = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIST)] = DEFAULT_LIMIT,
) -> ContactList:
    """Contacts by name, or those that a search finds, the best first; a page at a time."""
    query = Query(text=search, group=group, sort=sort)
    page = await listing.list_contacts(
        server, principal, phonebook_id, query=query, included=included, cursor=cursor, limit=limit
    )
    return ContactList(
        items=[view(stored, within=phonebook_id) for stored in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
    )


@get("/phonebooks/{phonebook_id:str}/groups", operation_id="list_groups", summary="List the groups of a phonebook")
async def list_groups(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    included: Annotated[bool, QueryParameter(description="Whether contacts of included phonebooks count.")] = True,
) -> GroupList:
    """Every group that a contact is in, with how many are, by name."""
    return GroupList(items=await listing.list_groups(server, principal, phonebook_id, included=included))


@get("/contacts/{contact_id:str}", operation_id="get_contact", summary="Get a contact")
async def get_contact(server: TheServer, principal: Asker, contact_id: Id) -> Response[ContactView]:
    """A contact; its ETag is for If-Match."""
    return _answer(await actions.get_contact(server, principal, contact_id))


@patch(
    "/contacts/{contact_id:str}",
    operation_id="change_contact",
    summary="Change a contact",
)
async def change_contact(
    server: TheServer,
    principal: Asker,
    contact_id: Id,
    data: JSONBody[ContactInput],
    if_match: IfMatch = None,
) -> Response[ContactView]:
    """Set the fields that are given. With If-Match, only when nobody else was faster (else 412)."""
    return _answer(await actions.change_contact(server, principal, contact_id, data, if_match=if_match))


@delete("/contacts/{contact_id:str}", operation_id="delete_contact", summary="Delete a contact", status_code=200)
async def delete_contact(
    server: TheServer,
    principal: Asker,
    contact_id: Id,
    if_match: IfMatch = None,
) -> Undoable:
    """Put a contact into the bin; a POST to `undo` brings it back. With If-Match, only when nobody was faster."""
    return await actions.delete_contact(server, principal, contact_id, if_match=if_match)


@get("/phonebooks/{phonebook_id:str}/changes", operation_id="list_changes", summary="What changed since a sync token")
async def list_changes(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    since: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 500,
) -> ChangeList:
    """Upserts and removals since the token, or everything when it is empty or too old; with what is included.

    A page may have up to 500 contacts more than `limit`, when the changes concern others that are shown.
    """
    page = await actions.read_changes(server, principal, phonebook_id, since=since, limit=limit)
    return ChangeList(
        upserts=[view(stored, within=phonebook_id) for stored in page.stored],
        removals=list(page.removals),
        token=page.token,
        snapshot=page.snapshot,
        more=page.more,
    )


handlers: Final = (
    create_contact,
    list_contacts,
    list_groups,
    get_contact,
    change_contact,
    delete_contact,
    list_changes,
)


def _answer(stored: StoredContact) -> Response[ContactView]:
    return Response(view(stored), headers={"ETag": etag(stored.version)})
