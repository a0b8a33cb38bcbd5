"""`phonebook mail` and `phonebook doctor`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.post import Post
from support.server import RunningServer


@pytest.fixture(scope="module")
def shared_post() -> Iterator[Post]:
    with Post(login=True) as post:
        yield post


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shared_post: Post) -> Iterator[RunningServer]:
    env = {"PHONEBOOK_HOSTED_SERVICES": "", "PHONEBOOK_SMTP_URL": shared_post.url}
    with RunningServer(tmp_path_factory.mktemp("mail") / "data", env=env) as server:
        yield server


def results(findings: list[dict[str, str]]) -> dict[str, str]:
    return {finding["check"]: finding["result"] for finding in findings}


def stopped(folder: Path, **env: Any) -> RunningServer:
    return RunningServer(folder / "data", env={"PHONEBOOK_HOSTED_SERVICES": "", **env})


def test_a_test_mail_is_sent_by_the_running_server_and_listed(server: RunningServer, shared_post: Post) -> None:
    id = server.cli_json("mail", "test", "anna@example.org")["id"]
    [letter] = shared_post.wait_for(to="anna@example.org")
    assert letter.subject == "Test mail from Phonebook"
    [item] = [each for each in server.cli_json("mail", "list") if each["id"] == id]
    assert item["to"] == "anna@example.org"
    assert "anna@example.org" in server.cli("mail", "list").stdout
    again = server.cli("mail", "resend", id, check=False)
    assert again.returncode == 1
    assert again.stderr.startswith("This mail")


def test_the_doctor_sends_a_mail_and_says_what_the_server_answered(server: RunningServer, shared_post: Post) -> None:
    findings = json.loads(server.cli("doctor", "--mail", "doctor@example.org", "--json").stdout)
    found = results(findings)
    assert {name: found[name] for name in ("data folder", "database", "secret", "server", "mail", "test mail")} == {
        "data folder": "ok",
        "database": "ok",
        "secret": "ok",
        "server": "ok",
        "mail": "ok",
        "test mail": "ok",
    }
    assert "250 2.0.0 OK" in findings[-1]["message"]
    [letter] = shared_post.to("doctor@example.org")
    assert letter.signed_in
    printed = server.cli("doctor").stdout
    assert "p@ss" not in printed
    assert all(line[:4] in ("ok  ", "warn", "fail") for line in printed.splitlines())


def test_the_doctor_changes_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    server = stopped(tmp_path)
    findings = json.loads(server.cli("doctor", "--json").stdout)
    assert set(results(findings).values()) <= {"ok", "warn"}
    assert not server.data_dir.exists()


def test_the_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    with Post(tls="starttls") as post:
        server = stopped(tmp_path, PHONEBOOK_SMTP_URL=post.url, PHONEBOOK_PUBLIC_URL="https://phonebook.example.org")
        server.cli("migrate")
        secret = server.data_dir / "secret"
        secret.write_bytes(b"x" * 32)
        secret.chmod(0o644)
        server.data_dir.chmod(0o755)
        answer = server.cli("doctor", "--json", check=False)
        assert answer.returncode == 1
        findings = {each["check"]: each for each in json.loads(answer.stdout)}
    assert (findings["mail"]["result"], findings["secret"]["result"]) == ("fail", "fail")
    assert "certificate" in findings["mail"]["message"]
    assert "chmod 600" in findings["secret"]["message"]
    assert "chmod 700" in findings["data folder"]["message"]
    assert findings["server"]["result"] == "warn"
    assert "PHONEBOOK_TRUSTED_PROXIES" in findings["proxies"]["message"]
    assert findings["public URL"]["result"] == "ok"


def test_the_doctor_sees_a_damaged_database(tmp_path: Path) -> None:
    server = stopped(tmp_path)
    server.cli("migrate")
    path = server.data_dir / "phonebook.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("INSERT INTO memberships VALUES ('nobody', 'nowhere', 'viewer', 1)")
        connection.commit()
    answer = server.cli("doctor", check=False)
    assert answer.returncode == 1
    assert "rows belong to nothing" in answer.stdout
    path.write_bytes(b"no database" * 1000)
    answer = server.cli("doctor", check=False)
    assert answer.returncode == 1
    assert "cannot be read" in answer.stdout


def test_the_doctor_says_what_is_wrong_in_the_configuration(tmp_path: Path) -> None:
    answer = stopped(tmp_path, PHONEBOOK_SMTP_URL="smtp://user:hunter2@mail.example.org?tls=none").cli(
        "doctor", check=False
    )
    assert answer.returncode == 1
    assert "PHONEBOOK_SMTP_URL" in answer.stdout
    assert "hunter2" not in answer.stdout + answer.stderr
    without = stopped(tmp_path).cli("doctor", "--mail", "anna@example.org", check=False)
    assert without.returncode == 1
    assert "No SMTP server is configured" in without.stdout
