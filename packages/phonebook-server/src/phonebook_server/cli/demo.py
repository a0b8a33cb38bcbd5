"""`phonebook demo`."""

from __future__ import annotations

import sys

import click
import msgspec

from phonebook_server.cli.opened import json_option


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen at; else 8000, or any that is free.")
@json_option
def demo(port: int | None, as_json: bool) -> None:
    """Serve a throw-away installation with invented contacts, and print how to fetch them as a phone.

    Everything is in a folder that is removed at the end (Ctrl+C or SIGTERM). No PHONEBOOK_ variable counts here. With
    --json one line is printed when it is ready: {"url", "token", "phones": [{"phonebook", "url", "username",
    "password"}]}.
    """
    from phonebook_server.demo.running import Demo, run_demo, show
    from phonebook_server.demo.seeding import Seeded

    stdout = sys.stdout

    def tell(ready: Demo, seeded: Seeded) -> None:
        print(msgspec.json.encode(ready).decode() if as_json else show(ready, seeded), file=stdout, flush=True)

    run_demo(port=port, tell=tell, note=lambda sentence: click.echo(sentence, err=True))
