"""Sites and their members over real HTTP."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import httpx
from support.server import RunningServer


def make_site(api: httpx.Client, name: str = "Head office", region: str = "DE") -> str:
    answer = api.post("/api/v1/sites", json={"name": name, "region": region})
    assert answer.status_code == 201, answer.text
    site_id: str = answer.json()["id"]
    return site_id


def test_a_site_is_made_read_changed_and_deleted(running: RunningServer, api: httpx.Client) -> None:
    made = api.post("/api/v1/sites", json={"name": "  Head   office ", "region": "de"})
    site = made.json()
    assert made.headers["location"] == f"/api/v1/sites/{site['id']}"
    assert (site["name"], site["region"], site["role"]) == ("Head office", "DE", "manager")
    assert api.get(made.headers["location"]).json() == site
    changed = api.patch(f"/api/v1/sites/{site['id']}", json={"name": "Köln"}).json()
    assert changed == site | {"name": "Köln"}
    assert api.delete(f"/api/v1/sites/{site['id']}").status_code == 200
    assert api.get(f"/api/v1/sites/{site['id']}").status_code == 404
    with closing(sqlite3.connect(running.data_dir / "phonebook.sqlite3")) as db:
        query = "SELECT action, subject, detail, actor FROM activity WHERE site_id = ? ORDER BY id"
        assert db.execute(query, (site["id"],)).fetchall() == [
            ("site.created", "Head office", "", "admin@example.org"),
            ("site.changed", "Köln", "name was Head office", "admin@example.org"),
            ("site.deleted", "Köln", "", "admin@example.org"),
        ]


def test_everything_wrong_with_a_site_is_told_at_once(api: httpx.Client) -> None:
    answer = api.post("/api/v1/sites", json={"name": "x\u0000", "region": "Germany"})
    assert [problem["field"] for problem in answer.json()["problems"]] == ["name", "region"]


def test_sites_come_by_name_a_page_at_a_time_and_only_ones_own(running: RunningServer, api: httpx.Client) -> None:
    names = ["alpha", "Beta", "beta", "Émile", "gamma"]
    sites = [make_site(api, name) for name in reversed(names)]
    person = running.add_person("lister@example.org")
    make_site(api, "not mine")
    for site in sites:
        api.put(f"/api/v1/sites/{site}/members/{person.id}", json={"role": "viewer"})
    with running.client(person.token) as client:
        listed: list[str] = []
        cursor = ""
        while True:
            page = client.get("/api/v1/sites", params={"limit": 2, "cursor": cursor}).json()
            listed += [site["name"] for site in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = page["next_cursor"]
    assert sorted(listed[:4], key=str.lower) == listed[:4]
    assert sorted(listed) == sorted(names)


def test_a_new_region_has_the_numbers_read_anew(api: httpx.Client) -> None:
    site = make_site(api)
    follows, own = (
        api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": name, "region": region}).json()
        for name, region in (("follows", None), ("own", "DE"))
    )
    contacts = []
    for book in (follows, own):
        body = {"display_name": "Anna", "numbers": [{"value": "020 7946 0018", "label": "work"}]}
        contacts.append(api.post(f"/api/v1/phonebooks/{book['id']}/contacts", json=body).json()["id"])

    def numbers() -> list[str | None]:
        return [api.get(f"/api/v1/contacts/{contact}").json()["numbers"][0]["e164"] for contact in contacts]

    before = numbers()
    assert api.patch(f"/api/v1/sites/{site}", json={"region": "gb"}).json()["region"] == "GB"
    assert numbers() == ["+442079460018", before[1]]
    assert before[0] != "+442079460018"
    assert api.get(f"/api/v1/phonebooks/{follows['id']}").json()["effective_region"] == "GB"
    assert api.get(f"/api/v1/phonebooks/{own['id']}").json()["effective_region"] == "DE"


def test_members_are_brought_in_changed_and_removed_at_once(running: RunningServer, api: httpx.Client) -> None:
    site = make_site(api)
    manager, viewer = running.add_person("m@example.org"), running.add_person("v@example.org")
    url = f"/api/v1/sites/{site}/members"
    assert api.put(f"{url}/{manager.id}", json={"role": "manager"}).json() == {
        "user_id": manager.id,
        "email": "m@example.org",
        "name": "",
        "role": "manager",
    }
    with running.client(manager.token) as boss, running.client(viewer.token) as other:
        assert other.get(f"/api/v1/sites/{site}").status_code == 404
        assert boss.put(f"{url}/{viewer.id}", json={"role": "viewer"}).status_code == 404, "only admins bring people in"
        assert api.put(f"{url}/{viewer.id}", json={"role": "viewer"}).status_code == 200
        assert other.get(f"/api/v1/sites/{site}").json()["role"] == "viewer"
        assert other.get(url).status_code == 403
        assert boss.put(f"{url}/{viewer.id}", json={"role": "editor"}).json()["role"] == "editor"
        assert [member["email"] for member in boss.get(url).json()["items"]] == ["m@example.org", "v@example.org"]
        assert boss.delete(f"{url}/{viewer.id}").status_code == 204
        assert other.get(f"/api/v1/sites/{site}").status_code == 404
        assert boss.delete(f"{url}/{viewer.id}").status_code == 404
    assert api.put(f"{url}/{viewer.id}", json={"role": "owner"}).status_code == 400
    assert api.put(f"{url}/unknown", json={"role": "viewer"}).status_code == 404


def test_a_deleted_site_takes_its_phonebooks_along(api: httpx.Client) -> None:
    site = make_site(api)
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
    api.delete(f"/api/v1/sites/{site}")
    assert api.get(f"/api/v1/phonebooks/{book}").status_code == 404
    assert api.get(f"/api/v1/sites/{site}/phonebooks").status_code == 404
