"""Dispatches as rows: stored once however often they are brought, listed newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.vendor_link.messages import Dispatch, Phone
from phonebook_server.contacts.sync_tokens import MAX_TOKEN
from phonebook_server.db import tables
from phonebook_server.db.tables import Enablement, Phonebook
from phonebook_server.phones.known import MAX_TEXT, clean, key_of
from phonebook_server.phones.store import remember_phones

_PHONE = ("vendor", "model", "firmware", "mac", "address", "user_agent")


class StoredDispatch(msgspec.Struct, frozen=True, kw_only=True):
    """A dispatch with the service that reported it, when the report came, and the id of the phone."""

    dispatch: Dispatch
    service: str
    received_at: int
    phone_id: str


async def store_dispatches(
    connection: AsyncConnection, slug: str, dispatches: Sequence[Dispatch], now: int
) -> dict[str, str]:
    """Store the records of one service, each once. Those of phonebooks that it has nothing to do with are dropped.

    Gives the phonebooks that there are records of now, each with its site.
    """
    query = (
        select(Enablement.phonebook_id, Phonebook.site_id)
        .join(Phonebook, Phonebook.id == Enablement.phonebook_id)
        .where(Enablement.slug == slug, Enablement.phonebook_id.in_({each.phonebook for each in dispatches}))
    )
    known = {row.phonebook_id: row.site_id for row in await connection.execute(query)}
    wanted = {each.id[:MAX_TEXT]: each for each in dispatches if each.phonebook in known}
    stored = select(tables.Dispatch.id).where(tables.Dispatch.slug == slug, tables.Dispatch.id.in_(wanted))
    for id in (await connection.execute(stored)).scalars():
        del wanted[id]
    if wanted:
        phones = await remember_phones(connection, slug, list(wanted.values()), now)
        rows = [_row(slug, each, phones[each.phonebook, key_of(each.phone)], now) for each in wanted.values()]
        await connection.execute(insert(tables.Dispatch), rows)
    return known


async def list_dispatches(
    connection: AsyncConnection,
    phonebook_id: str,
    *,
    before: tuple[int, str] | None,
    limit: int,
    phone_id: str | None = None,
    failed: bool = False,
) -> list[StoredDispatch]:
    """A phonebook's dispatches, the newest first, all or those of one phone or only those that failed.

    `before`: time and id of the last one of the page before.
    """
    query = select_dispatches(phonebook_id, before=before, limit=limit, phone_id=phone_id, failed=failed)
    rows = await connection.execute(query)
    return [
        StoredDispatch(
            dispatch=Dispatch(
                id=row.id,
                phonebook=row.phonebook_id,
                time=row.time,
                status=row.status,
                phone=Phone(**{name: getattr(row, name) for name in _PHONE}),
                file=row.file,
                bytes=row.bytes,
                token=row.token,
                count=row._mapping["count"],
                auth=row.auth or "",
            ),
            service=row.slug,
            received_at=row.received_at,
            phone_id=row.phone_id or "",
        )
        for row in rows
    ]


def select_dispatches(
    phonebook_id: str, *, before: tuple[int, str] | None, limit: int, phone_id: str | None, failed: bool
) -> Select[*tuple[Any, ...]]:
    """The query of `list_dispatches`; it is written so that an index gives the rows in order, whatever is asked for."""
    table = tables.Dispatch
    query = select(table.__table__).order_by(table.time.desc(), table.id.desc()).limit(limit)
    if phone_id is None:
        query = query.where(table.phonebook_id == phonebook_id)
    else:  # only one of the conditions may name its column, so that the phone's index is taken
        query = query.where(table.phone_id == phone_id, func.coalesce(table.phonebook_id, "") == phonebook_id)
    if failed:
        query = query.where(table.status >= text("400"))  # as the index of the failed ones has it
    return query if before is None else query.where(tuple_(table.time, table.id) < tuple_(*before))


def _row(slug: str, dispatch: Dispatch, phone_id: str, now: int) -> dict[str, Any]:
    return {
        "slug": slug,
        "id": dispatch.id[:MAX_TEXT],
        "phonebook_id": dispatch.phonebook,
        "time": dispatch.time,
        "received_at": now,
        "status": dispatch.status,
        "file": clean(dispatch.file),
        "bytes": dispatch.bytes,
        "token": dispatch.token.replace("\0", "")[:MAX_TOKEN],
        "count": dispatch.count,
        "auth": clean(dispatch.auth),
        "phone_id": phone_id,
        **{name: clean(getattr(dispatch.phone, name)) for name in _PHONE},
    }
