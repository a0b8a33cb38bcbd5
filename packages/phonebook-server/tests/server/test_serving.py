"""`phonebook serve` as a process: starting, refusing to, stopping."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.server import RunningServer

from phonebook_core.errors import ConfigError
from phonebook_server.config import Config
from phonebook_server.serving import free_address

NONE = {"PHONEBOOK_HOSTED_SERVICES": ""}


def test_an_empty_folder_becomes_an_installation(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data", env=NONE) as server:
        assert httpx.get(f"{server.url}/health/live").json() == {"status": "live"}
        assert httpx.get(f"{server.url}/health/ready").json() == {"status": "ready"}
        assert stat.S_IMODE((server.data_dir / "secret").stat().st_mode) == 0o600
        assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
        server.wait_until_said("/first#")
    assert f"Serving at {server.url}" in server.output
    assert f"  {server.url}/first#" in server.output
    assert "experimental" not in server.output


def test_stopping_is_quick_and_in_order(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data", env=NONE).start()
    with httpx.Client(base_url=server.url) as client:  # an idle connection does not hold it up
        assert client.get("/health/live").status_code == 200
        assert server.stop() == 0
    assert "Traceback" not in server.output
    assert not list(server.data_dir.glob("*-wal")), "the write-ahead log was not folded in"
    server.start()
    person = server.add_person("a@example.org")
    server.wait_until_said("Serving at", times=2)
    assert server.kill() < 0
    server.start()
    with server.client(person.token) as client:
        assert client.get("/api/v1/me").status_code == 200
    assert server.stop() == 0
    assert server.output.count("Serving at") == 3


def test_a_taken_port_is_a_sentence(running: RunningServer, tmp_path: Path) -> None:
    second = RunningServer(tmp_path / "data", env=NONE, port=running.port).start(wait=False)
    assert second.wait_until_ended() == 1
    assert f"Port {running.port} at 127.0.0.1 is taken" in second.output
    assert "Traceback" not in second.output
    assert httpx.get(f"{running.url}/health/ready").status_code == 200


@pytest.mark.parametrize(
    ("host", "sentence"),
    [("192.0.2.1", "no address of this machine"), ("no-such-host.invalid", "no address for the host name")],
)
def test_an_address_that_is_not_ours_is_a_sentence(tmp_path: Path, host: str, sentence: str) -> None:
    server = RunningServer(tmp_path / "data", env={**NONE, "PHONEBOOK_HOST": host}).start(wait=False)
    assert server.wait_until_ended() == 1
    assert sentence in server.output
    assert "Traceback" not in server.output


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data", env=NONE)
    server.cli("migrate")
    with closing(sqlite3.connect(server.data_dir / "phonebook.sqlite3")) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    server.start(wait=False)
    assert server.wait_until_ended() == 1
    assert "newer version of this program" in server.output
    assert "Traceback" not in server.output


def test_readiness_is_503_while_the_database_cannot_be_written(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data", env=NONE) as server:
        with closing(sqlite3.connect(server.data_dir / "phonebook.sqlite3")) as db:
            db.execute("ALTER TABLE alembic_version RENAME TO hidden")
            db.commit()
            answer = httpx.get(f"{server.url}/health/ready")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            assert httpx.get(f"{server.url}/health/live").status_code == 200
            db.execute("ALTER TABLE hidden RENAME TO alembic_version")
            db.commit()
        assert httpx.get(f"{server.url}/health/ready").status_code == 200


def test_logs_are_lines_of_json_without_secrets(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data", env=NONE) as server:
        person = server.add_person("a@example.org")
        with closing(sqlite3.connect(server.data_dir / "phonebook.sqlite3")) as db:
            db.execute("ALTER TABLE sites RENAME TO hidden")
            db.commit()
        with server.client(person.token) as client:
            answer = client.get("/api/v1/sites?cursor=%0Aforged")
            assert answer.status_code in (400, 500)
            answer = client.get("/api/v1/sites")
            assert answer.status_code == 500
    lines = [json.loads(line) for line in server.output.splitlines() if line.startswith("{")]
    assert any(line.get("request_id") == answer.json()["request_id"] for line in lines)
    assert person.token not in server.output
    others = [line for line in server.output.splitlines() if not line.startswith("{")]
    assert set(others) <= {
        f"Serving at {server.url}",
        "No administrator has registered yet. Open this link within 30 minutes to become the first one:",
        "For a new link: phonebook user add --admin",
        next(line for line in others if "/first#" in line),
    }


def test_a_public_path_works_stripped_by_the_proxy_or_not(tmp_path: Path) -> None:
    env = {**NONE, "PHONEBOOK_PUBLIC_URL": "https://example.org/tools/book"}
    with RunningServer(tmp_path / "data", env=env) as server, server.client() as client:
        for base in ("", "/tools/book"):
            page = client.get(f"{base}/api/v1/docs")
            assert page.status_code == 200
            assert 'href="/tools/book/assets/style.css"' in page.text
            assert client.get(f"{base}/register").headers["content-type"].startswith("text/html")
            assert "max-age" in page.headers["strict-transport-security"]
            assert client.get(f"{base}/api/v1/me").status_code == 401


def test_a_port_that_this_user_may_not_use_is_a_sentence(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")  # root, as in many containers, may listen anywhere

    monkeypatch.setattr("socket.socket.bind", refuse)
    with pytest.raises(ConfigError, match="Use one from 1024 on"):
        free_address(config)
