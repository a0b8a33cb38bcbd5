"""Inclusions as rows: SQL in, the part of the graph that a question needs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, Select, delete, exists, literal, select, true
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.db.tables import Inclusion, Phonebook, Site
from phonebook_server.inclusions.closure import Book, Edge, Graph, Member

_EDGE: Final = (Inclusion.phonebook_id, Inclusion.included_id, Inclusion.groups, Inclusion.created_at)


async def includes_any(connection: AsyncConnection, phonebook_id: str) -> bool:
    """Whether a phonebook includes another at all; what is not merged can be read more simply."""
    query = select(exists().where(Inclusion.phonebook_id == phonebook_id))
    return bool((await connection.execute(query)).scalar_one())


async def members_of(connection: AsyncConnection, phonebook_id: str) -> list[Member]:
    """The members of a merged book in rank order, its own first; deleted phonebooks and sites are none.

    A phonebook that does not exist has no members.
    """
    graph = await load_below(connection, [phonebook_id])
    return graph.members(phonebook_id) if phonebook_id in graph.books else []


async def load_below(connection: AsyncConnection, ids: Sequence[str]) -> Graph:
    """These phonebooks, all that they include in any depth, and the inclusions between them."""
    return await _load(connection, Inclusion.phonebook_id.in_(ids), ids)


async def load_around(connection: AsyncConnection, phonebook_id: str) -> Graph:
    """A phonebook, all that include it in any depth, all that those include, and the inclusions between them."""
    above = select(literal(phonebook_id).label("id")).cte("above", recursive=True)
    above = above.union(select(Inclusion.phonebook_id).join(above, Inclusion.included_id == above.c.id))
    return await _load(connection, Inclusion.phonebook_id.in_(select(above.c.id)), [phonebook_id])


async def load_all(connection: AsyncConnection) -> Graph:
    """Every phonebook and every inclusion."""
    edges = [_edge(row) for row in await connection.execute(select(*_EDGE))]
    return Graph(await load_books(connection, None), edges)


async def _load(connection: AsyncConnection, seed: ColumnElement[bool], ids: Sequence[str]) -> Graph:
    below = select(*_EDGE).where(seed).cte("below", recursive=True)
    below = below.union(select(*_EDGE).join(below, Inclusion.phonebook_id == below.c.included_id))
    edges = [_edge(row) for row in await connection.execute(select(below))]
    met = {id for edge in edges for id in (edge.phonebook_id, edge.included_id)}
    return Graph(await load_books(connection, {*ids, *met}), edges)


async def load_books(connection: AsyncConnection, ids: Sequence[str] | set[str] | None) -> dict[str, Book]:
    """Phonebooks by id, deleted ones too; None: all there are."""
    rows = await connection.execute(_select_books().where(true() if ids is None else Phonebook.id.in_(ids)))
    return {row.id: _book(row) for row in rows}


async def find_edge(connection: AsyncConnection, phonebook_id: str, included_id: str) -> Edge | None:
    """One inclusion."""
    query = select(*_EDGE).where(Inclusion.phonebook_id == phonebook_id, Inclusion.included_id == included_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _edge(row)


async def put_edge(connection: AsyncConnection, edge: Edge) -> None:
    """Store an inclusion, or set the groups of one that is there."""
    groups = msgspec.json.encode(edge.groups).decode()
    statement = insert(Inclusion).values(
        phonebook_id=edge.phonebook_id, included_id=edge.included_id, groups=groups, created_at=edge.created_at
    )
    changed = {"groups": groups, "version": Inclusion.version + 1}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["phonebook_id", "included_id"], set_=changed)
    )


async def remove_edge(connection: AsyncConnection, edge: Edge) -> None:
    """Take an inclusion away."""
    await connection.execute(
        delete(Inclusion).where(Inclusion.phonebook_id == edge.phonebook_id, Inclusion.included_id == edge.included_id)
    )


def _select_books() -> Select[*tuple[Any, ...]]:
    return select(
        Phonebook.id,
        Phonebook.name,
        Phonebook.site_id,
        Site.name.label("site_name"),
        Phonebook.epoch,
        Phonebook.position,
        Phonebook.horizon,
        Phonebook.deleted_at,
        Site.deleted_at.label("site_deleted_at"),
    ).join(Site, Site.id == Phonebook.site_id)


def _book(row: Row[Any]) -> Book:
    return Book(
        id=row.id,
        name=row.name,
        site_id=row.site_id,
        site_name=row.site_name,
        epoch=row.epoch,
        position=row.position,
        horizon=row.horizon,
        live=row.deleted_at is None and row.site_deleted_at is None,
    )


def _edge(row: Any) -> Edge:
    return Edge(
        phonebook_id=row.phonebook_id,
        included_id=row.included_id,
        groups=msgspec.json.decode(row.groups, type=tuple[str, ...]),
        created_at=row.created_at,
    )
