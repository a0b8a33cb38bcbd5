"""Phones as rows: what is known of each is kept when its requests are stored, so that nobody has to count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.vendor_link.messages import Dispatch
from phonebook_server.contacts.sync_tokens import MAX_TOKEN
from phonebook_server.db import tables
from phonebook_server.ids import new_id
from phonebook_server.phones.known import DAY_MS, Days, KnownPhone, after, key_of

MAX_PHONES: Final = 5_000
"""Phones of one phonebook. Above that those go that were heard of longest ago, first those that never had the book."""
FORGET_DAYS: Final = 180
"""A phone that was not heard of for so long is forgotten."""
_KEYS: Final = 200
_COLUMNS: Final = [column.name for column in tables.Phone.__table__.columns]
_days: Final = msgspec.json.Decoder(Days)

Key = tuple[str, str]
"""A phonebook and a phone's key."""


async def remember_phones(
    connection: AsyncConnection, slug: str, dispatches: Sequence[Dispatch], now: int
) -> dict[Key, str]:
    """Keep what these new dispatches of a service tell of phones. Gives the ids, by phonebook and key."""
    keys = {(each.phonebook, key_of(each.phone)) for each in dispatches}
    before = await _load(connection, slug, list(keys))
    phones: dict[Key, KnownPhone] = dict(before)
    for dispatch in sorted(dispatches, key=lambda each: each.time):
        key = dispatch.phonebook, key_of(dispatch.phone)
        phones[key] = after(phones.get(key), new_id(), slug, dispatch, now)
    statement = insert(tables.Phone)
    changing = {name: statement.excluded[name] for name in _COLUMNS if name != "id"}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=changing),
        [_columns(each) for each in phones.values()],
    )
    for phonebook_id in {phonebook_id for phonebook_id, _ in phones.keys() - before.keys()}:
        await _make_room(connection, phonebook_id, now)
    return {key: phone.id for key, phone in phones.items()}


async def list_phones(
    connection: AsyncConnection, phonebook_id: str, *, before: tuple[int, str] | None, limit: int
) -> list[KnownPhone]:
    """A phonebook's phones, the one heard of last first. `before`: time and id of the last one of the page before."""
    table = tables.Phone
    query = select(table.__table__).where(table.phonebook_id == phonebook_id)
    if before is not None:
        query = query.where(tuple_(table.last_at, table.id) < tuple_(*before))
    rows = await connection.execute(query.order_by(table.last_at.desc(), table.id.desc()).limit(limit))
    return [_phone(row) for row in rows]


async def _load(connection: AsyncConnection, slug: str, keys: Sequence[Key]) -> dict[Key, KnownPhone]:
    table = tables.Phone
    found: dict[Key, KnownPhone] = {}
    for start in range(0, len(keys), _KEYS):
        portion = tuple_(table.phonebook_id, table.key).in_(keys[start : start + _KEYS])
        rows = await connection.execute(select(table.__table__).where(table.slug == slug, portion))
        found |= {(row.phonebook_id, row.key): _phone(row) for row in rows}
    return found


async def _make_room(connection: AsyncConnection, phonebook_id: str, now: int) -> None:
    table = tables.Phone
    of_book = table.phonebook_id == phonebook_id
    await connection.execute(delete(table).where(of_book, table.last_at < now - FORGET_DAYS * DAY_MS))
    surplus = (await connection.execute(select(func.count()).where(of_book))).scalar_one() - MAX_PHONES
    if surplus > 0:
        order = table.ok_at.is_not(None), table.last_at
        oldest = select(table.id).where(of_book).order_by(*order).limit(surplus)
        await connection.execute(delete(table).where(table.id.in_(oldest)))


def _columns(phone: KnownPhone) -> Mapping[str, Any]:
    values = msgspec.structs.asdict(phone)
    return {
        **values,
        "days": msgspec.json.encode(phone.days).decode(),
        "token": phone.token.replace("\0", "")[:MAX_TOKEN],
    }


def _phone(row: Row[Any]) -> KnownPhone:
    values = dict(row._mapping)
    return KnownPhone(**{**values, "days": _days.decode(values["days"])})
