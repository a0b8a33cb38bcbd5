"""“Why doesn't my phone load it?” and a new password for phones: the real server, the real Yealink service."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from support.office import PATIENCE, Office, Phone
from support.server import RunningServer
from support.service import RunningService

OLD_FIRMWARE = "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37"
NEWER = "Yealink SIP-T54W 96.86.0.100 80:5e:c0:11:22:33"


@pytest.fixture
def hosted(hosting: RunningServer) -> Iterator[Office]:
    office = Office(hosting)
    yield office
    office.close()


def listed(office: Office, **params: Any) -> Any:
    answer = office.http.get(f"/api/v1/phonebooks/{office.phonebook}/phones", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for_phone(office: Office, holds: Callable[[Any], bool], mac: str = "0015654aa937") -> Any:
    until = time.monotonic() + PATIENCE
    while True:
        found = [item for item in listed(office)["items"] if item["mac"] == mac]
        if found and holds(found[0]):
            return found[0]
        assert time.monotonic() < until, found
        time.sleep(0.05)


def codes(item: Any) -> list[str]:
    return [finding["code"] for finding in item["diagnosis"]]


def rotate(office: Office, hours: float) -> httpx.Response:
    url = f"/api/v1/phonebooks/{office.phonebook}/services/yealink/password"
    return office.http.post(url, json={"overlap_hours": hours})


def test_a_phone_is_told_from_its_first_wrong_password_to_the_newest_book(hosted: Office) -> None:
    assert [each["code"] for each in listed(hosted)["diagnosis"]] == ["no_service", "empty_book"]
    hosted.add("Anna", "200")
    hosted.decide()
    about = [each["code"] for each in listed(hosted)["diagnosis"]]
    assert about == ["url_loopback", "never_fetched"]
    phone = hosted.phone()
    wrong = Phone(phone.url, phone.auth[0], "wrong")
    assert wrong.fetch().status_code == 401
    item = wait_for_phone(hosted, lambda item: item["last_auth"] == "wrong")
    assert codes(item) == ["wrong_password", "never_fetched"]
    assert (item["vendor"], item["model"], item["firmware"], item["book"]) == ("Yealink", "T46G", "28.72.0.1", None)
    assert phone.fetch("phonebook.xml").status_code == 404
    item = wait_for_phone(hosted, lambda item: item["last_status"] == 404)
    assert codes(item)[0] == "not_found_path"
    assert item["diagnosis"][0]["values"] == {"file": "phonebook.xml", "files": ["directory.xml", "book.xml"]}
    assert phone.fetch().status_code == 200
    time.sleep(1.1)
    item = wait_for_phone(hosted, lambda item: item["last_status"] == 200)
    assert item["book"] == {"current": True, "fetched_at": item["last_success_at"], "stale_since": None}
    assert (item["requests_7d"], item["failures_7d"]) == (3, 2)
    before = time.time()
    hosted.add("Ben", "201")
    item = wait_for_phone(hosted, lambda item: not item["book"]["current"])
    assert abs(_seconds(item["book"]["stale_since"]) - before) < 30
    failed = hosted.http.get(
        f"/api/v1/phonebooks/{hosted.phonebook}/dispatches", params={"phone": item["id"], "status": "failed"}
    ).json()["items"]
    assert [(each["status"], each["auth"], each["phone_id"]) for each in failed] == [
        (404, "ok", item["id"]),
        (401, "wrong", item["id"]),
    ]
    hosted.decide(on=False)
    item = wait_for_phone(hosted, lambda item: codes(item)[0] == "service_off")
    assert [each["code"] for each in listed(hosted)["diagnosis"]] == ["no_service"]


def test_phones_come_a_page_at_a_time_the_newest_first(hosted: Office) -> None:
    hosted.decide()
    phone = hosted.phone()
    for number in range(5):
        mac = f"00:15:65:00:00:0{number}"
        Phone(phone.url, *phone.auth, user_agent=f"Yealink SIP-T54W 96.86.0.100 {mac}").fetch()
        time.sleep(0.01)
    hosted.wait_for_dispatches(5)
    first = listed(hosted, limit=3)
    second = listed(hosted, limit=3, cursor=first["next_cursor"])
    macs = [item["mac"] for item in (*first["items"], *second["items"])]
    assert macs == [f"00156500000{number}" for number in (4, 3, 2, 1, 0)]
    assert second["next_cursor"] is None
    [book] = hosted.http.get(f"/api/v1/sites/{hosted.site}/phonebooks").json()["items"]
    assert book["phones_24h"] == 5
    assert book["services"] == [{"slug": "yealink", "label": "Yealink", "state": "enabled", "on": True}]


def test_a_phone_that_cannot_send_a_password_is_known_by_its_firmware_after_a_while(hosted: Office) -> None:
    hosted.decide()
    phone = hosted.phone()
    for agent in (OLD_FIRMWARE, NEWER):
        for _ in range(3):
            assert httpx.get(phone.url, headers={"user-agent": agent}).status_code == 401
    assert Phone(phone.url, *phone.auth, user_agent=NEWER).fetch().status_code == 200
    item = wait_for_phone(hosted, lambda item: item["last_auth"] == "none")
    assert codes(item) == ["cannot_send_credentials", "never_fetched"]
    assert item["diagnosis"][0]["values"] == {"firmware": "28.72.0.1", "since": "V84"}
    assert codes(wait_for_phone(hosted, lambda item: True, "805ec0112233")) == ["ok"]
    assert [(each["status"], each["auth"], each["count"]) for each in hosted.dispatches()] == [
        (200, "ok", 1),
        (401, "none", 3),
    ]


def test_phones_with_the_former_password_are_served_for_the_overlap_through_restarts_of_either_end(
    office: Office, yealink: RunningService, bare: RunningServer
) -> None:
    office.add("Anna", "200")
    office.decide()
    former = office.phone()
    answer = rotate(office, 24)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert view["can_overlap"]
    assert view["settled"]
    assert _seconds(view["former_password_until"]) - _seconds(view["password_rotated_at"]) == 24 * 3600
    new = office.phone()
    assert new.auth[1] != former.auth[1]
    assert (former.fetch().status_code, new.fetch().status_code) == (200, 200)
    item = wait_for_phone(office, lambda item: item["last_auth"] in ("ok", "former"))
    former.fetch()
    item = wait_for_phone(office, lambda item: item["last_auth"] == "former")
    assert codes(item) == ["former_password"]
    assert item["diagnosis"][0]["values"]["until"] == view["former_password_until"]
    yealink.stop()
    yealink.start()
    office.wait_for("enabled")
    assert (former.fetch().status_code, new.fetch().status_code) == (200, 200)
    bare.restart(kill=True)
    office.wait_for("enabled")
    assert (former.fetch().status_code, new.fetch().status_code) == (200, 200)
    bare.stop()
    yealink.kill()
    yealink.start()  # with the server away: from the copy on its disk
    assert (former.fetch().status_code, new.fetch().status_code) == (200, 200)
    kept = b"".join(path.read_bytes() for path in yealink.state_dir.rglob("*") if path.is_file())
    assert former.auth[1].encode() not in kept
    bare.start()
    office.wait_for("enabled")
    database = (bare.data_dir / "phonebook.sqlite3").read_bytes()
    assert former.auth[1].encode() not in database
    assert rotate(office, 0).json()["former_password_until"] is None
    third = office.phone()
    statuses = [phone.fetch().status_code for phone in (former, new, third)]
    assert statuses == [401, 401, 200]


def test_a_typed_password_ends_the_overlap(hosted: Office) -> None:
    hosted.decide()
    former = hosted.phone()
    assert rotate(hosted, 24).json()["former_password_until"]
    view = hosted.decide(password="typed-by-somebody-123")
    assert view["former_password_until"] is None
    assert former.fetch().status_code == 401
    assert hosted.phone().fetch().status_code == 200
    view = rotate(hosted, 1).json()
    assert view["access"]["password"] not in ("typed-by-somebody-123", former.auth[1])
    assert "password" in view["automatic"]


def test_an_overlap_is_refused_with_a_sentence_where_it_cannot_be(hosted: Office) -> None:
    off = rotate(hosted, 0)
    assert (off.status_code, off.json()["code"]) == (409, "not_on")
    assert rotate(hosted, 721).status_code == 400
    assert rotate(hosted, -1).status_code == 400


def test_a_service_that_is_away_changes_the_password_only_at_once(
    office: Office, yealink: RunningService, bare: RunningServer
) -> None:
    office.decide()
    former = office.phone()
    yealink.stop()
    office.wait_for("unavailable")
    refused = rotate(office, 24)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_overlap")
    assert "not running" in refused.json()["detail"]
    assert rotate(office, 0).status_code == 200
    yealink.start()
    office.wait_for("enabled")
    assert former.fetch().status_code == 401
    assert office.phone().fetch().status_code == 200


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
