"""What an import would do to a phonebook, worked out before anything is changed.

A contact of the file and a stored one are the same when both have an external id and it is equal; or, when not both
have one, when the shown name and the numbers are equal, however written. Failing that, an equal name that stands only
once in the phonebook together with one common number is enough, unless stored contacts are kept or skipped. Anything
less is another person: created, never merged. What happens to a contact that is matched is `OnMatch`.

The first row that matches a stored contact may change it. Later rows of the file may only add to what it says by then,
so no row overwrites another: one that contradicts is a person of its own, or rejected when it has the same id. That is
also why a second import of the same file, in the same way, finds every row said already and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from phonebook_core import formats, phone_number
from phonebook_core.contact import Contact, find_problems
from phonebook_core.damage import Damage, find_damage
from phonebook_core.errors import Problem
from phonebook_core.formats.reading import Reading, Row
from phonebook_core.matching import Book, Numbers, key_of
from phonebook_core.merging import OnMatch, fill, merge, only_adds, replace

__all__ = ["ImportPlan", "ImportProblem", "OnMatch", "merge", "plan", "write_rejected"]


class ImportProblem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint about one row of the file: where, and a sentence about what to do.

    A warning about a number has the `value` as it stands there, and `repaired` where it is certain what it was.
    """

    line: int
    message: str
    field: str = ""
    code: str = "invalid"
    value: str = ""
    repaired: str = ""


class ImportPlan(Struct, frozen=True, kw_only=True):
    """What an import will do. Counts are rows of the file:
    `read == created + updated + unchanged + skipped + rejected`.

    `creates` have no id yet, `updates` have the id of the stored contact. Several rows may concern one contact, so
    `updated` can be more than `len(updates)`. `skipped` are the rows that match a stored contact and are left out: all
    of those by `OnMatch.SKIP`, else those that would change a contact of `read_only`. `matched` are the ids of the
    stored contacts that some row is about. `problems` has at least one entry for each rejected row; `warnings` are
    about rows that are imported all the same.
    """

    creates: tuple[Contact, ...]
    updates: tuple[Contact, ...]
    read: int
    updated: int
    unchanged: int
    rejected: int
    skipped: int = 0
    matched: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    problems: tuple[ImportProblem, ...] = ()
    warnings: tuple[ImportProblem, ...] = ()

    @property
    def created(self) -> int:
        """The rows that become new contacts."""
        return len(self.creates)


def plan(
    existing: Iterable[Contact],
    reading: Reading,
    *,
    region: str,
    on_match: OnMatch = OnMatch.UPDATE,
    repair: bool = False,
    read_only: frozenset[str] = frozenset(),
) -> ImportPlan:
    """Plan the import of `reading` into a phonebook that holds `existing`, in a stable order.

    Rows that would change a contact whose id is in `read_only` are skipped.

    With `repair`, numbers that a spreadsheet damaged are taken as they were, where that is certain; otherwise they are
    only pointed out. A contact that could not be stored afterwards is rejected.
    """
    planning = _Planning(existing, region, on_match, read_only)
    warnings: list[ImportProblem] = []
    for row in reading.rows:
        contact = row.contact
        warnings.extend(_about(row.line, problem) for problem in row.warnings)
        if contact is not None:
            damages = _damages(contact, region)
            warnings.extend(
                _about(row.line, Problem(field=f"numbers.{index}.value", code=damage.code, message=damage.message),
                       contact.numbers[index].value, damage.repaired)
                for index, damage in damages
            )  # fmt: skip
            if repair and damages:
                contact = _repaired(contact, damages)
        planning.take(row, contact)
    return planning.finish(len(reading.rows), tuple(warnings))


def write_rejected(reading: Reading, problems: Iterable[ImportProblem]) -> bytes:
    """The rejected rows of a plan as a file, each with its reasons, to be mended and imported again.

    See `formats.rejected`, also for the extension of the file's name.
    """
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        reasons.setdefault(problem.line, []).append(
            f"{problem.field}: {problem.message}" if problem.field else problem.message
        )
    return formats.write_rejected(reading, {line: " ".join(sentences) for line, sentences in reasons.items()})


class _Planning:
    """Takes rows in their order, decides at the end: what one row does depends on those around it."""

    def __init__(self, existing: Iterable[Contact], region: str, on_match: OnMatch, read_only: frozenset[str]) -> None:
        self._region, self._on_match, self._read_only = region, on_match, read_only
        self._book = Book(existing, region, exact=on_match in (OnMatch.KEEP, OnMatch.SKIP))
        self._ids = tuple(contact.id for contact in self._book.contacts)
        self._stored = tuple(self._book.contacts) if on_match is not OnMatch.UPDATE else ()
        self._problems: list[ImportProblem] = []
        self._pending: list[tuple[int, int, Contact]] = []
        self._seen: dict[str, tuple[int, tuple[str, Numbers]]] = {}
        self._created: dict[int, int] = {}
        self._changed: dict[int, int] = {}
        self._matched: dict[int, list[tuple[int, int, Contact]]] = {}
        self._updated = self._unchanged = self._rejected = self._skipped = 0

    def take(self, row: Row, contact: Contact | None) -> None:
        if contact is None or row.problems:
            self._reject(row.line, row.problems)
            return
        contact = phone_number.derive(msgspec.structs.replace(contact, id=""), self._region)
        if reasons := find_problems(contact):
            self._reject(row.line, reasons)
            return
        if contact.external_id:
            first, key = self._seen.setdefault(contact.external_id, (row.line, key_of(contact)))
            if first != row.line and key != key_of(contact):
                self._reject(row.line, [_same_id(contact.external_id, first)])
                return
        self._pending.append((len(self._pending), row.line, contact))

    def finish(self, read: int, warnings: tuple[ImportProblem, ...]) -> ImportPlan:
        # Rows that name a stored contact by its id come first: what they change decides whom the others match.
        for place, line, contact in sorted(self._pending, key=lambda item: not self._book.knows(item[2].external_id)):
            self._match(place, line, contact)
        contacts = dict(enumerate(self._book.contacts))
        for slot, rows in self._matched.items():
            contacts[slot] = self._settle(slot, rows)
        created, changed = self._created, self._changed
        return ImportPlan(
            creates=tuple(contacts[slot] for slot in sorted(created, key=created.__getitem__)),
            updates=tuple(contacts[slot] for slot in sorted(changed, key=changed.__getitem__) if slot not in created),
            read=read,
            updated=self._updated,
            unchanged=self._unchanged,
            rejected=self._rejected,
            skipped=self._skipped,
            matched=frozenset(id for slot, id in enumerate(self._ids) if self._book.is_claimed(slot)),
            read_only=self._read_only,
            problems=tuple(sorted(self._problems, key=lambda problem: problem.line)),
            warnings=warnings,
        )

    def _match(self, place: int, line: int, contact: Contact) -> None:
        book = self._book
        slot = book.find(contact)
        if slot is None:
            self._created[book.add(contact)] = place
            return
        merged = merge(book.contacts[slot], contact)
        news = merged != book.contacts[slot]
        if slot < len(self._ids) and self._ids[slot] in self._read_only and self._on_match is not OnMatch.SKIP:
            self._skipped += news
            self._unchanged += not news
            book.claim(slot)
            return
        if news and book.is_claimed(slot) and not only_adds(book.contacts[slot], merged):
            self._reject(line, [_same_id(contact.external_id, self._seen[contact.external_id][0])])
            return
        reasons = find_problems(merged) if news else []
        if slot < len(self._stored):  # decided in `_settle`, when all its rows are known
            self._matched.setdefault(slot, []).append((place, line, contact))
        elif reasons:
            self._reject(line, reasons)
            return
        elif news:
            self._changed.setdefault(slot, place)
            self._updated += 1
        else:
            self._unchanged += 1
        if news and not reasons:
            book.change(slot, merged)
        else:
            book.claim(slot)

    def _settle(self, slot: int, rows: Sequence[tuple[int, int, Contact]]) -> Contact:
        """What becomes of a stored contact that is not simply updated, and what its rows count as."""
        stored = self._stored[slot]
        if self._on_match is OnMatch.SKIP:
            self._skipped += len(rows)
            return stored
        contact, updated = stored, 0
        for index, (_, _, row) in enumerate(rows):
            before = contact
            if self._on_match is OnMatch.KEEP:
                contact = fill(contact, row)
            else:
                contact = merge(contact, row) if index else replace(contact, row)
            updated += contact != before
        if contact == stored:
            self._unchanged += len(rows)
            return stored
        if reasons := find_problems(contact):
            for _, line, _ in rows:
                self._reject(line, reasons)
            return stored
        self._updated += updated
        self._unchanged += len(rows) - updated
        self._changed[slot] = rows[0][0]
        return contact

    def _reject(self, line: int, reasons: Iterable[Problem]) -> None:
        self._rejected += 1
        for problem in tuple(reasons) or (Problem(message="This row holds no contact."),):
            self._problems.append(_about(line, problem))


def _damages(contact: Contact, region: str) -> list[tuple[int, Damage]]:
    found = ((index, find_damage(number.value, region)) for index, number in enumerate(contact.numbers))
    return [(index, damage) for index, damage in found if damage is not None]


def _repaired(contact: Contact, damages: Iterable[tuple[int, Damage]]) -> Contact:
    numbers = list(contact.numbers)
    for index, damage in damages:
        if damage.repaired:
            numbers[index] = msgspec.structs.replace(numbers[index], value=damage.repaired)
    return msgspec.structs.replace(contact, numbers=tuple(numbers))


def _about(line: int, problem: Problem, value: str = "", repaired: str = "") -> ImportProblem:
    return ImportProblem(
        line=line, field=problem.field, code=problem.code, message=problem.message, value=value, repaired=repaired
    )


def _same_id(external_id: str, line: int) -> Problem:
    return Problem(
        field="external_id",
        code="same_id",
        message=f"The id {external_id[:60]!r} stands on line {line} too, with other values. "
        "Give each contact an id of its own, or leave it out.",
    )
