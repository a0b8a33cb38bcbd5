"""`/api/v1/search`: any site, phonebook or contact that somebody may see, by a part of its name or number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Final, TypeVar

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from phonebook_core.contact import fold, shown_name
from phonebook_server.accounts.guards import phonebook_row, site_row, visible_phonebooks, visible_sites
from phonebook_server.contacts.anywhere import find_anywhere
from phonebook_server.handling import Asker, TheServer

MAX_EACH: Final = 50
_T = TypeVar("_T")

Typed = Annotated[
    str,
    QueryParameter(
        max_length=200, description="What was typed: parts of names, for contacts also of companies and numbers."
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_EACH, description="How many of each kind at most.")]


class FoundSite(Struct, frozen=True, kw_only=True):
    """A site that was found."""

    id: str
    name: str


class FoundPhonebook(Struct, frozen=True, kw_only=True):
    """A phonebook that was found, and the site it is in."""

    id: str
    name: str
    site_id: str
    site_name: str


class FoundContact(Struct, frozen=True, kw_only=True):
    """A contact that was found, its shown name and first number (empty: it has none), and where it is."""

    id: str
    name: str
    organization: str
    number: str
    phonebook_id: str
    phonebook_name: str
    site_name: str


class SearchResult(Struct, frozen=True, kw_only=True):
    """What was found, the best of each kind first; more is found by typing more."""

    sites: list[FoundSite]
    phonebooks: list[FoundPhonebook]
    contacts: list[FoundContact]


@get("/search", operation_id="search", summary="Find sites, phonebooks and contacts")
async def search(server: TheServer, principal: Asker, q: Typed = "", limit: Limit = 8) -> SearchResult:
    """Everything you may see that has every word you typed: sites and phonebooks by name (a phonebook also by that of
    its site), contacts by name, company, group and number in any writing. Nothing for an empty text."""
    if not q.strip():
        return SearchResult(sites=[], phonebooks=[], contacts=[])
    async with server.db.reading() as connection:
        sites = [site_row(row, principal) for row in await connection.execute(visible_sites(principal))]
        books = [phonebook_row(row, principal) for row in await connection.execute(visible_phonebooks(principal))]
        known = {book.id: book for book in books}
        contacts = await find_anywhere(connection, list(known), q, limit=limit)
    return SearchResult(
        sites=[FoundSite(id=site.id, name=site.name) for site in best(sites, q, limit, lambda site: (site.name, ""))],
        phonebooks=[
            FoundPhonebook(id=book.id, name=book.name, site_id=book.site_id, site_name=book.site_name)
            for book in best(books, q, limit, lambda book: (book.name, book.site_name))
        ],
        contacts=[
            FoundContact(
                id=stored.contact.id,
                name=shown_name(stored.contact),
                organization=stored.contact.organization,
                number=stored.contact.numbers[0].value if stored.contact.numbers else "",
                phonebook_id=stored.phonebook_id,
                phonebook_name=known[stored.phonebook_id].name,
                site_name=known[stored.phonebook_id].site_name,
            )
            for stored in contacts
        ],
    )


handlers: Final = (search,)


def best(candidates: Iterable[_T], typed: str, limit: int, named: Callable[[_T], tuple[str, str]]) -> list[_T]:
    """Those with every word somewhere in their two names; whose first begins with what was typed comes first."""
    wanted = fold(" ".join(typed.split()))
    found: list[tuple[bool, str, str, int, _T]] = []
    for index, each in enumerate(candidates):
        name, other = map(fold, named(each))
        if all(word in f"{name} {other}" for word in wanted.split()):
            found.append((not name.startswith(wanted), name, other, index, each))
    return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:-1])[:limit]]
