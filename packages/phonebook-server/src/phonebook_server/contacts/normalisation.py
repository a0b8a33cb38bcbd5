"""Normalising a phonebook when somebody asks for it: numbers to E.164, one spelling per label, spaces in names.

Nothing is rewritten without a preview: `dry_run` is the default. What becomes of each contact is worked out beside the
loop and before the writing transaction; in it only those are looked at again that changed in between.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Final

import anyio.to_thread
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, Problem
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts import search, store, units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.bulk_inputs import MAX_CONTACTS, BulkSearch
from phonebook_server.contacts.reading import read_since, read_these
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.contacts.tidying import TextChange, text_changes, tidy
from phonebook_server.server import Server

MAX_CHANGES: Final = 500
"""Changes that are told one by one."""


class NormalisationInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be put in order, and in which contacts: `ids`, those that `search` finds, or without either all.

    With `dry_run` nothing is written.
    """

    numbers: bool = True
    labels: bool = True
    names: bool = False
    dry_run: bool = True
    ids: Annotated[list[str], Meta(max_length=MAX_CONTACTS)] | UnsetType = UNSET
    search: BulkSearch | UnsetType = UNSET


class NormalisationReport(Struct, frozen=True, kw_only=True):
    """What is changed: the first `changes`, and how many contacts and texts it is in all.

    `undo` undoes it; null when nothing was written.
    """

    dry_run: bool
    changes: list[TextChange]
    contacts: int
    numbers: int
    labels: int
    names: int
    unit: str | None
    undo: str | None


_Plan = dict[str, Write | None]
"""By contact; None when there is nothing to change."""


async def normalise(
    server: Server, principal: Principal, phonebook_id: str, input: NormalisationInput
) -> NormalisationReport:
    """Say what would be changed or, without `dry_run`, change it as one unit. Needs an editor.

    Raises Invalid when `ids` names what is no contact here, Conflict when the region changed at the same moment.
    """
    if input.ids is not UNSET and input.search is not UNSET:
        raise Invalid("Send either `ids` or `search`, or neither for the whole phonebook.", field="ids")
    plan: _Plan = {}

    def work_out(book: PhonebookRow, portion: Iterable[StoredContact]) -> None:
        for stored in portion:
            plan[stored.contact.id] = _write_for(stored, input, book.region)

    async with server.db.reading() as connection:
        book = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        async for portion in _read(connection, phonebook_id, input):
            await anyio.to_thread.run_sync(work_out, book, portion)
    if input.dry_run:
        return await anyio.to_thread.run_sync(_report, plan, None, True)
    unit = None
    async with server.db.transaction() as connection:
        newest = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        if newest.region != book.region:
            raise Conflict("The region of the phonebook was changed at this moment. Try again.")
        async for portion in read_since(connection, phonebook_id, book.position):
            work_out(newest, [stored for stored in portion if stored.contact.id in plan])
        if writes := [each for each in plan.values() if each is not None]:
            unit = await _write(connection, server, principal, newest, writes)
    if unit is not None:
        await server.announce(phonebook_id)
    return await anyio.to_thread.run_sync(_report, plan, unit, False)


async def _read(
    connection: AsyncConnection, phonebook_id: str, input: NormalisationInput
) -> AsyncIterator[list[StoredContact]]:
    if input.ids is not UNSET:
        ids = list(dict.fromkeys(input.ids))
    else:
        wanted = BulkSearch() if input.search is UNSET else input.search
        query = search.Query(text=wanted.text, group=wanted.group)
        ids = await search.find_all(connection, phonebook_id, query)
    missing = dict.fromkeys(ids)
    async for portion in read_these(connection, phonebook_id, ids):
        live = [stored for stored in portion if stored.deleted_at is None]
        for stored in live:
            del missing[stored.contact.id]
        yield live
    if input.ids is not UNSET and missing:
        message = "This is no contact of the phonebook, or not any more. Load the list again."
        problems = [
            Problem(field=f"ids.{n}", code="not_found", message=message)
            for n, id in enumerate(input.ids)
            if id in missing
        ]
        raise Invalid(problems[:100])


def _write_for(stored: StoredContact, input: NormalisationInput, region: str) -> Write | None:
    if stored.deleted_at is not None or stored.source_id is not None:  # what a source keeps is as it is there
        return None
    contact = tidy(stored.contact, region, numbers=input.numbers, labels=input.labels, names=input.names)
    return None if contact == stored.contact else Write(contact, Change.EDITED, stored)


async def _write(
    connection: AsyncConnection, server: Server, principal: Principal, book: PhonebookRow, writes: list[Write]
) -> units.Unit:
    now, summary = server.clock(), f"{len(writes)} contacts normalised"
    kind = units.Kind.NORMALISE
    unit = await units.begin(connection, kind, actor=name_actor(principal), now=now, summary=summary)
    await store.write(connection, book.id, writes, unit=unit)
    await record(
        connection,
        clock_ms=now,
        principal=principal,
        action="contacts.normalised",
        site_id=book.site_id,
        phonebook_id=book.id,
        subject=book.name,
        detail=f"{summary}; unit {unit.id}",
    )
    return unit


def _report(plan: _Plan, unit: units.Unit | None, dry_run: bool) -> NormalisationReport:
    told: list[TextChange] = []
    contacts, numbers, labels, names = 0, 0, 0, 0
    for write in plan.values():
        if write is None or write.previous is None:
            continue
        changes = text_changes(write.previous.contact, write.contact)
        told += changes[: MAX_CHANGES - len(told)]
        contacts += 1
        numbers += sum(change.field.endswith(".value") for change in changes)
        labels += sum(change.field.endswith(".label") for change in changes)
        names += sum("." not in change.field for change in changes)
    undoable = None if unit is None else units.undoable(unit.id)
    return NormalisationReport(
        dry_run=dry_run,
        changes=told,
        contacts=contacts,
        numbers=numbers,
        labels=labels,
        names=names,
        unit=undoable.unit if undoable else None,
        undo=undoable.undo if undoable else None,
    )
