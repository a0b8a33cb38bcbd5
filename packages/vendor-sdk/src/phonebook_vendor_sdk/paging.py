"""A long list in pages, for phones that take only so many entries at a time."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct

from phonebook_core.contact import Contact


class Page(Struct, frozen=True, kw_only=True):
    """One page: its contacts, which page it is of how many (from 1), and the URLs beside it, empty at an end."""

    contacts: tuple[Contact, ...]
    number: int
    count: int
    previous: str = ""
    next: str = ""


def page_of(
    contacts: Sequence[Contact], url: str, query: Sequence[tuple[str, str]], *, size: int, parameter: str
) -> Page:
    """The page that the query asks for by number; the first one, or the last, when there is no such page."""
    asked = next((value for name, value in query if name == parameter), "")
    count = max(1, -(-len(contacts) // size))
    number = min(max(1, int(asked)), count) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    kept = [(name, value) for name, value in query if name != parameter]

    def link(to: int) -> str:
        return f"{url}?{urlencode([*kept, (parameter, str(to))])}" if 1 <= to <= count else ""

    return Page(
        contacts=tuple(contacts[(number - 1) * size : number * size]),
        number=number,
        count=count,
        previous=link(number - 1),
        next=link(number + 1),
    )
