"""`phonebook source`: subscribing to address books elsewhere, beside the server or without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
from msgspec import UNSET

from phonebook_core.errors import Invalid
from phonebook_server.accounts.guards import COMMAND_LINE, Role
from phonebook_server.cli.opened import json_option, print_json, run_action
from phonebook_server.logs import configure_logs
from phonebook_server.server import Server
from phonebook_server.sources import actions
from phonebook_server.sources.actions import LEAST_MINUTES, MOST_MINUTES, USUAL_MINUTES, Leaving, NewSource, SourceInput
from phonebook_server.sources.routes import SourceList, SourceStatus, SourceView, view
from phonebook_server.sources.store import Source
from phonebook_server.sources.syncing import Syncing

T = TypeVar("T")
PASSWORD_VARIABLE = "PHONEBOOK_SOURCE_PASSWORD"  # noqa: S105  # its name

_phonebook = click.argument("phonebook_id", metavar="PHONEBOOK")
_source = click.argument("source_id", metavar="SOURCE")
_every = click.IntRange(LEAST_MINUTES, MOST_MINUTES)


@click.group()
def source() -> None:
    """Subscribe phonebooks to address books elsewhere: CardDAV, or a file of contacts at a URL."""


@source.command("add")
@_phonebook
@click.argument("url")
@click.option("--kind", type=click.Choice(["carddav", "file"]), default="carddav", show_default=True)
@click.option("--name", default="", help="What it is called here; without it, like its server.")
@click.option("--user", "username", default="", help="The user name there.")
@click.option("--password-file", type=click.File(), help="A file with the password; - is standard input.")
@click.option(
    "--every", "minutes", type=_every, default=USUAL_MINUTES, show_default=True, help="Minutes between syncs."
)
@json_option
def add(
    phonebook_id: str,
    url: str,
    kind: Any,
    name: str,
    username: str,
    password_file: Any,
    minutes: int,
    as_json: bool,
) -> None:
    """Subscribe a PHONEBOOK to the address book or file at URL, and sync it.

    With --user and without --password-file the password is asked for, or taken from PHONEBOOK_SOURCE_PASSWORD.
    """
    password = _read_password(username, password_file)
    input = NewSource(kind=kind, url=url, name=name, username=username, password=password, every_minutes=minutes)

    async def action(server: Server) -> Source:
        made = await actions.add_source(server, COMMAND_LINE, phonebook_id, input)
        return await _sync(server, phonebook_id, made.id, accept_removals=False)

    _show(run_action(action), as_json)


@source.command("list")
@_phonebook
@json_option
def list_of_phonebook(phonebook_id: str, as_json: bool) -> None:
    """List the sources of a PHONEBOOK, with what came of their last syncs."""

    async def action(server: Server) -> list[Source]:
        return (await actions.list_sources(server, COMMAND_LINE, phonebook_id))[0]

    found = run_action(action)
    if as_json:
        print_json(SourceList(items=[_view(each) for each in found]))
        return
    for each in found:
        _print(_view(each))


@source.command("sync")
@_phonebook
@_source
@click.option("--accept-removals", is_flag=True, help="Remove here what is not there any more, however much that is.")
@json_option
def sync(phonebook_id: str, source_id: str, accept_removals: bool, as_json: bool) -> None:
    """Sync a SOURCE of a PHONEBOOK now."""

    async def action(server: Server) -> Source:
        return await _sync(server, phonebook_id, source_id, accept_removals=accept_removals)

    _show(run_action(action), as_json)


@source.command("pause")
@_phonebook
@_source
@json_option
def pause(phonebook_id: str, source_id: str, as_json: bool) -> None:
    """Let a SOURCE of a PHONEBOOK rest; its contacts stay."""
    _show(run_action(_changing(phonebook_id, source_id, SourceInput(paused=True))), as_json)


@source.command("resume")
@_phonebook
@_source
@json_option
def resume(phonebook_id: str, source_id: str, as_json: bool) -> None:
    """Have a SOURCE of a PHONEBOOK synced again, by the server and at once."""
    _show(run_action(_changing(phonebook_id, source_id, SourceInput(paused=False))), as_json)


@source.command("change")
@_phonebook
@_source
@click.option("--name", help="What it is called here.")
@click.option("--url", help="Where it is.")
@click.option("--user", "username", help="The user name there.")
@click.option("--password-file", type=click.File(), help="A file with the password; - is standard input.")
@click.option("--every", "minutes", type=_every, help="Minutes between syncs.")
@json_option
def change(
    phonebook_id: str,
    source_id: str,
    name: str | None,
    url: str | None,
    username: str | None,
    password_file: Any,
    minutes: int | None,
    as_json: bool,
) -> None:
    """Change a SOURCE of a PHONEBOOK; what is not given stays."""
    input = SourceInput(
        name=UNSET if name is None else name,
        url=UNSET if url is None else url,
        username=UNSET if username is None else username,
        password=_read_password(username, password_file) if username or password_file else UNSET,
        every_minutes=UNSET if minutes is None else minutes,
    )
    _show(run_action(_changing(phonebook_id, source_id, input)), as_json)


@source.command("remove")
@_phonebook
@_source
@click.option("--contacts", type=click.Choice([each.value for each in Leaving]), default=Leaving.KEEP.value,
              show_default=True, help="What becomes of its contacts.")  # fmt: skip
@json_option
def remove(phonebook_id: str, source_id: str, contacts: str, as_json: bool) -> None:
    """Unsubscribe a PHONEBOOK from a SOURCE. Its contacts stay as own ones, or go to the bin."""

    async def action(server: Server) -> actions.Removed:
        return await actions.remove_source(server, COMMAND_LINE, phonebook_id, source_id, Leaving(contacts))

    removed = run_action(action)
    if as_json:
        print_json(removed)
    elif removed.unit is None:
        click.echo(f"The source is removed; {removed.count} contacts are the phonebook's own now.")
    else:
        click.echo(f"The source is removed and {removed.count} contacts with it. To bring them back: ", nl=False)
        click.echo(f"phonebook undo {removed.unit}")


async def _sync(server: Server, phonebook_id: str, source_id: str, *, accept_removals: bool) -> Source:
    configure_logs("error")  # to standard error; what came of it is printed
    found, _ = await actions.sync_source(
        server,
        Syncing(server),
        COMMAND_LINE,
        phonebook_id,
        source_id,
        accept_removals=accept_removals,
        seconds=None,
    )
    return found


def _changing(phonebook_id: str, source_id: str, input: SourceInput) -> Callable[[Server], Awaitable[Source]]:
    async def action(server: Server) -> Source:
        return await actions.change_source(server, COMMAND_LINE, phonebook_id, source_id, input)

    return action


def _read_password(username: str | None, file: Any) -> str:
    if file is not None:
        return str(file.read()).rstrip("\r\n")
    if not username:
        return ""
    if (password := os.environ.get(PASSWORD_VARIABLE)) is not None:
        return password
    if not sys.stdin.isatty():
        raise Invalid(f"Give the password by --password-file or in {PASSWORD_VARIABLE}.", field="password")
    return str(click.prompt("Password", hide_input=True, default="", show_default=False))


def _view(source: Source) -> SourceView:
    return view(source, Role.MANAGER, is_running=False)


def _show(source: Source, as_json: bool) -> None:
    """Print a source. What did not go well ends the command with 1."""
    shown = _view(source)
    if as_json:
        print_json(shown)
    else:
        _print(shown)
    if shown.status in (SourceStatus.FAILED, SourceStatus.CONFIRM):
        sys.exit(1)


def _print(source: SourceView) -> None:
    click.echo(f"{source.id}  {source.status}  {source.name}  {source.kind}  {source.host}  {source.contacts} contacts")
    if source.result is not None and source.result.message:
        click.echo(f"  {source.result.at}: {source.result.message}")
    for problem in source.result.problems if source.result is not None else ():
        click.echo(f"  {problem.where}: {problem.message}", err=True)
