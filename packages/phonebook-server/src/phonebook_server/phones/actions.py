"""Which phones ask for a phonebook, which state of it they hold, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.config import is_loopback
from phonebook_server.contacts.sync_tokens import newest_token
from phonebook_server.db.tables import Enablement, Phone, Phonebook, UnitPhonebook, VendorService
from phonebook_server.inclusions.closure import Member
from phonebook_server.inclusions.store import members_of
from phonebook_server.phones.diagnosis import Held, diagnose
from phonebook_server.phones.finding import Finding, ServiceAround
from phonebook_server.phones.known import KnownPhone, recent
from phonebook_server.phones.phonebook_diagnosis import diagnose_phonebook
from phonebook_server.phones.store import list_phones as load_phones
from phonebook_server.server import Server
from phonebook_server.services.links import Links

_STAMP: Final = 12
"""The first digits of an id are the time it was made at, in milliseconds."""


class Diagnosed(Struct, frozen=True, kw_only=True):
    """A phone, the state of the book that it holds (None: it never got it), and what is wrong with it."""

    phone: KnownPhone
    held: Held | None
    findings: list[Finding]


class Phones(Struct, frozen=True, kw_only=True):
    """Phones of a phonebook, and what is wrong with the phonebook as a whole."""

    phones: list[Diagnosed]
    findings: list[Finding]


async def list_phones(
    server: Server,
    links: Links,
    principal: Principal,
    phonebook_id: str,
    *,
    before: tuple[int, str] | None,
    limit: int,
) -> Phones:
    """The phones that asked for the phonebook, the one heard of last first. Needs a viewer."""
    now = server.clock()
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        phones = await load_phones(connection, phonebook_id, before=before, limit=limit)
        members = await members_of(connection, phonebook_id)
        held = await _held(connection, members, phones)
        services = await _services(connection, links, phonebook_id)
        findings = await _about_phonebook(connection, server, links, phonebook_id, services, len(members) > 1)
    return Phones(
        phones=[
            Diagnosed(
                phone=msgspec.structs.replace(phone, days=recent(phone.days, now)),
                held=held.get(phone.id),
                findings=diagnose(phone, held.get(phone.id), services.get(phone.slug), now),
            )
            for phone in phones
        ],
        findings=findings,
    )


async def _held(
    connection: AsyncConnection, members: Sequence[Member], phones: Sequence[KnownPhone]
) -> dict[str, Held]:
    """Which state of the book each of these phones holds, by their ids."""
    own = members[0].book
    newest = newest_token(own.epoch, own.position, members)
    got = [phone for phone in phones if phone.ok_at is not None and phone.token]
    behind = [phone for phone in got if phone.token != newest]
    since = await _first_changes(connection, members, behind)
    return {phone.id: Held(current=phone.token == newest, stale_since=since.get(phone.id)) for phone in got}


async def _first_changes(
    connection: AsyncConnection, members: Sequence[Member], phones: Sequence[KnownPhone]
) -> dict[str, int]:
    """When the first thing changed after each of these phones got the book, as far as that is known.

    It looks for the first unit by its id, which begins with the time.
    """
    found: dict[str, int] = {}
    if not phones:
        return found
    marks = {phone.id: f"{phone.ok_at or 0:0{_STAMP}x}" for phone in phones}
    listed = func.json_each(bindparam("marks")).table_valued("value")
    encoded = msgspec.json.encode(sorted(set(marks.values()))).decode()
    firsts: dict[str, str] = {}
    for member in members:
        first = (
            select(UnitPhonebook.unit_id)
            .where(UnitPhonebook.phonebook_id == member.phonebook_id, UnitPhonebook.unit_id > listed.c.value)
            .order_by(UnitPhonebook.unit_id)
            .limit(1)
            .scalar_subquery()
        )
        for mark, unit_id in await connection.execute(select(listed.c.value, first), {"marks": encoded}):
            if unit_id is not None:
                firsts[mark] = min(firsts.get(mark, unit_id), unit_id)
    return {id: int(firsts[mark][:_STAMP], 16) for id, mark in marks.items() if mark in firsts}


async def _services(connection: AsyncConnection, links: Links, phonebook_id: str) -> dict[str, ServiceAround]:
    """Every known service as it stands to this phonebook, by slug."""
    enablement = Enablement.__table__.c
    query = (
        select(
            VendorService.slug,
            VendorService.label,
            VendorService.seen_at,
            enablement.wanted_on,
            enablement.rotated_at,
            enablement.former_until,
        )
        .join_from(
            VendorService.__table__,
            Enablement.__table__,
            (enablement.slug == VendorService.slug) & (enablement.phonebook_id == phonebook_id),
            isouter=True,
        )
        .order_by(VendorService.label)
    )
    found = {}
    for row in await connection.execute(query):
        seen = links.observed(phonebook_id, row.slug).seen
        access = seen.report.access if seen.report is not None else None
        found[row.slug] = ServiceAround(
            label=row.label,
            on=bool(row.wanted_on),
            state=seen.state,
            seen_at=row.seen_at,
            files=tuple(file.name for file in access.files) if access is not None else (),
            rotated_at=row.rotated_at,
            former_until=row.former_until,
        )
    return found


async def _about_phonebook(
    connection: AsyncConnection,
    server: Server,
    links: Links,
    phonebook_id: str,
    services: dict[str, ServiceAround],
    is_merged: bool,
) -> list[Finding]:
    asked = exists().where(Phone.phonebook_id == phonebook_id)
    query = select(Phonebook.contacts, asked, asked.where(Phone.ok_at.is_not(None))).where(Phonebook.id == phonebook_id)
    contacts, has_phones, has_success = (await connection.execute(query)).one()
    reports = [links.observed(phonebook_id, slug).seen.report for slug, service in services.items() if service.on]
    urls = [report.access.url for report in reports if report is not None and report.access is not None]
    urls = urls or [server.config.public_url]
    return diagnose_phonebook(
        list(services.values()),
        urls=urls,
        loopback=[url for url in urls if is_loopback(urlsplit(url).hostname or "")],
        has_phones=bool(has_phones),
        has_success=bool(has_success),
        is_empty=not contacts and not is_merged,
    )
