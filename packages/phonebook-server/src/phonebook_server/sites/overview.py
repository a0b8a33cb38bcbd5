"""What a list of sites shows at a glance, from what its phonebooks keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import func, select

from phonebook_core.vendor_link.lifecycle import State
from phonebook_server.db.tables import Enablement, Phonebook
from phonebook_server.server import Server
from phonebook_server.services.links import Links


class Glance(Struct, frozen=True, kw_only=True):
    """A site at a glance. `changed_at` is when a contact in it last changed, None: never.

    `services_on` counts the enablements that are wanted, `services_troubled` those of them that are not enabled.
    """

    phonebooks: int = 0
    contacts: int = 0
    changed_at: int | None = None
    services_on: int = 0
    services_troubled: int = 0


async def glance(server: Server, links: Links, ids: Sequence[str]) -> dict[str, Glance]:
    """These sites at a glance, by id; whoever asks has checked the rights."""
    live = Phonebook.site_id.in_(ids), Phonebook.deleted_at.is_(None)
    counted = select(
        Phonebook.site_id,
        func.count().label("phonebooks"),
        func.sum(Phonebook.contacts).label("contacts"),
        func.max(Phonebook.contacts_changed_at).label("changed_at"),
    )
    wanted = (
        select(Phonebook.site_id, Phonebook.id, Enablement.slug)
        .join(Enablement, Enablement.phonebook_id == Phonebook.id)
        .where(*live, Enablement.wanted_on)
    )
    async with server.db.reading() as connection:
        counts = {
            row.site_id: row for row in await connection.execute(counted.where(*live).group_by(Phonebook.site_id))
        }
        enablements = list(await connection.execute(wanted))
    on: Counter[str] = Counter()
    troubled: Counter[str] = Counter()
    for slug in {row.slug for row in enablements}:
        rows = [row for row in enablements if row.slug == slug]
        states = links.states(slug, [row.id for row in rows])
        on.update(row.site_id for row in rows)
        troubled.update(row.site_id for row in rows if states[row.id] is not State.ENABLED)
    return {
        id: Glance(
            phonebooks=counts[id].phonebooks,
            contacts=counts[id].contacts,
            changed_at=counts[id].changed_at,
            services_on=on[id],
            services_troubled=troubled[id],
        )
        if id in counts
        else Glance()
        for id in ids
    }
