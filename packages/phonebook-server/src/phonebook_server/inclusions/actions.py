"""What may happen to inclusions. Each action checks rights, is one transaction, and announces after it."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, find_problems
from phonebook_core.errors import Conflict, Invalid, NotAllowed, NotFound
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts.merged import passes
from phonebook_server.db import tables
from phonebook_server.inclusions import store
from phonebook_server.inclusions.closure import MAX_MEMBERS, MAX_WAYS, UNFILTERED, Book, Edge, Graph, Member
from phonebook_server.server import Server


class Inclusion(Struct, frozen=True, kw_only=True):
    """A phonebook that another one includes directly, and how many of its own contacts pass the groups.

    Nothing comes along while the included phonebook or its site is deleted.
    """

    book: Book
    edge: Edge
    contacts: int


class Inclusions(Struct, frozen=True, kw_only=True):
    """What a phonebook includes itself, and all that comes along with it: the members in rank order."""

    direct: tuple[Inclusion, ...]
    members: tuple[Member, ...]
    edges: dict[str, list[Edge]]


async def put_inclusion(
    server: Server, principal: Principal, phonebook_id: str, included_id: str, groups: list[str]
) -> Inclusion:
    """Have a phonebook show the contacts of another, or only those in `groups`. Needs a manager, across sites of both.

    Raises Conflict for a loop, with its path, and when somebody's merged book would grow too large; Invalid for groups
    that no contact can have.
    """
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        included = await _require_included(connection, principal, phonebook, included_id)
        now = server.clock()
        before = await store.find_edge(connection, phonebook_id, included_id)
        created_at = now if before is None else before.created_at
        edge = Edge(phonebook_id=phonebook_id, included_id=included_id, groups=_checked(groups), created_at=created_at)
        if edge != before:
            await store.put_edge(connection, edge)
            _require_sound(await store.load_around(connection, phonebook_id), edge)
            verb = "added" if before is None else "changed"
            await _record(connection, now, principal, phonebook, included, verb, _describe(edge))
        book = (await store.load_books(connection, [included_id]))[included_id]
        inclusion = Inclusion(book=book, edge=edge, contacts=await _count(connection, book, edge))
    if edge != before:
        await server.announce(phonebook_id)
    return inclusion


async def remove_inclusion(server: Server, principal: Principal, phonebook_id: str, included_id: str) -> Inclusion:
    """Have a phonebook no longer show the contacts of another; what the inclusion was comes back.

    Needs a manager of the including phonebook.
    """
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        edge = await store.find_edge(connection, phonebook_id, included_id)
        if edge is None:
            raise NotFound(
                "This phonebook does not include that one. Load its inclusions again; they say what it does."
            )
        await store.remove_edge(connection, edge)
        book = (await store.load_books(connection, [included_id]))[included_id]
        inclusion = Inclusion(book=book, edge=edge, contacts=await _count(connection, book, edge))
        await _record(connection, server.clock(), principal, phonebook, book, "removed", _describe(edge))
    await server.announce(phonebook_id)
    return inclusion


async def list_inclusions(server: Server, principal: Principal, phonebook_id: str) -> Inclusions:
    """What a phonebook includes, directly and through others. Needs a viewer."""
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        graph = await store.load_below(connection, [phonebook_id])
        direct = []
        for edge in graph.included_by(phonebook_id):
            book = graph.books[edge.included_id]
            direct.append(Inclusion(book=book, edge=edge, contacts=await _count(connection, book, edge)))
    members = graph.members(phonebook_id)
    known = {member.phonebook_id for member in members}
    edges = {id: [edge for edge in graph.included_by(id) if edge.included_id in known] for id in known}
    return Inclusions(direct=tuple(direct), members=tuple(members), edges=edges)


async def _require_included(
    connection: AsyncConnection, principal: Principal, phonebook: PhonebookRow, included_id: str
) -> PhonebookRow:
    if included_id == phonebook.id:
        raise Conflict("A phonebook cannot include itself. Choose another one.", code="loop")
    included = await require_phonebook(connection, principal, included_id, Role.VIEWER)
    if included.site_id != phonebook.site_id and not included.role.allows(Role.MANAGER):
        raise NotAllowed(
            f"“{included.name}” is in another site, “{included.site_name}”, and there you are {included.role}. "
            "To include it takes a manager of both sites, or an administrator; ask one."
        )
    return included


def _checked(groups: list[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(groups))
    if problems := find_problems(Contact(display_name="-", groups=chosen)):
        raise Invalid(problems)
    return chosen


def _require_sound(graph: Graph, edge: Edge) -> None:
    """Raises Conflict unless the graph with this new edge in it may stay; deleted phonebooks count, they may return."""
    path = graph.find_path(edge.included_id, edge.phonebook_id)
    if path is not None:
        names = [f"“{graph.books[id].name}”" for id in (edge.phonebook_id, *path)]
        raise Conflict(
            f"That would be a loop: {' includes '.join(names[:2])}, which includes "
            f"{', which includes '.join(names[2:])}. Leave out one of these inclusions.",
            code="loop",
        )
    for id in (edge.phonebook_id, *graph.includers(edge.phonebook_id)):
        own = graph.books[edge.phonebook_id].name
        whose = f"“{own}”" if id == edge.phonebook_id else f"A phonebook that includes “{own}”"
        count = len(graph.members(id, dead=True))
        if count > MAX_MEMBERS:
            raise Conflict(
                f"{whose} would be merged from {count} phonebooks then, and {MAX_MEMBERS} are the most. "
                "Put contacts together in fewer phonebooks.",
                code="too_many",
            )
        if graph.is_tangled(id):
            raise Conflict(
                f"{whose} would get one phonebook by more than {MAX_WAYS} differently filtered ways then. "
                "Filter by groups in fewer places.",
                code="too_many",
            )


async def _count(connection: AsyncConnection, book: Book, edge: Edge) -> int:
    contact = tables.Contact
    ways = frozenset({frozenset({frozenset(edge.groups)})}) if edge.groups else UNFILTERED
    let_through = passes(Member(book=book, rank=1, ways=ways))
    query = select(func.count()).where(contact.phonebook_id == book.id, contact.deleted_at.is_(None), let_through)
    return int((await connection.execute(query)).scalar_one()) if book.live else 0


async def _record(
    connection: AsyncConnection,
    now: int,
    principal: Principal,
    phonebook: PhonebookRow,
    included: PhonebookRow | Book,
    verb: str,
    groups: str,
) -> None:
    """Note it in the activity of both sites."""
    rows = [(phonebook.site_id, phonebook.id, phonebook.name, f"“{included.name}” of “{included.site_name}”; {groups}")]
    if included.site_id != phonebook.site_id:
        by = f"by “{phonebook.name}” of “{phonebook.site_name}”; {groups}"
        rows.append((included.site_id, included.id, included.name, by))
    for site_id, phonebook_id, subject, detail in rows:
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action=f"inclusion.{verb}",
            site_id=site_id,
            phonebook_id=phonebook_id,
            subject=subject,
            detail=detail,
        )


def _describe(edge: Edge) -> str:
    return f"groups: {', '.join(edge.groups)}" if edge.groups else "all contacts"
