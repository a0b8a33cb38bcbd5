"""`phonebook service`."""

from __future__ import annotations

import click

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.server import Server


@click.group()
def service() -> None:
    """Let vendor services in that run on their own."""


@service.command("token")
@click.argument("slug")
@json_option
def token(slug: str, as_json: bool) -> None:
    """Make a token for the vendor service SLUG, as yealink, and print it. It is not shown again.

    The service gets it as PHONEBOOK_SERVICE_TOKEN. Tokens made before stay valid.
    """
    from phonebook_server.services.tokens import create_service_token

    async def action(server: Server) -> str:
        return await create_service_token(server, COMMAND_LINE, slug)

    made = run_action(action)
    if as_json:
        print_json({"token": made})
    else:
        click.echo(made)
