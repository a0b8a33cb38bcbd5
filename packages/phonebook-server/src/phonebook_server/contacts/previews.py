"""An uploaded file as a person sees it before it is imported: how it was read, and what importing it would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from phonebook_core.errors import Invalid
from phonebook_core.formats import ColumnMapping, Table
from phonebook_core.formats.mapping import FIELDS
from phonebook_core.importing import OnMatch
from phonebook_server.accounts.guards import PhonebookRow
from phonebook_server.checks import iso
from phonebook_server.contacts import importing
from phonebook_server.contacts.importing import ImportOptions, ImportReport, OpenedFile, RowProblem
from phonebook_server.contacts.outcomes import PreviewRow, preview_rows, shortened
from phonebook_server.contacts.store import StoredContact

KEPT_MS: Final = 24 * 60 * 60 * 1000
"""How long an upload is kept, imported or not."""
MAX_PROBLEMS: Final = 1_000
"""Problems, and warnings, that a preview tells; counts are of all, and so is the file of rejected rows."""
SAMPLE: Final = 20


class ImportPreview(Struct, frozen=True, kw_only=True):
    """An uploaded file, how it was read, and what importing it would do: the counts are those of `ImportReport`.

    For a file of columns there are `headers`, a `sample` of its cells, the `mapping` (`remembered`: as it was last used
    in the site for these headers) and the `fields` that a column can hold; `mapping` is null for others. While `ready`
    is false nobody knows which columns hold the contacts: all rows count as rejected until a mapping says so.
    `preview` has the first 200 rows, `problems` and `warnings` the first 1,000 of each. `committed`: it was imported.
    """

    id: str
    phonebook_id: str
    filename: str
    created_at: str
    expires_at: str
    committed: bool
    ready: bool
    format: str
    encoding: str
    delimiter: str
    sheet: str
    has_header: bool
    headers: list[str]
    sample: list[list[str]]
    mapping: ColumnMapping | None
    remembered: bool
    fields: list[str]
    ignored_columns: list[str]
    on_match: OnMatch
    repair: bool
    counted_in: Literal["line", "row", "contact"]
    read: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    preview: list[PreviewRow]
    problems: list[RowProblem]
    warnings: list[RowProblem]


class Upload(NamedTuple):
    """An uploaded file, with the phonebook that it is for; `report` once it was imported."""

    id: str
    phonebook: PhonebookRow
    filename: str
    data: bytes
    options: ImportOptions
    created_at: int
    report: ImportReport | None


class Undecided(NamedTuple):
    """A file of columns of which nobody knows what they hold; `problem` says so."""

    table: Table
    problem: Invalid


def work_out(upload: Upload, opened: OpenedFile, existing: Sequence[StoredContact]) -> ImportPreview:
    """What importing the file into a phonebook with these contacts would do. Without I/O, for a thread."""
    reading, table, options, region = opened.reading, opened.table, upload.options, upload.phonebook.region
    planned = importing.prepare(existing, reading, region, options).plan
    report = importing.report_of(planned, reading)
    rows = preview_rows(
        [stored.contact for stored in existing],
        reading,
        planned,
        report.problems,
        report.warnings,
        region=region,
        options=options,
    )
    return ImportPreview(
        id=upload.id,
        phonebook_id=upload.phonebook.id,
        filename=importing.printable(upload.filename),
        created_at=iso(upload.created_at),
        expires_at=iso(upload.created_at + KEPT_MS),
        committed=upload.report is not None,
        ready=True,
        format=reading.format,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        sheet=reading.sheet,
        has_header=reading.has_header,
        headers=[] if table is None else list(table.columns),
        sample=[] if table is None else _sample(table),
        mapping=reading.mapping,
        remembered=opened.remembered,
        fields=[] if table is None else list(FIELDS),
        ignored_columns=list(reading.ignored_columns),
        on_match=options.on_match,
        repair=options.repair,
        counted_in=reading.counted_in,
        read=report.read,
        created=report.created,
        updated=report.updated,
        unchanged=report.unchanged,
        skipped=report.skipped,
        rejected=report.rejected,
        preview=rows,
        problems=report.problems[:MAX_PROBLEMS],
        warnings=report.warnings[:MAX_PROBLEMS],
    )


def undecided(upload: Upload, opened: Undecided) -> ImportPreview:
    """The preview of a file that cannot be imported before somebody says which column holds what."""
    table, options = opened.table, upload.options
    [problem] = opened.problem.problems
    line = table.records[0].line if table.records else 1
    return ImportPreview(
        id=upload.id,
        phonebook_id=upload.phonebook.id,
        filename=importing.printable(upload.filename),
        created_at=iso(upload.created_at),
        expires_at=iso(upload.created_at + KEPT_MS),
        committed=False,
        ready=False,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        has_header=table.has_header,
        headers=list(table.columns),
        sample=_sample(table),
        mapping=table.guess,
        remembered=False,
        fields=list(FIELDS),
        ignored_columns=[],
        on_match=options.on_match,
        repair=options.repair,
        counted_in="line" if table.format == "csv" else "row",
        read=len(table.records),
        created=0,
        updated=0,
        unchanged=0,
        skipped=0,
        rejected=len(table.records),
        preview=[],
        problems=[RowProblem(line=line, field="mapping", code=problem.code, message=problem.message)],
        warnings=[],
    )


def _sample(table: Table) -> list[list[str]]:
    return [shortened(record.cells) for record in table.records[:SAMPLE]]
