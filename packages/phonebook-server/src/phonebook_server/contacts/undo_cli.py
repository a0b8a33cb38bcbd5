"""`phonebook units` and `phonebook undo`."""

from __future__ import annotations

import click

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.contacts.past import UnitList, list_units
from phonebook_server.contacts.undo import UndoReport, undo_unit
from phonebook_server.paging import DEFAULT_LIMIT, MAX_LIMIT
from phonebook_server.server import Server


@click.command("units")
@click.argument("phonebook_id", metavar="PHONEBOOK")
@click.option(
    "--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_LIMIT, show_default=True, help="How many at most."
)
@json_option
def units_command(phonebook_id: str, limit: int, as_json: bool) -> None:
    """List what was done in a PHONEBOOK, the newest first, with the ids that `phonebook undo` takes."""

    async def action(server: Server) -> UnitList:
        return await list_units(server, COMMAND_LINE, phonebook_id, kind=None, cursor=None, limit=limit)

    units = run_action(action)
    if as_json:
        print_json(units)
        return
    for unit in units.items:
        counts = f"{unit.created} created, {unit.changed} changed, {unit.deleted} deleted"
        undone = " (undone)" if unit.undone_by else ""
        summary = f": {unit.summary}" if unit.summary else ""
        click.echo(f"{unit.id}  {unit.at}  {unit.actor}  {unit.kind}{summary}, {counts}{undone}")


@click.command("undo")
@click.argument("unit")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--overwrite", is_flag=True, help="Also take back what somebody changed since.")
@json_option
def undo_command(unit: str, dry_run: bool, overwrite: bool, as_json: bool) -> None:
    """Undo a UNIT, as an import or a bulk change, as a whole; `phonebook units` lists them.

    What was changed since stays as it is and is listed, unless --overwrite is given.
    """

    async def action(server: Server) -> UndoReport:
        return await undo_unit(server, COMMAND_LINE, unit, dry_run=dry_run, overwrite=overwrite)

    report = run_action(action)
    if as_json:
        print_json(report)
        return
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.changed} contacts {would}changed back, {report.restored} {would}restored, "
        f"{report.deleted} {would}deleted, {report.unchanged} left as they are."
    )
    if report.purged:
        click.echo(f"  {report.purged} changes were to contacts that are gone for good.", err=True)
    for conflict in report.conflicts:
        what = f"`{conflict.field}` was changed since" if conflict.field else "was changed or deleted since"
        click.echo(f"  contact {conflict.contact}: {what}, so it stays.", err=True)
    if report.unit:
        click.echo(f"To do it again: phonebook undo {report.unit}")
