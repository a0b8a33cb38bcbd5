"""What commands share: the configuration of the environment, and the installation opened for one action."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from phonebook_server.config import Config, load_config, warnings
from phonebook_server.server import Server

T = TypeVar("T")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
"""The option `--json`; the function gets it as `as_json`."""


def read_config(*, warn: bool = True) -> Config:
    """The configuration of this process. What is probably not meant so is said on stderr."""
    config = load_config(os.environ, cwd=Path.cwd())
    if warn:
        for sentence in warnings(os.environ, config):
            click.echo(f"Warning: {sentence}", err=True)
    return config


def run_action(action: Callable[[Server], Awaitable[T]]) -> T:
    """Do one action on the installation's database, also while the server runs; the schema is brought up to date."""
    from phonebook_server.opening import open_server

    config = read_config()

    async def opened() -> T:
        server = open_server(config)
        try:
            return await action(server)
        finally:
            await server.db.close()

    return asyncio.run(opened())


def print_json(value: object) -> None:
    """The value as one line of JSON."""
    click.echo(msgspec.json.encode(value).decode())
