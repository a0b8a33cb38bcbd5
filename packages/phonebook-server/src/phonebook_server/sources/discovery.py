"""Finding the address book behind the URL that somebody entered: it itself, or what the server says (RFC 6764).

The URL may be an address book, the user's principal, the folder of the address books, or just the server; then
`/.well-known/carddav` leads on. `current-user-principal` (RFC 5397) has the `addressbook-home-set` (RFC 6352, 7.1.1).
"""

from __future__ import annotations

from typing import Final

import httpx

from phonebook_server.sources import dav
from phonebook_server.sources.dav import Found
from phonebook_server.sources.fetching import Visit
from phonebook_server.sources.trouble import Choice, Trouble
from phonebook_server.sources.urls import shown

_PROPS: Final = (
    "d:resourcetype",
    "d:displayname",
    "d:current-user-principal",
    "d:principal-URL",
    "card:addressbook-home-set",
)
_MAX_NAMED: Final = 10


async def find_address_book(visit: Visit, url: str) -> str:
    """The URL of the one address book that is meant. Raises Trouble: with `choices` when there are several."""
    books = await find_address_books(visit, url)
    if len(books) == 1:
        return books[0].url
    if not books:
        raise Trouble(
            "no_address_book",
            f"There is no address book at {shown(url)}. Enter the address of an address book, as the server shows it, "
            "or make one there.",
        )
    named = "; ".join(f"“{book.name}”: {book.url}" for book in books[:_MAX_NAMED])
    raise Trouble(
        "choose_address_book",
        f"There are {len(books)} address books at {shown(url)}. Enter the address of the one that you mean: {named}",
        choices=books,
    )


async def find_address_books(visit: Visit, url: str) -> list[Choice]:
    """Every address book that the URL leads to. Raises Trouble."""
    first, base = await _look(visit, httpx.URL(url))
    if "addressbook" in dav.resource_types(first):
        return [Choice(name=first.text("displayname") or shown(base), url=str(base))]
    homes = dav.hrefs_in(first, "addressbook-home-set")
    if not homes:
        principals = dav.hrefs_in(first, "current-user-principal") or dav.hrefs_in(first, "principal-URL")
        for principal in principals[:1]:
            where = _here(base, principal)
            homes = dav.hrefs_in(await _look_at(visit, where), "addressbook-home-set")
            base = where
    folders = [_here(base, home) for home in homes] or [base]
    books: dict[str, Choice] = {}
    for folder in folders:
        answer = await dav.ask(visit, "PROPFIND", folder, dav.propfind(_PROPS), depth="1")
        for found in answer.found:
            if "addressbook" in dav.resource_types(found):
                book = str(folder.join(found.href))
                books[book] = Choice(name=found.text("displayname") or found.href, url=book)
    return sorted(books.values(), key=lambda book: (book.name.casefold(), book.url))


async def _look(visit: Visit, url: httpx.URL) -> tuple[Found, httpx.URL]:
    """What the URL is; of a server whose start is no WebDAV, what its well-known address leads to (RFC 6764, 5)."""
    is_root = url.path in ("", "/")
    places = [url] if not is_root else [url.copy_with(path="/.well-known/carddav", query=None), url]
    for place in places:
        answer = await dav.send(visit, "PROPFIND", place, dav.propfind(_PROPS), depth="0")
        if answer.status == 207 or place == places[-1] or answer.status == 401:
            found = (await dav.read(visit, answer)).found
            if found:
                return found[0], answer.url
    raise Trouble("no_address_book", f"{shown(url)} says nothing about itself. Enter the address of an address book.")


async def _look_at(visit: Visit, url: httpx.URL) -> Found:
    found = (await dav.ask(visit, "PROPFIND", url, dav.propfind(_PROPS), depth="0")).found
    return found[0] if found else Found("", 0, {})


def _here(base: httpx.URL, href: str) -> httpx.URL:
    """Where an href leads on the same server. Raises Trouble when it is another one, which gets no password."""
    try:
        where = base.join(href)
    except (httpx.InvalidURL, ValueError):
        raise Trouble("broken_answer", f"{shown(base)} names an address that is none. Ask whoever runs it.") from None
    if where.host.lower() != base.host.lower():
        raise Trouble(
            "redirected",
            f"The address books are at {shown(where)}, another server than the one you named, so the password is not "
            "sent there. Enter that address as the URL.",
        )
    return base.join(where.raw_path.decode())  # behind proxies, servers may be wrong about https and their port
