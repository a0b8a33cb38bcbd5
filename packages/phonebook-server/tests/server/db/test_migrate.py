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

SEARCH = "contact_search"
"""SQLite's full text index and what belongs to it: no tables that SQLAlchemy knows."""


def test_the_migrated_schema_is_that_of_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "phonebook.sqlite3"
    assert migrate(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        opts = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, *_: not str(name).startswith(SEARCH),
        }
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, Table.metadata)
    engine.dispose()
    assert differences == []


def test_every_constraint_is_that_of_the_tables(tmp_path: Path) -> None:
    def statements(path: Path) -> dict[str, list[str]]:
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            found = {name: sorted(re.split("[(),]", "".join(sql.replace('"', "").split()))) for name, sql in rows}
            found.pop("alembic_version", None)
            return {name: sql for name, sql in found.items() if not name.startswith(SEARCH)}

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


def test_contacts_that_were_there_get_rows_for_the_search_and_units_to_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "phonebook.sqlite3"
    with monkeypatch.context() as patched:
        patched.setattr(module, "HEAD", "0001")
        migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO sites VALUES ('s', 'Office', 'DE', 1, NULL)")
        connection.execute(
            "INSERT INTO phonebooks VALUES ('p', 's', 'Book', '', 'as_typed', '', 1, 2, 0, 'e', 1, NULL)"
        )
        for id in ("a", "b"):
            connection.execute("INSERT INTO contacts VALUES (?, 'p', '{}', 'k', 1, 1, 1, 1, NULL)", [id])
            connection.execute("INSERT INTO contact_versions VALUES (?, 1, 'imported', '{}', 'u', 'ann', 5)", [id])
        connection.commit()
    assert migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id, row FROM contacts").fetchall() == [("a", 1), ("b", 2)]
        units = connection.execute(
            "SELECT id, kind, actor, at, created, changed, deleted, phonebook_id FROM units, unit_phonebooks"
        )
        assert units.fetchall() == [("u", "import", "ann", 5, 2, 0, 0, "p")]


def test_phones_and_counts_are_found_in_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "phonebook.sqlite3"
    with monkeypatch.context() as patched:
        patched.setattr(module, "HEAD", "0001")
        migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO sites VALUES ('s', 'Office', 'DE', 1, NULL)")
        for book in ("p", "empty"):
            connection.execute(
                "INSERT INTO phonebooks VALUES (?, 's', 'Book', '', 'as_typed', '', 1, 2, 0, 'e', 1, NULL)", [book]
            )
        for id, deleted in (("a", None), ("b", None), ("c", 9)):
            values = [id, deleted]
            connection.execute("INSERT INTO contacts VALUES (?1, 'p', '{}', 'k', 1, 1, 1, 9, ?2)", values)
            connection.execute("INSERT INTO contact_versions VALUES (?, 1, 'created', '{}', 'u', 'ann', 5)", [id])
        requests = (("1", "m", 10, 200), ("2", "m", 30, 401), ("3", "m", 20, 200), ("4", "", 5, 404))
        for id, mac, time, status in requests:
            connection.execute(
                "INSERT INTO dispatches (slug, id, phonebook_id, time, received_at, status, file, bytes, token, count, "
                "vendor, model, firmware, mac, address, user_agent) "
                "VALUES ('yealink', ?1, 'p', ?3, 1, ?4, 'f', 1, 't' || ?3, 1, 'Y', 'T' || ?3, '', ?2, '10.1', 'a')",
                [id, mac, time, status],
            )
        connection.commit()
    assert migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        counts = connection.execute("SELECT id, contacts, contacts_changed_at FROM phonebooks ORDER BY id").fetchall()
        assert counts == [("empty", 0, None), ("p", 2, 9)]
        phones = connection.execute(
            "SELECT key, model, first_at, last_at, last_status, ok_at, token, failed_at, failed_status FROM phones "
            "ORDER BY last_at"
        )
        assert phones.fetchall() == [
            ("10.1 a", "T5", 5, 5, 404, None, "", 5, 404),
            ("m", "T30", 10, 30, 401, 20, "t20", 30, 401),
        ]
        of_phone = connection.execute("SELECT count(*) FROM dispatches JOIN phones ON phones.id = phone_id")
        assert of_phone.fetchone() == (4,)
