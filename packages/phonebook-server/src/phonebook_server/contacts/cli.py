"""`phonebook import`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from phonebook_core.errors import Invalid
from phonebook_core.formats import ENCODINGS, MAX_BYTES, ColumnMapping
from phonebook_core.importing import OnMatch
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.contacts.importing import ImportOptions, ImportReport, import_file
from phonebook_server.server import Server


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--phonebook", "phonebook_id", required=True, help="The id of the phonebook to import into.")
@click.option("--encoding", help=f"What the file is written in, when it is guessed wrong: {', '.join(ENCODINGS)}.")
@click.option("--delimiter", help="What separates the columns of a CSV file, when it is guessed wrong.")
@click.option("--sheet", help="Which sheet of a workbook; without it, the first that has contacts.")
@click.option(
    "--has-header/--no-header", default=None, help="Whether the first row names the columns, when it is guessed wrong."
)
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A JSON file that says which column holds what, as `mapping` in the API.")  # fmt: skip
@click.option("--on-match", type=click.Choice([each.value for each in OnMatch]), default=OnMatch.UPDATE.value,
              show_default=True, help="What happens to contacts that are there already.")  # fmt: skip
@click.option(
    "--repair", is_flag=True, help="Take numbers that a spreadsheet damaged as they were, where that is certain."
)
@json_option
def import_command(
    file: Path,
    phonebook_id: str,
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    has_header: bool | None,
    mapping: Path | None,
    on_match: str,
    repair: bool,
    as_json: bool,
) -> None:
    """Import the contacts of a FILE into a phonebook: CSV, XLSX, vCard, JSON, or the phonebook XML of a phone maker.

    All good rows are stored together; the others are listed with the reason. Importing the same file twice changes
    nothing. Exits with 0 also when rows were rejected.
    """
    data = _read(file)
    options = ImportOptions(
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        has_header=has_header,
        mapping=None if mapping is None else _read_mapping(mapping),
        on_match=OnMatch(on_match),
        repair=repair,
    )

    async def action(server: Server) -> ImportReport:
        return await import_file(server, COMMAND_LINE, phonebook_id, data, file.name, options)

    report = run_action(action)
    if as_json:
        print_json(report)
        return
    skipped = f"{report.skipped} skipped, " if report.skipped else ""
    click.echo(
        f"{report.read} contacts read: {report.created} created, {report.updated} updated, "
        f"{report.unchanged} unchanged, {skipped}{report.rejected} rejected."
    )
    for problem in (*report.problems, *report.warnings):
        where = f"{report.counted_in} {problem.line}"
        click.echo(
            f"  {where}, {problem.field}: {problem.message}" if problem.field else f"  {where}: {problem.message}",
            err=True,
        )
    if report.unit:
        click.echo(f"To undo it: phonebook undo {report.unit}")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Invalid(f"The file {file} cannot be read ({error.strerror}). Check who may read it.") from None


def _read_mapping(file: Path) -> ColumnMapping:
    try:
        return msgspec.json.decode(_read(file), type=ColumnMapping)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(
            f'The mapping in {file} cannot be read ({error}). It looks as {{"columns": [{{"field": "display_name"}}]}}.'
        ) from None
