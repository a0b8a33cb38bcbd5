"""What a list of phonebooks shows at a glance. Every number is kept or comes from an index; nothing is counted over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.vendor_link.lifecycle import State
from phonebook_server.db.tables import Enablement, Inclusion, Phone, Phonebook, VendorService
from phonebook_server.server import Server
from phonebook_server.services.links import Links

DAY_MS: Final = 24 * 3_600_000


class ServiceAtAGlance(Struct, frozen=True, kw_only=True):
    """How one vendor service stands to a phonebook; `on` is what people want, `state` what is so."""

    slug: str
    label: str
    state: State
    on: bool


class Glance(Struct, frozen=True, kw_only=True):
    """A phonebook at a glance. `changed_at` is when one of its contacts last changed, None: never."""

    contacts: int
    inclusions: int
    changed_at: int | None
    services: tuple[ServiceAtAGlance, ...]
    phones_24h: int


async def glance(server: Server, links: Links, ids: Sequence[str]) -> dict[str, Glance]:
    """These phonebooks at a glance, by id; whoever asks has checked the rights."""
    async with server.db.reading() as connection:
        books = await connection.execute(
            select(Phonebook.id, Phonebook.contacts, Phonebook.contacts_changed_at).where(Phonebook.id.in_(ids))
        )
        rows = list(books)
        services = list(
            await connection.execute(
                select(VendorService.slug, VendorService.label).order_by(VendorService.label, VendorService.slug)
            )
        )
        included = await _count_inclusions(connection, ids)
        phones = await _count_phones(connection, ids, server.clock() - DAY_MS)
        wanted = await connection.execute(
            select(Enablement.phonebook_id, Enablement.slug).where(
                Enablement.phonebook_id.in_(ids), Enablement.wanted_on
            )
        )
        on = {(row.phonebook_id, row.slug) for row in wanted}
    states = {service.slug: links.states(service.slug, ids) for service in services}
    return {
        row.id: Glance(
            contacts=row.contacts,
            inclusions=included[row.id],
            changed_at=row.contacts_changed_at,
            services=tuple(_service(service, states[service.slug][row.id], (row.id, service.slug) in on)
                           for service in services),
            phones_24h=phones[row.id],
        )
        for row in rows
    }  # fmt: skip


def _service(service: Row[str, str], state: State, on: bool) -> ServiceAtAGlance:
    return ServiceAtAGlance(slug=service.slug, label=service.label, state=state, on=on)


async def _count_inclusions(connection: AsyncConnection, ids: Sequence[str]) -> Counter[str]:
    query = (
        select(Inclusion.phonebook_id, func.count().label("number"))
        .where(Inclusion.phonebook_id.in_(ids))
        .group_by(Inclusion.phonebook_id)
    )
    return Counter({row.phonebook_id: row.number for row in await connection.execute(query)})


async def _count_phones(connection: AsyncConnection, ids: Sequence[str], since: int) -> Counter[str]:
    query = (
        select(Phone.phonebook_id, func.count().label("number"))
        .where(Phone.phonebook_id.in_(ids), Phone.last_at > since)
        .group_by(Phone.phonebook_id)
    )
    return Counter({row.phonebook_id: row.number for row in await connection.execute(query)})
