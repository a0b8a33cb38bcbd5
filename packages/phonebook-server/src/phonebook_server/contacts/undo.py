"""Undoing a unit as a whole, also after later edits: what changed since stays, and is reported.

Undoing makes a new unit, and undoing that one does the first again. What is to be done is worked out before the
writing transaction; in it only those contacts are looked at again that changed in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

import anyio.to_thread
from msgspec import Struct
from sqlalchemy import Row, Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact, find_problems
from phonebook_core.errors import Conflict, NotAllowed, NotFound
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, phonebook_row, visible_phonebooks
from phonebook_server.activity.record import record
from phonebook_server.contacts import store, units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.comparison import FieldConflict, differences, is_same, take_back
from phonebook_server.contacts.store import CHUNK, Change, StoredContact, Write
from phonebook_server.contacts.units import Kind
from phonebook_server.db import tables
from phonebook_server.server import Server

MAX_CONFLICTS: Final = 1_000
"""The most conflicts that are told one by one."""
THERE, DELETED = "there", "deleted"


class OnConflict(StrEnum):
    """What becomes of a value that was changed since."""

    KEEP = "keep"
    OVERWRITE = "overwrite"


class UndoConflict(Struct, frozen=True, kw_only=True):
    """What stays as somebody changed it since: a field, or with an empty `field` the contact as a whole."""

    contact: str
    field: str
    now: Any
    would_be: Any


class UndoReport(Struct, frozen=True, kw_only=True):
    """What undoing did, in contacts; with `dry_run`, what it would do.

    `deleted` went to the bin, `restored` came back, `changed` got content from before, `unchanged` had nothing (more)
    to undo or only conflicts, `purged` are gone for good. `undo` does it again; null when nothing was changed.
    `conflicts` are the first of `conflict_count`.
    """

    unit: str | None
    undo: str | None
    dry_run: bool
    deleted: int
    restored: int
    changed: int
    unchanged: int
    purged: int
    conflicts: list[UndoConflict]
    conflict_count: int


class Touched(NamedTuple):
    """A contact that a unit changed: before it, after it, now. `before` is None when it was not there; see `is_new`."""

    now: StoredContact
    before: Contact | None
    after: Contact
    is_there_after: bool
    is_new: bool


class Step(NamedTuple):
    """What undoing does to one contact, and what it cannot do."""

    write: Write | None
    conflicts: list[FieldConflict]


_Steps = dict[str, tuple[str, Step]]
"""By contact: its phonebook, and what is to be done to it."""


async def undo_unit(
    server: Server, principal: Principal, unit_id: str, *, dry_run: bool = False, overwrite: bool = False
) -> UndoReport:
    """Undo every change of a unit, in all phonebooks it touched, as one new unit. Needs an editor in each of them.

    A contact that it made goes to the bin, a deleted one comes back, an edited one gets its content from before. What
    changed since stays and is reported, or with `overwrite` becomes as before too. With `dry_run` nothing is written.
    Raises Conflict when the unit was undone already or cannot be.
    """
    async with server.db.reading() as connection:
        unit, books, left = await require_undoable(connection, principal, unit_id)
        steps = await _plan(connection, unit_id, books, overwrite)
    if dry_run:
        return _report(unit, steps, left, None, dry_run=True)
    async with server.db.transaction() as connection:
        unit, newest, left = await require_undoable(connection, principal, unit_id)
        for book in newest.values():
            known = books.get(book.id)
            if known is None or (known.region, known.horizon) != (book.region, book.horizon):
                steps = await _plan(connection, unit_id, newest, overwrite)
                break
            if known.position != book.position:
                steps.update(await _plan(connection, unit_id, newest, overwrite, since=known))
        by = await _carry_out(connection, server, principal, unit, newest, steps)
    report = _report(unit, steps, left, by, dry_run=False)
    for phonebook_id in {phonebook_id for phonebook_id, step in steps.values() if step.write is not None}:
        await server.announce(phonebook_id)
    return report


async def require_undoable(
    connection: AsyncConnection, principal: Principal, unit_id: str
) -> tuple[Row[Any], dict[str, PhonebookRow], int]:
    """The unit, the phonebooks it touched, by id, and how many of its versions are left. Needs an editor in each.

    Raises NotFound, NotAllowed, or Conflict when it was undone already or is of a kind that cannot be undone.
    """
    unit, books, hidden = await find_unit(connection, principal, unit_id)
    if hidden or not all(book.role.allows(Role.EDITOR) for book in books.values()):
        raise NotAllowed(
            "Undoing this takes the role editor in every phonebook that it changed, and one of them is deleted or "
            "not yours to change. Ask a manager of the site to change your role or to restore the phonebook."
        )
    if unit.kind == Kind.REGION:
        raise Conflict(
            "This was numbers read anew for another region. To undo it, change the region back.", code="not_undoable"
        )
    if unit.undone_by is not None:
        raise Conflict(
            f"This was undone already. To do it again, undo the unit {unit.undone_by}.", code="already_undone"
        )
    version = tables.ContactVersion
    count = select(func.count()).select_from(version).where(version.unit == unit_id)
    left = (await connection.execute(count)).scalar_one()
    if not left:
        raise Conflict(
            "All contacts that this changed were removed from the bin since, so there is nothing left to undo.",
            code="purged",
        )
    return unit, books, left


async def find_unit(
    connection: AsyncConnection, principal: Principal, unit_id: str
) -> tuple[Row[Any], dict[str, PhonebookRow], bool]:
    """The unit, those of its phonebooks that the asker may see, and whether there are others. Raises NotFound."""
    table, place = tables.Unit, tables.UnitPhonebook
    unit = (await connection.execute(select(table.__table__).where(table.id == unit_id))).one_or_none()
    touched = select(place.phonebook_id).where(place.unit_id == unit_id)
    count = len((await connection.execute(touched)).all())
    visible = visible_phonebooks(principal).where(tables.Phonebook.id.in_(touched))
    books = {row.id: phonebook_row(row, principal) for row in await connection.execute(visible)}
    if unit is None or not books:
        raise NotFound(
            "There is no such unit: it never existed, or is in phonebooks that were deleted or in a site that you are "
            "no member of. Check the address."
        )
    return unit, books, len(books) < count


def select_touched(unit_id: str) -> Select[*tuple[Any, ...]]:
    """The query for every contact that a unit changed; its rows are for `read_touched`."""
    contact, version = tables.Contact, tables.ContactVersion
    own = (
        select(version.contact_id, func.min(version.version).label("first"), func.max(version.version).label("last"))
        .where(version.unit == unit_id)
        .group_by(version.contact_id)
        .subquery()
    )
    after, before = version.__table__.alias("after"), version.__table__.alias("before")
    return (
        store.select_contacts()
        .add_columns(
            after.c.body.label("after_body"),
            after.c.change.label("after_change"),
            before.c.body.label("before_body"),
            before.c.change.label("before_change"),
        )
        .join(own, own.c.contact_id == contact.id)
        .join(after, and_(after.c.contact_id == contact.id, after.c.version == own.c.last))
        .outerjoin(before, and_(before.c.contact_id == contact.id, before.c.version == own.c.first - 1))
    )


def read_touched(row: Row[Any]) -> Touched:
    """A row of `select_touched` as a tuple."""
    now = store.read_row(row[:-4])
    is_there_before = row.before_body is not None and row.before_change != Change.DELETED
    return Touched(
        now=now,
        before=store.decode_body(row.before_body, now.contact.id) if is_there_before else None,
        after=now.contact if row.after_body == row.body else store.decode_body(row.after_body, now.contact.id),
        is_there_after=row.after_change != Change.DELETED,
        is_new=row.before_body is None,
    )


def undo_one(touched: Touched, region: str, *, overwrite: bool) -> Step:
    """What undoing does to one contact."""
    now, before, after = touched.now, touched.before, touched.after
    is_there = now.deleted_at is None
    if before is None:  # it was made, or came back
        if not touched.is_there_after or not is_there:
            return Step(None, [])
        if overwrite or now.contact is after or is_same(now.contact, after):
            return Step(Write(now.contact, Change.DELETED, now), [])
        return Step(None, [FieldConflict(field="", now=THERE, would_be=DELETED)])
    contact, conflicts = before, list[FieldConflict]()
    if now.contact is not after:
        contact, conflicts = take_back(before, after, now.contact, overwrite=overwrite)
        if conflicts_with_rules := _refused(now.contact, contact):
            return Step(None, conflicts + conflicts_with_rules)
    contact = derive(contact, region)
    is_changed = store.encode_body(contact) != store.encode_body(now.contact)
    if is_there:
        return Step(Write(contact, Change.UNDONE, now) if is_changed else None, conflicts)
    if not touched.is_there_after:  # it was deleted
        return Step(Write(contact, Change.RESTORED, now), conflicts)
    if not conflicts and is_same(contact, now.contact):
        return Step(None, [])
    if overwrite:
        return Step(Write(contact, Change.RESTORED, now), [])
    return Step(None, [FieldConflict(field="", now=DELETED, would_be=THERE)])


def _refused(now: Contact, contact: Contact) -> list[FieldConflict]:
    """What cannot be taken back, as the contact could not be stored then (a name that is now the only one)."""
    if not find_problems(contact):
        return []
    return [FieldConflict(field=each.field, now=each.before, would_be=each.after) for each in differences(now, contact)]


async def _plan(
    connection: AsyncConnection,
    unit_id: str,
    books: Mapping[str, PhonebookRow],
    overwrite: bool,
    since: PhonebookRow | None = None,
) -> _Steps:
    """What is to be done; with `since`, only for what changed in that phonebook since it was read so."""
    contact = tables.Contact
    query = select_touched(unit_id)
    if since is not None:
        query = query.where(contact.phonebook_id == since.id, contact.position > since.position)
    steps: _Steps = {}

    def work_out(rows: list[Row[Any]]) -> None:
        for row in rows:
            touched = read_touched(row)
            book = books[touched.now.phonebook_id]
            steps[touched.now.contact.id] = (book.id, undo_one(touched, book.region, overwrite=overwrite))

    async with connection.stream(query) as rows:
        async for chunk in rows.partitions(CHUNK):
            await anyio.to_thread.run_sync(work_out, list(chunk))
    return steps


async def _carry_out(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    unit: Row[Any],
    books: Mapping[str, PhonebookRow],
    steps: _Steps,
) -> units.Unit | None:
    """Write the steps as one unit; None when there is nothing to write."""
    writes: dict[str, list[Write]] = {}
    for phonebook_id, step in steps.values():
        if step.write is not None:
            writes.setdefault(phonebook_id, []).append(step.write)
    if not writes:
        return None
    now = server.clock()
    summary = f"Undone: {unit.summary or unit.kind}"[:200]
    by = await units.begin(connection, Kind.UNDO, actor=name_actor(principal), now=now, summary=summary, undoes=unit.id)
    for phonebook_id, each in writes.items():
        await store.write(connection, phonebook_id, each, unit=by)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="contacts.undone",
            site_id=books[phonebook_id].site_id,
            phonebook_id=phonebook_id,
            subject=books[phonebook_id].name,
            detail=f"{unit.kind} {unit.id}: {len(each)} contacts; unit {by.id}",
        )
    await _mark(connection, unit, by.id)
    return by


async def _mark(connection: AsyncConnection, unit: Row[Any], by: str) -> None:
    """Note that `by` undid `unit`. What that one had undone is in force again, what *that* had undone is not, …"""
    table = tables.Unit
    doer, done, is_undone = by, unit.id, True
    while done is not None:
        marked = update(table).where(table.id == done).values(undone_by=doer if is_undone else None)
        undoes = (await connection.execute(marked.returning(table.undoes))).scalar_one_or_none()
        doer, done, is_undone = done, undoes, not is_undone


def _report(unit: Row[Any], steps: _Steps, left: int, by: units.Unit | None, *, dry_run: bool) -> UndoReport:
    changes = [None if step.write is None else step.write.change for _, step in steps.values()]
    conflicts = [
        UndoConflict(contact=id, field=each.field, now=each.now, would_be=each.would_be)
        for id, (_, step) in steps.items()
        for each in step.conflicts
    ]
    return UndoReport(
        unit=by.id if by else None,
        undo=units.undoable(by.id).undo if by else None,
        dry_run=dry_run,
        deleted=changes.count(Change.DELETED),
        restored=changes.count(Change.RESTORED),
        changed=changes.count(Change.UNDONE),
        unchanged=changes.count(None),
        purged=max(0, unit.created + unit.changed + unit.deleted - left),
        conflicts=conflicts[:MAX_CONFLICTS],
        conflict_count=len(conflicts),
    )
