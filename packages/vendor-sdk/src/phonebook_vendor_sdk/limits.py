"""What phones can take: limits by model family, counted over a phonebook, and texts cut to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from phonebook_core.vendor_link.messages import Notice
from phonebook_vendor_sdk.book import Book


class Limits(Struct, frozen=True, kw_only=True):
    """What a family of phones can take, as far as it is known; None where it is not. `phones` is what people read.

        limits = [Limits(phones="Acme A1 and A2", contacts=500, name=20)]

    `contacts` counts those with a number, `numbers` those of one contact, `number` and `name` characters; with
    `apart` the phone has one field for the given and one for the family name, each with this limit (`Book.names`).
    Nothing is cut by declaring it: the SDK counts what exceeds a limit, and people read that beside the state.
    """

    phones: str
    contacts: int | None = None
    numbers: int | None = None
    number: int | None = None
    name: int | None = None
    apart: bool = False


def exceeded(limits: Sequence[Limits], book: Book) -> list[Notice]:
    """One notice for each limit that this book exceeds, with the number of contacts concerned and what to do."""
    return [
        Notice(code=f"limit_{what}_{place}", message=f"{family.phones}: {message}")
        for place, family in enumerate(limits, 1)
        for what, message in _complaints(family, book).items()
        if message
    ]


def _complaints(family: Limits, book: Book) -> dict[str, str]:
    """What to say of each limit, empty where it is kept."""
    people, said = book.with_numbers, {"contacts": "", "name": "", "number": "", "numbers": ""}
    if family.contacts is not None and len(people) > family.contacts:
        room = f"there is room for {family.contacts} contacts, and this book has {len(people)}."
        said["contacts"] = f"{room} Make smaller phonebooks, or expect that the last ones are missing."
    if family.name is not None:
        longest, apart = family.name, family.apart
        long = sum(
            any(len(name) > longest for name in (book.names(one) if apart else (book.shown_name(one),)))
            for one in people
        )
        if long:
            room = f"{longest} characters{' each for given and family name' if apart else ''}"
            will = f"{_count(long, 'name')} will be cut, as there is room for {room}."
            said["name"] = f"{will} Put what matters first, or shorten them."
    if family.number is not None:
        longest = family.number
        if long := sum(any(len(book.dial(number)) > longest for number in one.numbers) for one in people):
            has = "has" if long == 1 else "have"
            said["number"] = f"{_count(long, 'contact')} {has} a number of more than {longest} digits. Check them."
    if family.numbers is not None and (many := sum(len(one.numbers) > family.numbers for one in people)):
        has = "has" if many == 1 else "have"
        said["numbers"] = (
            f"{_count(many, 'contact')} {has} more than the {family.numbers} numbers that are shown. "
            "Put the most important ones first."
        )
    return said


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def cut(text: str, longest: int, *, in_bytes: bool = False) -> str:
    """The beginning of a text that is at most so long, in characters or in bytes of UTF-8.

    No character is split from its accents, and no emoji or flag into its parts; white space at the end is dropped
    where something was cut.
    """
    if (len(text.encode(errors="surrogatepass")) if in_bytes else len(text)) <= longest:
        return text
    kept, size = [], 0
    for cluster in _clusters(text):
        size += len(cluster.encode(errors="surrogatepass")) if in_bytes else len(cluster)
        if size > longest:
            break
        kept.append(cluster)
    return "".join(kept).rstrip()


_JOINER: Final = "\u200d"


def _clusters(text: str) -> Iterator[str]:
    """What people take for one character each, near enough (the main rules of Unicode's Annex 29)."""
    cluster = ""
    for character in text:
        joined = (
            character == _JOINER
            or unicodedata.category(character) in ("Mn", "Mc", "Me")
            or "\U0001f3fb" <= character <= "\U0001f3ff"  # tones of skin
            or cluster.endswith(_JOINER)
            or (_is_flag_letter(character) and len(cluster) == 1 and _is_flag_letter(cluster))
        )
        if cluster and not joined:
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
