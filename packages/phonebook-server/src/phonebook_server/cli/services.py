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

    The service gets it as PHONEBOOK_SERVICE_TOKEN. Tokens made before stay valid until they are revoked.
    """
    from phonebook_server.services.tokens import NewServiceToken, create_service_token

    async def action(server: Server) -> NewServiceToken:
        return await create_service_token(server, COMMAND_LINE, slug)

    made = run_action(action)
    if as_json:
        print_json({"token": made.token})
    else:
        click.echo(made.token)


@service.command("tokens")
@json_option
def tokens(as_json: bool) -> None:
    """List the tokens of vendor services that were not revoked; never their secrets."""
    from phonebook_server.services.tokens import ServiceTokenView, list_service_tokens

    async def action(server: Server) -> list[ServiceTokenView]:
        return await list_service_tokens(server, COMMAND_LINE)

    found = run_action(action)
    if as_json:
        print_json(found)
        return
    for each in found:
        click.echo(
            f"{each.id}  {each.prefix}…  {each.slug}  {f'used {each.used_at}' if each.used_at else 'never used'}"
        )


@service.command("revoke")
@click.argument("token_id", metavar="ID")
def revoke(token_id: str) -> None:
    """Revoke the token of a vendor service; what is linked with it is parted from within a second."""
    from phonebook_server.services.tokens import revoke_service_token

    async def action(server: Server) -> None:
        await revoke_service_token(server, COMMAND_LINE, token_id)

    run_action(action)
    click.echo("The token is revoked.")
