"""`/api/v1/configuration`."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Final, Literal

import anyio.to_thread
from litestar import get
from msgspec import Struct

from phonebook_server.accounts.guards import require_admin
from phonebook_server.checks import iso
from phonebook_server.config import Config, Origin, options, shown, variable, warnings
from phonebook_server.db.migrate import HEAD
from phonebook_server.handling import Asker, TheServer
from phonebook_server.installation.examination import (
    Finding,
    check_folder,
    check_proxies,
    check_public_url,
    check_secret,
)


class OptionView(Struct, frozen=True, kw_only=True):
    """An option of the server: the value that holds, and where it comes from. A secret's value is not shown.

    In parentheses: what stands for a value that nobody set. `default` and `example` are for people.
    """

    name: str
    value: str
    source: Origin
    secret: bool
    doc: str
    default: str
    example: str


class DatabaseView(Struct, frozen=True, kw_only=True):
    """The database: where it is, its bytes with those not yet moved into it, its schema, what is free on its disk."""

    path: str
    bytes: int
    free_bytes: int
    schema: str


class FindingView(Struct, frozen=True, kw_only=True):
    """What one check of `phonebook doctor` found, in a sentence."""

    check: str
    result: Literal["ok", "warn", "fail"]
    message: str


class ConfigurationView(Struct, frozen=True, kw_only=True):
    """The server as it runs. `findings` are those checks of `phonebook doctor` that take no time."""

    version: str
    python: str
    started_at: str
    options: list[OptionView]
    database: DatabaseView
    findings: list[FindingView]


@get("/configuration", operation_id="get_configuration", summary="Get the configuration as the server uses it")
async def get_configuration(server: TheServer, principal: Asker) -> ConfigurationView:
    """Every option with its value and where that is from, the database, and what is probably wrong. Administrators."""
    require_admin(principal, "see the configuration")
    return await anyio.to_thread.run_sync(_look, server.config, server.started_at)


def _look(config: Config, started_at: int) -> ConfigurationView:
    values = shown(config)
    found = [Finding("configuration", "warn", sentence) for sentence in warnings(os.environ, config)]
    for check in (check_public_url, check_proxies, check_folder, check_secret):
        found += check(config)
    return ConfigurationView(
        version=version("phonebook-server"),
        python=platform.python_version(),
        started_at=iso(started_at),
        options=[
            OptionView(
                name=variable(field),
                value=values[variable(field)],
                source=config.origins.get(field, "default"),
                secret=option.secret,
                doc=option.doc,
                default=option.default,
                example=option.example,
            )
            for field, option in options().items()
        ],
        database=_database(config),
        findings=[FindingView(check=each.check, result=each.result, message=each.message) for each in found],
    )


def _database(config: Config) -> DatabaseView:
    path = config.database_path
    files = (path, path.with_name(f"{path.name}-wal"))
    space = os.statvfs(config.data_dir)
    return DatabaseView(
        path=str(path),
        bytes=sum(file.stat().st_size for file in files if file.exists()),
        free_bytes=space.f_bavail * space.f_frsize,
        schema=HEAD,
    )


handlers: Final = [get_configuration]
