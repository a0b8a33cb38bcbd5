"""A service that served a phonebook needs setup again: its people get one mail, and whoever looks sees it live."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import msgspec
import pytest
from support.listening import Listening
from support.office import Office
from support.raw_link import FORM, RawService
from support.server import Person, RunningServer

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.forms import FieldKind, Form, FormField
from phonebook_core.vendor_link.messages import Dispatch, Phone
from phonebook_core.vendor_link.vendor_end import SettingsOffered, TurnedOn, Welcomed

LARGER = Form(fields=(*FORM.fields, FormField(name="floor", kind=FieldKind.TEXT, title="Floor", required=True)))
GONE = [Problem(field="door", message="The door is gone.")]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def office(running: RunningServer, stack: ExitStack) -> Office:
    office = Office(running)
    stack.callback(office.close)
    stack.callback(office.http.delete, f"/api/v1/phonebooks/{office.phonebook}")
    return office


@pytest.fixture(scope="module")
def token(running: RunningServer) -> str:
    return str(running.cli_json("service", "token", "acme")["token"])


def link(running: RunningServer, token: str, stack: ExitStack, **options: Any) -> RawService:
    service = RawService(running.url, token, **options)
    stack.callback(service.close)
    service.wait_for(Welcomed)
    return service


def active(running: RunningServer, office: Office, role: str) -> Person:
    """A member who has registered."""
    person = running.add_person(f"{role}{time.time_ns()}@example.org")

    async def register(server: Any) -> None:
        from sqlalchemy import update

        from phonebook_server.db.tables import User

        async with server.db.transaction() as connection:
            await connection.execute(update(User).where(User.id == person.id).values(password_hash="x"))

    running.act(register)
    office.http.put(f"/api/v1/sites/{office.site}/members/{person.id}", json={"role": role}).raise_for_status()
    return person


def mails(running: RunningServer, office: Office, kind: str) -> list[str]:
    """Who was mailed about this site."""
    with closing(sqlite3.connect(running.data_dir / "phonebook.sqlite3")) as db:
        query = "SELECT recipient FROM mails WHERE kind = ? AND site_id = ? ORDER BY recipient"
        return [recipient for (recipient,) in db.execute(query, (kind, office.site))]


def wait_for_mail(running: RunningServer, office: Office) -> None:
    """The state shows before what is stored about it."""
    deadline = time.monotonic() + 20
    while not mails(running, office, "service_needs_setup") and time.monotonic() < deadline:
        time.sleep(0.05)


def enable(office: Office, service: RawService) -> None:
    url = f"/api/v1/phonebooks/{office.phonebook}/services/acme"
    body = {"on": True, "settings": {"door": "left"}}
    deciding = threading.Thread(target=lambda: office.http.put(url, json=body))
    deciding.start()
    service.wait_for(TurnedOn)
    service.accept(service.wait_for(SettingsOffered))
    deciding.join(20)
    assert office.wait_for("enabled", "acme")


def test_managers_are_told_once_when_a_service_needs_setup_again(
    running: RunningServer, token: str, office: Office, stack: ExitStack
) -> None:
    manager = active(running, office, "manager")
    active(running, office, "viewer")
    service = link(running, token, stack)
    enable(office, service)
    assert mails(running, office, "service_needs_setup") == []
    assert service.end.needs_setup(office.phonebook, GONE, time.monotonic())
    service.flush()
    office.wait_for("setup", "acme")
    wait_for_mail(running, office)
    assert mails(running, office, "service_needs_setup") == [manager.email]
    service.close()
    office.wait_for("unavailable", "acme")
    again = link(running, token, stack)  # nothing is told anew when it is linked again
    offered = again.wait_for(SettingsOffered)
    assert again.end.reject(offered.phonebook, offered.generation, GONE)
    again.flush()
    office.wait_for("setup", "acme")
    assert mails(running, office, "service_needs_setup") == [manager.email]


def test_an_update_that_needs_more_settings_is_told_once(
    running: RunningServer, token: str, office: Office, stack: ExitStack
) -> None:
    manager = active(running, office, "manager")
    service = link(running, token, stack)
    enable(office, service)
    service.close()
    office.wait_for("unavailable", "acme")
    for _ in range(2):
        updated = link(running, token, stack, form=LARGER)
        updated.wait_for(TurnedOn)
        assert office.wait_for("setup", "acme")["problems"][0]["field"] == "floor"
        wait_for_mail(running, office)
        assert mails(running, office, "service_needs_setup") == [manager.email]
        updated.close()
        office.wait_for("unavailable", "acme")


def test_setting_up_for_the_first_time_mails_nobody(
    running: RunningServer, token: str, office: Office, stack: ExitStack
) -> None:
    active(running, office, "manager")
    service = link(running, token, stack)
    url = f"/api/v1/phonebooks/{office.phonebook}/services/acme"
    threading.Thread(target=lambda: office.http.put(url, json={"on": True})).start()
    service.wait_for(TurnedOn)
    office.wait_for("setup", "acme")
    assert mails(running, office, "service_needs_setup") == []


def test_states_and_fetches_are_told_live(running: RunningServer, token: str, office: Office, stack: ExitStack) -> None:
    listening = stack.enter_context(Listening(running.client(office.admin.token)))
    service = link(running, token, stack)
    enable(office, service)
    listening.wait_for("service.changed", phonebook_id=office.phonebook, subject="acme", site_id=office.site)
    batch = [Dispatch(id="live-1", phonebook=office.phonebook, time=1, status=200, phone=Phone())]
    service.end.store_dispatches(batch, time.monotonic())
    service.flush()
    listening.wait_for("dispatch.recorded", phonebook_id=office.phonebook, site_id=office.site)
    before = len(listening.events)
    service.close()
    listening.wait_until(
        lambda: any(event["kind"] == "service.changed" for event in listening.events[before:]), "the loss of the link"
    )


def test_members_are_told_of_a_new_phonebook_and_importers_of_their_import(
    running: RunningServer, office: Office
) -> None:
    viewer, manager = active(running, office, "viewer"), active(running, office, "manager")
    with running.client(manager.token) as client:
        made = client.post(f"/api/v1/sites/{office.site}/phonebooks", json={"name": "New"}).json()
        assert mails(running, office, "phonebook_added") == [viewer.email]
        url = f"/api/v1/phonebooks/{made['id']}/imports?commit=true"
        for _ in range(2):  # the second changes nothing, so nothing is told
            client.post(url, files={"file": ("a.csv", b"Name,Phone\nAnna,0301234567\n")}).raise_for_status()
        assert mails(running, office, "import_finished") == [manager.email]


def test_the_record_names_the_settings_that_were_changed_and_no_values(
    running: RunningServer, token: str, office: Office, stack: ExitStack
) -> None:
    service = link(running, token, stack)
    enable(office, service)
    items = office.http.get("/api/v1/activity", params={"site": office.site, "action": "service"}).json()["items"]
    [turned_on] = [item for item in items if item["phonebook_id"] == office.phonebook]
    assert (turned_on["action"], turned_on["detail"]) == ("service.turned_on", "settings: door")
    assert "left" not in msgspec.json.encode(items).decode()
