"""Storing what a source said, in one transaction and as one unit to undo; or only what came of the try."""

from __future__ import annotations

from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact
from phonebook_core.formats import Reading
from phonebook_server.accounts.guards import COMMAND_LINE, PhonebookRow, Principal, phonebook_row, visible_phonebooks
from phonebook_server.activity.record import record
from phonebook_server.contacts import store as contacts
from phonebook_server.contacts import units
from phonebook_server.contacts.reading import read_these
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db import tables
from phonebook_server.server import Server
from phonebook_server.sources import planning, store
from phonebook_server.sources.carddav import CardDelta
from phonebook_server.sources.planning import Others, Plan
from phonebook_server.sources.state import ItemProblem, SourceState, SyncResult
from phonebook_server.sources.store import Source
from phonebook_server.sources.trouble import Trouble

PORTION: Final = 1_000
CONFIRM: Final = "confirm_removals"


class Overtaken(Exception):
    """The source was changed, synced or removed while it was read; what was read does not count."""


class Said:
    """What a source said: a change of an address book, or a file; nothing when it is as it was."""

    def __init__(self, what: CardDelta | Reading | None, state: SourceState) -> None:
        self.what = what
        self.state = state


async def settle(server: Server, source: Source, said: Said, *, accept_removals: bool, due_at: int) -> SyncResult:
    """Write what a source said. Nothing is written when too much would go and nobody has accepted that.

    Raises Overtaken. Announce the phonebook afterwards when the result has a `unit`.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        book = await require_book(connection, source)
        plan = await _plan(connection, source, book, said)
        live = await store.count_contacts(connection, source.id)
        is_empty = _is_empty(said)
        if not accept_removals and planning.needs_confirmation(plan, live=live, is_empty=is_empty):
            return await _ask(connection, source, book, plan, live, is_empty, now, due_at)
        unit_id = await _write(connection, source, book, plan, now)
        problems, problem_count = _carried(source)
        if isinstance(said.what, CardDelta):
            await store.put_items(connection, source.id, plan.items)
            await store.remove_items(connection, source.id, plan.gone)
            problems, problem_count = await store.find_item_problems(connection, source.id)
        elif said.what is not None:
            problems, problem_count = plan.problems, plan.rejected
        result = SyncResult(
            at=now,
            ok=True,
            message=describe(plan),
            read=plan.read,
            created=plan.created,
            updated=plan.updated,
            unchanged=plan.unchanged,
            removed=len(plan.removals),
            rejected=plan.rejected,
            problems=problems,
            problem_count=problem_count,
            unit=unit_id,
        )
        await _note(connection, source, book, said.state, result, due_at)
    return result


async def note_trouble(server: Server, source: Source, error: Trouble, *, due_at: int) -> SyncResult:
    """Store why a source could not be read; its contacts and how far it was read stay. Raises Overtaken."""
    problems, problem_count = _carried(source)
    result = SyncResult(
        at=server.clock(),
        ok=False,
        code=error.code,
        message=error.message,
        choices=error.choices,
        problems=problems,
        problem_count=problem_count,
    )
    # what is not there any more is looked for anew the next time, and then compared with what is known
    state = SourceState() if error.code in ("not_found", "gone", "no_address_book") else source.state
    async with server.db.transaction() as connection:
        book = await require_book(connection, source)
        await _note(connection, source, book, state, result, due_at)
    return result


async def require_book(connection: AsyncConnection, source: Source) -> PhonebookRow:
    """The phonebook of a source, as long as it and the source are as they were. Raises Overtaken."""
    query = visible_phonebooks(COMMAND_LINE).where(tables.Phonebook.id == source.phonebook_id)
    row = (await connection.execute(query)).one_or_none()
    newest = await store.find(connection, source.id)
    if row is None or newest is None or (newest.version, newest.state) != (source.version, source.state):
        raise Overtaken
    return phonebook_row(row, COMMAND_LINE)


def describe(plan: Plan) -> str:
    """What was done, for people."""
    counts = (
        (plan.created, "created"),
        (plan.updated, "updated"),
        (len(plan.removals), "removed"),
        (plan.rejected, "rejected"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count) or "Nothing has changed"


def acting(source: Source) -> Principal:
    """The source as the one who does something, in the activity."""
    return Principal(user_id="", email=actor(source), is_admin=False, via="cli")


def actor(source: Source) -> str:
    """The source in histories."""
    return f"source “{source.name}”"


async def _plan(connection: AsyncConnection, source: Source, book: PhonebookRow, said: Said) -> Plan:
    what = said.what
    options = {"source_id": source.id, "region": book.region}
    if isinstance(what, CardDelta):
        hrefs = [card.href for card in what.cards] + what.removed
        items = await store.read_items(connection, source.id, hrefs)
        ids = [item.contact_id for item in items.values() if item.contact_id is not None]
        stored: dict[str, StoredContact] = {}
        async for portion in read_these(connection, book.id, ids):
            stored |= {each.contact.id: each for each in portion if each.source_id == source.id}
        known = {href for href, item in items.items() if item.contact_id in stored}
        new = [card.contact for card in what.cards if card.contact is not None and card.href not in known]
        others = await _find_others(connection, source, new)
        orphans = await store.read_orphans(connection, source.id) if what.is_full else []
        return await anyio.to_thread.run_sync(
            lambda: planning.plan_cards(what, items, stored, others, orphans=orphans, **options)
        )
    if what is None:
        return Plan()
    existing = await store.read_contacts(connection, source.id, binned=False)
    others = await _find_others(connection, source, [row.contact for row in what.rows if row.contact is not None])
    return await anyio.to_thread.run_sync(lambda: planning.plan_file(what, existing, others, **options))


async def _find_others(connection: AsyncConnection, source: Source, new: list[Contact]) -> Others:
    """What new contacts may turn out to be."""
    named = [contact for contact in new if contact.external_id]
    if not named:
        return Others()
    binned = await store.read_contacts(connection, source.id, binned=True)
    keys = await anyio.to_thread.run_sync(lambda: [contacts.encode_sort_key(contact) for contact in named])
    own = [each async for portion in store.read_namesakes(connection, source.phonebook_id, keys) for each in portion]
    return Others(binned, own)


async def _write(connection: AsyncConnection, source: Source, book: PhonebookRow, plan: Plan, now: int) -> str | None:
    """Write the contacts as one unit; gives its id, None when there is nothing to write."""
    await store.set_keeper(connection, book.id, plan.adopted, source.id)
    writes = plan.writes + plan.removals
    if not writes:
        return None
    summary = f"“{source.name}”: {describe(plan)}"
    unit = await units.begin(connection, units.Kind.SOURCE, actor=actor(source), now=now, summary=summary[:200])
    for start in range(0, len(writes), PORTION):
        await contacts.write(connection, book.id, writes[start : start + PORTION], unit=unit)
    await _record(connection, source, book, now, "contacts.synced", f"{describe(plan)}; unit {unit.id}")
    return unit.id


async def _ask(
    connection: AsyncConnection,
    source: Source,
    book: PhonebookRow,
    plan: Plan,
    live: int,
    is_empty: bool,
    now: int,
    due_at: int,
) -> SyncResult:
    """Note that somebody must say that so many may go. Nothing is written, and how far it was read stays."""
    removed = len(plan.removals)
    what = "has no contacts any more" if is_empty else f"lacks {removed} of {live} contacts"
    problems, problem_count = _carried(source)
    result = SyncResult(
        at=now,
        ok=False,
        code=CONFIRM,
        message=(
            f"The source {what}, so nothing was changed. Look whether it is right there. If it is, have the {removed} "
            "contacts removed here too; otherwise mend it there, and all goes on by itself."
        ),
        would_remove=removed,
        problems=problems,
        problem_count=problem_count,
    )
    await _note(connection, source, book, source.state, result, due_at)
    return result


async def _note(
    connection: AsyncConnection,
    source: Source,
    book: PhonebookRow,
    state: SourceState,
    result: SyncResult,
    due_at: int,
) -> None:
    """Store what came of a try, and in the activity when it is otherwise than before."""
    if not await store.note(connection, source, state=state, result=result, due_at=due_at):
        raise Overtaken
    before = source.result
    if result.ok and before is not None and not before.ok:
        await _record(connection, source, book, result.at, "source.recovered", "It can be read again.")
    elif not result.ok and (before is None or before.ok or before.code != result.code):
        await _record(connection, source, book, result.at, "source.failed", result.message)


async def _record(
    connection: AsyncConnection, source: Source, book: PhonebookRow, now: int, action: str, detail: str
) -> None:
    await record(
        connection,
        clock_ms=now,
        principal=acting(source),
        action=action,
        site_id=book.site_id,
        phonebook_id=book.id,
        subject=source.name,
        detail=detail,
    )


def _carried(source: Source) -> tuple[tuple[ItemProblem, ...], int]:
    """What could not be read the last time, which holds as long as nothing else is known."""
    return (source.result.problems, source.result.problem_count) if source.result is not None else ((), 0)


def _is_empty(said: Said) -> bool:
    """Whether the source says that it has nothing at all."""
    if isinstance(said.what, CardDelta):
        return said.what.is_full and said.what.listed == 0
    return said.what is not None and not said.what.rows
