"""`phonebook duplicates` and `phonebook normalise`."""

from __future__ import annotations

import click

from phonebook_core.contact import shown_name
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.contacts.duplicates import DuplicatePage, Duplicates
from phonebook_server.contacts.normalisation import NormalisationInput, NormalisationReport, normalise
from phonebook_server.paging import DEFAULT_LIMIT, MAX_LIMIT
from phonebook_server.server import Server


@click.command("duplicates")
@click.argument("phonebook_id", metavar="PHONEBOOK")
@click.option(
    "--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_LIMIT, show_default=True, help="How many at most."
)
@json_option
def duplicates_command(phonebook_id: str, limit: int, as_json: bool) -> None:
    """List groups of contacts of a PHONEBOOK that are probably the same, the surest first. Nothing is changed."""

    async def action(server: Server) -> DuplicatePage:
        return await Duplicates().list_duplicates(server, COMMAND_LINE, phonebook_id, limit=limit)

    page = run_action(action)
    if as_json:
        items = [
            {
                "contacts": [stored.contact for stored in item.contacts],
                "reasons": item.group.reasons,
                "score": item.group.score,
            }
            for item in page.items
        ]
        print_json({"items": items, "total": page.total})
        return
    for item in page.items:
        reasons = ", ".join(f"{reason.kind} {reason.value}" for reason in item.group.reasons)
        click.echo(f"{item.group.score:.0%}: the same {reasons}")
        for stored in item.contacts:
            numbers = ", ".join(number.value for number in stored.contact.numbers)
            click.echo(f"  {stored.contact.id}  {shown_name(stored.contact)}  {numbers}")
    click.echo(f"{page.total} groups; {len(page.items)} shown.")


@click.command("normalise")
@click.argument("phonebook_id", metavar="PHONEBOOK")
@click.option("--numbers/--no-numbers", default=True, show_default=True, help="Numbers as E.164 where it is certain.")
@click.option("--labels/--no-labels", default=True, show_default=True, help="One spelling per label.")
@click.option("--names/--no-names", default=False, show_default=True, help="No needless spaces in names.")
@click.option("--dry-run", is_flag=True, help="Only say what would be changed.")
@json_option
def normalise_command(
    phonebook_id: str, numbers: bool, labels: bool, names: bool, dry_run: bool, as_json: bool
) -> None:
    """Put the numbers and labels of a PHONEBOOK in order, as one change that `phonebook undo` undoes.

    Short codes, feature codes, SIP URIs and numbers with an extension stay as they are.
    """
    input = NormalisationInput(numbers=numbers, labels=labels, names=names, dry_run=dry_run)

    async def action(server: Server) -> NormalisationReport:
        return await normalise(server, COMMAND_LINE, phonebook_id, input)

    report = run_action(action)
    if as_json:
        print_json(report)
        return
    if dry_run:
        for change in report.changes:
            click.echo(f"  contact {change.contact}, {change.field}: “{change.before}” becomes “{change.after}”")
    click.echo(
        f"{report.contacts} contacts {'would be ' if dry_run else ''}changed: {report.numbers} numbers, "
        f"{report.labels} labels, {report.names} names."
    )
    if report.unit:
        click.echo(f"To undo it: phonebook undo {report.unit}")
