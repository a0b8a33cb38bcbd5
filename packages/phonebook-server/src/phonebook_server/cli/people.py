"""`phonebook user` and `phonebook token`."""

from __future__ import annotations

import click

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.accounts.tokens import NewToken, create_token
from phonebook_server.accounts.users import AddedUser, add_user, find_user
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.server import Server


@click.group()
def user() -> None:
    """Add people who may sign in."""


@user.command("add")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make them an administrator, who may do everything.")
@json_option
def add(email: str, admin: bool, as_json: bool) -> None:
    """Add a user and print the link by which they register.

    The link works once, for 12 hours. Run it again for a new one; the old one is void then.
    """

    async def action(server: Server) -> AddedUser:
        return await add_user(server, COMMAND_LINE, email, is_admin=admin)

    added = run_action(action)
    if as_json:
        print_json(added)
    else:
        click.echo(f"Open this link within 12 hours to register as {added.email}:\n{added.link}")


@click.group()
def token() -> None:
    """Make API tokens for scripts."""


@token.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@json_option
def create(email: str, name: str, as_json: bool) -> None:
    """Make an API token that acts as the user, and print it. It is not shown again."""

    async def action(server: Server) -> NewToken:
        async with server.db.reading() as connection:
            found = await find_user(connection, email)
        return await create_token(server, COMMAND_LINE, found.id, name)

    made = run_action(action)
    if as_json:
        print_json({"token": made.token})
    else:
        click.echo(made.token)
