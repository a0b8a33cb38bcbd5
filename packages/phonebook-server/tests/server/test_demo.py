"""`phonebook demo` as somebody meets it who has just installed the product."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from lxml import etree
from support.server import PHONEBOOK, free_port

from phonebook_core.contact import Contact, find_problems
from phonebook_server.contacts.inputs import apply
from phonebook_server.demo.people import SITES
from phonebook_server.demo.seeding import contacts_of


@contextmanager
def running_demo(folder: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PHONEBOOK_")}
    process = subprocess.Popen(
        [PHONEBOOK, "demo", *args],
        env=env | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def read_until(process: subprocess.Popen[str], what: str) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if what in line:
            break
    return "".join(lines)


def test_the_curl_line_that_it_prints_fetches_a_phonebook_when_pasted(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--port", str(free_port())) as demo:
        printed = read_until(demo, "/dispatches")
        lines = [line.strip() for line in printed.splitlines() if line.strip().startswith("curl ")]
        assert len(lines) == 5, printed
        book = etree.fromstring(subprocess.run(lines[0], shell=True, check=True, capture_output=True).stdout)
        assert book.tag == "YealinkIPPhoneDirectory"
        assert "Siân Llewellyn-Pugh" in [name.text for name in book.iterfind("DirectoryEntry/Name")]
        until = time.monotonic() + 5
        items: list[dict[str, Any]] = []
        while not items and time.monotonic() < until:
            items = json.loads(subprocess.run(lines[-1], shell=True, check=True, capture_output=True).stdout)["items"]
        assert items[0]["phone"] | {"address": ""} == {
            "vendor": "Yealink",
            "model": "T46U",
            "firmware": "108.86.0.45",
            "mac": "001565123456",
            "address": "",
            "user_agent": "Yealink SIP-T46U 108.86.0.45 00:15:65:12:34:56",
        }
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_with_json_it_prints_one_line_and_every_phone_and_the_token_in_it_work(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--json", "--port", str(free_port())) as demo:
        assert demo.stdout is not None
        ready = json.loads(demo.stdout.readline())
        assert ready.keys() == {"url", "token", "phones"}
        api = httpx.Client(base_url=ready["url"], headers={"authorization": f"Bearer {ready['token']}"}, timeout=10)
        with api:
            sites = api.get("/api/v1/sites").json()["items"]
            assert {site["region"] for site in sites} == {"GB", "DE", "FR"}
            for phone in ready["phones"]:
                answer = httpx.get(phone["url"], auth=(phone["username"], phone["password"]), timeout=10)
                assert len(etree.fromstring(answer.content).findall("DirectoryEntry")) >= 20
        assert len(ready["phones"]) >= 3
        demo.send_signal(signal.SIGINT)
        assert demo.wait(10) == 0
        assert demo.stdout.read() == ""
    assert list(tmp_path.iterdir()) == []


def test_when_port_8000_is_taken_it_says_so_and_takes_another(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # when it is taken by somebody else, that is as good
            taken.bind(("127.0.0.1", 8000))
            taken.listen(1)
        with running_demo(tmp_path, "--json") as demo:
            assert demo.stdout is not None
            ready = json.loads(demo.stdout.readline())
            assert httpx.get(f"{ready['url']}/health/ready", timeout=10).status_code == 200
            assert not ready["url"].endswith(":8000")
            demo.send_signal(signal.SIGTERM)
            assert demo.stderr is not None
            assert re.search(r"^Port 8000 is taken, so the demonstration uses \d+\.$", demo.stderr.read(), re.MULTILINE)


def test_a_port_that_was_asked_for_and_is_taken_gets_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        with running_demo(tmp_path, "--port", str(port)) as demo:
            assert demo.wait(20) == 1
            assert demo.stderr is not None
            assert f"--port: Port {port} is taken by another program." in demo.stderr.read()
    assert list(tmp_path.iterdir()) == []


def test_stopped_while_it_is_still_being_filled_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--port", str(free_port())) as demo:
        until = time.monotonic() + 20
        while not list(tmp_path.iterdir()) and time.monotonic() < until:
            time.sleep(0.01)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_invented_contacts_are_many_and_all_good() -> None:
    books = [book for site in SITES for book in site.phonebooks]
    contacts = [apply(contact, Contact()) for book in books for contact in contacts_of(book)]
    assert 110 <= len(contacts) <= 140
    assert [problem for contact in contacts for problem in find_problems(contact)] == []
    assert sum(len(contact.numbers) > 1 for contact in contacts) > 30
    shown = "".join(f"{c.display_name}{c.given_name}{c.family_name}" for c in contacts)
    for one_of_each in "ßŁ山김ل🚚":
        assert one_of_each in shown
