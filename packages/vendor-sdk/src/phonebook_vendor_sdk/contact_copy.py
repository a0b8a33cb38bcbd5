"""A service's copy of one phonebook's contacts, kept current by pages of changes. No I/O.

Pages are collected in a `Pending` and applied in one go when the last one is there, so nobody ever sees half a
snapshot. The copy keeps its contacts in the one order; a small change to a large phonebook costs little.
"""

from __future__ import annotations

from bisect import bisect_left

from phonebook_core.contact import Contact, sort_key
from phonebook_core.vendor_link.messages import Book as About
from phonebook_core.vendor_link.messages import Changes

REBUILD_SHARE = 8
"""Above one contact in so many changed, sorting everything anew is quicker than inserting one by one."""


class Pending:
    """Pages of changes that belong together and were not applied yet."""

    def __init__(self, since: str) -> None:
        self.token = since
        self.snapshot = False
        self.about: About | None = None
        self.upserts: dict[str, Contact] = {}
        self.removals: set[str] = set()

    def add(self, page: Changes) -> None:
        """Take one more page. A snapshot page forgets what came before it."""
        if page.snapshot:
            self.snapshot = True
            self.upserts.clear()
            self.removals.clear()
        for id in page.removals:
            self.upserts.pop(id, None)
            self.removals.add(id)
        for contact in page.upserts:
            self.removals.discard(contact.id)
            self.upserts[contact.id] = contact
        self.about = page.book
        self.token = page.token


class ContactCopy:
    """The contacts of one phonebook up to `token` (empty: nothing was fetched yet)."""

    def __init__(self) -> None:
        self.token = ""
        self.about: About | None = None
        self._keys: dict[str, tuple[str, str]] = {}
        self._order: list[tuple[str, str]] = []
        self._contacts: list[Contact] = []

    def __len__(self) -> int:
        return len(self._contacts)

    @property
    def is_complete(self) -> bool:
        """Whether the phonebook was fetched at least once."""
        return self.about is not None

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contacts as they are now, in the one order."""
        return tuple(self._contacts)

    def is_small(self, pending: Pending) -> bool:
        """Whether applying these changes takes no time worth a thread."""
        return not pending.snapshot and (len(pending.upserts) + len(pending.removals)) * REBUILD_SHARE < len(self)

    def applied(self, pending: Pending) -> tuple[ContactCopy, bool]:
        """The copy with these changes, and whether phones can see a difference.

        The copy returned may be this one, changed, or a new one; use only what is returned.
        """
        about = pending.about or self.about
        if self.is_small(pending):
            changed = about != self.about or self._differs(pending)
            self._insert(pending)
            self.token, self.about = pending.token, about
            return self, changed
        kept = {} if pending.snapshot else {c.id: c for c in self._contacts if c.id not in pending.removals}
        copy = ContactCopy.of(about, kept | pending.upserts, pending.token)
        return copy, about != self.about or copy._contacts != self._contacts

    @classmethod
    def of(cls, about: About | None, contacts: dict[str, Contact], token: str) -> ContactCopy:
        """A copy that holds these contacts, by id."""
        copy = cls()
        copy.token, copy.about = token, about
        keyed = sorted((sort_key(contact), contact.id) for contact in contacts.values())
        copy._order = [key for key, _ in keyed]
        copy._contacts = [contacts[id] for _, id in keyed]
        copy._keys = {id: key for key, id in keyed}
        return copy

    def _differs(self, pending: Pending) -> bool:
        if any(id in self._keys for id in pending.removals):
            return True
        return any(self._get(contact.id) != contact for contact in pending.upserts.values())

    def _get(self, id: str) -> Contact | None:
        key = self._keys.get(id)
        return None if key is None else self._contacts[bisect_left(self._order, key)]

    def _insert(self, pending: Pending) -> None:
        for id in [*pending.removals, *pending.upserts]:
            key = self._keys.pop(id, None)
            if key is not None:
                at = bisect_left(self._order, key)
                del self._order[at], self._contacts[at]
        for contact in pending.upserts.values():
            key = sort_key(contact)
            at = bisect_left(self._order, key)
            self._order.insert(at, key)
            self._contacts.insert(at, contact)
            self._keys[contact.id] = key
