"""Who did what: that everything is recorded, who sees it, and that the export is safe to open."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import httpx
import pytest
from support.server import Person, RunningServer

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.activity.files import safe_cell
from phonebook_server.activity.record import record


class Site:
    """A site with a manager and a viewer."""

    def __init__(self, running: RunningServer, api: httpx.Client) -> None:
        self.id = str(api.post("/api/v1/sites", json={"name": "Office", "region": "DE"}).json()["id"])
        self.manager, self.viewer = (running.add_person(f"{role}{time.time_ns()}@example.org") for role in "mv")
        for person, role in ((self.manager, "manager"), (self.viewer, "viewer")):
            api.put(f"/api/v1/sites/{self.id}/members/{person.id}", json={"role": role}).raise_for_status()


@pytest.fixture
def site(running: RunningServer, api: httpx.Client) -> Site:
    return Site(running, api)


def actions(client: httpx.Client, **filters: Any) -> list[str]:
    answer = client.get("/api/v1/activity", params={"limit": 200, **filters})
    assert answer.status_code == 200, answer.text
    return [item["action"] for item in answer.json()["items"]]


def test_everything_that_changes_rights_or_phonebooks_is_recorded(
    running: RunningServer, admin: Person, api: httpx.Client, site: Site
) -> None:
    begin = api.get("/api/v1/activity?limit=1").json()["items"][0]["at"]
    book = api.post(f"/api/v1/sites/{site.id}/phonebooks", json={"name": "Book"}).json()["id"]
    api.patch(f"/api/v1/phonebooks/{book}", json={"name": "New"})
    api.post(f"/api/v1/phonebooks/{book}/imports?commit=true", files={"file": ("a.csv", b"Name,Phone\nAnna,0301\n")})
    api.delete(f"/api/v1/phonebooks/{book}")
    api.put(f"/api/v1/sites/{site.id}/members/{site.viewer.id}", json={"role": "editor"})
    api.delete(f"/api/v1/sites/{site.id}/members/{site.viewer.id}")
    api.patch(f"/api/v1/sites/{site.id}", json={"name": "Renamed"})
    token = api.post("/api/v1/tokens", json={"name": "t", "role": "viewer", "expires_in_days": 1}).json()
    api.post(f"/api/v1/tokens/{token['id']}/rotation", json={})
    api.delete(f"/api/v1/tokens/{token['id']}")
    service = api.post("/api/v1/service-tokens", json={"slug": "acme"}).json()
    api.delete(f"/api/v1/service-tokens/{service['id']}")
    grant = {"site": site.id, "role": "viewer"}
    user = api.post("/api/v1/users", json={"email": f"new{time.time_ns()}@example.org", "sites": [grant]}).json()
    api.patch(f"/api/v1/users/{user['id']}", json={"admin": True})
    api.delete(f"/api/v1/sites/{site.id}")
    expected = [
        "phonebook.created",
        "phonebook.changed",
        "contacts.imported",
        "phonebook.deleted",
        "member.changed",
        "member.removed",
        "site.changed",
        "token.created",
        "token.rotated",
        "token.revoked",
        "service_token.created",
        "service_token.revoked",
        "user.added",
        "user.changed",
        "site.deleted",
    ]
    found = actions(api, since=begin, actor=admin.email)
    assert [action for action in expected if action not in found] == []
    assert [action for action in reversed(found) if action in expected] == expected
    whole = api.get("/api/v1/activity?limit=200").text
    for secret in (token["token"], service["token"], admin.token):
        assert secret not in whole
    [made] = api.get("/api/v1/activity", params={"action": "token.created", "since": begin}).json()["items"]
    assert made["address"] == "127.0.0.1"
    assert made["detail"].startswith("at most viewer; until ")


def test_managers_see_what_happened_in_their_sites_and_others_nothing(
    running: RunningServer, api: httpx.Client, site: Site
) -> None:
    foreign = Site(running, api)
    with running.client(site.manager.token) as manager, running.client(site.viewer.token) as viewer:
        items = manager.get("/api/v1/activity?limit=200").json()["items"]
        assert {item["site_id"] for item in items} == {site.id}
        assert "site.created" in {item["action"] for item in items}
        assert actions(manager, site=site.id) == [item["action"] for item in items]
        assert actions(viewer) == []
        assert viewer.get(f"/api/v1/activity?site={site.id}").status_code == 403
        for client in (manager, viewer):
            for path in ("activity", "activity/export"):
                answer = client.get(f"/api/v1/{path}?site={foreign.id}")
                assert answer.status_code == 404
                assert answer.json() == client.get(f"/api/v1/{path}?site=01a208db0a9576ec8a749259d89a915b").json()
        assert foreign.id not in manager.get("/api/v1/activity/export").text
        made = manager.post("/api/v1/tokens", json={"name": "v", "role": "viewer"}).json()
    with running.client(made["token"]) as limited:
        assert actions(limited) == []


def test_activity_comes_a_page_at_a_time_the_newest_first(api: httpx.Client, site: Site) -> None:
    whole = api.get("/api/v1/activity", params={"site": site.id}).json()["items"]
    pages: list[Any] = []
    cursor = ""
    while True:
        page = api.get("/api/v1/activity", params={"site": site.id, "limit": 1, "cursor": cursor}).json()
        pages += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    assert pages == whole
    assert [item["at"] for item in whole] == sorted((item["at"] for item in whole), reverse=True)
    newest = whole[0]["at"]
    assert actions(api, site=site.id, until=newest) == [i["action"] for i in whole if i["at"] < newest]


@pytest.mark.parametrize(
    ("query", "field"),
    [("since=soon", "since"), ("until=99999999", "until"), ("action=%25", "action"), ("cursor=x", "cursor")],
)
def test_a_filter_that_cannot_be_read_is_refused(api: httpx.Client, query: str, field: str) -> None:
    answer = api.get(f"/api/v1/activity?{query}")
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+49 (30) 123-4/5.6", "+49 (30) 123-4/5.6"),
        ("Anna", "Anna"),
        ("", ""),
    ],
)
def test_no_spreadsheet_takes_a_cell_for_a_formula(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


def test_the_export_has_everything_and_is_safe(running: RunningServer, api: httpx.Client, site: Site) -> None:
    async def many(server: Any) -> None:
        async with server.db.transaction() as connection:
            for number in range(1_200):  # more than is read at once
                await record(
                    connection,
                    clock_ms=number,
                    principal=COMMAND_LINE,
                    action="phonebook.changed",
                    site_id=site.id,
                    subject='=HYPERLINK("x")',
                    detail=f"line\nbreak, “quotes” {number}",
                )

    running.act(many)
    answer = api.get("/api/v1/activity/export", params={"site": site.id, "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="activity.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert len(rows) == 1_203
    assert list(rows[0]) == ["id", "at", "actor", "address", "site_id", "phonebook_id", "action", "subject", "detail"]
    assert (rows[-1]["subject"], rows[-1]["detail"]) == ('\'=HYPERLINK("x")', "line\nbreak, “quotes” 0")
    lines = api.get("/api/v1/activity/export", params={"site": site.id, "format": "jsonl"})
    assert lines.headers["content-disposition"] == 'attachment; filename="activity.jsonl"'
    assert [json.loads(line)["id"] for line in lines.text.splitlines()] == [row["id"] for row in rows]
    assert api.get("/api/v1/activity/export?format=xls").status_code == 400


def test_the_command_prints_it_too(running: RunningServer, api: httpx.Client, site: Site) -> None:
    api.patch(f"/api/v1/sites/{site.id}", json={"name": "=Office"}).raise_for_status()
    text = running.cli("activity", "--site", site.id).stdout
    assert "site.changed" in text.splitlines()[0]
    rows = list(csv.DictReader(io.StringIO(running.cli("activity", "--site", site.id, "--format", "csv").stdout)))
    assert (rows[0]["action"], rows[0]["subject"]) == ("site.changed", "'=Office")
    assert running.cli("activity", "--since", "2999-01-01", "--format", "jsonl").stdout == ""
    assert "is no time" in running.cli("activity", "--since", "soon", check=False).stderr
