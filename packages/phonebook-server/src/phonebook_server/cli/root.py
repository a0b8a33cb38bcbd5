"""The verbs and where each is. A new one is one line in `COMMANDS`; its module is imported only when needed."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import click

from phonebook_core.errors import ConfigError, PhonebookError

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "serve": ("phonebook_server.cli.server:serve", "Serve the phonebook until stopped."),
    "migrate": ("phonebook_server.cli.server:migrate", "Bring the database to the schema of this version."),
    "user": ("phonebook_server.cli.people:user", "Add people who may sign in, invite, disable and remove them."),
    "token": ("phonebook_server.cli.tokens:token", "Make, list, rotate and revoke API tokens for scripts."),
    "activity": ("phonebook_server.cli.activity:activity", "Show who did what."),
    "service": ("phonebook_server.cli.services:service", "Let vendor services in that run on their own."),
    "mail": ("phonebook_server.cli.mail:mail", "Show what was mailed, send it again, send a test mail."),
    "doctor": ("phonebook_server.cli.doctor:doctor", "Check the installation and say what is wrong with it."),
    "demo": ("phonebook_server.cli.demo:demo", "Serve a throw-away installation with invented contacts."),
    "lookup": ("phonebook_server.contacts.lookup_cli:lookup_command", "Say whose number it is."),
    "import": ("phonebook_server.contacts.cli:import_command", "Import a file of contacts into a phonebook."),
    "export": ("phonebook_server.contacts.export_cli:export_command", "Write a phonebook's contacts to a file."),
    "source": ("phonebook_server.sources.cli:source", "Subscribe phonebooks to address books elsewhere."),
    "units": ("phonebook_server.contacts.undo_cli:units_command", "List what was done in a phonebook."),
    "undo": ("phonebook_server.contacts.undo_cli:undo_command", "Undo an import or another change as a whole."),
    "duplicates": ("phonebook_server.contacts.cleaning_cli:duplicates_command", "List contacts that may be the same."),
    "normalise": ("phonebook_server.contacts.cleaning_cli:normalise_command", "Put numbers and labels in order."),
    "config": ("phonebook_server.cli.about:config", "Show the configuration that holds."),
    "openapi": ("phonebook_server.cli.about:openapi", "Print the API's OpenAPI document."),
    "version": ("phonebook_server.cli.about:version", "Print the version."),
}
"""Each verb: where its click command is, and what `--help` says of it."""


class Verbs(click.Group):
    """A group whose commands are imported only when they are run."""

    def __init__(self, *args: Any, places: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in self._places.items()])


@click.group(cls=Verbs, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def phonebook() -> None:
    """One place for an organisation's phone contacts; every desk phone shows them.

    Configured by PHONEBOOK_… variables; `phonebook config` lists them.
    """


def main() -> None:
    """The entry point of the command."""
    os.umask(0o077)  # what is in the data folder is nobody else's business
    try:
        phonebook.main(prog_name="phonebook")
    except ConfigError as error:
        click.echo("The configuration is wrong:", err=True)
        for problem in error.problems:
            click.echo(f"  {problem.field}: {problem.message}" if problem.field else f"  {problem.message}", err=True)
        sys.exit(1)
    except PhonebookError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
