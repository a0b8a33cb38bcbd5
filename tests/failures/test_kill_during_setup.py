"""kill -9 of the server in the middle of setting up a service: afterwards it is as it was decided, by itself."""

from __future__ import annotations

import random
import threading
import time

import httpx
from support.office import Office
from support.server import RunningServer
from support.service import RunningService

ROUNDS = 6


def test_a_server_killed_during_setup_brings_about_what_was_decided_once_it_is_back(
    bare: RunningServer, office: Office, yealink: RunningService
) -> None:
    office.wait_for("disabled")
    office.add("Ann Example", "200")
    chance = random.Random(7)
    for number in range(ROUNDS):
        on, title = number % 3 != 2, f"Book {number}"
        answers: list[int] = []
        deciding = threading.Thread(target=decide, args=(office, on, title, answers))
        deciding.start()
        time.sleep(chance.uniform(0.0, 0.03))
        bare.kill()
        deciding.join(20)
        bare.start()
        office.wait_until_linked()
        if not answers:  # whether it was stored before the kill is open; after deciding again it is not
            decide(office, on, title, answers)
        assert answers == [200]
        office.wait_for("enabled" if on else "disabled")
        if on:
            assert office.phone().shows(f"<Title>{title}</Title>")
            assert office.phone().shows("Ann Example")
    assert bare.cli("migrate").returncode == 0


def test_a_service_killed_during_setup_is_set_up_once_it_is_back(
    office: Office, yealink: RunningService, bare: RunningServer
) -> None:
    office.wait_for("disabled")
    for number in range(3):
        deciding = threading.Thread(target=decide, args=(office, True, f"Book {number}", []))
        deciding.start()
        time.sleep(0.005 * number)
        yealink.kill()
        deciding.join(20)
        yealink.start()
        office.wait_for("enabled")
        assert office.phone().shows(f"<Title>Book {number}</Title>")


def decide(office: Office, on: bool, title: str, answers: list[int]) -> None:
    body = {"on": on, "settings": {"title": title}}
    try:
        answer = office.http.put(f"/api/v1/phonebooks/{office.phonebook}/services/yealink", json=body)
    except httpx.TransportError:
        return  # the server was killed before it answered
    answers.append(answer.status_code)
