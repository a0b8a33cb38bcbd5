"""Bringing the database to the schema of this version, once, whoever starts first.

Migrations run on a connection of their own with foreign keys off (a rebuilt parent table would delete its children
otherwise), as one transaction that is checked before it is committed: a failure leaves everything as it was.
To change the schema: edit `tables.py`, add `migrations/versions/<next number>_<what>.py` and set `HEAD`; the tests
compare the result with the tables.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from phonebook_core.errors import PhonebookError

HEAD: Final = "0004"
"""The newest migration. Known here so that a server whose database is up to date does not import Alembic."""
MIGRATIONS: Final = Path(__file__).parent / "migrations"


class SchemaError(PhonebookError):
    """The database cannot be brought to the schema of this version."""

    code = "schema"


def migrate(path: Path) -> bool:
    """Bring the SQLite file to `HEAD`; make it when it is missing. Returns whether anything was done.

    Safe to call from several processes at once: one migrates, the others wait. Raises SchemaError when the file is of
    a newer version or no database of ours, or when a migration fails; nothing is changed then.
    """
    if schema_version(path) == HEAD:
        return False
    with _locked(path.with_name("migrate.lock")):
        found = schema_version(path)
        if found == HEAD:
            return False
        if found and found not in known_versions():
            raise SchemaError(
                f"The database {path} was made by a newer version of this program (schema {found}; this one knows up "
                f"to {HEAD}). Install the newer version again, or restore a backup from before the upgrade."
            )
        _upgrade(path)
        return True


def schema_version(path: Path) -> str:
    """The version of the file's schema; empty when there is no file or nothing in it."""
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(path, timeout=15)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "alembic_version" not in tables:
                if tables:
                    raise SchemaError(
                        f"The file {path} is a database of some other program. "
                        "Move it away, or name another folder in PHONEBOOK_DATA_DIR."
                    )
                return ""
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise SchemaError(
            f"The file {path} cannot be read as a database ({error}). Restore it from a backup, or see that the disk "
            "and the file's owner are right."
        ) from None
    return row[0] if row else ""


def known_versions() -> frozenset[str]:
    """Every schema version that this program can bring to `HEAD`."""
    return frozenset(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Whoever else migrates, in this process or another, waits. The lock goes with the process, however it ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _upgrade(path: Path) -> None:
    from alembic import command
    from alembic.config import Config as AlembicConfig
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, HEAD)
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise SchemaError(
                    f"Bringing the database {path} to schema {HEAD} would leave {len(orphans)} rows without what they "
                    f"belong to, first in the table “{orphans[0][0]}”. Nothing was changed. Please report this."
                )
    finally:
        engine.dispose()
