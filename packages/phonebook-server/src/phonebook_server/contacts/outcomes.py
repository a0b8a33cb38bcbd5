"""What becomes of each row of a file when it is imported, for somebody to look at before it happens. Without I/O.

The counts are the plan's. Which row does what follows from the contacts as they will be: each row is found among them,
and what it says is laid over what was there, as the plan does it. When several rows of a file contradict each other
about one person, it may be told of the one what the plan did with the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.damage import find_damage
from phonebook_core.formats import Reading
from phonebook_core.importing import ImportPlan, OnMatch
from phonebook_core.matching import Book
from phonebook_core.merging import fill, merge, name_of, replace
from phonebook_core.phone_number import derive
from phonebook_server.contacts.importing import ImportOptions, RowProblem

MAX_ROWS: Final = 200
"""Rows that are shown; counts are of all."""
MAX_CELL: Final = 1_000
"""Characters of a cell that are shown."""


class Outcome(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


class PreviewRow(Struct, frozen=True, kw_only=True):
    """A row of the file: its cells, what becomes of it, the contact as it will be, and as it is when it is changed."""

    line: int
    outcome: Outcome
    cells: list[str]
    contact: Contact | None
    before: Contact | None
    problems: list[RowProblem]
    warnings: list[RowProblem]


def preview_rows(
    existing: Iterable[Contact],
    reading: Reading,
    planned: ImportPlan,
    problems: Iterable[RowProblem],
    warnings: Iterable[RowProblem],
    *,
    region: str,
    options: ImportOptions,
) -> list[PreviewRow]:
    """The first rows of a file with what becomes of each."""
    rows = reading.rows[:MAX_ROWS]
    lines = {row.line for row in rows}
    problems_of, warnings_of = _by_line(problems, lines), _by_line(warnings, lines)
    said = {
        row.line: _as_planned(row.contact, region, options.repair)
        for row in rows
        if row.contact is not None and row.line not in problems_of
    }
    replay = _Replay(existing, planned, said.values(), region, options.on_match)
    shown = []
    for row in rows:
        outcome, contact, before = Outcome.REJECTED, None, None
        if row.line in said:
            outcome, contact, before = replay.take(said[row.line])
        shown.append(
            PreviewRow(
                line=row.line,
                outcome=outcome,
                cells=shortened(row.cells),
                contact=contact,
                before=before,
                problems=problems_of.get(row.line, []),
                warnings=warnings_of.get(row.line, []),
            )
        )
    return shown


def shortened(cells: Iterable[str]) -> list[str]:
    """Cells as they are shown."""
    return [cell if len(cell) <= MAX_CELL else cell[:MAX_CELL] + "…" for cell in cells]


class _Replay:
    """The contacts that concern some rows as they will be, and how far they have come to that."""

    def __init__(
        self,
        existing: Iterable[Contact],
        planned: ImportPlan,
        rows: Iterable[Contact],
        region: str,
        on_match: OnMatch,
    ) -> None:
        rows = list(rows)
        names, ids = {name_of(row) for row in rows}, {row.external_id for row in rows if row.external_id}
        updates = {contact.id: contact for contact in planned.updates}
        self._before: list[Contact | None] = []
        final: list[Contact] = []
        for contact in existing:
            last = updates.get(contact.id, contact)
            if last.external_id in ids or name_of(last) in names:
                self._before.append(contact)
                final.append(last)
        for contact in planned.creates:
            if contact.external_id in ids or name_of(contact) in names:
                self._before.append(None)
                final.append(contact)
        self._on_match, self._read_only = on_match, planned.read_only
        self._book = Book(final, region, exact=on_match in (OnMatch.KEEP, OnMatch.SKIP))
        self._now: dict[int, Contact] = {}

    def take(self, row: Contact) -> tuple[Outcome, Contact | None, Contact | None]:
        """What this row does, the contact as it will be, and as it is when it is changed."""
        slot = self._book.find(row)
        if slot is None:
            return Outcome.UNCHANGED, None, None
        final, stored, now = self._book.contacts[slot], self._before[slot], self._now.get(slot)
        if stored is None and now is None:
            self._now[slot] = row
            return Outcome.CREATED, final, None
        if stored is not None and self._on_match is OnMatch.SKIP:
            return Outcome.SKIPPED, final, None
        if stored is not None and final == stored:
            left = stored.id in self._read_only and merge(stored, row) != stored
            return Outcome.SKIPPED if left else Outcome.UNCHANGED, final, None
        before = now if now is not None else stored
        assert before is not None
        after = self._laid_over(before, row, is_new=stored is None, is_first=now is None)
        self._now[slot] = after
        if after == before:
            return Outcome.UNCHANGED, final, None
        return Outcome.UPDATED, final, stored

    def _laid_over(self, before: Contact, row: Contact, *, is_new: bool, is_first: bool) -> Contact:
        if not is_new and self._on_match is OnMatch.KEEP:
            return fill(before, row)
        if not is_new and is_first and self._on_match is OnMatch.REPLACE:
            return replace(before, row)
        return merge(before, row)


def _as_planned(contact: Contact, region: str, repair: bool) -> Contact:
    """The contact of a row as the plan takes it."""
    numbers = list(contact.numbers)
    for index, number in enumerate(numbers if repair else ()):
        damage = find_damage(number.value, region)
        if damage is not None and damage.repaired:
            numbers[index] = msgspec.structs.replace(number, value=damage.repaired)
    return derive(msgspec.structs.replace(contact, id="", numbers=tuple(numbers)), region)


def _by_line(problems: Iterable[RowProblem], lines: set[int]) -> dict[int, list[RowProblem]]:
    found: dict[int, list[RowProblem]] = {}
    for problem in problems:
        if problem.line in lines:
            found.setdefault(problem.line, []).append(problem)
    return found
