"""`phonebook serve` and `phonebook migrate`."""

from __future__ import annotations

import click

from phonebook_server.cli.opened import read_config


@click.command()
def serve() -> None:
    """Serve the phonebook until stopped (Ctrl+C or SIGTERM)."""
    config = read_config()
    from phonebook_server.serving import serve as run

    run(config)


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version. `serve` and the other commands do so by themselves."""
    from phonebook_server.db.folder import prepare_data_dir
    from phonebook_server.db.migrate import HEAD
    from phonebook_server.db.migrate import migrate as run

    config = read_config()
    prepare_data_dir(config.data_dir)
    if run(config.database_path):
        click.echo(f"The database {config.database_path} now has schema {HEAD}.")
    else:
        click.echo(f"The database {config.database_path} has schema {HEAD} already.")
