"""Finding contacts as somebody types, and listing them in an order: a page at a time, in time that hardly grows.

What is found by a text has three tiers: shown names that begin with it, then names in which every term begins a word,
then whatever else has every term. Inside a tier contacts are in the one order. Few matches are looked up and sorted;
of many, an index that is in order is walked until the page is full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    not_,
    select,
    table,
    text,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from phonebook_server.contacts import indexes, store
from phonebook_server.contacts.matching import Slice, list_slices, whole_slice
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db import tables
from phonebook_server.inclusions.closure import UNFILTERED, Member, Way

MAX_COUNTED: Final = 10_000
"""Matches up to which it is told how many there are."""
FEW: Final = 2_000
"""Matches up to which they are looked up one by one."""
_PORTION: Final = 500


class Sort(StrEnum):
    """An order of contacts; `-`: backwards. By `organization`, contacts without one come last."""

    NAME = "name"
    NAME_DOWN = "-name"
    ORGANIZATION = "organization"
    ORGANIZATION_DOWN = "-organization"
    UPDATED = "updated"
    UPDATED_DOWN = "-updated"


class Query(NamedTuple):
    """What is asked for: contacts that `text` finds, in a `group` (by its exact name), in an order.

    Without `sort`, what a text finds is ranked, and a list is by name.
    """

    text: str = ""
    group: str = ""
    sort: Sort | None = None


class Scope(NamedTuple):
    """A phonebook in which is searched, and which of its contacts belong to the answer (see `closure.Member`)."""

    phonebook_id: str
    ways: frozenset[Way] = UNFILTERED

    @classmethod
    def of(cls, member: Member) -> Scope:
        """The part of a merged book that this member is."""
        return cls(member.phonebook_id, member.ways)


class Place(NamedTuple):
    """Where a contact stands in an answer: its tier, the value it is sorted by, its id."""

    tier: int
    key: bytes | int
    id: str


class Found(NamedTuple):
    """A contact of an answer, and the place behind which the next page begins."""

    stored: StoredContact
    place: Place


_Rows = Select[*tuple[Any, ...]]
_Column = ColumnElement[Any] | InstrumentedAttribute[Any]
_CONTACT: Final = tables.Contact
_INDEX: Final = table("contact_search", column("rowid", Integer))
_COLUMNS: Final[Mapping[Sort, InstrumentedAttribute[Any]]] = {
    Sort.NAME: _CONTACT.sort_key,
    Sort.NAME_DOWN: _CONTACT.sort_key,
    Sort.ORGANIZATION: _CONTACT.organization_key,
    Sort.ORGANIZATION_DOWN: _CONTACT.organization_key,
    Sort.UPDATED: _CONTACT.updated_at,
    Sort.UPDATED_DOWN: _CONTACT.updated_at,
}
"""What is sorted by. Behind each, the tables have an index that begins with the phonebook and ends with the row."""


async def search(
    connection: AsyncConnection,
    scopes: Sequence[Scope],
    query: Query,
    *,
    after: Place | None,
    limit: int,
    matches: int | None = None,
) -> list[Found]:
    """Up to `limit` contacts of these phonebooks that match, behind a place (None: from the first).

    `matches` is what `count` has just told, which spares work. Raises Unavailable when the search index is needed and
    is being built.
    """
    sort = query.sort or Sort.NAME
    places: list[Place] = []
    for scope in scopes:
        slices = list_slices(scope.phonebook_id, scope.ways, query.text, query.group, ranked=query.sort is None)
        if matches is None:
            await _require_index(connection, slices)
        found: list[Place] = []
        for each in slices:
            if len(found) < limit and (after is None or each.tier >= after.tier):
                part = _Part(scope.phonebook_id, each, few=matches is not None and matches <= FEW)
                behind = after if after is not None and each.tier == after.tier else None
                found += await _places(connection, part, sort, behind, limit - len(found))
        places += found
    if len(scopes) > 1:
        places.sort(key=lambda place: (place.tier, place.key, place.id), reverse=sort.value.startswith("-"))
    return await _read(connection, places[:limit])


async def count(connection: AsyncConnection, scopes: Sequence[Scope], query: Query) -> int | None:
    """How many contacts match; None when that are more than MAX_COUNTED and it would take long to count them."""
    total = 0
    for scope in scopes:
        part = whole_slice(scope.phonebook_id, scope.ways, query.text, query.group)
        await _require_index(connection, [part])
        if part.match and part.names is None:
            counted = _matching(part)
        else:
            counted = select(literal(1)).where(*_walked(scope.phonebook_id, part))
        everything = not part.match and part.names is None
        total += await _count(connection, counted if everything else counted.limit(MAX_COUNTED + 1 - total))
        if total > MAX_COUNTED and not everything:
            return None
    return total


async def find_all(connection: AsyncConnection, phonebook_id: str, query: Query) -> list[str]:
    """The ids of all contacts of one phonebook that match, by name."""
    part = whole_slice(phonebook_id, UNFILTERED, query.text, query.group)
    await _require_index(connection, [part])
    found = select(_CONTACT.id).where(*_walked(phonebook_id, part))
    return list((await connection.execute(found.order_by(_CONTACT.sort_key, _CONTACT.id))).scalars())


async def count_groups(connection: AsyncConnection, scopes: Sequence[Scope]) -> dict[str, int]:
    """Every group in these phonebooks and how many contacts are in it."""
    counts: dict[str, int] = {}
    group = func.json_each(cast(_CONTACT.body, Text), "$.groups").table_valued("value")
    for scope in scopes:
        part = whole_slice(scope.phonebook_id, scope.ways, "", "")
        await _require_index(connection, [part])
        counted = select(group.c.value, func.count(_CONTACT.row.distinct())).join_from(_CONTACT, group, true())
        counted = counted.where(
            *_walked(scope.phonebook_id, part),
            _CONTACT.position > 0,  # by the index of changes, whose order is nearly that on disk
            func.instr(_CONTACT.body, b'"groups":') > 0,  # so that the others are not parsed
        )
        for name, number in await connection.execute(counted.group_by(group.c.value)):
            counts[name] = counts.get(name, 0) + number
    return counts


async def _require_index(connection: AsyncConnection, slices: Sequence[Slice]) -> None:
    if any(each.match for each in slices):
        await indexes.require_built(connection)


class _Part(NamedTuple):
    """A slice of a phonebook; `few`: it is known that the search index finds not many for it."""

    phonebook_id: str
    slice: Slice
    few: bool


async def _places(connection: AsyncConnection, part: _Part, sort: Sort, after: Place | None, limit: int) -> list[Place]:
    key: _Column = _COLUMNS[sort]
    slice = part.slice
    conditions = _walked(part.phonebook_id, slice)
    if slice.names is not None and slice.inside:
        if key is not _CONTACT.sort_key:
            key = func.ifnull(key, None)  # few begin so: they are sorted, and no other index is walked
    elif slice.match and (part.few or await _count(connection, _matching(slice).limit(FEW + 1)) <= FEW):
        conditions = [_CONTACT.row.in_(_matching(slice)), *_begins(slice)]
    found = select(key, _CONTACT.id).where(*conditions)
    down = sort.value.startswith("-")
    if after is not None:
        here = tuple_(key, _CONTACT.id)
        there = tuple_(literal(after.key, _COLUMNS[sort].type), literal(after.id, Text()))
        found = found.where(here < there if down else here > there)
    found = found.order_by(key.desc() if down else key, _CONTACT.id.desc() if down else _CONTACT.id)
    return [Place(slice.tier, key, id) for key, id in await connection.execute(found.limit(limit))]


def _walked(phonebook_id: str, part: Slice) -> list[ColumnElement[bool]]:
    """The contacts of a slice, as they are found on the way along an index of the phonebook."""
    conditions = [_CONTACT.phonebook_id == phonebook_id, _CONTACT.deleted_at.is_(None), *_begins(part)]
    if part.match:
        conditions.append((_CONTACT.row + 0).in_(_matching(part)))  # `+ 0` keeps SQLite from looking up each of many
    return conditions


def _begins(part: Slice) -> list[ColumnElement[bool]]:
    if part.names is None:
        return []
    inside = and_(_CONTACT.sort_key >= part.names, _CONTACT.sort_key < part.names + b"\xff")
    return [inside if part.inside else not_(inside)]


def _matching(part: Slice) -> _Rows:
    """The rows that the search index finds. They are of this phonebook and not deleted."""
    return select(_INDEX.c.rowid).where(text("contact_search MATCH :match").bindparams(match=part.match))


async def _count(connection: AsyncConnection, query: _Rows) -> int:
    counted = await connection.execute(select(func.count()).select_from(query.subquery()))
    return int(counted.scalar_one())


async def _read(connection: AsyncConnection, places: Sequence[Place]) -> list[Found]:
    found: dict[str, StoredContact] = {}
    for start in range(0, len(places), _PORTION):
        ids = [place.id for place in places[start : start + _PORTION]]
        rows = await connection.execute(store.select_contacts().where(tables.Contact.id.in_(ids)))
        found |= {stored.contact.id: stored for stored in map(store.read_row, rows)}
    return [Found(found[place.id], place) for place in places]
