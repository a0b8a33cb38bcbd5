"""Contacts over HTTP: JSON in and out, entity tags, cursors, files to import, changes since a sync token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import Struct

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import Invalid
from phonebook_core.formats.reading import MAX_BYTES
from phonebook_server import problems
from phonebook_server.checks import etag, iso
from phonebook_server.contacts import actions
from phonebook_server.contacts.changes import MAX_PAGE
from phonebook_server.contacts.importing import ImportReport, import_file
from phonebook_server.contacts.inputs import ContactInput
from phonebook_server.contacts.store import StoredContact
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT

MAX_LIST: Final = 500
"""The most contacts in one page of a list."""
_FORM_OVERHEAD: Final = 64 * 1024

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
    """A contact as clients get it, every field there. Times are ISO 8601 in UTC."""

    numbers: tuple[NumberView, ...] = ()
    emails: tuple[EmailView, ...] = ()
    phonebook_id: str
    version: int
    created_at: str
    updated_at: str


class ContactList(Struct, frozen=True, kw_only=True):
    """A page of contacts in the one order. Ask for the next with `next_cursor`; null: there is none."""

    items: list[ContactView]
    next_cursor: str | None


class ChangeList(Struct, frozen=True, kw_only=True):
    """A page of changes. With `snapshot`, forget what you have first; while `more`, ask again since `token`."""

    upserts: list[ContactView]
    removals: list[str]
    token: str
    snapshot: bool
    more: bool


def view(stored: StoredContact) -> ContactView:
    """The contact as clients get it."""
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


@get("/phonebooks/{phonebook_id:str}/contacts", operation_id="list_contacts", summary="List a phonebook's contacts")
async def list_contacts(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    cursor: Cursor = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIST)] = DEFAULT_LIMIT,
) -> ContactList:
    """Contacts by name, a page at a time."""
    page = await actions.list_contacts(server, principal, phonebook_id, cursor=cursor, limit=limit)
    return ContactList(items=[view(stored) for stored in page.items], next_cursor=page.next_cursor)


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


@delete("/contacts/{contact_id:str}", operation_id="delete_contact", summary="Delete a contact")
async def delete_contact(
    server: TheServer,
    principal: Asker,
    contact_id: Id,
    if_match: IfMatch = None,
) -> None:
    """Put a contact into the bin. With If-Match, only when nobody else was faster (else 412)."""
    await actions.delete_contact(server, principal, contact_id, if_match=if_match)


@get("/phonebooks/{phonebook_id:str}/changes", operation_id="list_changes", summary="What changed since a sync token")
async def list_changes(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    since: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 500,
) -> ChangeList:
    """Upserts and removals since the token, or everything when it is empty or too old."""
    page = await actions.read_changes(server, principal, phonebook_id, since=since, limit=limit)
    return ChangeList(
        upserts=[view(stored) for stored in page.stored],
        removals=list(page.removals),
        token=page.token,
        snapshot=page.snapshot,
        more=page.more,
    )


def answer_too_large(_: Request[Any, Any, Any], __: Exception) -> Response[bytes]:
    """413 with what to do, in place of the general sentence."""
    details = problems.ProblemDetails(
        type="urn:phonebook:problem:too_large",
        title=problems.TITLES[413],
        status=413,
        detail=f"The file is larger than {MAX_BYTES // 1024**2} MiB. Split it and import one part after the other.",
        code="too_large",
    )
    return Response(msgspec.json.encode(details), status_code=413, media_type=problems.MEDIA_TYPE)


@dataclass
class ImportOperation(Operation):
    """The multipart body for the API's documentation, as the handler reads it by itself."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        file = Schema(
            type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="A CSV or vCard file, at most 10 MiB."
        )
        schema = Schema(
            type=OpenAPIType.OBJECT, properties={"file": file, "encoding": text, "delimiter": text}, required=["file"]
        )
        self.request_body = RequestBody(required=True, content={"multipart/form-data": OpenAPIMediaType(schema=schema)})


@post(
    "/phonebooks/{phonebook_id:str}/imports",
    operation_id="import_contacts",
    summary="Import a file of contacts",
    operation_class=ImportOperation,
    status_code=200,
    request_max_body_size=MAX_BYTES + _FORM_OVERHEAD,
    exception_handlers={RequestEntityTooLarge: answer_too_large},
)
async def import_contacts(
    request: Request[Any, Any, Any], server: TheServer, principal: Asker, phonebook_id: Id
) -> ImportReport:
    """All good rows of a CSV or vCard file at once; the answer counts them and says what is wrong with the others."""
    upload, texts = await _read_form(request)
    data = await upload.read()
    if len(data) > MAX_BYTES:
        raise RequestEntityTooLarge
    return await import_file(
        server,
        principal,
        phonebook_id,
        data,
        upload.filename,
        encoding=texts.get("encoding") or None,
        delimiter=texts.get("delimiter") or None,
    )


handlers: Final = (
    create_contact,
    list_contacts,
    get_contact,
    change_contact,
    delete_contact,
    import_contacts,
    list_changes,
)


async def _read_form(request: Request[Any, Any, Any]) -> tuple[UploadFile, dict[str, str]]:
    """The one file of a multipart form, whatever the part is called, and the texts beside it."""
    try:
        parts: list[tuple[str, Any]] = list((await request.form()).multi_items())
    except RequestEntityTooLarge:
        raise
    except (ClientException, ValueError, LookupError):  # also a part in a charset that there is not
        raise Invalid(
            "The body cannot be read as multipart/form-data. Send the file as the part `file`, with its name.",
            code="invalid_form",
        ) from None
    files = [(name, part) for name, part in parts if isinstance(part, UploadFile)]
    named = [part for name, part in files if name == "file"] or [part for _, part in files]
    if len(named) != 1:
        found = "no file" if not named else f"{len(named)} files"
        raise Invalid(
            f"The request has {found}. Send one, as multipart/form-data in the part `file`, with its file name.",
            field="file",
            code="required",
        )
    return named[0], {name: part for name, part in parts if isinstance(part, str)}


def _answer(stored: StoredContact) -> Response[ContactView]:
    return Response(view(stored), headers={"ETag": etag(stored.version)})
