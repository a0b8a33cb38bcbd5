"""`phonebook activity`."""

from __future__ import annotations

import sys

import click

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import run_action
from phonebook_server.server import Server


@click.command()
@click.option("--site", metavar="ID", help="Only what happened in this site.")
@click.option("--actor", metavar="EMAIL", help="Only what this person did.")
@click.option("--action", help="Only this action, as token.created, or all of a noun, as token.")
@click.option("--since", metavar="TIME", help="From this time on, as 2027-01-31 or 2027-01-31T12:00:00Z.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option(
    "--format", "shape", type=click.Choice(["text", "csv", "jsonl"]), default="text", help="How it is printed."
)
def activity(
    site: str | None, actor: str | None, action: str | None, since: str | None, until: str | None, shape: str
) -> None:
    """Show who did what to people, rights, tokens, sites, phonebooks and services, the newest first."""
    from phonebook_server.activity.files import Format, write
    from phonebook_server.activity.store import Filters, export_activity

    filters = Filters(site=site, actor=actor, action=action, since=since, until=until)

    async def act(server: Server) -> None:
        portions = export_activity(server, COMMAND_LINE, filters)
        if shape != "text":
            async for file in write(portions, Format(shape)):
                sys.stdout.buffer.write(file)
            return
        async for portion in portions:
            for each in portion:
                parts = [each.at, each.actor, each.address, each.action, each.subject, each.detail]
                click.echo("  ".join(part for part in parts if part))

    run_action(act)
