"""`/api/v1/phonebooks/{id}/inclusions`: which other phonebooks a phonebook shows."""

from __future__ import annotations

from typing import Final

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Struct

from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Id, TheServer
from phonebook_server.inclusions import actions
from phonebook_server.inclusions.closure import Book, Edge


class InclusionInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which groups of the other phonebook come along; empty: all contacts."""

    groups: list[str] = []


class InclusionView(Struct, frozen=True, kw_only=True):
    """A phonebook that is included directly. `contacts` counts those of its own that come along.

    `deleted`: it or its site is deleted, and nothing comes along until it is back.
    """

    phonebook_id: str
    name: str
    site_id: str
    site_name: str
    groups: tuple[str, ...]
    contacts: int
    deleted: bool
    created_at: str


class Included(Struct, frozen=True, kw_only=True):
    """One inclusion of a member."""

    phonebook_id: str
    groups: tuple[str, ...]


class MemberView(Struct, frozen=True, kw_only=True):
    """A phonebook whose contacts are in the merged book, and what it includes itself.

    They are in the order of their rank: a number that several have is shown with the contact of the first.
    """

    phonebook_id: str
    name: str
    site_id: str
    site_name: str
    includes: list[Included]


class InclusionList(Struct, frozen=True, kw_only=True):
    """What a phonebook includes directly (`items`), and every phonebook that is in its merged book, its own first."""

    items: list[InclusionView]
    members: list[MemberView]


@put(
    "/phonebooks/{phonebook_id:str}/inclusions/{included_id:str}",
    operation_id="put_inclusion",
    summary="Include another phonebook",
)
async def put_inclusion(
    server: TheServer, principal: Asker, phonebook_id: Id, included_id: Id, data: JSONBody[InclusionInput]
) -> InclusionView:
    """Show the contacts of another phonebook, live and read-only; with `groups` only those. Managers, of both sites."""
    return _view(await actions.put_inclusion(server, principal, phonebook_id, included_id, data.groups))


@delete(
    "/phonebooks/{phonebook_id:str}/inclusions/{included_id:str}",
    operation_id="remove_inclusion",
    summary="Stop including another phonebook",
    status_code=200,
)
async def remove_inclusion(server: TheServer, principal: Asker, phonebook_id: Id, included_id: Id) -> InclusionView:
    """Its contacts leave phones with their next fetch; a PUT of the answer's `groups` brings them back. Managers."""
    return _view(await actions.remove_inclusion(server, principal, phonebook_id, included_id))


@get("/phonebooks/{phonebook_id:str}/inclusions", operation_id="list_inclusions", summary="What a phonebook includes")
async def list_inclusions(server: TheServer, principal: Asker, phonebook_id: Id) -> InclusionList:
    """The phonebooks that it includes, and all that come along with these."""
    found = await actions.list_inclusions(server, principal, phonebook_id)
    return InclusionList(
        items=[_view(inclusion) for inclusion in found.direct],
        members=[_member(member.book, found.edges[member.phonebook_id]) for member in found.members],
    )


handlers: Final = [put_inclusion, remove_inclusion, list_inclusions]


def _view(inclusion: actions.Inclusion) -> InclusionView:
    book = inclusion.book
    return InclusionView(
        phonebook_id=book.id,
        name=book.name,
        site_id=book.site_id,
        site_name=book.site_name,
        groups=inclusion.edge.groups,
        contacts=inclusion.contacts,
        deleted=not book.live,
        created_at=iso(inclusion.edge.created_at),
    )


def _member(book: Book, edges: list[Edge]) -> MemberView:
    return MemberView(
        phonebook_id=book.id,
        name=book.name,
        site_id=book.site_id,
        site_name=book.site_name,
        includes=[Included(phonebook_id=edge.included_id, groups=edge.groups) for edge in edges],
    )
