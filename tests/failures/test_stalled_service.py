"""Services that stop reading, vanish or flood: the server goes on for everybody else, and cuts them off."""

from __future__ import annotations

import base64
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from support.office import Office
from support.raw_link import FORM, RawService
from support.server import RunningServer

from phonebook_core.vendor_link.codec import encode
from phonebook_core.vendor_link.messages import SUBPROTOCOL, GetChanges, Hello
from phonebook_core.vendor_link.vendor_end import SettingsOffered, TurnedOn, Welcomed


@pytest.fixture
def token(bare: RunningServer) -> str:
    return str(bare.cli_json("service", "token", "acme")["token"])


class SilentSocket:
    """A websocket client made of a bare socket, so that it can stop reading for good."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /vendors/link HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
            f"Authorization: Bearer {token}",
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert b" 101 " in self.socket.recv(4096)

    def send(self, data: bytes) -> None:
        """One binary frame, masked with zeros."""
        length = len(data)
        head = (
            struct.pack("!BB", 0x82, 0x80 | length) if length < 126 else struct.pack("!BBH", 0x82, 0x80 | 126, length)
        )
        self.socket.sendall(head + b"\0\0\0\0" + data)


@pytest.fixture
def quick(bare: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bare.url, timeout=3) as client:
        yield client


def assert_answers(quick: httpx.Client, times: int = 20) -> None:
    for _ in range(times):
        began = time.monotonic()
        assert quick.get("/health/ready").status_code == 200
        assert time.monotonic() - began < 2


def test_a_service_that_stops_reading_and_then_vanishes_freezes_nobody(
    bare: RunningServer, token: str, office: Office, quick: httpx.Client
) -> None:
    office.import_file(
        ("name;phone;note\n" + "".join(f"Contact {n};20{n};{'x' * 4000}\n" for n in range(1000))).encode(), "big.csv"
    )
    for round in range(3):
        # one service is set up properly, so that its key opens the phonebook, and leaves
        service = RawService(bare.url, token, instance=f"proper-{round}")
        service.wait_for(Welcomed)
        key = turn_on(office, service, f"d{round}")
        stalled = SilentSocket(bare, token)
        stalled.send(encode(Hello(slug="acme", label="Acme", instance=f"stalled-{round}", form=FORM), 1))
        for number in range(2, 40):
            stalled.send(encode(GetChanges(phonebook=office.phonebook, api_key=key, limit=1000), number))
        assert_answers(quick)
        stalled.socket.close()
        assert_answers(quick)
        assert service.reply(service.end.get_changes(office.phonebook, key, "", time.monotonic())) is not None
        service.close()


def turn_on(office: Office, service: RawService, door: str) -> str:
    body = {"on": True, "settings": {"door": door}}
    deciding = threading.Thread(
        target=office.http.put,
        args=(f"/api/v1/phonebooks/{office.phonebook}/services/acme",),
        kwargs={"json": body, "timeout": 30},
    )
    deciding.start()
    key = ""
    while True:
        for event in service.step():
            if isinstance(event, TurnedOn):
                key = event.api_key
            if isinstance(event, SettingsOffered):
                key = event.api_key
                service.accept(event)
                if event.settings["door"] == door:
                    deciding.join(20)
                    return key


def test_a_stranger_that_never_says_who_it_is_does_not_hold_a_link(bare: RunningServer, token: str) -> None:
    with closing(SilentSocket(bare, token).socket) as silent:
        silent.settimeout(20)
        began = time.monotonic()
        assert silent.recv(4096)[:1] == b"\x88"  # a close frame
        assert 8 < time.monotonic() - began < 15


def test_hundreds_of_half_open_handshakes_hold_up_nobody(bare: RunningServer, quick: httpx.Client) -> None:
    held = [socket.create_connection(("127.0.0.1", bare.port), timeout=10) for _ in range(300)]
    try:
        for each in held:
            each.sendall(b"GET /vendors/link HTTP/1.1\r\nHost: x\r\n")
        assert_answers(quick)
    finally:
        for each in held:
            each.close()
