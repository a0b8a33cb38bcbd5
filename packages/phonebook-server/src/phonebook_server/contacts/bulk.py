"""Changing many contacts at once: all of them or none, as one unit to undo.

Which contacts these are is settled when the change is asked for. What becomes of each is worked out beside the loop and
before the writing transaction; in it only those contacts are looked at again that somebody changed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import anyio.to_thread
import msgspec
from msgspec import UNSET, Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import find_problems
from phonebook_core.errors import Conflict, Invalid, NotFound, Problem
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts import search, store, units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.bulk_inputs import MAX_CONTACTS, BulkInput, BulkSearch, change_one, check, describe
from phonebook_server.contacts.reading import read_since, read_these
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.db import tables
from phonebook_server.ids import new_id
from phonebook_server.server import Server

LARGE: Final = 2_000
"""A change of more contacts than this is a job, unless the client says otherwise."""
MAX_PROBLEMS: Final = 100
"""Problems that are told one by one."""
PORTION: Final = 1_000
"""Contacts that are written in one go; between two, the work can be cancelled."""

Progress = Callable[[int], None]
"""Told how many contacts are written; raises an error of its own to stop the work."""


class BulkReport(Struct, frozen=True, kw_only=True):
    """What a bulk change did, in contacts: `matched` = `changed` + `unchanged`. `undo` undoes it.

    `unchanged` were so already, or were deleted while a search was being carried out. When all are, `undo` is null.
    """

    matched: int
    changed: int
    unchanged: int
    unit: str | None
    undo: str | None


class Matched(NamedTuple):
    """A checked bulk change and the contacts that it is for."""

    phonebook_id: str
    input: BulkInput
    ids: list[str]

    @property
    def is_job(self) -> bool:
        """Whether it is to be done in the background."""
        return len(self.ids) > LARGE if self.input.as_job is UNSET else self.input.as_job


class _Books(NamedTuple):
    here: PhonebookRow
    there: PhonebookRow | None


class _Prepared(NamedTuple):
    """What is to be written for one contact, in its phonebook and in the other; nothing when it is so already."""

    here: Write | None = None
    there: Write | None = None


_Plan = dict[str, _Prepared | None]
"""By contact; None when it was deleted."""


def ignore(_: int) -> None:
    """The progress that nobody watches."""


async def match(server: Server, principal: Principal, phonebook_id: str, input: BulkInput) -> Matched:
    """Check a bulk change and find the contacts that it is for. Needs an editor, also where contacts go.

    Raises Invalid with every problem, also when there are too many contacts.
    """
    async with server.db.reading() as connection:
        await _require_books(connection, principal, phonebook_id, input)
        check(input, phonebook_id)
        if input.search is UNSET:
            ids = list(dict.fromkeys(input.ids if input.ids is not UNSET else ()))
        else:
            asked = BulkSearch(text=input.search) if isinstance(input.search, str) else input.search
            query = search.Query(text=asked.text, group=asked.group)
            ids = await search.find_all(connection, phonebook_id, query)
    if len(ids) > MAX_CONTACTS:
        raise Invalid(
            f"These are more than {MAX_CONTACTS} contacts. Change them in parts, as one group after the other.",
            field="search",
            code="too_many",
        )
    return Matched(phonebook_id, input, ids)


async def carry_out(server: Server, principal: Principal, matched: Matched, progress: Progress = ignore) -> BulkReport:
    """Do a bulk change: all of it, or nothing when it raises.

    Raises Invalid with what keeps contacts from being changed so, Conflict when somebody changed what it depends on.
    """
    name = check(matched.input, matched.phonebook_id)
    prepared: _Plan = {}
    problems: list[Problem] = []

    def prepare(books: _Books, portion: Iterable[StoredContact]) -> None:
        for stored in portion:
            prepared[stored.contact.id] = _prepare_one(stored, matched.input, books, problems)

    def refuse() -> None:
        if problems:
            raise Invalid(problems[:MAX_PROBLEMS])

    async with server.db.reading() as connection:
        books = await _require_books(connection, principal, matched.phonebook_id, matched.input)
        async for portion in read_these(connection, matched.phonebook_id, matched.ids):
            await anyio.to_thread.run_sync(prepare, books, portion)
            progress(0)
            refuse()
    async with server.db.transaction() as connection:
        newest = await _require_books(connection, principal, matched.phonebook_id, matched.input)
        if newest.there is not None and books.there is not None and newest.there.region != books.there.region:
            raise Conflict("The region of the other phonebook was changed at this moment. Try again.")
        async for portion in read_since(connection, matched.phonebook_id, books.here.position):
            prepare(newest, [stored for stored in portion if stored.contact.id in prepared])
        await _drop_purged(connection, books.here, newest.here, prepared)
        if matched.input.search is UNSET:
            problems += _find_missing(matched.ids, prepared)
        refuse()
        unit, changed = await _write(connection, server, principal, matched, newest, prepared, progress)
    if unit is None:
        return BulkReport(matched=len(matched.ids), changed=0, unchanged=len(matched.ids), unit=None, undo=None)
    for book in newest:
        if book is not None and (book is not newest.here or name != "copy_to"):
            await server.announce(book.id)
    undo = units.undoable(unit.id).undo
    unchanged = len(matched.ids) - changed
    return BulkReport(matched=len(matched.ids), changed=changed, unchanged=unchanged, unit=unit.id, undo=undo)


def _prepare_one(stored: StoredContact, input: BulkInput, books: _Books, problems: list[Problem]) -> _Prepared | None:
    """What is to be written for one contact; what is wrong with it is added to `problems`."""
    if stored.deleted_at is not None:
        return None
    if books.there is not None:
        copy = derive(msgspec.structs.replace(stored.contact, id=new_id()), books.there.region)
        is_move = input.change.move_to is not UNSET
        here = Write(stored.contact, Change.DELETED, stored) if is_move else None
        return _Prepared(here, Write(copy, Change.CREATED))
    if input.change.delete is not UNSET:
        return _Prepared(Write(stored.contact, Change.DELETED, stored))
    contact = change_one(stored.contact, input.change)
    if contact == stored.contact:
        return _Prepared()
    problems += [
        Problem(field=f"contacts.{contact.id}.{problem.field}", code=problem.code, message=problem.message)
        for problem in find_problems(msgspec.structs.replace(contact, meta={}))  # vendor values stay as they are
    ]
    return _Prepared(Write(contact, Change.EDITED, stored))


async def _require_books(
    connection: AsyncConnection, principal: Principal, phonebook_id: str, input: BulkInput
) -> _Books:
    """The phonebook and the other one to which contacts go, with the right to change both."""
    here = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
    name = "move_to" if input.change.move_to is not UNSET else "copy_to"
    target = getattr(input.change, name)
    if target is UNSET:
        return _Books(here, None)
    try:
        return _Books(here, await require_phonebook(connection, principal, target, Role.EDITOR))
    except NotFound as error:
        raise Invalid(error.message, field=f"change.{name}", code="not_found") from None


async def _drop_purged(connection: AsyncConnection, before: PhonebookRow, now: PhonebookRow, prepared: _Plan) -> None:
    """Forget contacts that were deleted and removed for good in between."""
    if before.horizon == now.horizon:
        return
    query = select(tables.Contact.id).where(tables.Contact.phonebook_id == now.id)
    left = set((await connection.execute(query)).scalars())
    for id in [id for id in prepared if id not in left]:
        del prepared[id]


def _find_missing(ids: list[str], prepared: _Plan) -> list[Problem]:
    """Problems for the ids that are no contacts of the phonebook, or not any more."""
    message = "This is no contact of the phonebook, or not any more. Load the list again."
    missing = [n for n, id in enumerate(ids) if prepared.get(id) is None]
    return [Problem(field=f"ids.{n}", code="not_found", message=message) for n in missing[:MAX_PROBLEMS]]


async def _write(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    matched: Matched,
    books: _Books,
    prepared: _Plan,
    progress: Progress,
) -> tuple[units.Unit | None, int]:
    """Write what was prepared as one unit; the unit, and how many contacts it changed."""
    work = [each for each in prepared.values() if each is not None and each != _Prepared()]
    if not work:
        return None, 0
    now = server.clock()
    summary = f"{len(work)} contacts {describe(matched.input.change)}"[:200]
    unit = await units.begin(connection, units.Kind.BULK, actor=name_actor(principal), now=now, summary=summary)
    for start in range(0, len(work), PORTION):
        progress(start)
        portion = work[start : start + PORTION]
        await store.write(connection, books.here.id, [each.here for each in portion if each.here], unit=unit)
        if books.there is not None:
            await store.write(connection, books.there.id, [each.there for each in portion if each.there], unit=unit)
    for book in books:
        if book is not None:
            await record(
                connection,
                clock_ms=now,
                principal=principal,
                action="contacts.bulk_changed",
                site_id=book.site_id,
                phonebook_id=book.id,
                subject=book.name,
                detail=f"{summary}; unit {unit.id}",
            )
    return unit, len(work)
