"""Finding contacts in memory as somebody types: the same answers, in the same order, as the server's search gives.

Shown names that begin with the text come first, then names in which every term begins a word, then whatever else has
every term; inside each, contacts are in the one order.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from phonebook_core.contact import Contact, fold, shown_name
from phonebook_core.search_terms import Alternative, Term, begin_of_name, index_contact, read_query, readable

_NAMES: Final = b"n"
_OTHERS: Final = b"o"
_NUMBERS: Final = b"#"
_SLOT: Final = 4
"""Bytes at the end of an entry that say which contact it is of."""
_BEHIND: Final = b"\xff"
"""Comes after whatever goes on with a token."""

_Slots = set[int]


class Finder:
    """An index over contacts that do not change. It takes a while to make (row `render` of the benchmarks)."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        """`contacts` must be in the one order (see `contact.sort_key`)."""
        self._contacts = contacts
        self._keys = [fold(shown_name(contact)).encode() for contact in contacts]
        entries = sorted(_entries(contacts))
        self._blob = b"".join(entries)
        self._ends = array("I", [0])
        for entry in entries:
            self._ends.append(self._ends[-1] + len(entry))

    def find(self, text: str, *, limit: int = 50) -> list[Contact]:
        """Up to `limit` contacts that match what was typed, the best first. Nothing typed: the first contacts."""
        text = readable(text)
        if not text:
            return list(self._contacts[:limit])
        begin = begin_of_name(text)
        first = bisect_left(self._keys, begin)
        found = list(range(first, min(bisect_left(self._keys, begin + _BEHIND, lo=first), first + limit)))
        for tier in self._tiers(read_query(text)):
            if len(found) < limit:
                more = sorted(slot for slot in tier if not self._keys[slot].startswith(begin))
                found += more[: limit - len(found)]
        return [self._contacts[slot] for slot in found]

    def _tiers(self, terms: list[Term]) -> Iterable[_Slots]:
        """Those with every term in their names, then all others with every term; a number is in no name."""
        if not terms:
            return
        everywhere = self._with_all(terms, (_NAMES, _OTHERS))
        if all(any(alternative.words for alternative in term) for term in terms):
            named = self._with_all(terms, (_NAMES,))
            yield named
            everywhere -= named
        yield everywhere

    def _with_all(self, terms: list[Term], columns: tuple[bytes, ...]) -> _Slots:
        return _common(_Slots().union(*(self._matches(each, columns) for each in term)) for term in terms)

    def _matches(self, alternative: Alternative, columns: tuple[bytes, ...]) -> _Slots:
        if alternative.number:
            return self._beginning(_NUMBERS + alternative.number.encode()) if len(columns) > 1 else set()
        return _common(
            _Slots().union(*(self._beginning(column + word.encode()) for column in columns))
            for word in alternative.words
        )

    def _beginning(self, token: bytes) -> _Slots:
        """The contacts that have a token which begins so."""
        every = range(len(self._ends) - 1)
        first = bisect_left(every, token, key=self._token)
        last = bisect_left(every, token + _BEHIND, lo=first, key=self._token)
        blob = self._blob
        return {int.from_bytes(blob[end - _SLOT : end], "big") for end in self._ends[first + 1 : last + 1]}

    def _token(self, entry: int) -> bytes:
        return self._blob[self._ends[entry] : self._ends[entry + 1] - _SLOT]


def _entries(contacts: Sequence[Contact]) -> Iterable[bytes]:
    """Every token with its column before it and its contact behind it."""
    for slot, contact in enumerate(contacts):
        tokens = index_contact(contact)
        behind = slot.to_bytes(_SLOT, "big")
        for column, text in ((_NAMES, tokens.names), (_OTHERS, tokens.others), (_NUMBERS, tokens.numbers)):
            for token in text.split():
                yield column + token.encode() + behind


def _common(sets: Iterable[_Slots]) -> _Slots:
    """What is in every one of them."""
    first, *others = sets
    return first.intersection(*others)
