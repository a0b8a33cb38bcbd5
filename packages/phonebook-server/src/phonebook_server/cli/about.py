"""`phonebook config`, `openapi` and `version`."""

from __future__ import annotations

import json

import click

from phonebook_server.cli.opened import json_option, print_json, read_config


@click.command()
@click.option("--docs", is_flag=True, hidden=True, help="Print docs/configuration.md.")
@json_option
def config(docs: bool, as_json: bool) -> None:
    """Show the configuration that holds, with what each variable means."""
    from phonebook_server.config import describe, options, shown, variable

    if docs:
        click.echo(describe(), nl=False)
        return
    values = shown(read_config())
    if as_json:
        print_json(values)
        return
    for field, option in options().items():
        name = variable(field)
        click.echo(f"{name}={values[name]}")
        click.echo(click.wrap_text(option.doc, width=100, initial_indent="    ", subsequent_indent="    "))


@click.command()
def openapi() -> None:
    """Print the API's OpenAPI document. Needs no database."""
    from phonebook_server.app import describe_api

    click.echo(json.dumps(describe_api(read_config(warn=False)), indent=2, ensure_ascii=False))


@click.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    click.echo(f"phonebook {installed('phonebook-server')}")
