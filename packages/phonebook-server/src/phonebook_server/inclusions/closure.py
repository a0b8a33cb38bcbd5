"""What a phonebook contains once its inclusions are followed: its members, in rank order, each with its filter. No I/O.

A contact comes along a path of inclusions when it passes the filter of every inclusion on it, and it is in the merged
book when there is one such path. The rank says whose number it is when several members have it: the smallest wins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

MAX_MEMBERS: Final = 64
"""The most phonebooks in one merged book, its own among them."""
MAX_WAYS: Final = 64
"""The most different filters by which one phonebook may come into a merged book."""

Groups = frozenset[str]
"""The groups that one inclusion lets through; a contact passes with any of them."""
Way = frozenset[Groups]
"""The filters along a path; a contact must pass all of them. Empty: nothing is filtered."""

UNFILTERED: Final[frozenset[Way]] = frozenset({frozenset()})


class Book(Struct, frozen=True, kw_only=True):
    """A phonebook as the closure needs it."""

    id: str
    name: str
    site_id: str
    site_name: str
    epoch: str
    position: int
    horizon: int
    live: bool = True


class Edge(Struct, frozen=True, kw_only=True):
    """One inclusion: `phonebook_id` shows `included_id`, only `groups` of it (empty: all)."""

    phonebook_id: str
    included_id: str
    groups: tuple[str, ...] = ()
    created_at: int = 0


class Member(Struct, frozen=True, kw_only=True):
    """A phonebook whose contacts are in a merged book. The one of rank 0 is the merged book's own.

    A contact is in when it passes one of `ways`.
    """

    book: Book
    rank: int
    ways: frozenset[Way] = UNFILTERED

    @property
    def phonebook_id(self) -> str:
        """The phonebook's id."""
        return self.book.id

    @property
    def filtered(self) -> bool:
        """Whether some contacts may be kept back."""
        return frozenset() not in self.ways

    def passes(self, groups: Iterable[str]) -> bool:
        """Whether a contact with these groups is in."""
        if not self.filtered:
            return True
        held = set(groups)
        return any(all(not held.isdisjoint(each) for each in way) for way in self.ways)

    def filter_mark(self) -> int:
        """A number for the filter that is the same as long as the filter is: 0 for none, else at least 2."""
        if not self.filtered:
            return 0
        canonical = sorted(sorted(sorted(each) for each in way) for way in self.ways)
        return 2 + int.from_bytes(hashlib.blake2b(msgspec.json.encode(canonical), digest_size=4).digest())


class Graph:
    """Phonebooks and the inclusions between them: all there are, or a part that is closed under following them."""

    def __init__(self, books: Mapping[str, Book], edges: Iterable[Edge]) -> None:
        self.books = books
        self._from: dict[str, list[Edge]] = {}
        self._into: dict[str, list[Edge]] = {}
        for edge in sorted(edges, key=lambda edge: (edge.created_at, edge.included_id)):
            self._from.setdefault(edge.phonebook_id, []).append(edge)
            self._into.setdefault(edge.included_id, []).append(edge)

    def included_by(self, phonebook_id: str) -> list[Edge]:
        """The direct inclusions of a phonebook, in their order."""
        return self._from.get(phonebook_id, [])

    def members(self, phonebook_id: str, *, dead: bool = False) -> list[Member]:
        """The members of a merged book in rank order: its own, then breadth first. With `dead`, deleted ones too."""
        ranked: dict[str, None] = {phonebook_id: None}
        for each in (queue := [phonebook_id]):
            for edge in self.included_by(each):
                book = self.books.get(edge.included_id)
                if book is not None and (book.live or dead) and book.id not in ranked:
                    ranked[book.id] = None
                    queue.append(book.id)
        ways: dict[str, frozenset[Way]] = {phonebook_id: UNFILTERED}
        return [
            Member(book=self.books[id], rank=rank, ways=_fewest(self._ways(id, ranked, ways)))
            for rank, id in enumerate(ranked)
        ]

    def includers(self, phonebook_id: str) -> list[str]:
        """Every phonebook that includes this one, directly or through others, dead ones too; not itself."""
        found: dict[str, None] = {phonebook_id: None}
        for each in (queue := [phonebook_id]):
            for edge in self._into.get(each, ()):
                if edge.phonebook_id not in found:
                    found[edge.phonebook_id] = None
                    queue.append(edge.phonebook_id)
        return list(found)[1:]

    def find_path(self, start: str, goal: str) -> list[str] | None:
        """The shortest way from one phonebook to another along inclusions, both ends in it; None when there is none."""
        came_from: dict[str, str] = {start: ""}
        for each in (queue := [start]):
            if each == goal:
                path = [goal]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            for edge in self.included_by(each):
                if edge.included_id not in came_from:
                    came_from[edge.included_id] = each
                    queue.append(edge.included_id)
        return None

    def is_tangled(self, phonebook_id: str) -> bool:
        """Whether some phonebook would come into this merged book by too many different filters."""
        reached: dict[str, None] = {member.phonebook_id: None for member in self.members(phonebook_id, dead=True)}
        ways: dict[str, frozenset[Way]] = {phonebook_id: UNFILTERED}
        return any(len(self._ways(id, reached, ways)) > MAX_WAYS for id in reached)

    def _ways(self, phonebook_id: str, within: Mapping[str, None], known: dict[str, frozenset[Way]]) -> frozenset[Way]:
        if phonebook_id not in known:
            known[phonebook_id] = frozenset()  # so that a loop, which nobody could store, ends
            found: set[Way] = set()
            for edge in self._into.get(phonebook_id, ()):
                if edge.phonebook_id in within and len(found) <= MAX_WAYS:
                    step = {frozenset(edge.groups)} if edge.groups else set()
                    found |= {way | step for way in self._ways(edge.phonebook_id, within, known)}
            known[phonebook_id] = frozenset(found)
        return known[phonebook_id]


def _fewest(ways: frozenset[Way]) -> frozenset[Way]:
    """The same filter without ways that another, less strict one makes needless."""
    return frozenset(way for way in ways if not any(other < way for other in ways))
