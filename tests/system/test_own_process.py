"""The same service as a process of its own: linked by websocket, and answering phones while the server is away."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.office import Office
from support.server import RunningServer
from support.service import YEALINK, RunningService


def test_a_service_goes_from_unavailable_to_enabled_and_serves(
    bare: RunningServer, office: Office, tmp_path: Path
) -> None:
    assert office.service()["state"] == "unavailable"
    with RunningService(bare, tmp_path / "yealink") as service:
        office.wait_for("disabled")
        office.add("Ann Example", "200")
        assert office.decide()["state"] == "enabled"
        phone = office.phone()
        assert f":{service.port}/" in phone.url
        assert phone.shows("<Name>Ann Example</Name>")
    office.wait_for("unavailable")


def test_every_edit_is_in_the_very_next_fetch(office: Office, yealink: RunningService) -> None:
    office.wait_for("disabled")
    office.decide()
    phone = office.phone()
    contact = office.add("Number 0", "200")
    for number in range(1, 40):
        office.change(contact["id"], display_name=f"Number {number}")
        assert phone.shows(f"<Name>Number {number}</Name>")


def test_phones_are_answered_while_the_server_is_away_and_records_arrive_later_once(
    bare: RunningServer, office: Office, yealink: RunningService
) -> None:
    office.wait_for("disabled")
    office.add("Ann Example", "200")
    office.decide()
    phone = office.phone()
    bare.kill()
    for _ in range(6):
        assert phone.shows("Ann Example")
    yealink.wait_for_records(6)  # a kill in the midst of a herd may lose its last 50 ms: docs/decisions/0007
    yealink.kill()
    yealink.start()
    for _ in range(5):
        assert phone.shows("Ann Example")
    yealink.stop()
    yealink.start()
    assert phone.shows("Ann Example")
    bare.start()
    office.wait_for("enabled")
    dispatches = office.wait_for_dispatches(12)
    assert [each["status"] for each in dispatches] == [200] * 12
    assert len({each["id"] for each in dispatches}) == 12
    office.add("Ben Muster", "201")
    assert phone.shows("Ben Muster")


def test_after_a_restart_of_either_end_everything_returns_to_where_it_was(
    bare: RunningServer, office: Office, yealink: RunningService
) -> None:
    office.wait_for("disabled")
    office.decide(title="Our book")
    before = office.wait_for("enabled")
    yealink.kill()
    office.wait_for("unavailable")
    yealink.start()
    assert office.wait_for("enabled")["access"] == before["access"]
    bare.restart(kill=True)
    assert office.wait_for("enabled")["access"] == before["access"]
    bare.restart()
    after = office.wait_for("enabled")
    assert (after["access"], after["settings"]) == (before["access"], before["settings"])


def test_what_was_decided_while_the_service_was_away_is_brought_about_when_it_returns(
    office: Office, yealink: RunningService
) -> None:
    office.wait_for("disabled")
    office.decide()
    phone = office.phone()
    yealink.stop()
    office.wait_for("unavailable")
    office.add("Made meanwhile", "200")
    assert office.decide(title="New title")["state"] == "unavailable"
    yealink.start()
    office.wait_for("enabled")
    assert phone.shows("<Title>New title</Title>")
    assert phone.shows("Made meanwhile")
    yealink.stop()
    office.decide(on=False)
    yealink.start()
    office.wait_for("disabled")


def test_a_wrong_token_is_said_in_a_sentence_and_the_service_stays_up(bare: RunningServer, tmp_path: Path) -> None:
    with RunningService(bare, tmp_path / "yealink", env={"PHONEBOOK_SERVICE_TOKEN": "pbs_wrong"}) as service:
        service.stop()
    assert "token" in service.output
    assert "Traceback" not in service.output


@pytest.mark.parametrize("missing", ["PHONEBOOK_SERVER_URL", "PHONEBOOK_SERVICE_TOKEN"])
def test_a_service_started_without_what_it_needs_says_what_is_missing(
    bare: RunningServer, tmp_path: Path, missing: str
) -> None:
    env = dict(RunningService(bare, tmp_path / "yealink").env)
    del env[missing]
    ended = subprocess.run([YEALINK], env=env, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert missing in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
