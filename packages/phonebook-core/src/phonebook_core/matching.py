"""Which contact of a phonebook a row of a file is about; see `importing` for the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Final

import msgspec

from phonebook_core import phone_number
from phonebook_core.contact import Contact
from phonebook_core.merging import merge, name_of, only_adds

_LOOK_AT: Final = 8
"""Stored contacts of the same name and numbers to compare one by one, so that thousands of them cost no more."""

Numbers = frozenset[str]


class Book:
    """The contacts as they will be, found by id, and by name and numbers. Only names that are asked for are indexed."""

    def __init__(self, existing: Iterable[Contact], region: str, *, exact: bool = False) -> None:
        """With `exact`, one common number beside an equal name is not enough to match."""
        self.contacts = list(existing)
        self._region = region
        self._exact = exact
        self._claimed: set[int] = set()
        self._by_id: dict[str, int] = {}
        self._by_name: dict[str, _Namesakes] = {}
        for slot, contact in enumerate(self.contacts):
            if contact.external_id:
                self._by_id.setdefault(contact.external_id, slot)
            self._namesakes(name_of(contact)).slots[slot] = None

    def knows(self, external_id: str) -> bool:
        return bool(external_id) and external_id in self._by_id

    def find(self, contact: Contact) -> int | None:
        if self.knows(contact.external_id):
            return self._by_id[contact.external_id]
        namesakes = self._by_name.get(name_of(contact))
        if namesakes is None or not namesakes.slots:
            return None
        namesakes.index(self._derived)
        numbers = numbers_of(contact)
        if (same := namesakes.by_content.get(_content(contact))) is not None:
            return same
        without_id = namesakes.by_numbers.get((numbers, False), {})
        with_id = {} if contact.external_id else namesakes.by_numbers.get((numbers, True), {})
        candidates = list(islice(chain(without_id, with_id), _LOOK_AT))
        merged = {slot: merge(self.contacts[slot], contact) for slot in candidates}
        for fits in (
            lambda slot: merged[slot] == self.contacts[slot],
            lambda slot: slot not in self._claimed,
            lambda slot: only_adds(self.contacts[slot], merged[slot]),
        ):
            if (found := next(filter(fits, candidates), None)) is not None:
                return found
        if candidates:
            return None
        if len(namesakes.slots) == 1 and not self._exact:
            (slot,) = namesakes.slots
            other = self.contacts[slot]
            both_have_ids = bool(contact.external_id and other.external_id)
            if slot not in self._claimed and not both_have_ids and numbers & numbers_of(self._derived(slot)):
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
        namesakes = self._namesakes(name_of(self.contacts[slot]))
        namesakes.index(self._derived)
        namesakes.remove(slot, self._derived(slot))
        self.contacts[slot] = phone_number.derive(contact, self._region)
        self._enter(slot)

    def _enter(self, slot: int) -> None:
        contact = self.contacts[slot]
        if contact.external_id:
            self._by_id.setdefault(contact.external_id, slot)
        namesakes = self._namesakes(name_of(contact))
        if namesakes.slots:
            namesakes.index(self._derived)
        if namesakes.indexed:
            namesakes.add(slot, contact)
        else:
            namesakes.slots[slot] = None

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
        self.by_numbers.setdefault((numbers_of(contact), bool(contact.external_id)), {})[slot] = None
        self.by_content.setdefault(_content(contact), slot)

    def remove(self, slot: int, contact: Contact) -> None:
        self.slots.pop(slot, None)
        self.by_numbers.get((numbers_of(contact), bool(contact.external_id)), {}).pop(slot, None)
        if self.by_content.get(_content(contact)) == slot:
            del self.by_content[_content(contact)]


def numbers_of(contact: Contact) -> Numbers:
    return frozenset(map(phone_number.identity, contact.numbers))


def key_of(contact: Contact) -> tuple[str, Numbers]:
    """What two rows with the same id must have in common."""
    return name_of(contact), numbers_of(contact)


def _content(contact: Contact) -> bytes:
    """Everything that makes a contact what it is: all but the id, and E.164, which follows from the numbers."""
    numbers = tuple(msgspec.structs.replace(number, e164=None) for number in contact.numbers)
    return msgspec.msgpack.encode(msgspec.structs.replace(contact, id="", numbers=numbers), order="sorted")
