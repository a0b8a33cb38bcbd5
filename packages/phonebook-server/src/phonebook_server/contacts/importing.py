"""Importing a file of contacts: one transaction, one unit to undo, and nobody's edit overwritten unseen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Literal, NamedTuple

import anyio.to_thread
import msgspec
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core import formats
from phonebook_core.formats import ColumnMapping, Reading, Table
from phonebook_core.importing import ImportPlan, ImportProblem, OnMatch, plan
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts import mappings, store, units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.mail.kind import Kind
from phonebook_server.mail.outbox import notify
from phonebook_server.server import Server

PORTION: Final = 1_000
"""Contacts that are written in one go; between two, the work can be cancelled."""
_MAX_FILENAME: Final = 100

Progress = Callable[[int], None]
"""Told how many contacts are written; raises an error of its own to stop the work."""


class ImportOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a file is read and what it does. What is None is found out; what a format does not have is ignored.

    Without `mapping`, the one that the site remembers for these headers is used, else one is guessed. `on_match` says
    what happens to contacts that are there already; `repair` takes numbers that a spreadsheet damaged as they were,
    where that is certain.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    has_header: bool | None = None
    mapping: ColumnMapping | None = None
    on_match: OnMatch = OnMatch.UPDATE
    repair: bool = False


class RowProblem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint about one row of the file. `line` counts from 1, in what `counted_in` of the report says.

    About a number that looks damaged, `value` is what stands there and `repaired` what it certainly was.
    """

    line: int
    field: str
    code: str
    message: str
    value: str = ""
    repaired: str = ""


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did, in rows: `read` = `created` + `updated` + `unchanged` + `skipped` + `rejected`.

    `skipped` were left out, as `on_match` asks or since a source keeps the contact. `problems` say why rows were
    rejected, at least one each; `warnings` are about rows that came in all the same. `format` and `encoding` are what
    the file was read as. `undo` undoes the import, which was this `unit`; null when nothing was changed.
    """

    read: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    problems: list[RowProblem]
    warnings: list[RowProblem]
    format: str
    encoding: str
    counted_in: Literal["line", "row", "contact"]
    unit: str | None = None
    undo: str | None = None


class OpenedFile(NamedTuple):
    """A file as it was read. `table` is None when it has no columns; `remembered`: its mapping was used before."""

    reading: Reading
    table: Table | None
    remembered: bool


class Prepared(NamedTuple):
    """What an import will do, and what it writes for that."""

    plan: ImportPlan
    writes: list[Write]


Settle = Callable[[AsyncConnection, ImportReport], Awaitable[None]]
"""What else belongs to the transaction of an import; an error that it raises undoes all of it."""


def ignore(_: int) -> None:
    """The progress that nobody watches."""


async def import_file(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    data: bytes,
    filename: str,
    options: ImportOptions = ImportOptions(),  # noqa: B008  # a frozen one
) -> ImportReport:
    """Bring the contacts of a file into a phonebook. Needs an editor.

    All good rows are stored together or none is; what keeps the others out is in the report. Importing the same file
    twice changes nothing. Raises Invalid when the file as a whole cannot be read. A mapping that is given is
    remembered for the next file with these headers.
    """
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
    opened = await read_file(server, phonebook.site_id, data, filename, options)

    async def settle(connection: AsyncConnection, _: ImportReport) -> None:
        if options.mapping is not None:
            await remember(connection, phonebook.site_id, opened.reading, now=server.clock())

    return await carry_out(server, principal, phonebook_id, opened.reading, filename, options, settle)


async def read_file(server: Server, site_id: str, data: bytes, filename: str, options: ImportOptions) -> OpenedFile:
    """Read a file beside the loop, with the mapping that the site remembers when none is given.

    Raises Invalid when the file as a whole cannot be read, or the mapping does not fit.
    """
    table = await open_table(data, filename, options)
    if table is None:
        encoding = options.encoding
        reading = await anyio.to_thread.run_sync(lambda: formats.read(data, filename=filename, encoding=encoding))
        return OpenedFile(reading, None, remembered=False)
    mapping = options.mapping or await find_remembered(server, site_id, table)
    reading = await anyio.to_thread.run_sync(formats.read_table, table, mapping)
    return OpenedFile(reading, table, remembered=mapping is not None and options.mapping is None)


async def open_table(data: bytes, filename: str, options: ImportOptions) -> Table | None:
    """A file of columns taken apart beside the loop; None for a file of another kind."""
    return await anyio.to_thread.run_sync(
        lambda: formats.open_table(
            data,
            filename=filename,
            encoding=options.encoding,
            delimiter=options.delimiter,
            sheet=options.sheet,
            has_header=options.has_header,
        )
    )


async def find_remembered(server: Server, site_id: str, table: Table) -> ColumnMapping | None:
    """The mapping that the site remembers for the headers of this table, when it still fits."""
    async with server.db.reading() as connection:
        found = await mappings.find_mapping(connection, site_id, table.header_key)
    if found is None:
        return None
    fitted = formats.fit(found, table.columns)
    return None if formats.find_mapping_problems(fitted, len(table.columns)) else fitted


async def remember(connection: AsyncConnection, site_id: str, reading: Reading, *, now: int) -> None:
    """Keep the mapping by which a file was read."""
    await mappings.remember_mapping(connection, site_id, reading.header_key, reading.mapping, now=now)


def prepare(existing: Iterable[StoredContact], reading: Reading, region: str, options: ImportOptions) -> Prepared:
    """What a file does to a phonebook that holds these contacts. Without I/O, for a thread."""
    stored = {each.contact.id: each for each in existing}
    contacts = [each.contact for each in stored.values()]
    planned = plan(
        contacts,
        reading,
        region=region,
        on_match=options.on_match,
        repair=options.repair,
        read_only=frozenset(id for id, each in stored.items() if each.source_id is not None),
    )
    created = (msgspec.structs.replace(contact, id=new_id()) for contact in planned.creates)
    writes = [Write(contact, Change.IMPORTED) for contact in created]  # `plan` has derived their numbers
    writes += [Write(derive(contact, region), Change.IMPORTED, stored[contact.id]) for contact in planned.updates]
    return Prepared(planned, writes)


async def carry_out(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    reading: Reading,
    filename: str,
    options: ImportOptions,
    settle: Settle,
    progress: Progress = ignore,
) -> ImportReport:
    """Import a file that was read, as one unit, all of it or nothing when it raises. Needs an editor."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        existing = await store.read_all(connection, phonebook_id)
    prepared = await anyio.to_thread.run_sync(prepare, existing, reading, phonebook.region, options)
    progress(0)
    async with server.db.transaction() as connection:
        newest = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        if (newest.position, newest.region) != (phonebook.position, phonebook.region):
            # Somebody wrote while the file was being read. Plan again, now that nobody else can write.
            existing = await store.read_all(connection, phonebook_id)
            prepared = await anyio.to_thread.run_sync(prepare, existing, reading, newest.region, options)
        report = report_of(prepared.plan, reading)
        if prepared.writes:
            unit_id = await _write(connection, server, principal, newest, filename, prepared, progress)
            report = msgspec.structs.replace(report, unit=unit_id, undo=units.undoable(unit_id).undo)
        if principal.via != "cli" and (prepared.writes or report.rejected):
            await _tell(connection, server, principal, newest, filename, report)
        await settle(connection, report)
    server.publish(Event(kind="import.finished", site_id=newest.site_id, phonebook_id=phonebook_id))
    if prepared.writes:
        await server.announce(phonebook_id)
    return report


def report_of(planned: ImportPlan, reading: Reading) -> ImportReport:
    """The counts and complaints of a plan."""
    return ImportReport(
        read=planned.read,
        created=planned.created,
        updated=planned.updated,
        unchanged=planned.unchanged,
        skipped=planned.skipped,
        rejected=planned.rejected,
        problems=_rows(planned.problems),
        warnings=_rows(planned.warnings),
        format=reading.format,
        encoding=reading.encoding,
        counted_in=reading.counted_in,
    )


def printable(filename: str) -> str:
    """The name of a file as people are shown it."""
    return "".join(c if c.isprintable() else "�" for c in filename[:_MAX_FILENAME]) or "a file without a name"


async def _tell(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    phonebook: PhonebookRow,
    filename: str,
    report: ImportReport,
) -> None:
    """Have a mail sent to whoever imported, unless they want none."""
    await notify(
        connection,
        server,
        Kind.IMPORT_FINISHED,
        [principal.user_id],
        values={
            "site": phonebook.site_name,
            "phonebook": phonebook.name,
            "file": printable(filename),
            "created": str(report.created),
            "updated": str(report.updated),
            "unchanged": str(report.unchanged),
            "rejected": str(report.rejected),
        },
        link=server.config.public_url,
        site_id=phonebook.site_id,
        now=server.clock(),
    )


async def _write(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    phonebook: PhonebookRow,
    filename: str,
    prepared: Prepared,
    progress: Progress,
) -> str:
    """Write what was prepared as one unit; gives its id."""
    now, planned, name = server.clock(), prepared.plan, printable(filename)
    unit = await units.begin(connection, units.Kind.IMPORT, actor=name_actor(principal), now=now, summary=name)
    for start in range(0, len(prepared.writes), PORTION):
        progress(start)
        await store.write(connection, phonebook.id, prepared.writes[start : start + PORTION], unit=unit)
    skipped = f"{planned.skipped} skipped, " if planned.skipped else ""
    await record(
        connection,
        clock_ms=now,
        principal=principal,
        action="contacts.imported",
        site_id=phonebook.site_id,
        phonebook_id=phonebook.id,
        subject=phonebook.name,
        detail=f"{name}: {planned.created} created, {planned.updated} updated, {planned.unchanged} unchanged, "
        f"{skipped}{planned.rejected} rejected; unit {unit.id}",
    )
    return unit.id


def _rows(problems: Iterable[ImportProblem]) -> list[RowProblem]:
    return [
        RowProblem(
            line=p.line, field=p.field, code=p.code, message=p.message, value=_short(p.value), repaired=p.repaired
        )
        for p in problems
    ]


def _short(value: str) -> str:
    return value if len(value) <= _MAX_FILENAME else value[:_MAX_FILENAME] + "…"
