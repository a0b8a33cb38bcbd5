"""What an import would do to a phonebook, worked out before anything is changed.

A contact of the file and a stored one are the same when both have an external id and it is equal; or, when not both
have one, when the shown name and the numbers are equal, however written. Failing that, an equal name that stands only
once in the phonebook together with one common number is enough. Anything less is another person: created, never merged.

The first row that matches a stored contact may change it. Later rows of the file may only add to what it says by then,
so no row overwrites another: one that contradicts is a person of its own, or rejected when it has the same id. That is
also why a second import of the same file finds every row said already and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_core import phone_number
from phonebook_core.contact import TEXT_FIELDS, Contact, Meta, find_problems, fold, shown_name
from phonebook_core.errors import Problem
from phonebook_core.formats.reading import Reading

_LOOK_AT: Final = 8
"""Stored contacts of the same name and numbers to compare one by one, so that thousands of them cost no more."""

Numbers = frozenset[str]


class ImportProblem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint about one row of the file: where, and a sentence about what to do."""

    line: int
    message: str
    field: str = ""
    code: str = "invalid"


class ImportPlan(Struct, frozen=True, kw_only=True):
    """What an import will do. Counts are rows of the file: `read == created + updated + unchanged + rejected`.

    `creates` have no id yet, `updates` have the id of the stored contact. Several rows may concern one contact, so
    `updated` can be more than `len(updates)`. `problems` has at least one entry for each rejected row; `warnings` are
    about rows that are imported all the same.
    """

    creates: tuple[Contact, ...]
    updates: tuple[Contact, ...]
    read: int
    updated: int
    unchanged: int
    rejected: int
    problems: tuple[ImportProblem, ...] = ()
    warnings: tuple[ImportProblem, ...] = ()

    @property
    def created(self) -> int:
        """The rows that become new contacts."""
        return len(self.creates)


def plan(existing: Iterable[Contact], reading: Reading, *, region: str) -> ImportPlan:
    """Plan the import of `reading` into a phonebook that holds `existing`, in a stable order.

    What the file leaves empty stays as stored, what it fills replaces; groups and `meta` are united, so nothing is lost
    and a second import of the same file changes nothing. A contact that could not be stored afterwards is rejected.
    """
    book = _Book(existing, region)
    problems: list[ImportProblem] = []
    rejected = 0

    def reject(line: int, reasons: Iterable[Problem]) -> None:
        nonlocal rejected
        rejected += 1
        problems.extend(
            ImportProblem(line=line, field=p.field, code=p.code, message=p.message)
            for p in (tuple(reasons) or (Problem(message="This row holds no contact."),))
        )

    pending: list[tuple[int, int, Contact]] = []
    seen: dict[str, tuple[int, tuple[str, Numbers]]] = {}
    for place, row in enumerate(reading.rows):
        if row.contact is None or row.problems:
            reject(row.line, row.problems)
            continue
        contact = phone_number.derive(msgspec.structs.replace(row.contact, id=""), region)
        if reasons := find_problems(contact):
            reject(row.line, reasons)
            continue
        if contact.external_id:
            first, key = seen.setdefault(contact.external_id, (row.line, _key(contact)))
            if key != _key(contact):
                reject(row.line, [_same_id(contact.external_id, first)])
                continue
        pending.append((place, row.line, contact))

    created: dict[int, int] = {}
    changed: dict[int, int] = {}
    updated = unchanged = 0
    # Rows that name a stored contact by its id come first: what they change decides whom the others match.
    for place, line, contact in sorted(pending, key=lambda item: not book.knows(item[2].external_id)):
        slot = book.find(contact)
        if slot is None:
            created[book.add(contact)] = place
            continue
        merged = merge(book.contacts[slot], contact)
        if merged == book.contacts[slot]:
            book.claim(slot)
            unchanged += 1
        elif book.is_claimed(slot) and not _only_adds(book.contacts[slot], merged):
            reject(line, [_same_id(contact.external_id, seen[contact.external_id][0])])
        elif reasons := find_problems(merged):
            reject(line, reasons)
        else:
            book.change(slot, merged)
            changed.setdefault(slot, place)
            updated += 1
    return ImportPlan(
        creates=tuple(book.contacts[slot] for slot in sorted(created, key=created.__getitem__)),
        updates=tuple(book.contacts[slot] for slot in sorted(changed, key=changed.__getitem__) if slot not in created),
        read=len(reading.rows),
        updated=updated,
        unchanged=unchanged,
        rejected=rejected,
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        warnings=tuple(
            ImportProblem(line=row.line, field=p.field, code=p.code, message=p.message)
            for row in reading.rows
            for p in row.warnings
        ),
    )


def merge(stored: Contact, incoming: Contact) -> Contact:
    """The stored contact with what `incoming` fills in; equal to `stored` when that is nothing new.

    The three names go together: if the shown name changes, all are taken from `incoming`.
    """
    changes: dict[str, Any] = {
        field: value
        for field in ("organization", "department", "title", "note", "numbers", "emails", "external_id")
        if (value := getattr(incoming, field))
    }
    if "numbers" in changes and _plain(stored) == _plain(incoming):
        del changes["numbers"]  # equal but for E.164, which says nothing of its own
    names = {field: getattr(incoming, field) for field in ("display_name", "given_name", "family_name")}
    if any(names.values()):
        if _name(stored) == _name(incoming):
            filled = {field: value for field, value in names.items() if value}
            if _name(msgspec.structs.replace(stored, **filled)) != _name(incoming):
                filled["display_name"] = shown_name(incoming)
            changes |= filled
        else:
            changes |= names
    if new := [group for group in incoming.groups if group not in stored.groups]:
        changes["groups"] = stored.groups + tuple(dict.fromkeys(new))
    if incoming.meta:
        changes["meta"] = _merge_meta(stored.meta, incoming.meta)
    return msgspec.structs.replace(stored, **changes)


def _merge_meta(stored: Meta, incoming: Meta) -> Meta:
    return {**stored, **{slug: {**stored.get(slug, {}), **values} for slug, values in incoming.items()}}


def _only_adds(stored: Contact, merged: Contact) -> bool:
    """Whether all that `stored` says is still said in `merged`; empty fields may be filled in, groups and meta grow."""
    for field in (*TEXT_FIELDS, "note", "numbers", "emails", "external_id"):
        value = getattr(stored, field)
        if value and getattr(merged, field) != value:
            return False
    return all(merged.meta[slug][key] == value for slug, values in stored.meta.items() for key, value in values.items())


class _Book:
    """The contacts as they will be, found by id, and by name and numbers. Only names that are asked for are indexed."""

    def __init__(self, existing: Iterable[Contact], region: str) -> None:
        self.contacts = list(existing)
        self._region = region
        self._claimed: set[int] = set()
        self._by_id: dict[str, int] = {}
        self._by_name: dict[str, _Namesakes] = {}
        for slot, contact in enumerate(self.contacts):
            if contact.external_id:
                self._by_id.setdefault(contact.external_id, slot)
            self._namesakes(_name(contact)).slots[slot] = None

    def knows(self, external_id: str) -> bool:
        return bool(external_id) and external_id in self._by_id

    def find(self, contact: Contact) -> int | None:
        if self.knows(contact.external_id):
            return self._by_id[contact.external_id]
        namesakes = self._by_name.get(_name(contact))
        if namesakes is None or not namesakes.slots:
            return None
        namesakes.index(self._derived)
        numbers = _numbers(contact)
        if (same := namesakes.by_content.get(_content(contact))) is not None:
            return same
        without_id = namesakes.by_numbers.get((numbers, False), {})
        with_id = {} if contact.external_id else namesakes.by_numbers.get((numbers, True), {})
        candidates = list(islice(chain(without_id, with_id), _LOOK_AT))
        merged = {slot: merge(self.contacts[slot], contact) for slot in candidates}
        for fits in (
            lambda slot: merged[slot] == self.contacts[slot],
            lambda slot: slot not in self._claimed,
            lambda slot: _only_adds(self.contacts[slot], merged[slot]),
        ):
            if (found := next(filter(fits, candidates), None)) is not None:
                return found
        if candidates:
            return None
        if len(namesakes.slots) == 1:
            (slot,) = namesakes.slots
            other = self.contacts[slot]
            both_have_ids = bool(contact.external_id and other.external_id)
            if slot not in self._claimed and not both_have_ids and numbers & _numbers(self._derived(slot)):
                return slot
        return None

    def claim(self, slot: int) -> None:
        self._claimed.add(slot)

    def is_claimed(self, slot: int) -> bool:
        return slot in self._claimed

    def add(self, contact: Contact) -> int:
        slot = len(self.contacts)
        self.contacts.append(contact)
        self._claimed.add(slot)
        self._enter(slot)
        return slot

    def change(self, slot: int, contact: Contact) -> None:
        self._claimed.add(slot)
        namesakes = self._namesakes(_name(self.contacts[slot]))
        namesakes.index(self._derived)
        namesakes.remove(slot, self._derived(slot))
        self.contacts[slot] = phone_number.derive(contact, self._region)
        self._enter(slot)

    def _enter(self, slot: int) -> None:
        contact = self.contacts[slot]
        if contact.external_id:
            self._by_id.setdefault(contact.external_id, slot)
        namesakes = self._namesakes(_name(contact))
        namesakes.index(self._derived)
        namesakes.add(slot, contact)

    def _namesakes(self, name: str) -> _Namesakes:
        found = self._by_name.get(name)
        if found is None:
            found = self._by_name[name] = _Namesakes()
        return found

    def _derived(self, slot: int) -> Contact:
        contact = self.contacts[slot]
        if all(number.e164 for number in contact.numbers):
            return contact
        return phone_number.derive(contact, self._region)


class _Namesakes:
    """The contacts of one name; told apart by numbers and content once somebody asks."""

    __slots__ = ("by_content", "by_numbers", "indexed", "slots")

    def __init__(self) -> None:
        self.slots: dict[int, None] = {}
        self.by_numbers: dict[tuple[Numbers, bool], dict[int, None]] = {}
        self.by_content: dict[bytes, int] = {}
        self.indexed = False

    def index(self, contact_at: Callable[[int], Contact]) -> None:
        if not self.indexed:
            self.indexed = True
            for slot in self.slots:
                self.add(slot, contact_at(slot))

    def add(self, slot: int, contact: Contact) -> None:
        self.slots[slot] = None
        self.by_numbers.setdefault((_numbers(contact), bool(contact.external_id)), {})[slot] = None
        self.by_content.setdefault(_content(contact), slot)

    def remove(self, slot: int, contact: Contact) -> None:
        self.slots.pop(slot, None)
        self.by_numbers.get((_numbers(contact), bool(contact.external_id)), {}).pop(slot, None)
        if self.by_content.get(_content(contact)) == slot:
            del self.by_content[_content(contact)]


def _name(contact: Contact) -> str:
    return " ".join(fold(shown_name(contact)).split())


def _numbers(contact: Contact) -> Numbers:
    return frozenset(map(phone_number.identity, contact.numbers))


def _key(contact: Contact) -> tuple[str, Numbers]:
    return _name(contact), _numbers(contact)


def _plain(contact: Contact) -> list[tuple[str, str]]:
    return [(number.value, number.label) for number in contact.numbers]


def _content(contact: Contact) -> bytes:
    """Everything that makes a contact what it is: all but the id, and E.164, which follows from the numbers."""
    numbers = tuple(msgspec.structs.replace(number, e164=None) for number in contact.numbers)
    return msgspec.msgpack.encode(msgspec.structs.replace(contact, id="", numbers=numbers), order="sorted")


def _same_id(external_id: str, line: int) -> Problem:
    return Problem(
        field="external_id",
        code="same_id",
        message=f"The id {external_id[:60]!r} stands on line {line} too, with other values. "
        "Give each contact an id of its own, or leave it out.",
    )
