"""`phonebook user`."""

from __future__ import annotations

from typing import Any

import click

from phonebook_core.errors import Conflict, Invalid
from phonebook_server.accounts.guards import COMMAND_LINE, Role
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.people.users import AddedUser, add_user, find_user
from phonebook_server.server import Server


@click.group()
def user() -> None:
    """Add people who may sign in, invite, disable and remove them."""


@user.command("add")
@click.argument("email", required=False)
@click.option("--admin", is_flag=True, help="Make them an administrator, who may do everything.")
@json_option
def add(email: str | None, admin: bool, as_json: bool) -> None:
    """Add a user and print the link by which they register. No mail is sent.

    The link works once, for 12 hours. Run it again for a new one; the old one is void then. `--admin` without EMAIL
    prints a link for 30 minutes that lets its holder become the first administrator, as long as there is none.
    """
    if email is None:
        _print_first_link(admin, as_json)
        return
    address = email

    async def action(server: Server) -> AddedUser:
        return await add_user(server, COMMAND_LINE, address, is_admin=admin)

    added = run_action(action)
    if as_json:
        print_json(added)
    else:
        click.echo(f"Open this link within 12 hours to register as {added.email}:\n{added.link}")


@user.command("list")
@click.option("--search", default="", help="Part of the name or of the e-mail address.")
@click.option("--status", type=click.Choice(["invited", "active", "disabled"]))
@json_option
def list_(search: str, status: str | None, as_json: bool) -> None:
    """Print every user with status, role and sites."""
    from phonebook_server.people.directory import Person, list_people
    from phonebook_server.people.users import Status

    async def action(server: Server) -> list[Person]:
        people: list[Person] = []
        while True:
            page = await list_people(
                server,
                COMMAND_LINE,
                search=search,
                status=Status(status) if status else None,
                after=people[-1].email if people else "",
                limit=500,
            )
            people += page
            if len(page) < 500:
                return people

    people = run_action(action)
    if as_json:
        print_json([_view(person) for person in people])
        return
    for person in people:
        roles = ["administrator"] if person.is_admin else []
        roles += [f"{site.name} ({site.role})" for site in person.sites]
        click.echo("\t".join([person.email, person.status, person.name, ", ".join(roles)]))


@user.command("invite")
@click.argument("email")
@click.option("--name", default="", help="Their name, if it is known; they choose it themselves when they register.")
@click.option("--admin", is_flag=True, help="Make them an administrator, who may do everything.")
@click.option("--site", "sites", multiple=True, metavar="ID=ROLE", help="A site and their role; may be repeated.")
@click.option("--language", default="", help="The language of their mails: en or de.")
@json_option
def invite(email: str, name: str, admin: bool, sites: tuple[str, ...], language: str, as_json: bool) -> None:
    """Invite a user by mail, or send the mail again to one who has not registered yet.

    On a server that can send no mail, the link is printed.
    """
    from phonebook_server.people.invitations import Invited, NewUser, SiteGrant, invite, invite_again

    grants = [SiteGrant(site=site, role=role) for site, role in map(_read_grant, sites)]
    new = NewUser(email=email, name=name, admin=admin, sites=grants, language=language)

    async def action(server: Server) -> Invited:
        try:
            return await invite(server, COMMAND_LINE, new)
        except Conflict as error:
            if error.code != "invited_already":
                raise
        return await invite_again(server, COMMAND_LINE, await _id_of(server, email))

    invited = run_action(action)
    if as_json:
        print_json(_view(invited.person, invited.link))
    elif invited.link is not None:
        click.echo(
            "No SMTP server is configured, so hand this link over yourself. Within 12 hours it registers "
            f"{invited.person.email}:\n{invited.link.url}"
        )
    else:
        click.echo(f"{invited.person.email} is {invited.person.status}; a mail is on its way.")


@user.command("disable")
@click.argument("email")
@json_option
def disable(email: str, as_json: bool) -> None:
    """Refuse a user from the next request on. What they made stays; `enable` undoes it."""
    _change(email, as_json, disabled=True)


@user.command("enable")
@click.argument("email")
@json_option
def enable(email: str, as_json: bool) -> None:
    """Let a disabled user in again."""
    _change(email, as_json, disabled=False)


@user.command("reset")
@click.argument("email")
@json_option
def reset(email: str, as_json: bool) -> None:
    """Print a link by which a user sets a new password, for 30 minutes. The link before is void."""
    from phonebook_server.people.actions import make_reset_link
    from phonebook_server.people.links import Link

    async def action(server: Server) -> Link:
        return await make_reset_link(server, COMMAND_LINE, await _id_of(server, email))

    link = run_action(action)
    if as_json:
        print_json({"link": link.url})
    else:
        click.echo(f"Open this link within 30 minutes to set a new password for {email}:\n{link.url}")


@user.command("remove")
@click.argument("email")
@json_option
def remove(email: str, as_json: bool) -> None:
    """Remove an invited or disabled user for good, with their memberships and tokens."""
    from phonebook_server.people.actions import remove_user

    async def action(server: Server) -> str:
        user_id = await _id_of(server, email)
        await remove_user(server, COMMAND_LINE, user_id)
        return user_id

    user_id = run_action(action)
    if as_json:
        print_json({"id": user_id, "removed": True})
    else:
        click.echo(f"{email} was removed.")


def _print_first_link(admin: bool, as_json: bool) -> None:
    from phonebook_server.people.first import make_first_link
    from phonebook_server.people.links import Link

    if not admin:
        raise click.UsageError("Name the user's EMAIL; only with --admin it may be left out.")

    async def action(server: Server) -> Link:
        return await make_first_link(server, COMMAND_LINE)

    link = run_action(action)
    if as_json:
        print_json({"link": link.url})
    else:
        click.echo(f"Open this link within 30 minutes to become the first administrator:\n{link.url}")


def _change(email: str, as_json: bool, *, disabled: bool) -> None:
    from phonebook_server.people.actions import UserChange, change_user
    from phonebook_server.people.directory import Person

    async def action(server: Server) -> Person:
        return await change_user(server, COMMAND_LINE, await _id_of(server, email), UserChange(disabled=disabled))

    person = run_action(action)
    if as_json:
        print_json(_view(person))
    else:
        click.echo(f"{person.email} is {person.status}.")


def _read_grant(text: str) -> tuple[str, Role]:
    site, _, role = text.partition("=")
    if not site or role not in set(Role):
        raise Invalid(f"“{text}” is no site with a role. Write it as ID=viewer, ID=editor or ID=manager.")
    return site, Role(role)


async def _id_of(server: Server, email: str) -> str:
    async with server.db.reading() as connection:
        return (await find_user(connection, email)).id


def _view(person: Any, link: Any = None) -> object:
    from phonebook_server.people.user_routes import view

    return view(person, link)
