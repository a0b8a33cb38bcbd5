"""`/api/v1/phonebooks/{id}/phones`."""

from __future__ import annotations

from typing import Any, Final

from litestar import get
from msgspec import Struct

from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Cursor, Id, TheLinks, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor, read_number
from phonebook_server.phones import actions
from phonebook_server.phones.actions import Diagnosed
from phonebook_server.phones.finding import Finding, Severity


class FindingView(Struct, frozen=True, kw_only=True):
    """One thing to know, with a sentence that says what to do. `code` is stable; `values` are what it is about."""

    code: str
    severity: Severity
    message: str
    values: dict[str, Any]


class BookHeld(Struct, frozen=True, kw_only=True):
    """Which state of the phonebook a phone holds.

    `fetched_at` is when it got it, `stale_since` since when there is a newer one, null: unknown, or there is none.
    """

    current: bool
    fetched_at: str
    stale_since: str | None


class SeenPhone(Struct, frozen=True, kw_only=True):
    """A phone that asked for the phonebook, as it last described itself, and what is wrong with it, the worst first.

    Phones are told apart by their MAC, where none is sent by address and User-Agent. `every_seconds` is how often it
    usually asks, null: not known yet. `book` is null when it never got the phonebook. Requests and failures are those
    of the last 7 days.
    """

    id: str
    service: str
    vendor: str
    model: str
    firmware: str
    mac: str
    address: str
    user_agent: str
    first_at: str
    last_at: str
    last_success_at: str | None
    last_status: int
    last_auth: str
    last_file: str
    requests_7d: int
    failures_7d: int
    every_seconds: int | None
    book: BookHeld | None
    diagnosis: list[FindingView]


class PhoneList(Struct, frozen=True, kw_only=True):
    """A page of phones, the one heard of last first; `diagnosis` is about the phonebook as a whole.

    `next_cursor` asks for the following page, null: there is none.
    """

    items: list[SeenPhone]
    diagnosis: list[FindingView]
    next_cursor: str | None


def view(diagnosed: Diagnosed) -> SeenPhone:
    """The phone as clients get it."""
    phone, held = diagnosed.phone, diagnosed.held
    return SeenPhone(
        id=phone.id,
        service=phone.slug,
        vendor=phone.vendor,
        model=phone.model,
        firmware=phone.firmware,
        mac=phone.mac,
        address=phone.address,
        user_agent=phone.user_agent,
        first_at=iso(phone.first_at),
        last_at=iso(phone.last_at),
        last_success_at=_iso(phone.ok_at),
        last_status=phone.last_status,
        last_auth=phone.last_auth,
        last_file=phone.last_file,
        requests_7d=phone.requests,
        failures_7d=phone.failures,
        every_seconds=round(phone.every_ms / 1000) if phone.every_ms is not None else None,
        book=BookHeld(current=held.current, fetched_at=iso(phone.ok_at or 0), stale_since=_iso(held.stale_since))
        if held is not None
        else None,
        diagnosis=[finding_view(finding) for finding in diagnosed.findings],
    )


def finding_view(finding: Finding) -> FindingView:
    """The finding as clients get it."""
    return FindingView(
        code=finding.code, severity=finding.severity, message=finding.message, values=dict(finding.values)
    )


@get("/phonebooks/{phonebook_id:str}/phones", operation_id="list_phones", summary="List the phones of a phonebook")
async def list_phones(
    server: TheServer,
    links: TheLinks,
    principal: Asker,
    phonebook_id: Id,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PhoneList:
    """The phones that asked for it, the one heard of last first, and why one does not load it. Viewers."""
    before = None
    if cursor:
        at, id = decode_cursor(cursor, 2)
        before = read_number(at), id
    found = await actions.list_phones(server, links, principal, phonebook_id, before=before, limit=limit + 1)
    last = found.phones[limit - 1].phone if len(found.phones) > limit else None
    return PhoneList(
        items=[view(each) for each in found.phones[:limit]],
        diagnosis=[finding_view(finding) for finding in found.findings],
        next_cursor=encode_cursor(str(last.last_at), last.id) if last is not None else None,
    )


def _iso(at: int | None) -> str | None:
    return iso(at) if at is not None else None


handlers: Final = [list_phones]
