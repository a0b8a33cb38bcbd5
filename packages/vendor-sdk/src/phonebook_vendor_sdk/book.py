"""What a vendor's rendering gets: the phonebook, in the one order, with the helpers that most formats need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from phonebook_core.contact import Contact, PhoneNumber, fold, shown_name
from phonebook_core.finding import Finder
from phonebook_core.phone_number import NumberForm, OutputForm, dial
from phonebook_core.vendor_link import messages

MOST_WRITINGS: Final = 500_000
"""Writings of numbers that are kept from one state of a phonebook to the next."""


class Book:
    """One phonebook as it stands: unchanging, so the same book always renders to the same bytes.

    `contacts` are in the one order (folded shown name, ties by id; see `phonebook_core.contact.sort_key`), also those
    without a number; what to do with those is the vendor's business. `region` is ISO 3166-1 alpha-2 or empty.
    """

    def __init__(self, about: messages.Book, contacts: Sequence[Contact], before: Book | None = None) -> None:
        """`before` is this phonebook as it was, from which writings of numbers are taken over."""
        self.id: str = about.id
        self.name: str = about.name
        self.site: str = about.site
        self.region: str = about.region
        self.output: OutputForm = about.output
        self.contacts: tuple[Contact, ...] = tuple(contacts)
        self._national: dict[str, str] = {}
        if before is not None and (before.output, before.region) == (self.output, self.region):
            self._national = before._national if len(before._national) <= MOST_WRITINGS else {}

    @cached_property
    def with_numbers(self) -> tuple[Contact, ...]:
        """The contacts that have at least one number, in order."""
        return tuple(contact for contact in self.contacts if contact.numbers)

    @cached_property
    def groups(self) -> Mapping[str, tuple[Contact, ...]]:
        """The contacts of every group, groups by folded name and contacts in order.

        A contact in several groups is in each. Groups hold only contacts with a number, and none is empty.
        """
        return group(self.with_numbers)

    @cached_property
    def ungrouped(self) -> tuple[Contact, ...]:
        """The contacts that have a number and no group, in order."""
        return tuple(contact for contact in self.with_numbers if not contact.groups)

    def search(self, text: str, *, limit: int = 50) -> tuple[Contact, ...]:
        """Up to `limit` contacts that match what was typed on a phone, the best first: names, companies, groups and
        numbers in any writing, by the same rules as the search on the server. Contacts without a number are left out.

        The first call makes an index, which takes a while for a large book (row `render` of the benchmarks).
        """
        return tuple(self._finder.find(text, limit=limit))

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.with_numbers)

    def dial(self, number: PhoneNumber) -> str:
        """The number as phones get it, in the phonebook's output form; short codes are left alone."""
        if number.e164 is None or self.output.form is not NumberForm.NATIONAL:
            return dial(number, self.output, self.region)
        written = self._national.get(number.e164)  # looking up how a country writes its numbers takes long
        if written is None:
            written = self._national[number.e164] = dial(number, self.output, self.region)
        return written

    @cached_property
    def dialled(self) -> tuple[Contact, ...]:
        """All contacts with every number written as phones get it, for formats that take whole contacts."""
        return tuple(replace(contact, numbers=tuple(map(self._dialled, contact.numbers))) for contact in self.contacts)

    def _dialled(self, number: PhoneNumber) -> PhoneNumber:
        return replace(number, value=self.dial(number))

    def shown_name(self, contact: Contact) -> str:
        """The name a phone shows: the display name, else given and family name, else the first thing that is there."""
        return shown_name(contact)

    def names(self, contact: Contact) -> tuple[str, str]:
        """The name in two fields, given and family name, for phones that have both. Together they are the shown name:

        what has no two parts, as a display name of its own or a company, is in the second field alone.
        """
        shown = shown_name(contact)
        if f"{contact.given_name} {contact.family_name}".strip() == shown:
            return contact.given_name, contact.family_name
        return "", shown


def group(contacts: Sequence[Contact]) -> dict[str, tuple[Contact, ...]]:
    """The contacts of every group, groups by folded name (ties by name), contacts in the order given."""
    members: dict[str, list[Contact]] = {}
    for contact in contacts:
        for name in dict.fromkeys(contact.groups):
            members.setdefault(name, []).append(contact)
    return {name: tuple(members[name]) for name in sorted(members, key=_group_key)}


def _group_key(name: str) -> tuple[str, str]:
    return fold(name), name
