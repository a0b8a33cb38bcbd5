"""Bringing the database to today's schema."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from phonebook_server.db import migrate as module
from phonebook_server.db.migrate import HEAD, MIGRATIONS, SchemaError, known_versions, migrate, schema_version
from phonebook_server.db.tables import Table


def test_the_migrated_schema_is_that_of_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "phonebook.sqlite3"
    assert migrate(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Table.metadata)
    engine.dispose()
    assert differences == []


def test_every_constraint_is_that_of_the_tables(tmp_path: Path) -> None:
    def statements(path: Path) -> dict[str, list[str]]:
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            found = {name: sorted(re.split("[(),]", "".join(sql.replace('"', "").split()))) for name, sql in rows}
            found.pop("alembic_version", None)
            return found

    migrate(tmp_path / "migrated")
    engine = create_engine(f"sqlite:///{tmp_path / 'created'}")
    Table.metadata.create_all(engine)
    engine.dispose()
    assert statements(tmp_path / "migrated") == statements(tmp_path / "created")


def test_migrating_again_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "phonebook.sqlite3"
    assert migrate(path)
    before = path.stat().st_mtime_ns
    assert not migrate(path)
    assert (schema_version(path), path.stat().st_mtime_ns) == (HEAD, before)


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]
    assert HEAD in known_versions()


def test_a_database_that_is_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    migrate(tmp_path / "phonebook.sqlite3")
    code = (
        "import sys, pathlib; from phonebook_server.db.migrate import migrate; "
        f"migrate(pathlib.Path({str(tmp_path / 'phonebook.sqlite3')!r})); "
        "sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    path = tmp_path / "phonebook.sqlite3"
    code = (
        f"import pathlib; from phonebook_server.db.migrate import migrate; print(migrate(pathlib.Path({str(path)!r})))"
    )
    starting = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = sorted(process.communicate(timeout=60)[0].strip() for process in starting)
    assert printed == ["False", "False", "True"]


def test_a_newer_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "phonebook.sqlite3"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SchemaError, match=r"newer version of this program.*9999"):
        migrate(path)
    assert schema_version(path) == "9999"


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "phonebook.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(SchemaError, match="some other program"):
        migrate(path)
    path.write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    with pytest.raises(SchemaError, match="cannot be read as a database"):
        migrate(path)


def test_a_migration_that_orphans_rows_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "phonebook.sqlite3"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO users (id, email, name, password_hash, is_admin, language, muted, totp_step, created_at) "
            "VALUES ('u', 'a@b', '', '', 0, 'en', '', 0, 1)"
        )
        connection.execute("INSERT INTO recovery_codes VALUES ('c', 'u', 1)")
        connection.commit()
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    (folder / "versions" / f"{HEAD}_today.py").write_text(f'revision = "{HEAD}"\ndown_revision = None\n')
    (folder / "versions" / "9999_next.py").write_text(
        'from alembic import op\nrevision = "9999"\ndown_revision = "' + HEAD + '"\n'
        'def upgrade():\n    op.execute("DELETE FROM users")\n'
    )
    monkeypatch.setattr(module, "MIGRATIONS", folder)
    monkeypatch.setattr(module, "HEAD", "9999")
    with pytest.raises(SchemaError, match=r"1 rows without what they belong to.*recovery_codes"):
        migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM recovery_codes").fetchone() == (1,)
    assert schema_version(path) == HEAD


def test_what_was_there_before_the_people_migration_is_there_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "phonebook.sqlite3"
    with monkeypatch.context() as patched:
        patched.setattr(module, "HEAD", "0001")
        migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO users VALUES ('u', 'a@b', 'Ann', 'hash', 1, 1, NULL)")
        connection.execute("INSERT INTO sites VALUES ('s', 'Office', 'DE', 1, NULL)")
        connection.execute("INSERT INTO memberships VALUES ('u', 's', 'viewer', 1)")
        connection.execute("INSERT INTO api_tokens VALUES ('t', 'u', 'script', 'pbt_', 'hash', 1, NULL, NULL)")
        connection.execute("INSERT INTO one_time_links VALUES ('l', 'u', 'register', 'hash', 1, 2, NULL)")
        connection.commit()
    assert migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        user = connection.execute("SELECT name, password_hash, is_admin, language, muted, totp_secret FROM users")
        assert user.fetchall() == [("Ann", "hash", 1, "en", "", None)]
        assert connection.execute("SELECT role FROM memberships").fetchall() == [("viewer",)]
        assert connection.execute("SELECT name, role, sites FROM api_tokens").fetchall() == [("script", "", "")]
        assert connection.execute("SELECT user_id, email FROM one_time_links").fetchall() == [("u", "")]
