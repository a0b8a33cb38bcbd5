"""What a sync writes, worked out from what the source says and what is stored. No I/O.

A contact of a source is what the source says of it, with the vendor values that it has here. Who is who is told by the
card's path, else by its UID; in a file as for an import, among the source's own contacts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from phonebook_core.contact import Contact, shown_name
from phonebook_core.formats import Reading
from phonebook_core.importing import OnMatch, plan
from phonebook_core.phone_number import derive
from phonebook_server.contacts.comparison import is_same
from phonebook_server.contacts.store import Change, StoredContact, Write, encode_body
from phonebook_server.ids import new_id
from phonebook_server.sources.carddav import CardDelta
from phonebook_server.sources.state import ItemProblem
from phonebook_server.sources.store import MAX_PROBLEMS, Item

FEW: Final = 10
"""So many contacts may go at once without anybody being asked, however many there are."""


@dataclass(slots=True)
class Plan:
    """What is written: contacts, own contacts that the source keeps from now on, and how cards are known then."""

    writes: list[Write] = field(default_factory=list)
    removals: list[Write] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: tuple[ItemProblem, ...] = ()


class Others:
    """Contacts that a new one of the source may turn out to be: its own in the bin, and equal ones of the phonebook."""

    def __init__(self, binned: Iterable[StoredContact] = (), own: Iterable[StoredContact] = ()) -> None:
        self._binned = {each.contact.external_id: each for each in binned if each.contact.external_id}
        self._own: dict[str, list[StoredContact]] = {}
        for each in own:
            if each.contact.external_id:
                self._own.setdefault(each.contact.external_id, []).append(each)

    def take_binned(self, uid: str) -> StoredContact | None:
        """The contact with this UID that the source removed once."""
        return self._binned.pop(uid, None)

    def take_own(self, contact: Contact) -> StoredContact | None:
        """An own contact with this UID that says exactly the same, so that nothing is lost when the source keeps it."""
        for each in self._own.get(contact.external_id, ()):
            if is_same(msgspec.structs.replace(each.contact, meta={}), msgspec.structs.replace(contact, meta={})):
                self._own[contact.external_id].remove(each)
                return each
        return None


def plan_cards(
    delta: CardDelta,
    items: Mapping[str, Item],
    stored: Mapping[str, StoredContact],
    others: Others,
    *,
    orphans: Iterable[StoredContact] = (),
    source_id: str,
    region: str,
) -> Plan:
    """What a change of an address book writes. `items` and `stored` are what the cards in it were before.

    `orphans` are contacts of the source that no known card stands for, as after an undo; they go unless one is theirs.
    """
    made = Plan(gone=list(delta.removed))

    def contact_of(href: str) -> StoredContact | None:
        item = items.get(href)
        return stored.get(item.contact_id) if item is not None and item.contact_id is not None else None

    leaving = {found.contact.id: found for href in delta.removed if (found := contact_of(href)) is not None}
    leaving |= {each.contact.id: each for each in orphans}
    moved = {each.contact.external_id: each for each in leaving.values() if each.contact.external_id}
    for card in delta.cards:
        before = contact_of(card.href)
        if card.contact is None:
            if card.problem:
                made.read += 1
                made.rejected += 1
            elif before is not None:  # it became a group
                leaving[before.contact.id] = before
            keeps = before.contact.id if before is not None and card.problem else None
            made.items.append(Item(card.href, card.etag, keeps, card.problem[:500]))
            continue
        if before is None and (before := moved.pop(card.contact.external_id, None)) is not None:
            leaving.pop(before.contact.id, None)  # the same card at another path
        id = _take(made, card.contact, before, others, source_id=source_id, region=region)
        made.read += 1
        made.items.append(Item(card.href, card.etag, id))
    made.removals = _removals(leaving.values())
    return made


def plan_file(
    reading: Reading, existing: Sequence[StoredContact], others: Others, *, source_id: str, region: str
) -> Plan:
    """What a file writes. `existing` are all contacts that the source keeps.

    A contact whose name or id stands in a row that could not be read is not taken away.
    """
    made = Plan()
    by_id = {each.contact.id: each for each in existing}
    planned = plan([each.contact for each in existing], reading, region=region, on_match=OnMatch.REPLACE)
    for contact in planned.creates:
        _take(made, contact, None, others, source_id=source_id, region=region)
    for contact in planned.updates:
        made.writes.append(Write(derive(contact, region), Change.IMPORTED, by_id[contact.id]))
    made.read, made.rejected = planned.read, planned.rejected
    made.updated += planned.updated
    made.unchanged += planned.unchanged
    made.problems = tuple(
        ItemProblem(where=f"{reading.counted_in} {problem.line}", message=problem.message)
        for problem in planned.problems[:MAX_PROBLEMS]
    )
    bad = {problem.line for problem in planned.problems}
    unread = "\n".join("\n".join(row.cells) for row in reading.rows if row.line in bad)
    unread += "\n".join(_words(row.contact) for row in reading.rows if row.line in bad and row.contact is not None)
    missing = (each for each in existing if each.contact.id not in planned.matched)
    made.removals = _removals(each for each in missing if not _is_named(each.contact, unread))
    return made


def needs_confirmation(plan: Plan, *, live: int, is_empty: bool) -> bool:
    """Whether somebody must say that so many contacts may go: more than half of them, or all as nothing is there."""
    removed = len(plan.removals)
    return (removed > FEW and removed * 2 > live) or (is_empty and removed > 0)


def _take(
    made: Plan, contact: Contact, before: StoredContact | None, others: Others, *, source_id: str, region: str
) -> str:
    """Have a contact of the source written as it is there; gives its id here."""
    contact = derive(msgspec.structs.replace(contact, id="", meta={}), region)
    if before is None and (own := others.take_own(contact)) is not None:
        made.adopted.append(own.contact.id)
        made.unchanged += 1
        return own.contact.id
    if before is None:
        before = others.take_binned(contact.external_id)
    if before is None:
        contact = msgspec.structs.replace(contact, id=new_id())
        made.writes.append(Write(contact, Change.IMPORTED, None, source_id))
        made.created += 1
        return contact.id
    contact = msgspec.structs.replace(contact, id=before.contact.id, meta=before.contact.meta)
    if before.deleted_at is not None:
        made.created += 1
    elif encode_body(contact) == encode_body(before.contact):
        made.unchanged += 1
        return contact.id
    else:
        made.updated += 1
    made.writes.append(Write(contact, Change.IMPORTED, before))
    return contact.id


def _removals(leaving: Iterable[StoredContact]) -> list[Write]:
    return [Write(each.contact, Change.DELETED, each) for each in leaving if each.deleted_at is None]


def _words(contact: Contact) -> str:
    return f"{contact.external_id}\n{shown_name(contact)}"


def _is_named(contact: Contact, text: str) -> bool:
    parts = (contact.external_id, shown_name(contact), contact.family_name)
    return bool(text) and any(part and part in text for part in parts)
