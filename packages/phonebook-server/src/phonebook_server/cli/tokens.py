"""`phonebook token`."""

from __future__ import annotations

import click

from phonebook_server.accounts.guards import COMMAND_LINE, Role
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.server import Server
from phonebook_server.tokens.actions import MAX_TOKENS, NewToken, Token


@click.group()
def token() -> None:
    """Make, list, rotate and revoke API tokens for scripts."""


@token.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="The most it may do in any site.")
@click.option("--site", "sites", multiple=True, metavar="ID", help="A site that it works in; may be repeated.")
@click.option("--expires-days", type=int, help="After how many days it ends.")
@json_option
def create(
    email: str, name: str, role: str | None, sites: tuple[str, ...], expires_days: int | None, as_json: bool
) -> None:
    """Make an API token that acts as the user, and print it. It is not shown again.

    Without --role and --site it may do whatever the user may.
    """
    from phonebook_server.people.users import find_user
    from phonebook_server.tokens.actions import create_token
    from phonebook_server.tokens.limits import Limits, expiry

    async def action(server: Server) -> NewToken:
        async with server.db.reading() as connection:
            found = await find_user(connection, email)
        limits = Limits(
            role=Role(role) if role else None,
            sites=tuple(dict.fromkeys(sites)) or None,
            expires_at=expiry(None, expires_days, server.clock()),
        )
        return await create_token(server, COMMAND_LINE, found.id, name, limits)

    _print_secret(run_action(action), as_json)


@token.command("list")
@click.argument("email")
@json_option
def list_of_user(email: str, as_json: bool) -> None:
    """List the user's API tokens that were not revoked; never their secrets."""
    from phonebook_server.people.users import find_user
    from phonebook_server.tokens.actions import list_tokens

    async def action(server: Server) -> list[Token]:
        async with server.db.reading() as connection:
            found = await find_user(connection, email)
        return await list_tokens(server, COMMAND_LINE, found.id, after="", limit=MAX_TOKENS)

    tokens = run_action(action)
    if as_json:
        print_json(tokens)
        return
    for each in tokens:
        parts = [each.id, f"{each.prefix}…", each.name]
        parts += [f"at most {each.role}"] if each.role else []
        parts += [f"in {len(each.sites)} site(s)"] if each.sites else []
        parts.append(f"used {each.used_at}" if each.used_at else "never used")
        parts += [f"until {each.expires_at}"] if each.expires_at else []
        click.echo("  ".join(parts))


@token.command("rotate")
@click.argument("token_id", metavar="ID")
@click.option("--overlap-hours", type=int, default=24, show_default=True, help="How long the old secret works on.")
@json_option
def rotate(token_id: str, overlap_hours: int, as_json: bool) -> None:
    """Give an API token a new secret, and print it. It is not shown again."""
    from phonebook_server.tokens.actions import rotate_token

    async def action(server: Server) -> NewToken:
        return await rotate_token(server, COMMAND_LINE, token_id, overlap_hours=overlap_hours)

    _print_secret(run_action(action), as_json)


@token.command("revoke")
@click.argument("token_id", metavar="ID")
def revoke(token_id: str) -> None:
    """Revoke an API token; the very next request with it is refused."""
    from phonebook_server.tokens.actions import revoke_token

    async def action(server: Server) -> None:
        await revoke_token(server, COMMAND_LINE, token_id)

    run_action(action)
    click.echo("The token is revoked.")


def _print_secret(made: NewToken, as_json: bool) -> None:
    if as_json:
        print_json({"token": made.token})
    else:
        click.echo(made.token)
