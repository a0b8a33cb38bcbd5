"""Sources as rows: SQL in, structs out. Passwords are encrypted here and only here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final, cast

import msgspec
from cryptography.fernet import InvalidToken
from msgspec import Struct
from sqlalchemy import Row, Select, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.contacts import store as contacts
from phonebook_server.contacts.reading import read_rows
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db import tables
from phonebook_server.keys import Keys
from phonebook_server.sources.state import FileOptions, ItemProblem, Kind, SourceState, SyncResult, encode
from phonebook_server.sources.trouble import Trouble

PORTION: Final = 500
MAX_PROBLEMS: Final = 20
"""Problems of cards or rows that are told one by one."""


class Source(Struct, frozen=True, kw_only=True):
    """A source as it is stored. `sealed` is its password, encrypted; `contacts` how many it keeps now."""

    id: str
    phonebook_id: str
    kind: Kind
    name: str
    url: str
    username: str
    sealed: bytes
    options: FileOptions
    every_minutes: int
    paused: bool
    state: SourceState
    result: SyncResult | None
    ok_at: int | None
    due_at: int
    version: int
    created_at: int
    contacts: int = 0


class Item(Struct, frozen=True):
    """A card of a CardDAV source as it is known."""

    href: str
    etag: str
    contact_id: str | None
    problem: str = ""


def seal(keys: Keys, password: str) -> bytes:
    """A password as it is stored."""
    return keys.encrypt(password.encode()) if password else b""


def open_password(keys: Keys, source: Source) -> str:
    """The password. Raises Trouble when it was encrypted with another secret of the data folder."""
    try:
        return keys.decrypt(source.sealed).decode() if source.sealed else ""
    except InvalidToken:
        raise Trouble(
            "password_unreadable",
            "The password cannot be read, as it was stored with another secret of the data folder. Enter it again.",
        ) from None


async def find(connection: AsyncConnection, source_id: str) -> Source | None:
    """The source with this id."""
    row = (await connection.execute(_select().where(tables.Source.id == source_id))).one_or_none()
    return None if row is None else _source(row)


async def find_all(connection: AsyncConnection, phonebook_id: str) -> list[Source]:
    """The sources of a phonebook, by name."""
    row = tables.Source
    query = _select().where(row.phonebook_id == phonebook_id).order_by(func.lower(row.name), row.id)
    return [_source(found) for found in await connection.execute(query)]


async def find_due(connection: AsyncConnection, now: int) -> list[tuple[str, bool]]:
    """The ids of the sources that are due, the longest first, and whether each failed the last time."""
    row = tables.Source
    query = (
        select(row.id, row.result)
        .join(tables.Phonebook, tables.Phonebook.id == row.phonebook_id)
        .join(tables.Site, tables.Site.id == tables.Phonebook.site_id)
        .where(row.due_at <= now, row.paused.is_(False))
        .where(tables.Phonebook.deleted_at.is_(None), tables.Site.deleted_at.is_(None))
        .order_by(row.due_at, row.id)
    )
    found = (await connection.execute(query)).all()
    return [(id, result is not None and not msgspec.json.decode(result, type=SyncResult).ok) for id, result in found]


async def add(connection: AsyncConnection, source: Source) -> None:
    """Store a new source."""
    values = {name: getattr(source, name) for name in _PLAIN}
    await connection.execute(
        insert(tables.Source).values(
            **values, password=source.sealed, options=encode(source.options), state=encode(source.state), result=None
        )
    )


async def change(connection: AsyncConnection, source: Source) -> None:
    """Store what people changed."""
    names = ("name", "url", "username", "every_minutes", "paused", "due_at", "version")
    values = {name: getattr(source, name) for name in names}
    changed = update(tables.Source).where(tables.Source.id == source.id)
    await connection.execute(
        changed.values(**values, password=source.sealed, options=encode(source.options), state=encode(source.state))
    )


async def remove(connection: AsyncConnection, source_id: str) -> None:
    """Forget a source and its cards."""
    await connection.execute(delete(tables.Source).where(tables.Source.id == source_id))


async def note(
    connection: AsyncConnection, source: Source, *, state: SourceState, result: SyncResult, due_at: int
) -> bool:
    """Store what came of a sync; False, and nothing stored, when the source was changed or synced meanwhile."""
    row = tables.Source
    mine = and_(row.id == source.id, row.version == source.version, row.state == encode(source.state))
    ok_at = result.at if result.ok else source.ok_at
    noted = update(row).where(mine).values(state=encode(state), result=encode(result), ok_at=ok_at, due_at=due_at)
    return (await connection.execute(noted.returning(row.id))).scalar_one_or_none() is not None


async def read_etags(connection: AsyncConnection, source_id: str) -> dict[str, str]:
    """The ETags of all cards that were read, by href; of those that are to be read again, empty ones."""
    row = tables.SourceItem
    found = await connection.execute(select(row.href, row.etag).where(row.source_id == source_id))
    return {each.href: each.etag for each in found}


async def read_items(connection: AsyncConnection, source_id: str, hrefs: Sequence[str]) -> dict[str, Item]:
    """These cards as they are known, by href."""
    row = tables.SourceItem
    items: dict[str, Item] = {}
    for portion in _portions(hrefs):
        query = select(row.href, row.etag, row.contact_id, row.problem)
        found = await connection.execute(query.where(row.source_id == source_id, row.href.in_(portion)))
        items |= {each.href: Item(*each) for each in found}
    return items


async def put_items(connection: AsyncConnection, source_id: str, items: Sequence[Item]) -> None:
    """Store how these cards are known now."""
    for start in range(0, len(items), PORTION):
        rows = [{"source_id": source_id, **msgspec.structs.asdict(item)} for item in items[start : start + PORTION]]
        statement = upsert(tables.SourceItem)
        changed = {name: statement.excluded[name] for name in ("etag", "contact_id", "problem")}
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["source_id", "href"], set_=changed), rows
        )


async def remove_items(connection: AsyncConnection, source_id: str, hrefs: Sequence[str]) -> None:
    """Forget these cards."""
    row = tables.SourceItem
    for portion in _portions(hrefs):
        await connection.execute(delete(row).where(row.source_id == source_id, row.href.in_(portion)))


async def forget_etags(connection: AsyncConnection, source_id: str) -> None:
    """Have every card read again."""
    row = tables.SourceItem
    await connection.execute(update(row).where(row.source_id == source_id).values(etag=""))


async def find_item_problems(connection: AsyncConnection, source_id: str) -> tuple[tuple[ItemProblem, ...], int]:
    """The first cards that cannot be read, and how many there are."""
    row = tables.SourceItem
    is_bad = and_(row.source_id == source_id, row.problem != "")
    first = await connection.execute(select(row.href, row.problem).where(is_bad).order_by(row.href).limit(MAX_PROBLEMS))
    problems = tuple(ItemProblem(where=each.href.rpartition("/")[2], message=each.problem) for each in first)
    return problems, (await connection.execute(select(func.count()).where(is_bad))).scalar_one()


async def count_contacts(connection: AsyncConnection, source_id: str) -> int:
    """How many contacts a source keeps now."""
    contact = tables.Contact
    query = select(func.count()).where(contact.source_id == source_id, contact.deleted_at.is_(None))
    return (await connection.execute(query)).scalar_one()


async def read_contacts(connection: AsyncConnection, source_id: str, *, binned: bool) -> list[StoredContact]:
    """The contacts that a source keeps; with `binned`, those of them that are in the bin."""
    contact = tables.Contact
    state = contact.deleted_at.is_not(None) if binned else contact.deleted_at.is_(None)
    return await read_rows(connection, contacts.select_contacts().where(contact.source_id == source_id, state))


async def read_orphans(connection: AsyncConnection, source_id: str) -> list[StoredContact]:
    """The contacts that a source keeps and that none of its known cards stands for."""
    contact, item = tables.Contact, tables.SourceItem
    known = select(item.contact_id).where(item.source_id == source_id, item.contact_id.is_not(None))
    query = contacts.select_contacts().where(
        contact.source_id == source_id, contact.deleted_at.is_(None), contact.id.not_in(known)
    )
    return await read_rows(connection, query)


async def read_namesakes(
    connection: AsyncConnection, phonebook_id: str, sort_keys: Iterable[bytes]
) -> AsyncIterator[list[StoredContact]]:
    """The phonebook's own contacts, kept by no source, that are sorted like these."""
    contact = tables.Contact
    query = contacts.select_contacts().where(
        contact.phonebook_id == phonebook_id, contact.deleted_at.is_(None), contact.source_id.is_(None)
    )
    for portion in _portions(list(dict.fromkeys(sort_keys))):
        yield await read_rows(connection, query.where(contact.sort_key.in_(portion)))


async def set_keeper(
    connection: AsyncConnection, phonebook_id: str, contact_ids: Sequence[str], source_id: str | None
) -> None:
    """Have a source keep these contacts from now on, or none. Their content and versions stay as they are.

    Each gets the next position of the phonebook, as clients get to see who keeps it.
    """
    if not contact_ids:
        return
    book, contact = tables.Phonebook, tables.Contact
    moved = update(book).where(book.id == phonebook_id).values(position=book.position + len(contact_ids))
    last = (await connection.execute(moved.returning(book.position))).scalar_one()
    first = last - len(contact_ids) + 1
    for n, id in enumerate(contact_ids):
        await connection.execute(
            update(contact).where(contact.id == id).values(source_id=source_id, position=first + n)
        )


def _portions(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + PORTION] for start in range(0, len(values), PORTION))


_PLAIN: Final = (
    "id", "phonebook_id", "kind", "name", "url", "username", "every_minutes", "paused", "ok_at", "due_at", "version",
    "created_at",
)  # fmt: skip


def _select() -> Select[*tuple[Any, ...]]:
    contact = tables.Contact
    kept = (
        select(func.count())
        .where(contact.source_id == tables.Source.id, contact.deleted_at.is_(None))
        .correlate(tables.Source)
        .scalar_subquery()
    )
    return select(tables.Source.__table__, kept.label("contacts"))


def _source(row: Row[Any]) -> Source:
    plain: Mapping[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    return Source(
        **{**plain, "kind": cast("Kind", row.kind)},
        sealed=row.password,
        options=msgspec.json.decode(row.options, type=FileOptions),
        state=msgspec.json.decode(row.state, type=SourceState),
        result=None if row.result is None else msgspec.json.decode(row.result, type=SyncResult),
        contacts=row.contacts,
    )
