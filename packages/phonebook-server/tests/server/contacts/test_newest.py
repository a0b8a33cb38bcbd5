"""Two people edit one contact: the slower one is told whose change came first."""

from __future__ import annotations

import httpx
import pytest
from support.server import Person, RunningServer


@pytest.fixture
def contact(api: httpx.Client) -> str:
    site = api.post("/api/v1/sites", json={"name": "Office", "region": "DE"}).json()["id"]
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
    made = api.post(f"/api/v1/phonebooks/{book}/contacts", json={"given_name": "Ada", "title": "Countess"})
    return str(made.headers["location"])


def test_the_problem_names_the_newest_version_and_whose_it_is(
    api: httpx.Client, running: RunningServer, admin: Person, contact: str
) -> None:
    ben = running.add_person("ben@example.org", admin=True)
    with running.client(ben.token) as other:
        changed = other.patch(contact, json={"title": "Lady"}, headers={"if-match": '"1"'}).json()
    late = api.patch(contact, json={"note": "Mine"}, headers={"if-match": '"1"'})
    problem = late.json()
    assert (late.status_code, problem["code"]) == (412, "changed_meanwhile")
    assert problem["detail"].startswith("ben@example.org changed this contact at ")
    members = {name: problem[name] for name in ("current_version", "changed_by", "changed_at", "change")}
    assert members == {
        "current_version": 2,
        "changed_by": "ben@example.org",
        "changed_at": changed["updated_at"],
        "change": "edited",
    }
    newest = api.get(contact)
    assert (newest.headers["etag"], newest.json()["title"]) == ('"2"', "Lady")
    versions = api.get(f"{contact}/versions").json()["items"]
    assert [change["field"] for change in versions[0]["changes"]] == ["title"]
    resolved = api.patch(contact, json={"note": "Mine"}, headers={"if-match": newest.headers["etag"]})
    assert (resolved.status_code, resolved.json()["title"], resolved.json()["note"]) == (200, "Lady", "Mine")
    assert api.delete(contact, headers={"if-match": '"2"'}).json()["changed_by"] == admin.email


def test_other_problems_have_no_such_members(api: httpx.Client, contact: str) -> None:
    problem = api.patch(contact, json={"nothing": 1}).json()
    assert not {"current_version", "changed_by", "changed_at", "change"} & problem.keys()
    site = api.post("/api/v1/sites", json={"name": "Office", "region": "DE"}).json()["id"]
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
    late = api.patch(f"/api/v1/phonebooks/{book}", json={"name": "B"}, headers={"if-match": '"7"'}).json()
    assert late["current_version"] == 1
    assert "changed_by" not in late
