"""`/health/live` (the process answers) and `/health/ready` (it can do its work), for whoever watches the server."""

from __future__ import annotations

from typing import Any, Final

import anyio
import structlog
from litestar import get
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from phonebook_core.errors import Unavailable
from phonebook_server.accounts.authentication import PUBLIC
from phonebook_server.db.migrate import HEAD
from phonebook_server.handling import TheServer

_PATIENCE: Final = 5
_LOG: Final = structlog.get_logger("phonebook.health")
_OPEN: Final[dict[str, Any]] = {"opt": PUBLIC, "security": [{}]}


class Health(Struct, frozen=True):
    """`live` or `ready`."""

    status: str


@get("/health/live", operation_id="get_liveness", summary="Does the process answer?", **_OPEN)
async def get_liveness() -> Health:
    """Always 200; asks nothing else."""
    return Health("live")


@get("/health/ready", operation_id="get_readiness", summary="Can the server do its work?", **_OPEN)
async def get_readiness(server: TheServer) -> Health:
    """200 when the database can be written and has the schema of this version, else 503."""
    try:
        with anyio.fail_after(_PATIENCE):
            async with server.db.writer.connect() as connection:
                # Rolled back at the end: it takes the writer's lock and a page, but no fsync for each probe.
                await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
                found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
                await connection.rollback()
    except TimeoutError:
        raise Unavailable(f"The database was busy for {_PATIENCE} seconds. Try again.") from None
    except (SQLAlchemyError, OSError) as error:
        _LOG.warning("the database cannot be written", exc_info=True)
        raise Unavailable("The database cannot be written. See the server's log and the free space.") from error
    if found != HEAD:
        raise Unavailable(f"The database has schema {found}, this server needs {HEAD}. Restart the server.")
    return Health("ready")


handlers: Final = [get_liveness, get_readiness]
