"""`phonebook export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from phonebook_core.errors import Invalid
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import run_action
from phonebook_server.contacts.attachments import Attachment
from phonebook_server.contacts.exporting import ExportFormat, export_contacts
from phonebook_server.contacts.search import Query
from phonebook_server.server import Server


@click.command("export")
@click.argument("phonebook_id", metavar="PHONEBOOK")
@click.option("--format", "format_", type=click.Choice([each.value for each in ExportFormat]), default="csv",
              show_default=True, help="What the file is written in.")  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else stdout.")
@click.option("--search", default="", help="Only the contacts that this finds.")
@click.option("--group", default="", help="Only the contacts of this group.")
@click.option("--own", is_flag=True, help="Leave out the contacts of included phonebooks.")
def export_command(phonebook_id: str, format_: str, output: Path | None, search: str, group: str, own: bool) -> None:
    """Write the contacts of a PHONEBOOK to a file, by its id. `phonebook import` reads every such file again."""
    if output is None and format_ == ExportFormat.XLSX and sys.stdout.isatty():
        raise Invalid("An XLSX file is nothing for a terminal. Say with --output where to write it.")

    async def action(server: Server) -> Attachment:
        query = Query(text=search, group=group)
        return await export_contacts(
            server, COMMAND_LINE, phonebook_id, ExportFormat(format_), query=query, included=not own
        )

    made = run_action(action)
    if output is None:
        sys.stdout.buffer.write(made.content)
        return
    part = output.with_name(f".{output.name}.part")
    try:
        part.write_bytes(made.content)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Invalid(f"The file {output} cannot be written ({error.strerror}). Choose another place.") from None
