"""`phonebook mail`."""

from __future__ import annotations

from typing import get_args

import click

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.checks import iso
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.mail import actions
from phonebook_server.mail.actions import MailRow, State
from phonebook_server.mail.routes import view
from phonebook_server.server import Server


@click.group()
def mail() -> None:
    """Show what was mailed, send it again, send a test mail."""


@mail.command("list")
@click.option("--state", type=click.Choice(get_args(State)), help="Only mails in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@json_option
def list_command(state: State | None, limit: int, as_json: bool) -> None:
    """List the mails, the newest first: id, time, state, recipient, subject, and what the SMTP server said."""

    async def action(server: Server) -> list[MailRow]:
        return await actions.list_mails(server, COMMAND_LINE, state=state, before="", limit=limit)

    mails = run_action(action)
    if as_json:
        print_json([view(each) for each in mails])
        return
    for each in mails:
        click.echo(f"{each.id}  {iso(each.created_at)}  {each.state:7}  {each.to}  {each.subject}")
        if each.answer:
            click.echo(f"    {each.answer}")


@mail.command("resend")
@click.argument("mail_id", metavar="ID")
@json_option
def resend(mail_id: str, as_json: bool) -> None:
    """Send the mail ID again at once, when it waits or failed. The running server does it."""

    async def action(server: Server) -> MailRow:
        return await actions.resend_mail(server, COMMAND_LINE, mail_id)

    row = run_action(action)
    if as_json:
        print_json(view(row))
    else:
        click.echo(f"The mail to {row.to} is queued again. `phonebook mail list` shows what comes of it.")


@mail.command("test")
@click.argument("address")
@json_option
def test(address: str, as_json: bool) -> None:
    """Put a test mail to ADDRESS into the outbox. The running server sends it.

    `phonebook doctor --mail ADDRESS` sends one without a running server and prints the SMTP server's answer.
    """

    async def action(server: Server) -> str:
        return await actions.send_test(server, COMMAND_LINE, address)

    id = run_action(action)
    if as_json:
        print_json({"id": id})
    else:
        click.echo(f"The test mail {id} is queued. `phonebook mail list` shows what comes of it.")
