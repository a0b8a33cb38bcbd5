"""`phonebook user …` as a script uses it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
from support.people import PASSWORD, token_of
from support.server import RunningServer


def test_people_are_added_invited_listed_disabled_and_removed(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        first = server.cli_json("user", "add", "--admin")["link"]
        assert first.startswith(f"{server.url}/first#")
        body = {"token": token_of(first), "name": "Ada", "email": "ada@example.org", "password": PASSWORD}
        assert httpx.post(f"{server.url}/api/v1/first-administrator", json=body, timeout=60).status_code == 200
        refused = server.cli("user", "add", "--admin", check=False)
        assert (refused.returncode, "registered already" in refused.stderr) == (1, True)
        assert server.cli("user", "add", check=False).returncode == 2

        token = server.cli_json("token", "create", "ada@example.org", "--name", "x")["token"]
        with server.client(token) as api:
            site = api.post("/api/v1/sites", json={"name": "Köln", "region": "DE"}).json()["id"]
        invited = server.cli_json("user", "invite", "bea@example.org", "--site", f"{site}=editor", "--language", "de")
        assert (invited["status"], invited["sites"][0]["role"], invited["language"]) == ("invited", "editor", "de")
        again = server.cli_json("user", "invite", "bea@example.org")
        assert again["link"] != invited["link"]
        body = {"token": token_of(again["link"]), "name": "Bea", "password": PASSWORD}
        assert httpx.post(f"{server.url}/api/v1/registration", json=body, timeout=60).status_code == 200

        reset = server.cli_json("user", "reset", "bea@example.org")["link"]
        body = {"token": token_of(reset), "password": "another handful of words"}
        url = f"{server.url}/api/v1/password-reset/confirm"
        assert httpx.post(url, json=body, timeout=60).status_code == 204
        assert server.cli("user", "remove", "bea@example.org", check=False).returncode == 1
        assert server.cli_json("user", "disable", "bea@example.org")["status"] == "disabled"
        assert server.cli_json("user", "enable", "bea@example.org")["status"] == "active"
        assert server.cli_json("user", "disable", "bea@example.org")["status"] == "disabled"
        people = json.loads(server.cli("user", "list", "--json").stdout)
        assert [(each["email"], each["status"]) for each in people] == [
            ("ada@example.org", "active"),
            ("bea@example.org", "disabled"),
        ]
        assert "bea@example.org\tdisabled\tBea\tKöln (editor)" in server.cli("user", "list").stdout
        assert server.cli_json("user", "remove", "bea@example.org")["removed"] is True
        last = server.cli("user", "disable", "ada@example.org", check=False)
        assert (last.returncode, "last administrator" in last.stderr) == (1, True)
        wrong = server.cli("user", "invite", "c@example.org", "--site", "x=owner", check=False)
        assert (wrong.returncode, "ID=viewer" in wrong.stderr) == (1, True)
    assert f"  {server.url}/first#" in server.output
