"""`/api/v1/phonebooks/{id}/dispatches`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from phonebook_core.errors import Invalid
from phonebook_core.vendor_link.messages import Phone
from phonebook_server.accounts.guards import Role, require_phonebook
from phonebook_server.checks import iso
from phonebook_server.dispatches.store import StoredDispatch, list_dispatches
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor

PhoneFilter = Annotated[str | None, QueryParameter(description="Only those of the phone with this id.")]
StatusFilter = Annotated[
    Literal["failed"] | None, QueryParameter(description="`failed`: only those that were refused or went wrong.")
]


class PhoneView(Struct, frozen=True, kw_only=True):
    """A phone as it described itself; empty where it said nothing. `mac` has twelve hexadecimal digits."""

    vendor: str
    model: str
    firmware: str
    mac: str
    address: str
    user_agent: str


class DispatchView(Struct, frozen=True, kw_only=True):
    """One answer to a phone, at `time` by the service's clock.

    `auth` is what came of the phone's credentials: `ok`, `former` (the password before the last rotation), `wrong`,
    `throttled` (wrong too often), `none` (it did not come back with any), or empty when nobody looked. `phone_id` is
    the phone's in the list of phones. `token` is the sync token of the book it got. `count` is over 1 when a burst of
    equal answers was folded.
    """

    id: str
    time: str
    received_at: str
    service: str
    phone: PhoneView
    file: str
    status: int
    bytes: int
    token: str
    count: int
    auth: str
    phone_id: str


class DispatchList(Struct, frozen=True, kw_only=True):
    """A page of dispatches, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[DispatchView]
    next_cursor: str | None


def view(stored: StoredDispatch) -> DispatchView:
    """The dispatch as clients get it."""
    dispatch = stored.dispatch
    return DispatchView(
        id=dispatch.id,
        time=iso(dispatch.time),
        received_at=iso(stored.received_at),
        service=stored.service,
        phone=phone_view(dispatch.phone),
        file=dispatch.file,
        status=dispatch.status,
        bytes=dispatch.bytes,
        token=dispatch.token,
        count=dispatch.count,
        auth=dispatch.auth,
        phone_id=stored.phone_id,
    )


def phone_view(phone: Phone) -> PhoneView:
    """The phone with every field, also the empty ones."""
    return PhoneView(
        vendor=phone.vendor,
        model=phone.model,
        firmware=phone.firmware,
        mac=phone.mac,
        address=phone.address,
        user_agent=phone.user_agent,
    )


@get("/phonebooks/{phonebook_id:str}/dispatches", operation_id="list_dispatches", summary="List what phones fetched")
async def list_of_phonebook(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    phone: PhoneFilter = None,
    status: StatusFilter = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DispatchList:
    """Who fetched this phonebook: time, service, phone, status, bytes, the newest first. Viewers."""
    before = _before(cursor)
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        found = await list_dispatches(
            connection, phonebook_id, before=before, limit=limit + 1, phone_id=phone, failed=status == "failed"
        )
    last = found[limit - 1].dispatch if len(found) > limit else None
    return DispatchList(
        items=[view(each) for each in found[:limit]],
        next_cursor=encode_cursor(str(last.time), last.id) if last else None,
    )


def _before(cursor: str | None) -> tuple[int, str] | None:
    if not cursor:
        return None
    time, id = decode_cursor(cursor, 2)
    if not time.isdigit() or len(time) > 18:
        raise Invalid("This cursor cannot be read. Take the `next_cursor` of the page before.", field="cursor")
    return int(time), id


handlers: Final = [list_of_phonebook]
