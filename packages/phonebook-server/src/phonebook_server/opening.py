"""Opening an installation: its folder, its schema, its keys, its database. For the server and for every command."""

from __future__ import annotations

import time

from phonebook_core.errors import ConfigError, Problem
from phonebook_server.config import Config
from phonebook_server.db.database import Database
from phonebook_server.db.folder import prepare_data_dir
from phonebook_server.db.migrate import migrate
from phonebook_server.events.event import Event
from phonebook_server.keys import load_keys
from phonebook_server.server import Announce, Clock, Server


def now_ms() -> int:
    """The time now, in UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000


async def tell_nobody(phonebook_id: str) -> None:
    """The `announce` of a command: the running server notices changes by itself."""


def publish_to_nobody(event: Event) -> None:
    """The `publish` of a command: the running server notices changes by itself."""


def open_server(
    config: Config,
    *,
    clock: Clock = now_ms,
    announce: Announce = tell_nobody,
    enablements_changed: Announce = tell_nobody,
) -> Server:
    """The parts of the server for this configuration; the schema is brought up to date first. Close `db` at the end.

    Raises ConfigError or SchemaError with a sentence when that cannot be.
    """
    prepare_data_dir(config.data_dir)
    migrate(config.database_path)
    try:
        keys = load_keys(config.data_dir)
    except OSError as error:
        problem = Problem(
            field="PHONEBOOK_DATA_DIR",
            message=f"The file {config.data_dir / 'secret'} cannot be read ({error.strerror}). Correct its owner.",
        )
        raise ConfigError([problem]) from None
    return Server(
        config=config,
        db=Database(config.database_path),
        keys=keys,
        clock=clock,
        announce=announce,
        enablements_changed=enablements_changed,
        publish=publish_to_nobody,
        started_at=clock(),
    )
