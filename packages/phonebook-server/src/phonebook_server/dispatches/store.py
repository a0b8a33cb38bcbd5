"""Dispatches as rows: stored once however often they are brought, listed newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.vendor_link.messages import Dispatch, Phone
from phonebook_server.db import tables
from phonebook_server.db.tables import Enablement, Phonebook

MAX_TEXT = 255
_PHONE = ("vendor", "model", "firmware", "mac", "address", "user_agent")


class StoredDispatch(msgspec.Struct, frozen=True, kw_only=True):
    """A dispatch with the service that reported it, and when the report came."""

    dispatch: Dispatch
    service: str
    received_at: int


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
    rows = [_row(slug, each, now) for each in dispatches if each.phonebook in known]
    if rows:
        await connection.execute(insert(tables.Dispatch).on_conflict_do_nothing(), rows)
    return known


async def list_dispatches(
    connection: AsyncConnection, phonebook_id: str, *, before: tuple[int, str] | None, limit: int
) -> list[StoredDispatch]:
    """A phonebook's dispatches, the newest first. `before`: time and id of the last one of the page before."""
    table = tables.Dispatch
    query = select(table.__table__).where(table.phonebook_id == phonebook_id)
    if before is not None:
        query = query.where(tuple_(table.time, table.id) < tuple_(*before))
    rows = await connection.execute(query.order_by(table.time.desc(), table.id.desc()).limit(limit))
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
            ),
            service=row.slug,
            received_at=row.received_at,
        )
        for row in rows
    ]


def _row(slug: str, dispatch: Dispatch, now: int) -> dict[str, Any]:
    return {
        "slug": slug,
        "id": dispatch.id[:MAX_TEXT],
        "phonebook_id": dispatch.phonebook,
        "time": dispatch.time,
        "received_at": now,
        "status": dispatch.status,
        "file": _text(dispatch.file),
        "bytes": dispatch.bytes,
        "token": _text(dispatch.token),
        "count": dispatch.count,
        **{name: _text(getattr(dispatch.phone, name)) for name in _PHONE},
    }


def _text(value: str) -> str:
    """What a phone sent, cut and without NUL, which no database stores."""
    return value.replace("\0", "")[:MAX_TEXT]
