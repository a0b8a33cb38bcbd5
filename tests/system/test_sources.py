"""An office subscribes to a real Radicale and a real web server: over HTTP, from the command line, onto the phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.listening import Listening
from support.office import Office
from support.radicale import PASSWORD, USER, RunningRadicale
from support.server import RunningServer
from support.web import Reply, Web

PATIENCE = 20.0


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRadicale]:
    with RunningRadicale(tmp_path_factory.mktemp("radicale")) as radicale:
        yield radicale


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer(tmp_path / "data", env={"PHONEBOOK_SOURCE_ALLOWED_NETWORKS": "127.0.0.1"}) as server:
        yield server


@pytest.fixture
def office(server: RunningServer, radicale: RunningRadicale) -> Iterator[Office]:
    radicale.clear()
    office = Office(server)
    yield office
    office.close()


def add(office: Office, **fields: Any) -> Any:
    return office.post(f"/api/v1/phonebooks/{office.phonebook}/sources", fields)


def get(office: Office, source: Any) -> Any:
    return office.http.get(f"/api/v1/phonebooks/{office.phonebook}/sources/{source['id']}").json()


def sync(office: Office, source: Any, body: Any = None) -> Any:
    url = f"/api/v1/phonebooks/{office.phonebook}/sources/{source['id']}/sync"
    answer = office.http.post(url) if body is None else office.http.post(url, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for(office: Office, source: Any, status: str) -> Any:
    until = time.monotonic() + PATIENCE
    while (found := get(office, source))["status"] != status:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def names(office: Office) -> list[str]:
    items = office.http.get(f"/api/v1/phonebooks/{office.phonebook}/contacts").json()["items"]
    return [item["display_name"] or item["given_name"] for item in items]


def test_what_is_edited_in_the_address_book_is_on_the_phone(office: Office, radicale: RunningRadicale) -> None:
    radicale.make_book()
    radicale.put("1", "Anna", "030 1234567")
    office.decide()
    phone = office.phone()
    with Listening(office.server.client(office.admin.token)) as listening:
        source = add(office, kind="carddav", url=radicale.url, username=USER, password=PASSWORD)
        assert (source["status"], source["has_password"], source["name"]) == ("waiting", True, "127.0.0.1")
        assert PASSWORD not in str(source)
        listening.wait_for("source.changed", subject=source["id"])
        listening.wait_for("contacts.changed", phonebook_id=office.phonebook)
    found = wait_for(office, source, "ok")
    assert (found["contacts"], found["result"]["created"], found["result"]["message"]) == (1, 1, "1 created")
    assert phone.shows("Anna")
    radicale.put("1", "Anna Schmidt", "030 1234567")
    assert sync(office, source)["result"]["updated"] == 1
    assert phone.shows("Anna Schmidt")
    assert radicale.url in office.server.cli("source", "list", office.phonebook, "--json").stdout


def test_a_kept_contact_says_so_and_cannot_be_changed_here(office: Office, radicale: RunningRadicale) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    source = add(office, kind="carddav", url=url, username=USER, password=PASSWORD)
    wait_for(office, source, "ok")
    [contact] = office.http.get(f"/api/v1/phonebooks/{office.phonebook}/contacts").json()["items"]
    assert contact["source_id"] == source["id"]
    answer = office.http.patch(f"/api/v1/contacts/{contact['id']}", json={"note": "in-house"})
    assert (answer.status_code, answer.json()["code"]) == (409, "kept_by_source")
    url = f"/api/v1/phonebooks/{office.phonebook}/sources/{source['id']}"
    removed = office.http.delete(url, params={"contacts": "remove"}).json()
    assert (removed["count"], names(office)) == (1, [])
    assert office.http.post(removed["undo"]).status_code == 200
    assert names(office) == ["Anna"]


def test_one_click_pauses_and_the_schedule_survives_a_restart(office: Office, radicale: RunningRadicale) -> None:
    source = add(office, kind="carddav", url=radicale.make_book(), username=USER, password=PASSWORD)
    before = wait_for(office, source, "ok")
    office.server.restart()
    assert get(office, source)["next_at"] == before["next_at"]
    url = f"/api/v1/phonebooks/{office.phonebook}/sources/{source['id']}"
    paused = office.http.patch(url, json={"paused": True})
    assert (paused.json()["status"], paused.json()["next_at"]) == ("paused", None)
    assert office.http.post(f"{url}/sync").status_code == 409
    stale = office.http.patch(url, json={"paused": False}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    resumed = office.http.patch(url, json={"paused": False}, headers={"if-match": paused.headers["etag"]})
    assert resumed.status_code == 200
    wait_for(office, source, "ok")


def test_a_source_can_be_tried_before_it_is_added(office: Office, radicale: RunningRadicale) -> None:
    def check(**fields: Any) -> Any:
        answer = office.http.post(f"/api/v1/phonebooks/{office.phonebook}/sources/check", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    first, second = radicale.make_book("a", "Customers"), radicale.make_book("b", "Family")
    who = {"username": USER, "password": PASSWORD}
    several = check(kind="carddav", url=radicale.url, **who)
    assert (several["ok"], several["code"]) == (False, "choose_address_book")
    assert several["choices"] == [{"name": "Customers", "url": first}, {"name": "Family", "url": second}]
    assert check(kind="carddav", url=second, **who)["ok"]
    assert check(kind="carddav", url=second, username=USER, password="wrong")["code"] == "wrong_password"
    with Web(lambda _: Reply(200, b"Nom;Tel\nAnna;030 1\n")) as web:
        table = check(kind="file", url=web.url)
    assert (table["contacts"], table["columns"]) == (1, ["Nom", "Tel"])
    assert (
        office.http.post(
            f"/api/v1/phonebooks/{office.phonebook}/sources/check", json={"kind": "file", "url": "ftp://x"}
        ).json()["problems"][0]["field"]
        == "url"
    )
    assert names(office) == []


def test_removals_are_accepted_with_one_request(office: Office) -> None:
    many = b"Name,Phone\n" + b"".join(b"Person %02d,030 1%02d\n" % (n, n) for n in range(30))
    with Web(lambda _: Reply(200, many)) as web:
        source = add(office, kind="file", url=f"{web.url}/people.csv")
        wait_for(office, source, "ok")
        web.reply = lambda _: Reply(200, many.partition(b"Person 10")[0])
        found = sync(office, source)
        assert (found["status"], len(names(office))) == ("confirm", 30)
        found = sync(office, source, {"accept_removals": True})
        assert (found["status"], found["result"]["removed"]) == ("ok", 20)
        undone = office.http.post(found["result"]["undo"]).json()
        assert undone["restored"] == found["result"]["removed"]
        assert get(office, source)["status"] == "paused"


def test_the_commands_do_all_of_it_beside_the_server(office: Office, radicale: RunningRadicale) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    book, cli = office.phonebook, office.server.cli_json
    secret = office.server.data_dir.parent / "password"
    secret.write_text(PASSWORD + "\n")
    made = cli("source", "add", book, url, "--user", USER, "--password-file", str(secret), "--name", "Cloud")
    assert (made["status"], made["contacts"]) == ("ok", 1)
    radicale.put("2", "Bob")
    assert cli("source", "sync", book, made["id"])["contacts"] == 2
    assert cli("source", "pause", book, made["id"])["status"] == "paused"
    assert cli("source", "resume", book, made["id"])["paused"] is False
    assert cli("source", "change", book, made["id"], "--every", "30")["every_minutes"] == 30
    assert [each["name"] for each in cli("source", "list", book)["items"]] == ["Cloud"]
    assert cli("source", "remove", book, made["id"])["count"] == 2
    assert names(office) == ["Anna", "Bob"]
    failed = office.server.cli("source", "add", book, "https://10.0.0.1/dav", "--kind", "file", check=False)
    assert (failed.returncode, "PHONEBOOK_SOURCE_ALLOWED_NETWORKS" in failed.stdout) == (1, True)


def test_what_is_behind_a_question_mark_is_shown_to_managers_only(office: Office) -> None:
    source = add(office, kind="file", url="https://10.0.0.1/people.csv?key=secret", username="anna")
    viewer = office.server.add_person("viewer@example.org")
    office.http.put(f"/api/v1/sites/{office.site}/members/{viewer.id}", json={"role": "viewer"})
    with office.server.client(viewer.token) as client:
        seen = client.get(f"/api/v1/phonebooks/{office.phonebook}/sources/{source['id']}").json()
    assert (seen["url"], seen["username"]) == ("https://10.0.0.1/people.csv?…", "")
    assert wait_for(office, source, "failed")["result"]["code"] == "address_not_allowed"
    assert "key=secret" not in office.server.output
