"""`phonebook import`."""

from __future__ import annotations

from pathlib import Path

import click

from phonebook_core.errors import Invalid
from phonebook_core.formats import ENCODINGS, MAX_BYTES
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.contacts.importing import ImportReport, import_file
from phonebook_server.server import Server


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--phonebook", "phonebook_id", required=True, help="The id of the phonebook to import into.")
@click.option("--encoding", help=f"What the file is written in, when it is guessed wrong: {', '.join(ENCODINGS)}.")
@click.option("--delimiter", help="What separates the columns of a CSV file, when it is guessed wrong.")
@json_option
def import_command(file: Path, phonebook_id: str, encoding: str | None, delimiter: str | None, as_json: bool) -> None:
    """Import the contacts of a CSV or vCard FILE into a phonebook.

    All good rows are stored together; the others are listed with the reason. Importing the same file twice changes
    nothing. Exits with 0 also when rows were rejected.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Invalid(f"The file {file} cannot be read ({error.strerror}). Check who may read it.") from None

    async def action(server: Server) -> ImportReport:
        return await import_file(server, COMMAND_LINE, phonebook_id, data, file.name, encoding, delimiter)

    report = run_action(action)
    if as_json:
        print_json(report)
        return
    click.echo(
        f"{report.read} contacts read: {report.created} created, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.rejected} rejected."
    )
    for problem in report.problems:
        where = f"line {problem.line}, {problem.field}" if problem.field else f"line {problem.line}"
        click.echo(f"  {where}: {problem.message}", err=True)
