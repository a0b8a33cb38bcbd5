"""The merged book: a phonebook's own contacts and the included ones, duplicates by number shown once.

A number belongs to the member of the smallest rank in which a live contact that passes the filter has it. Contacts of
other members are shown without it, and not at all when it was the last one they had. Inside one phonebook nothing is
taken away, and neither is a contact that never had a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.phone_number import identity
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db.tables import Contact, ContactNumber
from phonebook_server.inclusions.closure import Member

_AT_ONCE: Final = 5_000
"""Numbers that are asked about in one query."""


async def show(
    connection: AsyncConnection, members: Sequence[Member], contacts: Sequence[StoredContact]
) -> list[StoredContact | None]:
    """Each of these contacts as the merged book shows it; None for those that it does not show."""
    ranks = {member.phonebook_id: member for member in members}
    passing: list[tuple[StoredContact, int, tuple[str, ...]] | None] = []
    asked: dict[str, int] = {}
    for stored in contacts:
        member = ranks.get(stored.phonebook_id)
        if member is None or stored.deleted_at is not None or not member.passes(stored.contact.groups):
            passing.append(None)
            continue
        numbers = tuple(map(identity, stored.contact.numbers)) if len(members) > 1 else ()
        for number in numbers:
            asked[number] = max(asked.get(number, 0), member.rank)
        passing.append((stored, member.rank, numbers))
    owners = await find_owners(connection, members, asked)
    return [None if each is None else _shown(*each, owners) for each in passing]


async def find_owners(connection: AsyncConnection, members: Sequence[Member], asked: dict[str, int]) -> dict[str, int]:
    """The rank of the member to which each number (by identity) belongs, where it is below the asked one."""
    owners: dict[str, int] = {}
    for member in members[:-1]:
        open_ones = [number for number, rank in asked.items() if rank > member.rank and number not in owners]
        for start in range(0, len(open_ones), _AT_ONCE):
            held = await _held_by(connection, member, open_ones[start : start + _AT_ONCE])
            owners.update(dict.fromkeys(held, member.rank))
    return owners


def passes(member: Member) -> ColumnElement[bool]:
    """`Member.passes` for rows of contacts, in SQL."""
    if not member.filtered:
        return true()
    groups = func.json_each(cast(Contact.body, Text), "$.groups").table_valued("value")
    return or_(
        *(
            and_(*(exists(select(groups.c.value).where(groups.c.value.in_(sorted(each)))) for each in way))
            for way in sorted(member.ways, key=lambda way: sorted(map(sorted, way)))
        )
    )


async def _held_by(connection: AsyncConnection, member: Member, numbers: Sequence[str]) -> Iterable[str]:
    """Which of these numbers a contact of this member has that is live and passes."""
    listed = func.json_each(bindparam("numbers")).table_valued("value")
    holder = (
        select(Contact.id)
        .join(ContactNumber, ContactNumber.contact_id == Contact.id)
        .where(
            ContactNumber.identity == listed.c.value,
            ContactNumber.phonebook_id == member.phonebook_id,
            ContactNumber.former_at.is_(None),
            Contact.deleted_at.is_(None),
            passes(member),
        )
    )
    query = select(listed.c.value).where(exists(holder.correlate(listed)))
    return (await connection.execute(query, {"numbers": msgspec.json.encode(numbers).decode()})).scalars().all()


def _shown(stored: StoredContact, rank: int, numbers: tuple[str, ...], owners: dict[str, int]) -> StoredContact | None:
    kept = tuple(owners.get(number, rank) == rank for number in numbers)
    if all(kept):
        return stored
    if not any(kept):
        return None
    left = tuple(number for number, keep in zip(stored.contact.numbers, kept, strict=True) if keep)
    return msgspec.structs.replace(stored, contact=msgspec.structs.replace(stored.contact, numbers=left))
