"""The link from the outside: who gets in, what a service is told, and that a bad one hurts nobody else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from support.office import Office
from support.raw_link import ACCESS, FORM, RawService, dial
from support.server import RunningServer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from phonebook_core.errors import LinkClosed, Problem
from phonebook_core.vendor_link.codec import MAX_FRAME, decode_body, decode_frame, encode
from phonebook_core.vendor_link.messages import (
    Changes,
    Dispatch,
    Failure,
    Noted,
    Phone,
    Report,
    Unsupported,
)
from phonebook_core.vendor_link.vendor_end import BookMoved, SettingsOffered, TurnedOff, TurnedOn, Welcomed


@pytest.fixture(scope="module")
def token(running: RunningServer) -> str:
    return str(running.cli_json("service", "token", "acme")["token"])


class Make(NamedTuple):
    """Makes services and offices that are closed at the end of the test."""

    service: Callable[..., RawService]
    office: Callable[..., Office]


@pytest.fixture
def make(running: RunningServer, token: str) -> Iterator[Make]:
    with ExitStack() as stack:

        def service(**options: Any) -> RawService:
            made = RawService(running.url, token, **options)
            stack.callback(made.close)
            return made

        def office(name: str = "Office") -> Office:
            made = Office(running, name)
            stack.callback(made.close)
            stack.callback(made.http.delete, f"/api/v1/phonebooks/{made.phonebook}")  # else the next test is told of it
            return made

        yield Make(service, office)


@pytest.fixture
def service(make: Make) -> RawService:
    service = make.service()
    service.wait_for(Welcomed)
    return service


@pytest.fixture
def office(make: Make) -> Office:
    return make.office()


def put(office: Office, body: dict[str, object], phonebook: str | None = None) -> httpx.Response:
    answer: httpx.Response = office.http.put(
        f"/api/v1/phonebooks/{phonebook or office.phonebook}/services/acme", json=body
    )
    return answer


class Deciding(threading.Thread):
    """A PUT that waits for the service while the test plays the service."""

    def __init__(self, office: Office, body: dict[str, object]) -> None:
        super().__init__()
        self.office, self.body = office, body
        self.start()

    def run(self) -> None:
        self.answer = put(self.office, self.body)

    @property
    def result(self) -> dict[str, object]:
        self.join(20)
        assert self.answer.status_code == 200, self.answer.text
        answer: dict[str, object] = self.answer.json()
        return answer


def enable(office: Office, service: RawService) -> TurnedOn:
    deciding = Deciding(office, {"on": True, "settings": {"door": "left"}})
    turned_on: TurnedOn = service.wait_for(TurnedOn)
    service.accept(service.wait_for(SettingsOffered))
    assert deciding.result["state"] == "enabled"
    return turned_on


# who gets in


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"Authorization": "Bearer pbs_wrong"}, 401, "unknown or was revoked"),
        ({"Authorization": ""}, 401, "Send the service token"),
        ({"Origin": "http://evil.example"}, 403, "not browsers"),
    ],
)
def test_a_stranger_is_refused_before_the_upgrade_with_a_sentence(
    running: RunningServer, token: str, headers: dict[str, str], status: int, sentence: str
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        dial(running.url, headers.pop("Authorization", "Bearer " + token).removeprefix("Bearer "), headers=headers)
    answer = caught.value.response
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert sentence in json.loads(answer.body or b"")["detail"]


def test_a_newer_protocol_is_told_that_the_server_needs_an_update(running: RunningServer, token: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        dial(running.url, token, subprotocols=[Subprotocol("phonebook-vendor.v9")])
    assert caught.value.response.status_code == 426
    assert "Update the server" in json.loads(caught.value.response.body or b"")["detail"]


def test_a_plain_request_is_told_to_use_a_websocket(running: RunningServer) -> None:
    answer = httpx.get(f"{running.url}/vendors/link")
    assert answer.status_code == 426
    assert "websocket" in answer.json()["detail"]


def test_a_token_opens_only_the_service_it_was_made_for(make: Make) -> None:
    service = make.service(slug="other")
    with pytest.raises(ConnectionClosed) as caught:
        service.wait_for(Welcomed)
    assert caught.value.rcvd is not None
    assert "acme" in caught.value.rcvd.reason


# what a service is told


def test_turning_on_asks_people_for_what_is_missing(office: Office, service: RawService) -> None:
    deciding = Deciding(office, {"on": True})
    service.wait_for(TurnedOn)
    found = deciding.result
    assert (found["state"], found["settled"], found["access"]) == ("setup", True, None)
    assert found["problems"] == [{"field": "door", "code": "required", "message": "Fill in “Door”."}]
    assert found["settings"] == {"title": "Office", "password": None}
    assert found["automatic"] == ["title", "password"]
    deciding = Deciding(office, {"on": True, "settings": {"door": "left"}})
    offered = service.wait_for(SettingsOffered)
    assert (offered.settings["title"], offered.settings["door"]) == ("Office", "left")
    assert len(offered.settings["password"]) >= 27
    service.accept(offered)
    found = deciding.result
    assert found["state"] == "enabled"
    access = {"url": ACCESS.url, "username": "u", "password": "p", "files": [], "snippets": [], "place": ""}
    assert found["access"] == access


def test_problems_are_shown_at_their_fields_and_refused_settings_are_not_sent_again(
    office: Office, service: RawService
) -> None:
    deciding = Deciding(office, {"on": True, "settings": {"door": "none"}})
    offered = service.wait_for(SettingsOffered)
    service.end.reject(office.phonebook, offered.generation, [Problem(field="door", message="No such door.")])
    service.flush()
    found = deciding.result
    assert (found["state"], found["settled"]) == ("setup", True)
    assert found["problems"] == [{"field": "door", "code": "invalid", "message": "No such door."}]
    assert not any(isinstance(event, SettingsOffered) for event in service.steps(0.5))


def test_asking_again_for_refused_settings_tries_them_once_more(office: Office, service: RawService) -> None:
    body: dict[str, object] = {"on": True, "settings": {"door": "left"}}
    deciding = Deciding(office, body)
    offered = service.wait_for(SettingsOffered)
    service.end.reject(office.phonebook, offered.generation, [Problem(message="The door is locked.")])
    service.flush()
    assert deciding.result["state"] == "setup"
    deciding = Deciding(office, body)
    service.accept(service.wait_for(SettingsOffered))
    assert deciding.result["state"] == "enabled"


def test_a_setting_of_the_wrong_kind_is_refused_and_nothing_changes(office: Office, service: RawService) -> None:
    answer = put(office, {"on": True, "settings": {"door": 5, "nothing": 1}})
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["problems"]} == {"settings.door", "settings.nothing"}
    assert office.service("acme")["on"] is False


def test_a_service_that_needs_setup_again_is_shown_with_its_reason(office: Office, service: RawService) -> None:
    enable(office, service)
    service.end.needs_setup(office.phonebook, [Problem(field="door", message="The door is gone.")], time.monotonic())
    service.flush()
    found = office.wait_for("setup", "acme")
    assert found["problems"][0]["message"] == "The door is gone."


def test_turning_off_is_told(office: Office, service: RawService) -> None:
    enable(office, service)
    deciding = Deciding(office, {"on": False})
    assert service.wait_for(TurnedOff).phonebook == office.phonebook
    assert deciding.result["state"] == "disabled"


# phonebook requests and updates


def test_a_service_pages_through_contacts_and_then_gets_only_changes(office: Office, service: RawService) -> None:
    for number in range(7):
        office.add(f"Contact {number}", f"20{number}", meta={"acme": {"n": number}, "other": {"secret": 1}})
    key = enable(office, service).api_key

    def ask(since: str) -> Changes:
        answer = service.reply(service.end.get_changes(office.phonebook, key, since, time.monotonic(), limit=3))
        assert isinstance(answer, Changes)
        return answer

    pages = [ask("")]
    while pages[-1].more:
        pages.append(ask(pages[-1].token))
    assert [page.snapshot for page in pages] == [True, False, False]
    contacts = [contact for page in pages for contact in page.upserts]
    assert [contact.display_name for contact in contacts] == [f"Contact {number}" for number in range(7)]
    assert contacts[0].meta == {"acme": {"n": 0}}
    assert pages[0].book.name == "Office"
    office.change(contacts[2].id, title="Dr")
    assert office.http.delete(f"/api/v1/contacts/{contacts[3].id}").status_code == 200
    delta = ask(pages[-1].token)
    assert [contact.id for contact in delta.upserts] == [contacts[2].id]
    assert delta.removals == (contacts[3].id,)
    assert not delta.snapshot


def test_a_change_is_announced_before_the_writer_gets_its_answer(office: Office, service: RawService) -> None:
    enable(office, service)
    adding = threading.Thread(target=office.add, args=("Ann", "200"))
    adding.start()
    moved = service.wait_for(BookMoved)
    assert moved.phonebook == office.phonebook
    adding.join(5)
    assert not adding.is_alive()


def test_a_service_that_does_not_note_changes_delays_only_the_first_write(office: Office, service: RawService) -> None:
    enable(office, service)
    took = []
    for number in range(5):
        began = time.monotonic()
        office.add(f"Contact {number}", "200")
        took.append(time.monotonic() - began)
    assert took[0] >= 0.25
    assert sorted(took[1:])[1] < 0.2  # nobody waits for it any more


def test_an_api_key_opens_one_phonebook_only(office: Office, service: RawService, make: Make) -> None:
    key = enable(office, service).api_key
    other = make.office("Other")
    for phonebook, tried in ((other.phonebook, key), (office.phonebook, key[:-1] + "x"), ("none", key)):
        answer = service.reply(service.end.get_changes(phonebook, tried, "", time.monotonic()))
        assert isinstance(answer, Failure)
        assert answer.code == "not_allowed"
    assert put(office, {"on": False}).status_code == 200
    answer = service.reply(service.end.get_changes(office.phonebook, key, "", time.monotonic()))
    assert isinstance(answer, Failure)


# audit trails


def dispatch(id: str, phonebook: str) -> Dispatch:
    return Dispatch(id=id, phonebook=phonebook, time=1_795_000_000_000, status=200, phone=Phone(model="T\0" * 300))


def test_audit_records_are_stored_once_however_often_they_come(office: Office, service: RawService) -> None:
    enable(office, service)
    batch = [dispatch(f"{office.phonebook}-{number}", office.phonebook) for number in range(20)]
    for _ in range(3):
        assert service.reply(service.end.store_dispatches(batch, time.monotonic())) == Noted()
        assert len(office.dispatches()) == 20


def test_audit_records_of_foreign_phonebooks_are_dropped(office: Office, service: RawService, make: Make) -> None:
    enable(office, service)
    other = make.office("Other")
    batch = [dispatch("x1", other.phonebook), dispatch("x2", "none"), dispatch("x3", office.phonebook)]
    assert service.reply(service.end.store_dispatches(batch, time.monotonic())) == Noted()
    assert [each["id"] for each in office.dispatches()] == ["x3"]
    assert other.dispatches() == []


# a bad service hurts nobody else


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        b"not a frame",
        msgspec.msgpack.encode(["report", 0, {}]),
        encode(Noted(), 9),
        encode(Report(phonebook="b", state="enabled", serial=1, generation=9), 9),  # type: ignore[arg-type]
        b"\x00" * (MAX_FRAME + 1),
    ],
    ids=["empty", "reserved byte", "text", "id zero", "reply as request", "illegal report", "oversize"],
)
def test_a_frame_that_breaks_the_rules_closes_that_link_with_a_reason_and_no_other(
    make: Make, service: RawService, frame: bytes, office: Office
) -> None:
    bad = make.service(instance="bad")
    bad.wait_for(Welcomed)
    bad.socket.send(frame)
    with pytest.raises(ConnectionClosed) as caught:
        bad.step()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.reason
    enable(office, service)


def test_an_unknown_or_malformed_request_is_answered_and_the_link_lives(service: RawService, office: Office) -> None:
    service.socket.send(msgspec.msgpack.encode(["dance", 900, {"steps": 3}]))
    service.socket.send(msgspec.msgpack.encode(["get_changes", 901, {"phonebook": 5}]))
    answers: dict[int, object] = {}
    while len(answers) < 2:
        data = service.socket.recv(timeout=10)
        assert isinstance(data, bytes)
        frame = decode_frame(data)
        answers[frame.id] = decode_body(frame)
    assert answers[-900] == Unsupported(requested="dance")
    failure = answers[-901]
    assert isinstance(failure, Failure)
    assert failure.code == "malformed"
    enable(office, service)


def test_text_instead_of_bytes_closes_the_link_with_a_reason(make: Make) -> None:
    bad = make.service(instance="bad")
    bad.wait_for(Welcomed)
    bad.socket.send("hello")
    with pytest.raises(ConnectionClosed) as caught:
        bad.step()
    assert caught.value.rcvd is not None
    assert "binary" in caught.value.rcvd.reason


def test_when_one_instance_dials_twice_the_newest_link_stays(make: Make, office: Office) -> None:
    older = make.service(instance="same")
    older.wait_for(Welcomed)
    newer = make.service(instance="same")
    newer.wait_for(Welcomed)
    with pytest.raises(LinkClosed, match="newest link stays") as caught:
        older.step()
    assert caught.value.retry_after == 30
    enable(office, newer)


def test_a_stopping_server_says_goodbye_and_when_to_come_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("stopping") / "data"
    with RunningServer(folder, env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        token = server.cli_json("service", "token", "acme")["token"]
        service = RawService(server.url, token)
        service.wait_for(Welcomed)
        assert server.stop() == 0
        with pytest.raises(LinkClosed, match="stops or restarts") as caught:
            service.step()
        assert caught.value.retry_after is not None
        service.close()
        server.start()


def test_an_upgraded_service_that_needs_more_settings_asks_people(make: Make, office: Office) -> None:
    old = make.service(instance="upgraded")
    old.wait_for(Welcomed)
    enable(office, old)
    old.close()
    office.wait_for("unavailable", "acme")
    more = msgspec.structs.replace(
        FORM, fields=(*FORM.fields, msgspec.structs.replace(FORM.fields[2], name="floor", title="Floor"))
    )
    new = make.service(instance="upgraded", form=more)
    new.wait_for(TurnedOn, lambda event: event.phonebook == office.phonebook)
    found = office.wait_for("setup", "acme")
    assert found["problems"] == [{"field": "floor", "code": "required", "message": "Fill in “Floor”."}]
    assert found["settings"]["door"] == "left"


def test_only_managers_see_the_password(office: Office, service: RawService, running: RunningServer) -> None:
    enable(office, service)
    for role, password in (("viewer", None), ("editor", None), ("manager", "p")):
        person = running.add_person(f"{role}-{office.phonebook}@example.org")
        answer = office.http.put(f"/api/v1/sites/{office.site}/members/{person.id}", json={"role": role})
        assert answer.is_success, answer.text
        with running.client(person.token) as http:
            access = http.get(f"/api/v1/phonebooks/{office.phonebook}/services/acme").json()["access"]
        assert access["password"] == password


def test_the_installation_lists_its_services_with_their_instances(office: Office, service: RawService) -> None:
    items = office.http.get("/api/v1/services").json()["items"]
    (acme,) = [item for item in items if item["slug"] == "acme"]
    assert acme["linked"]
    assert acme["instances"][0]["instance"] == "one"
    assert acme["version"] == "1.0"


def test_no_secret_is_stored_readable(office: Office, service: RawService, running: RunningServer, token: str) -> None:
    key = enable(office, service).api_key
    secret = next(e for e in service.events if isinstance(e, SettingsOffered)).settings["password"]
    for path in running.data_dir.iterdir():
        if path.is_file():
            data = path.read_bytes()
            assert not any(each.encode() in data for each in (key, secret, token)), path.name
