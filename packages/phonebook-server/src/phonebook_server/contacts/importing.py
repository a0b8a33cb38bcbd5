"""Importing a file of contacts: one transaction, one unit to undo, and nobody's edit overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import anyio.to_thread
import msgspec
from msgspec import Struct

from phonebook_core import formats
from phonebook_core.importing import ImportPlan, ImportProblem, plan
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.contacts import store
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.inputs import find_meta_problems
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.mail.kind import Kind
from phonebook_server.mail.outbox import notify
from phonebook_server.server import Server

_MAX_FILENAME: Final = 100


class RowProblem(Struct, frozen=True, kw_only=True):
    """A complaint about one row of the file. `line` counts from 1."""

    line: int
    field: str
    code: str
    message: str


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did, in rows of the file: `read` = `created` + `updated` + `unchanged` + `rejected`.

    `problems` say why rows were rejected, at least one each; `warnings` are about rows that came in all the same.
    `format` and `encoding` are what the file was read as.
    """

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    problems: list[RowProblem]
    warnings: list[RowProblem]
    format: str
    encoding: str


class _Prepared(NamedTuple):
    plan: ImportPlan
    writes: list[Write]


async def import_file(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    data: bytes,
    filename: str,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> ImportReport:
    """Bring the contacts of a CSV or vCard file into a phonebook. Needs an editor.

    All good rows are stored together or none is; what keeps the others out is in the report. Importing the same file
    twice changes nothing. Raises Invalid when the file as a whole cannot be read.
    """
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        existing = await store.read_all(connection, phonebook_id)

    def read_file() -> formats.Reading:
        reading = formats.read(data, filename=filename, encoding=encoding, delimiter=delimiter)
        return msgspec.structs.replace(reading, rows=tuple(map(_refuse_untransportable, reading.rows)))

    reading = await anyio.to_thread.run_sync(read_file)
    prepared = await anyio.to_thread.run_sync(_prepare, existing, reading, phonebook.region)
    async with server.db.transaction() as connection:
        newest = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        if (newest.position, newest.region) != (phonebook.position, phonebook.region):
            # Somebody wrote while the file was being read. Plan again, now that nobody else can write.
            existing = await store.read_all(connection, phonebook_id)
            prepared = await anyio.to_thread.run_sync(_prepare, existing, reading, newest.region)
        report = _report(prepared.plan, reading)
        now = server.clock()
        if prepared.writes:
            unit = new_id()
            await store.write(
                connection, phonebook_id, prepared.writes, unit=unit, actor=name_actor(principal), now=now
            )
            await record(
                connection,
                clock_ms=now,
                principal=principal,
                action="contacts.imported",
                site_id=newest.site_id,
                phonebook_id=phonebook_id,
                subject=newest.name,
                detail=f"{_printable(filename)}: {report.created} created, {report.updated} updated, "
                f"{report.unchanged} unchanged, {report.rejected} rejected; unit {unit}",
            )
        if principal.via != "cli" and (prepared.writes or report.rejected):
            await notify(
                connection,
                server,
                Kind.IMPORT_FINISHED,
                [principal.user_id],
                values={
                    "site": newest.site_name,
                    "phonebook": newest.name,
                    "file": _printable(filename),
                    "created": str(report.created),
                    "updated": str(report.updated),
                    "unchanged": str(report.unchanged),
                    "rejected": str(report.rejected),
                },
                link=server.config.public_url,
                site_id=newest.site_id,
                now=now,
            )
    server.publish(Event(kind="import.finished", site_id=newest.site_id, phonebook_id=phonebook_id))
    if prepared.writes:
        await server.announce(phonebook_id)
    return report


def _prepare(existing: list[StoredContact], reading: formats.Reading, region: str) -> _Prepared:
    stored = {each.contact.id: each for each in existing}
    planned = plan([each.contact for each in existing], reading, region=region)
    created = (msgspec.structs.replace(contact, id=new_id()) for contact in planned.creates)
    writes = [Write(contact, Change.IMPORTED) for contact in created]  # `plan` has derived their numbers
    writes += [Write(derive(contact, region), Change.IMPORTED, stored[contact.id]) for contact in planned.updates]
    return _Prepared(planned, writes)


def _refuse_untransportable(row: formats.Row) -> formats.Row:
    if row.contact is None or not row.contact.meta:
        return row
    problems = find_meta_problems(row.contact.meta)
    return msgspec.structs.replace(row, contact=None, problems=(*row.problems, *problems)) if problems else row


def _report(planned: ImportPlan, reading: formats.Reading) -> ImportReport:
    return ImportReport(
        read=planned.read,
        created=planned.created,
        updated=planned.updated,
        unchanged=planned.unchanged,
        rejected=planned.rejected,
        problems=_rows(planned.problems),
        warnings=_rows(planned.warnings),
        format=reading.format,
        encoding=reading.encoding,
    )


def _rows(problems: Iterable[ImportProblem]) -> list[RowProblem]:
    return [RowProblem(line=p.line, field=p.field, code=p.code, message=p.message) for p in problems]


def _printable(filename: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in filename[:_MAX_FILENAME]) or "a file without a name"
