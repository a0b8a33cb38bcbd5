"""`phonebook lookup`."""

from __future__ import annotations

import click

from phonebook_core.contact import shown_name
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.contacts import indexes, lookup
from phonebook_server.contacts.lookup import Lookup
from phonebook_server.contacts.lookup_routes import as_view
from phonebook_server.server import Server


@click.command("lookup")
@click.argument("number")
@click.option("--site", "site_id", help="The id of the site whose phonebooks are asked; all without it.")
@json_option
def lookup_command(number: str, site_id: str | None, as_json: bool) -> None:
    """Say whose NUMBER it is, in whatever form it comes: +49…, 0049…, national, sip:…, tel:….

    Exits with 0 also when it is nobody's.
    """

    async def action(server: Server) -> Lookup:
        await indexes.refresh(server.db)  # when this is the first thing that is done after an upgrade
        if site_id is None:
            return await lookup.look_up_everywhere(server, COMMAND_LINE, number)
        return await lookup.look_up_in_site(server, COMMAND_LINE, site_id, number)

    found = run_action(action)
    if as_json:
        print_json(as_view(found))
        return
    if not found.matches:
        click.echo("Nobody in the phonebooks has this number.")
    for match in found.matches:
        extension = "" if match.exact else ", with an extension"
        name = shown_name(match.stored.contact)
        click.echo(f"{name}  {match.number}{extension}  ({match.phonebook_name}, contact {match.stored.contact.id})")
