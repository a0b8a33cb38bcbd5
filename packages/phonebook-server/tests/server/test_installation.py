"""What administrators see of the installation: its configuration, its database, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from support.server import RunningServer

SECRET = "hush-hush-hush"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("phonebook")
    (folder / "smtp").write_text(f"smtp://user:{SECRET}@127.0.0.1:2525")
    env = {
        "PHONEBOOK_HOSTED_SERVICES": "",
        "PHONEBOOK_SMTP_URL_FILE": str(folder / "smtp"),
        "PHONEBOOK_LOGLEVEL": "debug",
        "PHONEBOOK_BIN_DAYS": "7",
    }
    with RunningServer(folder / "data", env=env) as server:
        yield server


def test_an_administrator_sees_every_option_with_its_value_and_where_it_is_from(server: RunningServer) -> None:
    admin = server.add_person("admin@example.org", admin=True)
    with server.client(admin.token) as http:
        answer = http.get("/api/v1/configuration")
    assert answer.status_code == 200
    found = answer.json()
    assert SECRET not in answer.text
    values = {option["name"]: (option["value"], option["source"]) for option in found["options"]}
    assert values["PHONEBOOK_BIN_DAYS"] == ("7", "environment")
    assert values["PHONEBOOK_HOST"] == ("127.0.0.1", "default")
    assert values["PHONEBOOK_SMTP_URL"] == ("(set: 127.0.0.1:2525 (no TLS))", "file")
    assert values["PHONEBOOK_DATA_DIR"] == (str(server.data_dir), "environment")
    assert values.keys() == json.loads(server.cli("config", "--json").stdout).keys()
    assert found["database"]["path"] == str(server.data_dir / "phonebook.sqlite3")
    assert found["database"]["bytes"] > 100_000
    assert found["database"]["free_bytes"] > 0
    assert datetime.fromisoformat(found["started_at"]).timestamp() > 1_700_000_000


def test_what_the_doctor_says_is_there_too(server: RunningServer) -> None:
    admin = server.add_person("doctor@example.org", admin=True)
    with server.client(admin.token) as http:
        found = http.get("/api/v1/configuration").json()["findings"]
    said = json.loads(server.cli("doctor", "--json", check=False).stdout)
    assert [finding for finding in found if finding not in said] == []
    messages = {finding["check"]: finding["message"] for finding in found}
    assert "Did you mean PHONEBOOK_LOG_LEVEL?" in messages["configuration"]
    assert "this machine only" in messages["public URL"]


def test_nobody_else_sees_it(server: RunningServer) -> None:
    person = server.add_person("person@example.org")
    with server.client(person.token) as http:
        assert http.get("/api/v1/configuration").status_code == 403
    with server.client("") as http:
        assert http.get("/api/v1/configuration").status_code == 401
