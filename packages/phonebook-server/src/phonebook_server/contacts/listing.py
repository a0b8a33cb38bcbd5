"""The list of a phonebook's contacts and the search in it, as an action: rights, cursors, counts, groups."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import fold
from phonebook_core.errors import Invalid
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.contacts import merged, search
from phonebook_server.contacts.search import Place, Query, Scope, Sort
from phonebook_server.contacts.store import StoredContact
from phonebook_server.inclusions.closure import Member
from phonebook_server.inclusions.store import includes_any, members_of
from phonebook_server.paging import decode_cursor, encode_cursor, read_number
from phonebook_server.server import Server

_RANKED: Final = "rank"


class ContactPage(Struct, frozen=True, kw_only=True):
    """Contacts in the order that was asked for; `next_cursor` asks for the following page, None: this is the last.

    `total` comes with the first page: how many there are, None when that are many and it would take long to count.
    With included contacts it counts those too that are not shown because their numbers are.
    """

    items: list[StoredContact]
    next_cursor: str | None
    total: int | None = None


class GroupCount(Struct, frozen=True, kw_only=True):
    """A group and how many contacts are in it."""

    name: str
    count: int


async def list_contacts(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    *,
    query: Query = Query(),  # noqa: B008  # a frozen one
    included: bool = True,
    cursor: str | None,
    limit: int,
) -> ContactPage:
    """A page of a phonebook's contacts, all or those that match. Needs a viewer.

    With `included`, those of the phonebooks that it includes too, if the merged book shows them: a page may have fewer
    then although there are more. Each has all of its numbers, so that who edits it loses none. Contacts that change
    meanwhile never shift the others.
    """
    after = _read_cursor(cursor, query)
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        members = await _members(connection, phonebook_id) if included else []
        scopes = [Scope.of(member) for member in members] or [Scope(phonebook_id)]
        total = await search.count(connection, scopes, query) if after is None else None
        found = await search.search(connection, scopes, query, after=after, limit=limit + 1, matches=total)
        items = [each.stored for each in found[:limit]]
        if len(members) > 1:
            shown = await merged.show(connection, members, items)
            items = [stored for stored, each in zip(items, shown, strict=True) if each is not None]
    return ContactPage(
        items=items,
        next_cursor=_write_cursor(found[limit - 1].place, query) if len(found) > limit else None,
        total=total,
    )


async def list_groups(
    server: Server, principal: Principal, phonebook_id: str, *, included: bool = True
) -> list[GroupCount]:
    """The groups of a phonebook's contacts by name, with how many contacts each has. Needs a viewer."""
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        members = await _members(connection, phonebook_id) if included else []
        scopes = [Scope.of(member) for member in members] or [Scope(phonebook_id)]
        counts = await search.count_groups(connection, scopes)
    return [GroupCount(name=name, count=counts[name]) for name in sorted(counts, key=lambda name: (fold(name), name))]


async def _members(connection: AsyncConnection, phonebook_id: str) -> list[Member]:
    """The members of the merged book; none when the phonebook includes nothing, as most do."""
    return await members_of(connection, phonebook_id) if await includes_any(connection, phonebook_id) else []


def _mode(query: Query) -> str:
    if query.sort is None and query.text.strip():
        return _RANKED
    return (query.sort or Sort.NAME).value


def _write_cursor(place: Place, query: Query) -> str:
    key = place.key.hex() if isinstance(place.key, bytes) else str(place.key)
    return encode_cursor(_mode(query), str(place.tier), key, place.id)


def _read_cursor(cursor: str | None, query: Query) -> Place | None:
    if not cursor:
        return None
    mode, tier, key, id = decode_cursor(cursor, 4)
    by_time = query.sort in (Sort.UPDATED, Sort.UPDATED_DOWN)
    try:
        if mode == _mode(query):
            return Place(read_number(tier), read_number(key) if by_time else bytes.fromhex(key), id.encode().decode())
    except ValueError:
        pass
    raise Invalid(
        "This cursor is of another search or another order. Take the `next_cursor` of the page before, or leave it out "
        "to begin anew.",
        field="cursor",
    )
