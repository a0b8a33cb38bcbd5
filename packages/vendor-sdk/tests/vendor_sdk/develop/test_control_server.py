"""`phonebook-vendor dev` over HTTP: a real process, its page, and a real service behind it."""

from __future__ import annotations

import http.client
import json
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

SECONDS = 30.0


class Control:
    """The control server as a browser sees it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            sent = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("GET", "/state")[2])
        return found

    def do(self, action: str, **values: Any) -> dict[str, Any]:
        status, _, body = self.ask("POST", "/do", {"action": action, **values})
        assert status == 200, body
        done: dict[str, Any] = json.loads(body)
        return done

    def until(self, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while not holds(state := self.state()):
            assert time.monotonic() < end, state
            time.sleep(0.05)
        return state


@pytest.fixture(scope="module")
def control() -> Iterator[Control]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = "phonebook_vendor_yealink.service:Yealink"
    command = [sys.executable, "-m", "phonebook_vendor_sdk.command", "dev", service, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert select.select([process.stdout], [], [], SECONDS)[0], "it did not say that it is ready"
            assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
            yield Control(port)
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(SECONDS)
    assert code == 0


@pytest.fixture
def enabled(control: Control) -> Control:
    control.until(lambda state: state["linked"])
    if control.state()["state"] == "disabled":
        control.until(lambda state: state["state"] != "disabled" or not control.do("turn_on"))
    control.until(lambda state: state["state"] == "enabled")
    return control


def test_the_service_is_set_up_at_once_and_a_phone_gets_the_contacts(enabled: Control) -> None:
    got = enabled.do("fetch")
    assert got["status"] == 200
    assert "Ann Example" in got["body"]
    assert got["headers"]["content-type"].startswith("text/xml")
    assert enabled.do("fetch", login=False)["status"] == 401


def test_a_contact_is_saved_and_deleted(enabled: Control) -> None:
    contact = {"id": "c-9", "display_name": "Zoe <New>", "numbers": [{"value": "209"}]}
    enabled.do("put", contact=contact)
    assert "Zoe &lt;New&gt;" in enabled.do("fetch")["body"]
    enabled.do("remove", id="c-9")
    assert "Zoe" not in enabled.do("fetch")["body"]


def test_settings_are_sent_and_what_is_wrong_comes_back_at_its_field(enabled: Control) -> None:
    settings = enabled.state()["settings"]
    report = enabled.do("configure", settings={**settings, "refresh": 1})["report"]
    assert [problem["field"] for problem in report["problems"]] == ["refresh"]
    report = enabled.do("configure", settings={**settings, "title": "Another"})["report"]
    assert report["state"] == "enabled"
    assert "<Title>Another</Title>" in enabled.do("fetch")["body"]


def test_a_cut_link_comes_back_and_phones_are_served_meanwhile(enabled: Control) -> None:
    enabled.do("cut")
    assert enabled.do("fetch")["status"] == 200
    enabled.until(lambda state: state["linked"] and state["state"] == "enabled")


def test_turned_off_phones_get_404_until_it_is_turned_on_again(enabled: Control) -> None:
    enabled.do("turn_off")
    assert enabled.do("fetch")["status"] == 404
    enabled.do("turn_on")
    assert enabled.do("fetch")["status"] == 200


def test_the_frames_can_be_read(enabled: Control) -> None:
    frames = enabled.state()["frames"]
    assert {frame["from"] for frame in frames} >= {"server", "service"}
    assert any("'hello'" in frame["frame"] for frame in frames)


def test_the_page_has_nothing_inline_and_its_policy_forbids_it(control: Control) -> None:
    status, headers, body = control.ask("GET", "/")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert not re.search(rb"<script>|\son\w+=|style=|https?://", body)
    for path in re.findall(rb'(?:src|href)="([^"]+)"', body):
        assert control.ask("GET", f"/{path.decode()}")[0] == 200


@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "words"),
    [
        ("/do", {"Host": "evil.example"}, {"action": "cut"}, 403, "this machine"),
        ("/do", {"Content_Type": "text/plain"}, {"action": "cut"}, 415, "application/json"),
        ("/do", {}, {"action": "explode"}, 422, "no action"),
        ("/do", {}, {"action": "remove", "id": "none"}, 422, "no contact"),
        ("/do", {}, {"action": "fetch", "url": "http://127.0.0.1:9/"}, 422, "of the service"),
        ("/do", {}, {"action": "put", "contact": {"id": 7}}, 422, "contact:"),
        ("/nowhere", {}, {}, 404, "The page is at /"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(
    enabled: Control, path: str, headers: dict[str, str], body: Any, status: int, words: str
) -> None:
    got, kind, said = enabled.ask("POST", path, body, **headers)
    assert (got, kind["content-type"]) == (status, "application/problem+json")
    assert words in said.decode()


def test_a_port_that_is_taken_gets_a_sentence(control: Control) -> None:
    command = [sys.executable, "-m", "phonebook_vendor_sdk.command", "dev", "true", "--port", str(control.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert "is taken" in done.stderr
