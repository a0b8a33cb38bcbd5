"""The commands as a script and a person use them."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support.server import RunningServer

from phonebook_server.cli.root import COMMANDS


@pytest.fixture
def stopped(tmp_path: Path) -> RunningServer:
    """An installation that does not run and does not exist yet."""
    return RunningServer(tmp_path / "data", env={"PHONEBOOK_PUBLIC_URL": "https://book.example.org/tools/"})


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from phonebook_server.cli.root import phonebook\n"
        "phonebook.main(['--help'], standalone_mode=False)\n"
        "heavy = {'litestar', 'sqlalchemy', 'granian', 'alembic', 'phonenumbers'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    for name, (_, help) in COMMANDS.items():
        assert name in result.stdout
        assert help.split()[0] in result.stdout


def test_every_command_can_be_asked_for_help(stopped: RunningServer) -> None:
    for name in COMMANDS:
        assert "Usage: phonebook" in stopped.cli(name, "--help").stdout
    assert not stopped.data_dir.exists()


def test_a_user_gets_a_link_from_the_public_url_and_a_token_at_once(stopped: RunningServer) -> None:
    added = stopped.cli_json("user", "add", "Anna@Example.org", "--admin")
    assert set(added) == {"id", "email", "link"}
    assert added["email"] == "anna@example.org"
    assert re.fullmatch(r"https://book\.example\.org/tools/register#[A-Za-z0-9_-]{32}", added["link"])
    assert stopped.cli_json("user", "add", "anna@example.org")["link"] != added["link"]
    made = stopped.cli_json("token", "create", "anna@example.org", "--name", "script")
    assert set(made) == {"token"}
    assert re.fullmatch(r"pbt_[A-Za-z0-9_-]{32}", made["token"])
    with closing(sqlite3.connect(stopped.data_dir / "phonebook.sqlite3")) as db:
        assert db.execute("SELECT email, is_admin FROM users").fetchall() == [("anna@example.org", 1)]
        assert {row[0] for row in db.execute("SELECT actor FROM activity")} == {"command line"}


def test_without_json_a_person_reads_what_to_do(stopped: RunningServer) -> None:
    lines = stopped.cli("user", "add", "anna@example.org").stdout.splitlines()
    assert lines[0].startswith("Open this link within 12 hours")
    assert lines[1].startswith("https://book.example.org/tools/register#")
    assert stopped.cli("token", "create", "anna@example.org", "--name", "x").stdout.startswith("pbt_")


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (("user", "add", "nobody"), 1, "no e-mail address"),
        (("token", "create", "nobody@example.org", "--name", "x", "--json"), 1, "There is no user nobody@example.org"),
        (("token", "create", "nobody@example.org"), 2, "--name"),
        (("user",), 2, "Usage"),
        (("sing",), 2, "No such command"),
    ],
)
def test_what_went_wrong_is_a_sentence_on_stderr(
    stopped: RunningServer, args: tuple[str, ...], code: int, sentence: str
) -> None:
    result = stopped.cli(*args, check=False)
    assert (result.returncode, result.stdout) == (code, "")
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_configuration_is_reported_whole(tmp_path: Path) -> None:
    installation = RunningServer(tmp_path / "data", env={"PHONEBOOK_PORT": "x", "PHONEBOOK_LOG_LEVEL": "y"})
    for command in ("serve", "migrate", "config"):
        result = installation.cli(command, check=False)
        assert result.returncode == 1
        assert "PHONEBOOK_PORT: " in result.stderr
        assert "PHONEBOOK_LOG_LEVEL: " in result.stderr


def test_commands_work_while_the_server_runs(running: RunningServer) -> None:
    added = running.cli_json("user", "add", "during@example.org")
    token = running.cli_json("token", "create", "during@example.org", "--name", "x")["token"]
    with running.client(token) as client:
        assert client.get("/api/v1/me").json()["id"] == added["id"]
        registration = {"token": added["link"].partition("#")[2], "name": "Anna", "password": "a few words in a row"}
        assert client.post("/api/v1/registration", json=registration).status_code == 200
    again = running.cli("user", "add", "during@example.org", check=False)
    assert again.returncode == 1
    assert "registered already" in again.stderr


def test_an_import_is_listed_and_undone_by_its_unit(running: RunningServer, tmp_path: Path) -> None:
    person = running.add_person("undo@example.org", admin=True)
    file = tmp_path / "people.csv"
    file.write_text("Name,Phone\nAnna,0301234567\nBert,0301234568\n")
    with running.client(person.token) as client:
        site = client.post("/api/v1/sites", json={"name": "Undo", "region": "DE"}).json()["id"]
        book = client.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
        imported = running.cli_json("import", str(file), "--phonebook", book)
        assert imported["unit"] in running.cli("units", book).stdout
        [unit] = running.cli_json("units", book)["items"]
        assert (unit["id"], unit["kind"], unit["created"]) == (imported["unit"], "import", 2)
        dry = running.cli("undo", unit["id"], "--dry-run").stdout
        assert dry.startswith("0 contacts would be changed back, 0 would be restored, 2 would be deleted")
        said = running.cli("undo", unit["id"]).stdout
        assert client.get(f"/api/v1/phonebooks/{book}/contacts").json()["items"] == []
        assert f"phonebook undo {running.cli_json('units', book)['items'][0]['id']}" in said
        again = running.cli("undo", unit["id"], check=False)
        assert (again.returncode, "undone already" in again.stderr) == (1, True)


def test_migrate_says_what_it_did(stopped: RunningServer) -> None:
    assert "now has schema" in stopped.cli("migrate").stdout
    assert "already" in stopped.cli("migrate").stdout


def test_the_configuration_is_shown_with_warnings(tmp_path: Path) -> None:
    installation = RunningServer(tmp_path / "data", env={"PHONEBOOK_HOTS": "x"})
    result = installation.cli("config")
    assert f"PHONEBOOK_DATA_DIR={tmp_path / 'data'}" in result.stdout
    assert "Did you mean PHONEBOOK_HOST?" in result.stderr
    assert installation.cli_json("config")["PHONEBOOK_PORT"] == str(installation.port)


def test_the_openapi_document_needs_no_installation(stopped: RunningServer) -> None:
    document = json.loads(stopped.cli("openapi").stdout)
    assert document["openapi"].startswith("3.1")
    assert not stopped.data_dir.exists()


def test_the_version_is_printed(stopped: RunningServer) -> None:
    assert re.fullmatch(r"phonebook \d+\.\d+\.\d+\n", stopped.cli("version").stdout)
