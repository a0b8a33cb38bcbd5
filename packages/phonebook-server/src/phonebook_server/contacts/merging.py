"""Merging contacts that a person says are the same: one is kept, the others go to the bin, as one unit to undo."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from phonebook_core.contact import Contact, find_problems
from phonebook_core.errors import Invalid, Problem
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.checks import etag, require_version
from phonebook_server.contacts import store, units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.chosen import require_chosen
from phonebook_server.contacts.inputs import ContactInput, apply, checked
from phonebook_server.contacts.proposal import FieldChoice, lay_out, propose
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.server import Server


class MergeInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which contacts become one. `keep` is the one that stays, without it the first.

    `result` sets fields of it; what is absent becomes as proposed. `versions`: merge only when these contacts are still
    at these versions (else 412).
    """

    contacts: list[str]
    result: ContactInput | UnsetType = UNSET
    keep: str | UnsetType = UNSET
    versions: dict[str, int] | UnsetType = UNSET


class Merged(Struct, frozen=True, kw_only=True):
    """The contact that was kept, and the unit that undoing brings the others back with."""

    stored: StoredContact
    unit: str


class Proposal(Struct, frozen=True, kw_only=True):
    """What merging would make of contacts, whose versions these are, and why; `problems` keep it from being stored."""

    result: Contact
    fields: list[FieldChoice]
    versions: dict[str, int]
    problems: list[Problem]


async def propose_merge(
    server: Server, principal: Principal, phonebook_id: str, ids: Sequence[str], keep: str | None = None
) -> Proposal:
    """What merging these contacts would make of them; nothing is changed. Needs an editor."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        chosen = _kept_first(await require_chosen(connection, phonebook_id, ids), keep)
    contacts = [stored.contact for stored in chosen]
    result = derive(propose(contacts), phonebook.region)
    versions = {stored.contact.id: stored.version for stored in chosen}
    return Proposal(result=result, fields=lay_out(contacts, result), versions=versions, problems=find_problems(result))


async def merge_contacts(server: Server, principal: Principal, phonebook_id: str, input: MergeInput) -> Merged:
    """Make one contact of several. Needs an editor.

    Raises Invalid when they are not all live contacts of this phonebook, or when the result is more than a contact can
    hold: nothing is left out unasked. Raises ChangedMeanwhile when one has another version than the one that is named.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        chosen = await require_chosen(connection, phonebook_id, input.contacts)
        kept, *others = _kept_first(chosen, None if input.keep is UNSET else input.keep)
        _require_versions(chosen, {} if input.versions is UNSET else input.versions)
        proposed = propose([kept.contact, *(stored.contact for stored in others)])
        wanted = proposed if input.result is UNSET else apply(input.result, proposed)
        contact = checked(wanted, phonebook.region)
        summary = f"{len(chosen)} contacts merged"
        unit = await units.begin(connection, units.Kind.MERGE, actor=name_actor(principal), now=now, summary=summary)
        writes = [Write(stored.contact, Change.DELETED, stored) for stored in others]
        if store.encode_body(contact) != store.encode_body(kept.contact):
            writes.insert(0, Write(contact, Change.MERGED, kept))
        written = await store.write(connection, phonebook_id, writes, unit=unit)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="contacts.merged",
            site_id=phonebook.site_id,
            phonebook_id=phonebook_id,
            subject=phonebook.name,
            detail=f"{summary}; unit {unit.id}",
        )
    await server.announce(phonebook_id)
    stored = written[0] if len(written) > len(others) else kept
    return Merged(stored=stored, unit=unit.id)


def _kept_first(chosen: list[StoredContact], keep: str | None) -> list[StoredContact]:
    if keep is None:
        return chosen
    if all(stored.contact.id != keep for stored in chosen):
        raise Invalid("Keep one of the contacts that are merged.", field="keep", code="not_found")
    return sorted(chosen, key=lambda stored: stored.contact.id != keep)


def _require_versions(chosen: Sequence[StoredContact], versions: dict[str, int]) -> None:
    known = {stored.contact.id: stored for stored in chosen}
    for id, version in versions.items():
        if id not in known:
            raise Invalid("Give versions only of the contacts that are merged.", field="versions", code="not_found")
        require_version(etag(version), known[id].version, "contact")
