"""Who is calling: the contacts that a number belongs to, whatever form it comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.phone_number import e164, identity
from phonebook_server.accounts.guards import (
    PhonebookRow,
    Principal,
    Role,
    phonebook_row,
    require_phonebook,
    require_site,
    visible_phonebooks,
)
from phonebook_server.contacts import indexes, store
from phonebook_server.contacts.caller import Guess, guess, read_caller
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db.tables import Contact, ContactNumber, Phonebook
from phonebook_server.inclusions.closure import Member
from phonebook_server.inclusions.store import load_below
from phonebook_server.server import Server

MAX_MATCHES: Final = 20
"""Contacts that one look-up gives at most."""
_MOST_ROWS: Final = 500


class Match(Struct, frozen=True, kw_only=True):
    """A contact that a number belongs to, and which of its numbers that is; `exact`: all of it, without an extension.

    `phonebook_id` is where it was found: the contact's own phonebook, or one that includes that.
    """

    stored: StoredContact
    phonebook_id: str
    phonebook_name: str
    number: str
    exact: bool


class Lookup(Struct, frozen=True, kw_only=True):
    """What is known of a number: `e164` where it has that form, and whose it is, the surest first."""

    number: str
    e164: str | None
    matches: list[Match]


class _Way(NamedTuple):
    """How the contacts of a phonebook come into one that is asked."""

    asked: PhonebookRow
    member: Member


async def look_up_in_site(server: Server, principal: Principal, site_id: str, number: str) -> Lookup:
    """Whose number this is, in all phonebooks of a site and what they include. Needs a viewer."""
    async with server.db.reading() as connection:
        site = await require_site(connection, principal, site_id, Role.VIEWER)
        query = visible_phonebooks(principal).where(Phonebook.site_id == site_id).order_by(Phonebook.name, Phonebook.id)
        asked = [phonebook_row(row, principal) for row in await connection.execute(query)]
        return await _look_up(connection, asked, number, site.region)


async def look_up_in_phonebook(server: Server, principal: Principal, phonebook_id: str, number: str) -> Lookup:
    """Whose number this is, in one phonebook and what it includes. Needs a viewer."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        return await _look_up(connection, [phonebook], number, phonebook.region)


async def look_up_everywhere(server: Server, principal: Principal, number: str) -> Lookup:
    """Whose number this is, in every phonebook that the asker may see."""
    async with server.db.reading() as connection:
        query = visible_phonebooks(principal).order_by(Phonebook.name, Phonebook.id)
        asked = [phonebook_row(row, principal) for row in await connection.execute(query)]
        return await _look_up(connection, asked, number, asked[0].region if asked else "")


async def _look_up(connection: AsyncConnection, asked: Sequence[PhonebookRow], number: str, region: str) -> Lookup:
    await indexes.require_built(connection)
    caller = read_caller(number)
    graph = await load_below(connection, [phonebook.id for phonebook in asked])
    alike: dict[tuple[str, str], list[PhonebookRow]] = {}
    for phonebook in asked:  # those in which a number means the same
        alike.setdefault((phonebook.region, phonebook.output.outside_prefix), []).append(phonebook)
    found: dict[str, Match] = {}
    for (own_region, outside_prefix), phonebooks in alike.items():
        ways: dict[str, list[_Way]] = {}
        for phonebook in phonebooks:
            for member in graph.members(phonebook.id):
                ways.setdefault(member.phonebook_id, []).append(_Way(phonebook, member))
        for each in guess(caller, own_region, outside_prefix):
            if matches := await _find(connection, ways, each):
                for match in matches:
                    found.setdefault(match.stored.contact.id, match)
                break
    exact_first = sorted(found.values(), key=lambda match: (not match.exact, *_place(match)))
    return Lookup(number=number, e164=e164(caller.number, region), matches=exact_first[:MAX_MATCHES])


async def _find(connection: AsyncConnection, ways: Mapping[str, list[_Way]], guessed: Guess) -> list[Match]:
    query = (
        store.select_contacts()
        .join(ContactNumber, ContactNumber.contact_id == Contact.id)
        .where(
            ContactNumber.identity.in_(guessed.identities),
            ContactNumber.phonebook_id.in_(list(ways)),
            ContactNumber.former_at.is_(None),
            Contact.deleted_at.is_(None),
        )
        .distinct()
    )
    rows = (await connection.execute(query.order_by(Contact.sort_key, Contact.id).limit(_MOST_ROWS))).all()
    wanted = {each: rank for rank, each in enumerate(guessed.identities)}
    matches: list[tuple[int, Match]] = []
    for stored in map(store.read_row, rows):
        here = [way for way in ways[stored.phonebook_id] if way.member.passes(stored.contact.groups)]
        ranked = [(wanted[key], n.value) for n in stored.contact.numbers if (key := identity(n)) in wanted]
        if here and ranked:
            asked = min(here, key=lambda way: way.member.rank).asked
            rank, value = min(ranked, key=lambda each: each[0])
            match = Match(
                stored=stored, phonebook_id=asked.id, phonebook_name=asked.name, number=value, exact=guessed.exact
            )
            matches.append((rank, match))
    if not guessed.exact:  # only the longest beginning counts
        longest = min((rank for rank, _ in matches), default=0)
        matches = [(rank, match) for rank, match in matches if rank == longest]
    return [match for _, match in matches]


def _place(match: Match) -> tuple[bytes, str]:
    return store.encode_sort_key(match.stored.contact), match.stored.contact.id
